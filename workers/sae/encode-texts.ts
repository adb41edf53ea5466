/** Texts read one at a time, and encoded with several SAEs. */
import type { SaeId } from '../../src/core/names/ids';
import { byFeature, joined, type SparseColumns } from '../../src/core/math/sparse';
import type { Workbench } from '../packs/open-pack';
import { breathe } from '../runtime/session';
import type { Codes } from './codes';
import { tapsOf, type Sae } from './sae';

/** The tokens of a text that count, as an SAE reads them. */
export interface Encoded {
	/** What it reads, [tokens × dIn], and what it reconstructs, [tokens × dOut]. */
	x: Float32Array;
	target: Float32Array;
	codes: Codes;
}

/** How the model reads a text: in chunks, between which it can do other work, or all at once, which is faster. */
interface Reading {
	chunks?: boolean;
	signal?: AbortSignal | undefined;
}

/**
 * Yields each text with what the SAEs make of it, from behind its special tokens. Lets other work in between; throws an
 * AbortError when aborted.
 */
export async function* encodeTexts(
	{ model, tokenizer }: Pick<Workbench, 'model' | 'tokenizer'>,
	saes: Map<SaeId, Sae>,
	texts: Iterable<number[]>,
	{ chunks = false, signal }: Reading
): AsyncGenerator<{ ids: number[]; encoded: Map<SaeId, Encoded> }> {
	const sites = tapsOf(saes.values());
	for (const ids of texts) {
		const taps = chunks
			? (await model.readOnce(ids, sites, signal)).taps
			: await model.texts([ids], sites, signal);
		const first = ids.findIndex((id) => !tokenizer.isSpecial(id));
		const encoded = new Map<SaeId, Encoded>();
		for (const [id, sae] of saes) {
			const x = taps.get(sae.tap)!.subarray(first * sae.spec.dIn);
			const target = taps.get(sae.target)!.subarray(first * sae.spec.dOut);
			encoded.set(id, { x, target, codes: await sae.encode(x, signal) });
			await breathe();
			signal?.throwIfAborted();
		}
		yield { ids, encoded };
	}
}

/** The codes of an SAE over texts, by token and by feature. */
export interface TextCodes {
	rows: Codes;
	columns: SparseColumns;
}

/** All texts' codes, one after another. `onText` is told how many texts are read, and the codes of the last. */
export async function codesOfTexts(
	bench: Pick<Workbench, 'model' | 'tokenizer'>,
	saes: Map<SaeId, Sae>,
	texts: number[][],
	reading: Reading,
	onText: (done: number, codes: Map<SaeId, Codes>) => void
): Promise<Map<SaeId, TextCodes>> {
	const parts = new Map<SaeId, Codes[]>([...saes.keys()].map((id) => [id, []]));
	let done = 0;
	onText(done, new Map());
	for await (const { encoded } of encodeTexts(bench, saes, texts, reading)) {
		const codes = new Map([...encoded].map(([id, found]) => [id, found.codes]));
		for (const [id, rows] of codes) parts.get(id)!.push(rows);
		onText(++done, codes);
	}
	return new Map(
		[...saes].map(([id, sae]) => {
			const rows = joined(parts.get(id)!);
			return [id, { rows, columns: byFeature(rows, sae.wDec.rows) }];
		})
	);
}
