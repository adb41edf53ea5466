/** The one walk over a reader's text that was begun and not finished: kept, so that a reload loses little of it. */
import type { Gathered } from '../../src/core/corpus/tallies';
import { openWalkStore, type WalkStore } from './files/database';

export interface WalkRecord {
	/** Hash of the pack that it walks with. */
	pack: string;
	file: Blob;
	name: string;
	saes: string[];
	/** Bytes of the file that were read. */
	done: number;
	/** null at the beginning. */
	gathered: Gathered | null;
}

let store: Promise<WalkStore<WalkRecord>> | null = null;

/** In memory only where the browser has no database for it. */
export function openWalks(): Promise<WalkStore<WalkRecord>> {
	return (store ??= openWalkStore<WalkRecord>().catch(inMemory));
}

function inMemory(): WalkStore<WalkRecord> {
	let kept: WalkRecord | null = null;
	return {
		get: async () => kept,
		put: async (record) => void (kept = record),
		remove: async () => void (kept = null)
	};
}
