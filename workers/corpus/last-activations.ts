/** How active features are on the last token of short texts: many texts at once, each read once for all SAEs. */
import type { SaeId } from '../../src/core/names/ids';
import { activationAt } from '../../src/core/math/sparse';
import type { LastActivations } from '../../src/core/corpus/patterns';
import { tapsOf, type Sae } from '../sae/sae';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';

/** Texts in one run of the model. */
const BATCH = 64;

/** SAEs whose features are numbered one SAE after the other. */
export type NumberedSaes = {
	id: SaeId;
	sae: Sae;
	/** The number of its first feature. */
	from: number;
}[];

export function numbered(saes: Map<SaeId, Sae>): NumberedSaes {
	let next = 0;
	return [...saes].map(([id, sae]) => ({ id, sae, from: (next += sae.wDec.rows) - sae.wDec.rows }));
}

/** `onTexts` is told how many different texts are read, of how many. */
export function lastActivations(
	{ model }: Pick<Workbench, 'model'>,
	saes: NumberedSaes,
	onTexts: (done: number, total: number) => void,
	signal?: AbortSignal
): LastActivations {
	const sites = tapsOf(saes.map(({ sae }) => sae));
	return async (rows) => {
		const out = new Float32Array(rows.length);
		const alike = new Map<string, number[]>();
		rows.forEach(({ ids }, i) => {
			const key = ids.join();
			const same = alike.get(key);
			if (same) same.push(i);
			else alike.set(key, [i]);
		});
		const texts = [...alike.values()];
		for (let at = 0; at < texts.length; at += BATCH) {
			const batch = texts.slice(at, at + BATCH);
			const ids = batch.map(([first]) => rows[first!]!.ids);
			const taps = await model.texts(ids, sites, signal);
			for (const { sae, from } of saes) {
				const isOwn = (i: number) =>
					rows[i]!.feature >= from && rows[i]!.feature < from + sae.wDec.rows;
				const wanted = batch.map((same) => same.filter(isOwn));
				if (wanted.every((same) => same.length === 0)) continue;
				const x = lastTokens(taps.get(sae.tap)!, ids.length, sae.spec.dIn);
				const codes = await sae.encode(x, signal);
				wanted.forEach((same, row) =>
					same.forEach((i) => (out[i] = activationAt(codes, row, rows[i]!.feature - from)))
				);
			}
			onTexts(Math.min(at + BATCH, texts.length), texts.length);
			await breathe();
			signal?.throwIfAborted();
		}
		return out;
	};
}

/** The last row of each of so many texts of one length, `[texts × d]`. */
function lastTokens(stream: Float32Array, texts: number, d: number): Float32Array {
	const size = stream.length / texts;
	const out = new Float32Array(texts * d);
	for (let i = 0; i < texts; i++)
		out.set(stream.subarray((i + 1) * size - d, (i + 1) * size), i * d);
	return out;
}
