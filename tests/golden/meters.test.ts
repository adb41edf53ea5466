/** Meters of written texts on the default pack, computed again one token at a time. */
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runOf } from '../../src/core/calls';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { startRuntime } from '../../workers/runtime/session';
import { meters } from '../../workers/steering/meters';
import { writeSteered } from '../../workers/steering/write';
import { Workbench } from '../../workers/packs/open-pack';

const PACK = path.resolve(import.meta.dirname, '../../models/default');
const SAE = 'blocks.4.hook_resid_post';
const ID = `${SAE}/1143`;
const TEXT = 'Once upon a time there was a';

let bench: Workbench;
beforeAll(async () => {
	await startRuntime(null);
	bench = await Workbench.open(await FolderSource.open(PACK), false);
}, 240_000);

it('give perplexity, repetition and the theme as one reads them off', async () => {
	const edits = [{ id: ID, mode: 'add' as const, value: 60 }];
	const request = { text: TEXT, edits, tokens: 12, temperature: 0, topP: 1, seed: 0 };
	const { ids } = await writeSteered(request, bench, runOf());
	const prompt = bench.tokenize(TEXT).tokens.map(({ id }) => id);
	const { sae } = await bench.feature(ID);
	const codesAt = async (whole: number[]) => {
		const { taps } = await bench.model.readOnce(whole, [sae.tap]);
		return sae.encode(taps.get(sae.tap)!.subarray(-sae.spec.dIn));
	};
	// One that certainly fires on it.
	const [index] = (await codesAt([...prompt, ...ids])).features;
	const firing = `${SAE}/${index}`;
	const [found, none] = await meters(
		{ text: TEXT, written: [ids, []], features: [ID, firing] },
		bench,
		new AbortController().signal
	);
	expect(none).toEqual({ perplexity: null, repeated: null, themes: [] });

	let [loss, fires, sum] = [0, 0, 0];
	for (const [t, id] of ids.entries()) {
		const { logits } = await bench.model.readOnce([...prompt, ...ids.slice(0, t)], []);
		const most = Math.max(...logits);
		const total = Math.log(logits.reduce((s, x) => s + Math.exp(x - most), 0)) + most;
		loss += total - logits[id]!;
		const codes = await codesAt([...prompt, ...ids.slice(0, t + 1)]);
		const at = codes.features.indexOf(index!);
		fires += Number(at >= 0);
		sum += at < 0 ? 0 : codes.activations[at]!;
	}
	expect(found!.perplexity! / Math.exp(loss / ids.length)).toBeCloseTo(1, 4);
	expect(found!.themes.map(({ id }) => id)).toEqual([ID, firing]);
	expect(found!.themes[1]!.fires).toBeCloseTo(fires / ids.length, 9);
	expect(found!.themes[1]!.mean / (sum / ids.length)).toBeCloseTo(1, 3);
	const grams = ids.slice(3).map((_, i) => ids.slice(i, i + 4).join());
	expect(found!.repeated).toBeCloseTo(1 - new Set(grams).size / grams.length, 9);
}, 120_000);
