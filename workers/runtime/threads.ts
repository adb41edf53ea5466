/**
 * On how many threads WebAssembly runs: as many as help on this machine, by measurement, and one where a page may have no
 * others. onnxruntime's threads wait for each other awake: beside another program that uses a core they are slower than
 * one alone, so what was measured at the start is looked at again while they work.
 */
import type { Threads, ThreadsWish } from '../../src/core/packs/info';
import { TimedThreads, speedup, type Timing } from './timed-threads';

/** No more help a matrix of the sizes in question. */
const MOST = 8;
/** How many times faster twice as many threads have to be. */
const WORTH = 1.3;
/** Below this many times faster than one, several are given up: they are slower in what is not shared. */
const USELESS = 1.15;
/** Timings before the first decision, 1 ms each. */
const FIRST = 16;
/** Milliseconds of work between two looks, and how many looks are taken together. */
const BETWEEN = 300;
const LOOKS = 8;
/** Milliseconds after which the runtime's own threads have gone to sleep. */
const ASLEEP = 6;

export interface ChosenThreads extends Threads {
	/** Looks again while they work; null where the number is not to be changed. */
	watch: ThreadWatch | null;
}

const one = (reason: string): ChosenThreads => ({ count: 1, reason, watch: null });

/** Measures where there is a choice, which takes about a tenth of a second. */
export async function chooseThreads({ asked, refused }: ThreadsWish): Promise<ChosenThreads> {
	if (typeof crossOriginIsolated === 'undefined') return onCommandLine(asked);
	if (asked === 1) return one('The address asks for one thread (threads=1).');
	if (refused !== null) return one(refused);
	if (!crossOriginIsolated)
		return one('This browser allows one thread here: the page is not cross-origin isolated.');
	if (asked !== null) {
		const reason = `The address asks for ${asked} threads (threads=${asked}).`;
		return { count: asked, reason, watch: null };
	}
	const cores = navigator.hardwareConcurrency || 1;
	if (cores === 1) return one('This browser reports one processor core.');
	const most = Math.min(MOST, Math.max(2, Math.ceil(cores / 2)));
	const helpers = await TimedThreads.start(most - 1);
	if (!helpers) return one('The browser started no second thread.');
	const { count, faster } = fastest(helpers, most);
	helpers.keep(count - 1);
	if (count === 1)
		return one(
			'One thread: a second one gained too little when the engine started, as when other programs use the processor.'
		);
	const reason = `${count} threads were ${faster.toFixed(1)} times as fast as one when the engine started.`;
	return { count, reason, watch: new ThreadWatch(helpers, count) };
}

/** Node sets no limits, and nobody waits for a page: what is asked for, else one. */
function onCommandLine(asked: number | null): ChosenThreads {
	if (asked === null) return one('The command line takes one thread unless it is told otherwise.');
	return { count: asked, reason: `${asked} were asked for.`, watch: null };
}

/** Doubles the threads as long as that is worth it. */
function fastest(helpers: TimedThreads, most: number): { count: number; faster: number } {
	let best = { count: 1, faster: 1 };
	for (let count = 2; count <= most; count *= 2) {
		const timings = Array.from({ length: FIRST }, () => helpers.time(count));
		const faster = speedup(count, timings);
		if (faster < WORTH * best.faster) return best;
		best = { count, faster };
	}
	return best;
}

export class ThreadWatch {
	/** Called once, with the reason, when one thread would be faster. */
	onUseless: (reason: string) => void = () => undefined;
	#worked = 0;
	#looks: Timing[] = [];
	#said = false;

	constructor(
		readonly helpers: TimedThreads,
		readonly count: number
	) {}

	/** Told of each run of the runtime; now and then it takes some milliseconds to look whether several threads still help. */
	async ran(milliseconds: number): Promise<void> {
		this.#worked += milliseconds;
		if (this.#worked < BETWEEN || this.#said) return;
		this.#worked = 0;
		await new Promise((resolve) => setTimeout(resolve, ASLEEP));
		this.#looks = [...this.#looks.slice(1 - LOOKS), this.helpers.time(this.count)];
		const faster = speedup(this.count, this.#looks);
		if (this.#looks.length < LOOKS || faster >= USELESS) return;
		this.#said = true;
		this.helpers.keep(0);
		this.onUseless(
			`Back on one thread: ${this.count} gained too little, as when other programs use the processor.`
		);
	}
}
