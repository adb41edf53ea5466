/** What a pass over a corpus has counted of several SAEs: plain data that can be stored, sharded and merged. */
import type { SaeId } from '../names/ids';
import { mergeSaeTallies, newSaeTally, type SaeTally } from './sae-tally';
import type { TokenWindow } from './windows';

/** Windows by which names are chosen, and held-out ones on which they are scored. */
const FIT = 64;
const SCORED = 128;

/** The windows of the smallest digests, out of any number. */
interface WindowSample {
	size: number;
	/** Token ids by digest. */
	windows: Map<number, number[]>;
}

export interface CorpusTally {
	/** Documents that are done. */
	documents: number;
	/** Windows that are done of the next document. */
	within: number;
	/** Of the documents done, those held out. */
	held: number;
	/** Windows read. */
	windows: number;
	/** Windows that an example may be from, special tokens included, by their digests. */
	texts: Map<number, number[]>;
	/** How many special tokens a window begins with. */
	first: number;
	fit: WindowSample;
	scored: WindowSample;
	saes: Map<SaeId, SaeTally>;
}

export function newCorpusTally(
	saes: { id: SaeId; dSae: number; dIn: number }[],
	first: number
): CorpusTally {
	return {
		documents: 0,
		within: 0,
		held: 0,
		windows: 0,
		texts: new Map(),
		first,
		fit: { size: FIT, windows: new Map() },
		scored: { size: SCORED, windows: new Map() },
		saes: new Map(saes.map(({ id, dSae, dIn }) => [id, newSaeTally(dSae, dIn)]))
	};
}

/** Tokens that counted. */
export const tokensOf = ({ saes }: CorpusTally): number => [...saes.values()][0]?.tokens ?? 0;

/** Remembers the tokens of a window as long as an example may be from it. */
export function keepWindow(tally: CorpusTally, { digest, ids, held }: TokenWindow): void {
	tally.windows++;
	sampleWindow(held ? tally.scored : tally.fit, digest, ids);
	if (held) return;
	tally.texts.set(digest, Array.from(ids));
	// At powers of two only, so that it costs little however long the corpus is.
	if (tally.texts.size >= 2048 && (tally.texts.size & (tally.texts.size - 1)) === 0) prune(tally);
}

/** Adds what was counted of another part of the corpus, with the same SAEs. */
export function mergeCorpusTallies(into: CorpusTally, from: CorpusTally): void {
	into.documents += from.documents;
	into.held += from.held;
	into.windows += from.windows;
	for (const [digest, ids] of from.texts) into.texts.set(digest, ids);
	for (const name of ['fit', 'scored'] as const)
		for (const [digest, ids] of from[name].windows) sampleWindow(into[name], digest, ids);
	for (const [id, tally] of into.saes) mergeSaeTallies(tally, from.saes.get(id)!);
	prune(into);
}

/** Forgets windows that no example is from. */
export function prune({ saes, texts }: CorpusTally): void {
	const used = new Set<number>();
	for (const { strongest, drawn } of saes.values())
		for (const { windows } of [strongest, drawn]) windows.forEach((digest) => used.add(digest));
	for (const digest of texts.keys()) if (!used.has(digest)) texts.delete(digest);
}

/** Token ids of a sample's windows, in the order of their digests. */
export function windowsIn({ windows }: WindowSample): number[][] {
	return [...windows].sort(([a], [b]) => a - b).map(([, ids]) => ids);
}

function sampleWindow(
	{ size, windows }: WindowSample,
	digest: number,
	ids: ArrayLike<number>
): void {
	if (windows.has(digest)) return;
	if (windows.size === size) {
		const largest = Math.max(...windows.keys());
		if (digest > largest) return;
		windows.delete(largest);
	}
	windows.set(digest, Array.from(ids));
}
