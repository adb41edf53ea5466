/** The self-test of a pack that is made here. */
import type { Workbench } from '../workbench';

export const selfTestIds = (bench: Workbench): number[] =>
	bench
		.tokenize('The quick brown fox jumps over the lazy dog, and then it rests.')
		.tokens.map((t) => t.id);

/** What this machine computes, for other machines and later versions to be checked against. */
export async function selfTestFile(bench: Workbench): Promise<Uint8Array> {
	const { model, tokenizer } = bench;
	const ids = selfTestIds(bench);
	const { logits, taps } = await model.readOnce(ids, model.sites);
	const position = ids.length - 1;
	const d = model.shape.dModel;
	const shown = Array.from({ length: Math.min(32, tokenizer.size) }, (_, i) => i);
	const middle = model.sites.filter((_, i) => i % 3 === 0);
	const at = (site: string) =>
		Array.from(taps.get(site)!.subarray(position * d, (position + 1) * d));
	const test = {
		ids,
		logits: { position, ids: shown, values: shown.map((id) => logits[id]!) },
		taps: Object.fromEntries(middle.map((site) => [site, { position, values: at(site) }])),
		codes: {} as Record<string, unknown>,
		tolerance: { absolute_rms: 1e-4, relative: 1e-5 }
	};
	return new TextEncoder().encode(JSON.stringify(test));
}
