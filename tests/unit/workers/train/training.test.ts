/** A training from a text to a SAELens folder, on a micro model. */
import { beforeAll, describe, expect, it } from 'vitest';
import { NO_OVERRIDES } from '../../../../src/core/import/build-request';
import { openSafetensors } from '../../../../src/core/files/safetensors';
import { inMemory } from '../../../../src/core/files/open-file';
import type { PackSae } from '../../../../src/core/packs/manifest';
import { isSound } from '../../../../src/core/train/sae-state';
import type { TrainSettings } from '../../../../src/core/train/plan';
import { TextFile } from '../../../../workers/corpus/text-file';
import { windowStart } from '../../../../workers/corpus/windows';
import { readSae } from '../../../../workers/import/formats/formats';
import { Sae } from '../../../../workers/sae/sae';
import { saeLensFolder, trainedConfig } from '../../../../workers/train/sae-lens-folder';
import { surveyOf, trainingWindows } from '../../../../workers/train/training-text';
import { Training } from '../../../../workers/train/training';
import type { Workbench } from '../../../../workers/packs/open-pack';
import { openFixture } from '../../../golden/fixture';
import { seeded } from '../../../../src/core/math/random';

const SITE = 'blocks.1.hook_resid_post';
const SETTINGS: TrainSettings = { features: 96, k: 8, tokens: 24_000, seed: 3, control: false };
/** 160 documents of phrases in an order of chance. */
const PHRASES =
	'the old clockmaker|mended brass keys|because a bell|had rung twice|near seven|every green boat|was drifting|under the bridge|and nobody|could say why|five grey geese|walked to market|with a lantern|before dawn|his sister|sold warm bread'.split(
		'|'
	);
const uniform = seeded(8);
const TEXT = Array.from({ length: 160 }, () =>
	Array.from({ length: 12 }, () => PHRASES[Math.floor(uniform() * PHRASES.length)]).join(' ')
).join('\n<|endoftext|>\n');

let bench: Workbench;
const text = (content: string, name = 'text.txt') => new TextFile(new Blob([content]), name);
const begin = (settings: Partial<TrainSettings> = {}, content = TEXT, site = SITE) =>
	Training.begin(bench, text(content), { site, settings: { ...SETTINGS, ...settings } });

beforeAll(async () => {
	({ bench } = await openFixture('llama-tied'));
});

async function all(training: Training): Promise<void> {
	for await (const _ of training.run());
}

describe('a training', () => {
	let training: Training;
	beforeAll(async () => {
		training = await begin({ control: true });
		await all(training);
	});

	it('explains more and more of text that it has not seen, and far more than chance', async () => {
		const { curve, fvu, l0, dead, ce_recovered, tokens, held_out_tokens, control_fvu } =
			await training.result();
		expect(curve.length).toBeGreaterThanOrEqual(10);
		expect(curve.at(-1)!.fvu).toBeLessThan(0.6 * curve[0]!.fvu);
		expect(fvu).toBeLessThan(0.5);
		expect(control_fvu).toBeGreaterThan(1.3 * fvu);
		expect(ce_recovered).toBeGreaterThan(0.5);
		expect(l0).toBeLessThanOrEqual(8);
		expect(dead).toBeLessThan(1);
		expect(tokens).toBeGreaterThanOrEqual(SETTINGS.tokens);
		expect(held_out_tokens).toBeGreaterThan(100);
	});

	it('leaves a folder that SAELens’ reader takes, with the same codes', async () => {
		const state = training.sae;
		const cfg = trainedConfig(state, { hook_name: SITE });
		const files = saeLensFolder(state, cfg);
		const folder = {
			name: 'trained',
			names: [...files.keys()],
			sizes: new Map([...files].map(([name, { length }]) => [name, length])),
			read: async (name: string) => files.get(name)!,
			slice: async (name: string, from: number, to: number) => files.get(name)!.slice(from, to)
		};
		const read = await readSae(folder, NO_OVERRIDES);
		expect(read.site).toBe(SITE);
		expect(read.format).toBe('SAELens');
		const weights = openSafetensors(inMemory(files.get('sae_weights.safetensors')!));
		const sae = new Sae({ id: SITE, site: SITE, cfg: read.cfg } as PackSae, weights);
		const ids = windowStart(bench).start.concat(
			bench.tokenizer.encode('the bell').map(({ id }) => id)
		);
		const x = (await bench.model.texts([ids], [SITE])).get(SITE)!;
		const codes = await sae.encode(x);
		expect(codes.offsets.at(-1)).toBeGreaterThan(0);
		const { scale, d } = state;
		const decoded = sae.decode(codes, 1, x.subarray(d, 2 * d));
		let [error, square] = [0, 0];
		decoded.forEach((value, i) => {
			error += (value - x[d + i]!) ** 2;
			square += x[d + i]! ** 2;
		});
		expect(scale).toBeGreaterThan(0);
		expect(error / square).toBeLessThan(0.5);
	});

	it('shows features with the tokens on which they are strongest', () => {
		const { gallery } = training.soFar;
		expect(gallery.length).toBeGreaterThan(0);
		for (const { examples, density } of gallery) {
			expect(density).toBeLessThan(0.1);
			for (const { tokens, activations } of examples) {
				expect(tokens.length).toBe(activations.length);
				expect(Math.max(...activations)).toBeGreaterThan(0);
			}
		}
	});
});

describe('a training that stops', () => {
	it('goes on from what was kept of it', async () => {
		const first = await begin();
		for await (const isPoint of first.run()) if (isPoint && first.state.tokens > 8000) break;
		const kept = structuredClone(first.whole);
		const second = await Training.begin(bench, text(TEXT), kept);
		expect(second.soFar.curve).toEqual(first.soFar.curve);
		await all(second);
		const { curve, tokens } = second.soFar;
		expect(tokens).toBeGreaterThanOrEqual(SETTINGS.tokens);
		expect(curve.slice(0, kept.curve.length)).toEqual(kept.curve);
		expect(curve.at(-1)!.fvu).toBeLessThan(kept.curve.at(-1)!.fvu);
	});
});

describe('what is held out', () => {
	it('is never learned from', async () => {
		const file = text(TEXT);
		const { heldOut, tokens } = await surveyOf(bench, file);
		expect(heldOut.length).toBeGreaterThan(0);
		// The last few tokens of two documents may be the same.
		const held = new Set(heldOut.filter(({ length }) => length > 20).map((ids) => ids.join()));
		expect(held.size).toBeGreaterThan(5);
		let learned = 0;
		const seen: string[] = [];
		for await (const { ids } of trainingWindows(bench, file, null, 0)) {
			if (seen[0] === ids.join() && learned >= tokens) break;
			seen.push(ids.join());
			learned += ids.length - 1;
		}
		expect(learned).toBe(tokens);
		expect(seen.filter((window) => held.has(window))).toEqual([]);
	});
});

describe('what cannot be trained on', () => {
	const words = TEXT.split(/\s+/).filter((word) => !word.startsWith('<'));
	it.each([
		['a text of a hundred words', {}, words.slice(0, 100).join(' '), SITE, 'too few'],
		['one token again and again', {}, 'a '.repeat(6000), SITE, 'over and over'],
		['no text', {}, '\n\n', SITE, 'holds no text'],
		['fewer features than k', { features: 4 }, TEXT, SITE, 'there are only 4'],
		['a site that is not there', {}, TEXT, 'blocks.9.hook_resid_post', 'has no site'],
		['a handful of tokens', { tokens: 10 }, TEXT, SITE, 'too few']
	])('%s is refused in a sentence', async (_, settings, content, site, sentence) => {
		await expect(begin(settings, content, site)).rejects.toThrow(sentence);
	});

	/** The same pack, with something else at the site. */
	function instead(texts: Workbench['model']['texts']): Workbench {
		const model = Object.create(bench.model, { texts: { value: texts } }) as Workbench['model'];
		return Object.create(bench, { model: { value: model } }) as Workbench;
	}
	const order = { site: SITE, settings: SETTINGS };

	it('a site whose activations are the same on every token is refused in a sentence', async () => {
		const same = instead(async ([ids]) => {
			return new Map([[SITE, new Float32Array(ids!.length * bench.model.width(SITE)).fill(0.5)]]);
		});
		await expect(Training.begin(same, text(TEXT), order)).rejects.toThrow('the same on every');
	});

	it('activations that are no numbers end it, and leave the SAE as it was', async () => {
		let sound = true;
		const broken = instead(async (ids, sites, signal) => {
			const taps = await bench.model.texts(ids, sites, signal);
			if (!sound) for (const x of taps.values()) x.fill(NaN);
			return taps;
		});
		const training = await Training.begin(broken, text(TEXT), order);
		const run = training.run();
		for (let step = 0; step < 3; step++) await run.next();
		sound = false;
		await expect(all({ run: () => run } as Training)).rejects.toThrow('no longer finite');
		expect(isSound(training.sae)).toBe(true);
		expect(training.sae.steps).toBeGreaterThanOrEqual(3);
		expect(training.soFar.unexplained).toBeGreaterThan(0);
	});

	it('a text in a script that the model spells in pieces is warned of', async () => {
		const greek = 'ο γέρος ωρολογοποιός επισκεύαζε κλειδιά γιατί χτύπησε η καμπάνα ';
		const lines = Array.from({ length: 80 }, (_, i) => greek.slice(i % 40) + greek);
		const { warnings } = (await begin({ features: 2048 }, lines.join('\n<|endoftext|>\n'))).soFar;
		expect(warnings.join(' ')).toContain('does not know this script');
		expect(warnings.join(' ')).toContain('The text is short');
	});
});
