/** What a walk over texts has gathered of several SAEs: plain data that can be stored, sharded and added up. */
import type { SaeId } from '../names/ids';
import { addTally, newTally, type Tally, type Window } from './tally';

/** Windows by which names are chosen, and held-out ones on which they are scored. */
const CHOSEN_ON = 64;
const SCORED_ON = 128;

/** Those of the smallest digests, out of any number. */
interface Sample {
	most: number;
	windows: Map<number, number[]>;
}

export interface Gathered {
	/** Documents that are done. */
	documents: number;
	/** Windows that are done of the next. */
	within: number;
	/** Of the documents done, those held out. */
	held: number;
	/** Windows seen. */
	windows: number;
	/** Windows that an example may lie in, by their digests, special tokens included. */
	texts: Map<number, number[]>;
	/** How many tokens at the beginning of a window are special. */
	first: number;
	fit: Sample;
	scored: Sample;
	tallies: Map<SaeId, Tally>;
}

export function newGathered(
	saes: { id: SaeId; dSae: number; dIn: number }[],
	first: number
): Gathered {
	return {
		documents: 0,
		within: 0,
		held: 0,
		windows: 0,
		texts: new Map(),
		first,
		fit: { most: CHOSEN_ON, windows: new Map() },
		scored: { most: SCORED_ON, windows: new Map() },
		tallies: new Map(saes.map(({ id, dSae, dIn }) => [id, newTally(dSae, dIn)]))
	};
}

/** Remembers a window's tokens as long as they are needed. */
export function keepWindow(gathered: Gathered, { digest, ids, held }: Window): void {
	gathered.windows++;
	draw(held ? gathered.scored : gathered.fit, digest, ids);
	if (held) return;
	gathered.texts.set(digest, Array.from(ids));
	// Looked through ever more rarely, so that it costs little however long the text is.
	if (gathered.texts.size >= 2048 && (gathered.texts.size & (gathered.texts.size - 1)) === 0)
		prune(gathered);
}

/** Adds the walk over another part of the texts, with the same SAEs. */
export function addGathered(into: Gathered, from: Gathered): void {
	into.documents += from.documents;
	into.held += from.held;
	into.windows += from.windows;
	for (const [digest, ids] of from.texts) into.texts.set(digest, ids);
	for (const name of ['fit', 'scored'] as const)
		for (const [digest, ids] of from[name].windows) draw(into[name], digest, ids);
	for (const [id, tally] of into.tallies) addTally(tally, from.tallies.get(id)!);
	prune(into);
}

/** Forgets windows in which no example lies. */
export function prune(gathered: Gathered): void {
	const used = new Set<number>();
	for (const { strongest, drawn } of gathered.tallies.values())
		for (const kept of [strongest, drawn]) kept.windows.forEach((digest) => used.add(digest));
	for (const digest of gathered.texts.keys()) if (!used.has(digest)) gathered.texts.delete(digest);
}

/** The windows of a sample, the smallest digest first. */
export function windowsIn({ windows }: Sample): number[][] {
	return [...windows].sort(([a], [b]) => a - b).map(([, ids]) => ids);
}

function draw({ most, windows }: Sample, digest: number, ids: ArrayLike<number>): void {
	if (windows.has(digest)) return;
	if (windows.size === most) {
		const largest = Math.max(...windows.keys());
		if (digest > largest) return;
		windows.delete(largest);
	}
	windows.set(digest, Array.from(ids));
}
