/** How much memory a page takes, seen from three sides, and whether it stays where it was. */
import { readdirSync, readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';

/** Bytes; null where the machine or the browser does not say. */
export interface Sample {
	/** Seconds since the beginning. */
	at: number;
	/** The heap of the page's own thread. */
	page: number | null;
	/** The heaps of its workers and the buffers that they hold. */
	worker: number | null;
	/** The process that both run in. */
	renderer: number | null;
}

export const SIDES = ['page', 'worker', 'renderer'] as const;
type Side = (typeof SIDES)[number];

/** Seconds after which the level is taken, and how far from it memory may be later. */
export const WARM = 600;
const ALLOWED = 0.05;

/** What the page's developer tools say of it and of its workers. */
export class MemoryMeter {
	/** Sessions of the workers, by their targets. */
	readonly #workers = new Map<string, string>();
	readonly #waiting = new Map<number, (result: Usage | undefined) => void>();
	#asked = 0;

	private constructor(readonly devtools: CDPSession) {}

	static async on(page: Page): Promise<MemoryMeter> {
		const meter = new MemoryMeter(await page.context().newCDPSession(page));
		const { devtools } = meter;
		await devtools.send('Performance.enable');
		devtools.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
			if (targetInfo.type === 'worker') meter.#workers.set(targetInfo.targetId, sessionId);
		});
		devtools.on('Target.detachedFromTarget', ({ sessionId }) => {
			for (const [target, session] of meter.#workers)
				if (session === sessionId) meter.#workers.delete(target);
		});
		devtools.on('Target.receivedMessageFromTarget', ({ message }) => {
			const { id, result } = JSON.parse(message) as { id: number; result?: Usage };
			meter.#waiting.get(id)?.(result);
			meter.#waiting.delete(id);
		});
		await devtools.send('Target.setAutoAttach', {
			autoAttach: true,
			waitForDebuggerOnStart: false,
			flatten: false
		});
		return meter;
	}

	async sample(at: number): Promise<Sample> {
		// What the first frees may hold the last reference to more.
		for (let n = 0; n < 2; n++) await this.devtools.send('HeapProfiler.collectGarbage');
		const { metrics } = await this.devtools.send('Performance.getMetrics');
		const page = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? null;
		return { at, page, worker: await this.#workerBytes(), renderer: rendererBytes() };
	}

	async #workerBytes(): Promise<number | null> {
		let sum: number | null = null;
		for (const session of this.#workers.values()) {
			for (let n = 0; n < 2; n++) await this.#ask(session, 'HeapProfiler.collectGarbage');
			const usage = await this.#ask(session, 'Runtime.getHeapUsage');
			if (usage?.usedSize === undefined) continue;
			sum = (sum ?? 0) + usage.usedSize + (usage.backingStorageSize ?? 0);
		}
		return sum;
	}

	/** A worker that is busy for long is passed over. */
	#ask(sessionId: string, method: string): Promise<Usage | undefined> {
		const id = ++this.#asked;
		return new Promise((resolve) => {
			this.#waiting.set(id, resolve);
			setTimeout(() => resolve(undefined), 10_000);
			void this.devtools.send('Target.sendMessageToTarget', {
				sessionId,
				message: JSON.stringify({ id, method })
			});
		});
	}
}

interface Usage {
	usedSize?: number;
	backingStorageSize?: number;
}

/** The resident memory of the largest renderer below this process. */
function rendererBytes(): number | null {
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
