/** How much memory a page takes, seen from three sides, and whether it stays where it was. */
import { readdirSync, readFileSync } from 'node:fs';

/** Bytes; null where they are not measured. */
export interface Sample {
	/** Seconds since the beginning. */
	at: number;
	/** What the page's own thread keeps, by `measureUserAgentSpecificMemory`. */
	page: number | null;
	/** What its workers keep. */
	worker: number | null;
	/** The process that both run in. */
	renderer: number | null;
}

export const SIDES = ['page', 'worker', 'renderer'] as const;
type Side = (typeof SIDES)[number];

/** Seconds after which the level is taken, and how far from it memory may be later. */
export const WARM = 600;
const ALLOWED = 0.05;

/** The resident memory of the largest renderer below this process. */
export function rendererBytes(): number | null {
	try {
		const sizes = readdirSync('/proc')
			.filter((name) => /^\d+$/.test(name))
			.map((pid) => (isRendererBelow(pid, process.pid) ? residentBytes(pid) : 0));
		return Math.max(...sizes) || null;
	} catch {
		return null;
	}
}

function isRendererBelow(pid: string, ancestor: number): boolean {
	try {
		if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) return false;
		for (let at = pid; at !== '0' && at !== '1';) {
			if (at === String(ancestor)) return true;
			at = /PPid:\s+(\d+)/.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? '0';
		}
		return false;
	} catch {
		// It has ended meanwhile.
		return false;
	}
}

function residentBytes(pid: string): number {
	try {
		const [, kb] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
		return 1024 * Number(kb ?? 0);
	} catch {
		return 0;
	}
}

export interface Level {
	side: Side;
	/** The median of the first samples after the first ten minutes, and of the last ones. */
	level: number;
	last: number;
	/** last ÷ level − 1 */
	change: number;
	isSteady: boolean;
}

/** One line for each side; nothing for a side, or a run, that says too little. Falling memory is no fault. */
export function levelsOf(samples: Sample[], warm = WARM): Level[] {
	return SIDES.flatMap((side) => {
		const values = samples
			.filter(({ at, [side]: value }) => at >= warm && value !== null)
			.map((sample) => sample[side]!);
		const part = Math.max(1, Math.floor(values.length / 4));
		if (values.length < 4) return [];
		const [level, last] = [median(values.slice(0, part)), median(values.slice(-part))];
		const change = last / level - 1;
		return [{ side, level, last, change, isSteady: change <= ALLOWED }];
	});
}

const median = (values: number[]): number =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
