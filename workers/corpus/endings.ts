/** How strongly features answer to short endings of texts: many sequences at once, each read once for all SAEs. */
import type { SaeId } from '../../src/core/names/ids';
import type { Excite } from '../../src/core/corpus/patterns';
import { tapsOf, type Sae } from '../sae/sae';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';

/** Sequences read in one run. */
const ROWS = 64;

/** A row's feature of one of several SAEs: features are numbered through all of them. */
export interface Numbering {
	saes: { id: SaeId; sae: Sae; from: number }[];
	/** Features of all. */
	total: number;
}

export function numberingOf(saes: Map<SaeId, Sae>): Numbering {
	let total = 0;
	const list = [...saes].map(([id, sae]) => {
		total += sae.wDec.rows;
		return { id, sae, from: total - sae.wDec.rows };
	});
	return { saes: list, total };
}

/** `onRows` hears of every run how many rows it answered, of how many. */
export function exciting(
	bench: Pick<Workbench, 'model'>,
	{ saes }: Numbering,
	onRows: (done: number, total: number) => void,
	signal?: AbortSignal
): Excite {
	const sites = tapsOf(saes.map(({ sae }) => sae));
	return async (rows) => {
		const out = new Float32Array(rows.length);
		const alike = new Map<string, number[]>();
		rows.forEach(({ ids }, i) => {
			const key = ids.join();
			const known = alike.get(key);
			if (known) known.push(i);
			else alike.set(key, [i]);
		});
		const groups = [...alike.values()];
		for (let at = 0; at < groups.length; at += ROWS) {
			const part = groups.slice(at, at + ROWS);
			const texts = part.map(([first]) => rows[first!]!.ids);
			const taps = await bench.model.texts(texts, sites, signal);
			for (const { sae, from } of saes) {
				const asked = part.map((members) =>
					members.filter((i) => rows[i]!.feature >= from && rows[i]!.feature < from + sae.wDec.rows)
				);
				if (asked.every((members) => members.length === 0)) continue;
				const codes = await sae.encode(
					ends(taps.get(sae.tap)!, texts.length, sae.spec.dIn),
					signal
				);
				asked.forEach((members, row) => {
					const [first, last] = [codes.offsets[row]!, codes.offsets[row + 1]!];
					for (const i of members) {
						const found = codes.features.subarray(first, last).indexOf(rows[i]!.feature - from);
						if (found >= 0) out[i] = codes.activations[first + found]!;
					}
				});
			}
			onRows(Math.min(at + ROWS, groups.length), groups.length);
			await breathe();
			signal?.throwIfAborted();
		}
		return out;
	};
}

/** The last of the tokens of each of `rows` texts. */
function ends(stream: Float32Array, rows: number, d: number): Float32Array {
	const length = stream.length / rows;
	const out = new Float32Array(rows * d);
	for (let r = 0; r < rows; r++)
		out.set(stream.subarray((r + 1) * length - d, (r + 1) * length), r * d);
	return out;
}
