/** Statistics of a reader's text that were begun and not finished. */
import type { CorpusTally } from '../../src/core/corpus/corpus-tally';
import { openPending } from './pending-work';

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

export const openPendingStatistics = () => openPending<PendingStatistics>('texts');
