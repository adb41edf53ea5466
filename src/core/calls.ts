/** How far a long piece of work has come. `total` is 0 while it is not known. */
export interface Progress {
	phase: 'download' | 'verify' | 'store' | 'prepare' | 'read' | 'write' | 'match' | 'measure';
	/** The file, site or step in hand, for people. */
	what: string;
	done: number;
	total: number;
}

export type OnProgress = (progress: Progress) => void;
