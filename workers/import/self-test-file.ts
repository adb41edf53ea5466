/** The self-test of a pack that is made here. */
import { parseSafetensors } from '../../src/core/files/safetensors';
import { readAt } from '../../src/core/names/site';
import { Sae } from '../sae/sae';
import type { Workbench } from '../packs/open-pack';

/** Sentences with names, numbers, another alphabet and a repetition: long enough to show a wrong position or mask. */
const TEXT =
	'The quick brown fox jumps over the lazy dog, and then it rests. In 1912, Dr. Ellen Marsh sold 4,305 apples for ' +
	'$27.60; nobody in Zürich or Łódź believed her. “Is it true?” asked the boy — and the answer, in Greek, was ναί. ' +
	'Water boils at 100 °C, ice melts at 0 °C, and the quick brown fox jumps over the lazy dog, and then it';
/** Logits that are compared, spread over the vocabulary, and codes of each SAE. */
const LOGITS = 64;
const CODES = 16;

export const selfTestIds = (bench: Workbench): number[] =>
	bench.tokenize(TEXT).tokens.map((t) => t.id);

/** What this machine computes, for other machines and later versions to be checked against. */
export async function selfTestFile(bench: Workbench, signal?: AbortSignal): Promise<Uint8Array> {
	const { model } = bench;
	const ids = selfTestIds(bench);
	const { logits, taps } = await model.readOnce(ids, bench.taps, signal);
	const position = ids.length - 1;
	const d = model.shape.dModel;
	const n = Math.min(LOGITS, logits.length);
	const shown = Array.from({ length: n }, (_, i) => Math.floor((i * logits.length) / n));
	const middle = model.sites.filter((_, i) => i % 3 === 0);
	const at = (site: string) =>
		Array.from(taps.get(site)!.subarray(position * d, (position + 1) * d));
	const codes: Record<string, unknown> = {};
	for (const id of bench.saeIds) {
		const found = await codesOf(bench, id, taps, position, signal);
		if (found) codes[id] = found;
	}
	const test = {
		reference: 'pack',
		ids,
		logits: { position, ids: shown, values: shown.map((id) => logits[id]!) },
		taps: Object.fromEntries(middle.map((site) => [site, { position, values: at(site) }])),
		codes,
		tolerance: { absolute_rms: 1e-4, relative: 1e-5 }
	};
	return new TextEncoder().encode(JSON.stringify(test));
}

/** The strongest codes at the last token; null where none is active. Of many SAEs, only one is in memory. */
async function codesOf(
	bench: Workbench,
	id: string,
	taps: ReadonlyMap<string, Float32Array>,
	position: number,
	signal?: AbortSignal
): Promise<unknown> {
	const info = bench.info(id)!;
	const sae = new Sae(info, parseSafetensors(await bench.source.bytes(info.weights, signal)));
	try {
		const found = await sae.encode(taps.get(readAt(info))!, signal);
		const [from, to] = [found.offsets[position]!, found.offsets[position + 1]!];
		// Further ones are near the threshold, where rounding decides.
		const end = Math.min(from + CODES, from + Math.ceil((to - from) / 2));
		if (end === from) return null;
		return {
			position,
			features: Array.from(found.features.subarray(from, end)),
			activations: Array.from(found.activations.subarray(from, end))
		};
	} finally {
		await sae.release();
	}
}
