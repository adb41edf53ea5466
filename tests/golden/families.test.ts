/** Every family of models on WebAssembly against PyTorch, on micro models: reading, decoding, steering, replacing. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Site } from '../../src/core/names/ids';
import { parseEdit } from '../../src/core/steering/edits';
import { normals, seeded } from '../../src/core/math/random';
import { sample } from '../../src/core/math/sampling';
import { parseFeatureId } from '../../src/core/names/site';
import { LanguageModel, type Steering } from '../../workers/model/language-model';
import { steeringOf } from '../../workers/steering/steering';
import { columns, openFixture, worst } from './fixture';

const FAMILIES = [
	'gpt2',
	'gpt-neox',
	'gpt-neo',
	'gpt-neo-narrow',
	'qwen2',
	'llama-biased',
	'gemma2',
	'gemma3',
	'qwen3',
	'mistral'
];
const greedy = (logits: Float32Array) => sample(logits, { temperature: 0, topP: 1 }, () => 0);

/** The sites of a golden that lie between attention and the MLP's output, and the heads. */
const between = (names: string[]): Site[] =>
	names
		.filter((name) => /^read\.long\.tap\..*(mid|normalized|hook_in|hook_post|hook_z)$/.test(name))
		.map((name) => name.replace('read.long.tap.', ''));

describe.each(FAMILIES)('%s', (name) => {
	let f: Awaited<ReturnType<typeof openFixture>>;
	let model: LanguageModel;
	beforeAll(async () => {
		f = await openFixture(name);
		({ model } = f.bench);
	});

	const long = () => f.golden.prompts.long!.ids;
	/** Logits as the golden keeps them: every fourth column. */
	const thinned = (logits: Float32Array) => columns(logits, model.shape.vocabSize, f.golden.stride);
	/** A row of logits as the golden keeps them; −1 is the last. */
	const rowOf = (key: string, at: number) => {
		const kept = Math.ceil(model.shape.vocabSize / f.golden.stride);
		const rows = f.floats(key);
		return at < 0 ? rows.subarray(rows.length - kept) : rows.subarray(at * kept, (at + 1) * kept);
	};

	it('reads: every tap, all logits and the lens after each layer', async () => {
		const more = between(f.names);
		expect(more.length).toBeGreaterThan(5);
		const tapped = new LanguageModel(model.config, model.weights, undefined, more);
		const { logits, taps } = await tapped.readOnce(long(), [...model.sites, ...more]);
		await tapped.release();
		for (const [site, x] of taps)
			expect(worst(x, f.floats(`read.long.tap.${site}`)), site).toBeLessThan(1);
		expect(worst(thinned(logits), rowOf('read.long.logits', -1))).toBeLessThan(1);
		const last = taps.get(model.sites.at(-1)!)!;
		const all = await f.bench.lens.logits(last);
		expect(worst(thinned(all), f.floats('read.long.logits'))).toBeLessThan(1);
		for (const [site, x] of taps) {
			if (!f.has(`read.long.lens.${site}.p`)) continue;
			const { probabilities } = await f.bench.lens.top(x);
			expect(worst(probabilities, f.floats(`read.long.lens.${site}.p`)), site).toBeLessThan(1);
		}
	});

	it('reads in parts, the later from what the earlier left in the cache', async () => {
		for (const form of ['rows', 'whole'] as const) {
			const parts = new LanguageModel(model.config, model.weights, form);
			const cache = parts.begin();
			const d = model.shape.dModel;
			for (const [from, to] of [
				[0, 7],
				[7, 8],
				[8, long().length]
			] as const) {
				const { taps } = await parts.read(cache, long().slice(from, to), model.sites);
				for (const [site, x] of taps) {
					const expected = f.floats(`read.long.tap.${site}`).subarray(from * d, to * d);
					expect(worst(x, expected), `${form} ${site} from ${from}`).toBeLessThan(1);
				}
			}
			await parts.release();
		}
	});

	it.each(['rows', 'whole'] as const)('continues token by token, its cache as %s', async (form) => {
		const writing = new LanguageModel(model.config, model.weights, form);
		const cache = writing.begin();
		let { logits } = await writing.read(cache, long(), []);
		for (const [s, id] of f.golden.decode.long!.ids.entries()) {
			expect(worst(thinned(logits), rowOf('decode.long.logits', s)), `step ${s}`).toBeLessThan(1);
			expect(greedy(logits)).toBe(id);
			({ logits } = await writing.read(cache, [id], []));
		}
		await writing.release();
	});

	it('steers as the formulas say: a token at a time, and the prompt at once', async () => {
		const { cases, prompt } = f.golden.steer;
		const { ids } = f.golden.prompts[prompt]!;
		for (const { name: c, edits: lines, ids: written } of cases) {
			const edits = lines.map((line) => parseEdit(line)!);
			const saes = await f.bench.saes(edits.map((e) => parseFeatureId(e.id)!.sae));
			const steering = steeringOf(edits, saes);
			const cache = model.begin(steering);
			for (const [t, id] of [...ids, ...written.slice(0, -1)].entries()) {
				const { logits } = await model.read(cache, [id], []);
				const off = worst(thinned(logits), rowOf(`steer.${c}.logits`, t));
				expect(off, `${c} at ${t}`).toBeLessThan(1);
				if (t >= ids.length - 1) expect(greedy(logits), c).toBe(written[t - ids.length + 1]);
			}
			const { logits } = await model.readOnce(ids, [], undefined, steering);
			const at = ids.length - 1;
			expect(worst(thinned(logits), rowOf(`steer.${c}.logits`, at)), c).toBeLessThan(1);
		}
	});

	it('goes on from what a site is replaced by', async () => {
		let replaced = 0;
		for (const site of [...model.sites, ...between(f.names)]) {
			if (!f.has(`splice.${site}`)) continue;
			const half = f.floats(`read.long.tap.${site}`).map((x) => x / 2);
			const splice = await model.splice(site);
			const off = worst(await splice.run(long(), half), f.floats(`splice.${site}`));
			expect(off, site).toBeLessThan(1);
			await splice.release();
			replaced++;
		}
		expect(replaced).toBeGreaterThanOrEqual(9);
	});

	it('computes what its config asks for, also where that is something else', async () => {
		for (const [i, { config }] of f.golden.quirks.entries()) {
			const other = new LanguageModel({ ...model.config, ...config }, model.weights);
			const { logits } = await other.readOnce(long(), []);
			const [asked, plain] = [f.floats(`quirk.${i}.logits`), rowOf('read.long.logits', -1)];
			expect(worst(thinned(logits), asked), JSON.stringify(config)).toBeLessThan(1);
			expect(worst(thinned(logits), plain), JSON.stringify(config)).toBeGreaterThan(2);
			await other.release();
		}
		expect(f.golden.quirks.length).toBeGreaterThan(0);
	});

	it('reads a token in many variants as it reads it alone', async () => {
		const [before, last] = [long().slice(0, -1), long().at(-1)!];
		const normal = normals(seeded(3));
		const adds = [null, ...model.sites].map((site): Map<Site, Float32Array> => {
			const vector = Float32Array.from({ length: model.shape.dModel }, () => normal());
			return new Map(site === null ? [] : [[site, vector]]);
		});
		const cache = model.begin();
		await model.read(cache, before, []);
		const variants = await model.readVariants(cache, last, adds, model.sites);
		for (const [w, variant] of variants.entries()) {
			const alone = model.begin();
			await model.read(alone, before, []);
			// As `steeringOf` prepares it: a residual's vector is added with the MLP's output.
			const written = new Map(
				[...adds[w]!].map(([site, v]) => [site.replace('resid_post', 'mlp_out'), v])
			);
			const steering: Steering = { adds: written, edited: [], feeds: {} };
			const steered = { ...model.begin(steering), kv: alone.kv };
			const { logits, taps } = await model.read(steered, [last], model.sites);
			expect(worst(variant.logits, logits), `variant ${w}`).toBeLessThan(1);
			for (const site of model.sites)
				expect(worst(variant.taps.get(site)!, taps.get(site)!), `${w} ${site}`).toBeLessThan(1);
		}
	});
});
