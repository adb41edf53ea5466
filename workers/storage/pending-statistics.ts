/** Statistics of a reader's text that were begun and not finished, stored so that a reload loses little of them. */
import type { CorpusTally } from '../../src/core/corpus/corpus-tally';
import { openValueStore, type ValueStore } from './files/database';

export interface PendingStatistics {
	/** Hash of the pack whose SAEs read the text. */
	pack: string;
	file: Blob;
	name: string;
	saes: string[];
	/** Bytes of the file that were read. */
	done: number;
	/** null at the beginning. */
	tally: CorpusTally | null;
}

let store: Promise<ValueStore<PendingStatistics>> | null = null;

/** In memory only where the browser has no database for it. */
export function openPendingStatistics(): Promise<ValueStore<PendingStatistics>> {
	return (store ??= openValueStore<PendingStatistics>().catch(inMemory));
}

function inMemory(): ValueStore<PendingStatistics> {
	let stored: PendingStatistics | null = null;
	return {
		get: async () => stored,
		put: async (value) => void (stored = value),
		remove: async () => void (stored = null)
	};
}
