/** Threads that are there to be measured: how much faster work is done by several than by one, on this machine and now. */
import { doPart, PLACES, preparedValues, SHARED_BYTES } from './shared-work';

/** Milliseconds after which a thread that has not started is taken for one that cannot. */
const PATIENCE = 5000;
/** Rounds on one thread, then together, in turns: what else the machine does meets both. */
const ROUNDS = 6;

export interface Timing {
	/** Milliseconds of some parts, each done by one thread. */
	alone: number;
	/** Milliseconds of as many rounds, each with a part for every thread. */
	together: number;
}

/**
 * How many times faster `threads` are than one. The slowest eighth is left out: a thread that is put aside once costs
 * more than all the rest, and where that is no exception more than an eighth shows it.
 */
export function speedup(threads: number, timings: Timing[]): number {
	const kept = timings
		.toSorted((a, b) => a.together - b.together)
		.slice(0, Math.ceil((7 / 8) * timings.length));
	const sum = (of: keyof Timing) => kept.reduce((total, timing) => total + timing[of], 0);
	return (threads * sum('alone')) / sum('together');
}

export class TimedThreads {
	readonly #values = preparedValues();

	private constructor(
		readonly workers: Worker[],
		readonly state: Int32Array
	) {}

	/** Starts `count` threads beside this one; null where they cannot be. Needs a page that is cross-origin isolated. */
	static async start(count: number): Promise<TimedThreads | null> {
		const workers: Worker[] = [];
		try {
			const memory = new SharedArrayBuffer(SHARED_BYTES);
			for (let index = 0; index < count; index++) workers.push(spawned());
			await Promise.all(workers.map((worker, index) => ready(worker, { memory, index })));
			const helpers = new TimedThreads(workers, new Int32Array(memory));
			helpers.time(count + 1);
			return helpers;
		} catch {
			for (const worker of workers) worker.terminate();
			return null;
		}
	}

	/** Does some rounds on one thread and some on `threads`: 1 ms where nothing else runs. Blocks this thread. */
	time(threads: number): Timing {
		this.#round(threads);
		const start = performance.now();
		for (let i = 0; i < ROUNDS; i++) doPart(this.#values);
		const half = performance.now();
		for (let i = 0; i < ROUNDS; i++) this.#round(threads);
		return { alone: half - start, together: performance.now() - half };
	}

	/** Ends all but the first `count`. */
	keep(count: number): void {
		for (const worker of this.workers.splice(count)) worker.terminate();
	}

	#round(threads: number): void {
		const { state } = this;
		Atomics.store(state, PLACES.helpers, threads - 1);
		Atomics.store(state, PLACES.done, 0);
		Atomics.add(state, PLACES.round, 1);
		Atomics.notify(state, PLACES.round);
		doPart(this.#values);
		const end = performance.now() + PATIENCE;
		for (let i = 1; Atomics.load(state, PLACES.done) < threads - 1; i++)
			if (i % 100_000 === 0 && performance.now() > end) break;
	}
}

const spawned = () =>
	new Worker(new URL('./timed-thread.worker.ts', import.meta.url), {
		type: 'module',
		name: 'timed-thread'
	});

function ready(worker: Worker, start: { memory: SharedArrayBuffer; index: number }): Promise<void> {
	return new Promise((resolve, reject) => {
		setTimeout(reject, PATIENCE);
		worker.onmessage = () => resolve();
		worker.onerror = (event) => {
			event.preventDefault();
			reject(new Error('A thread did not start.'));
		};
		worker.postMessage(start);
	});
}
