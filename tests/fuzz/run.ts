/** Runs hostile inputs through parsers, in a thread, and says what went wrong. */
import { Worker } from 'node:worker_threads';

/** What a thread is given to read. */
export interface Work {
	parser: string;
	seed: number;
	/** Inputs from this one up to the other. */
	from: number;
	to: number;
	/** Milliseconds since 1970 from which `current[1]` counts. */
	least: number;
	/** Shared: the input in hand, and when it was begun. */
	current: Int32Array;
}

export interface Fault {
	parser: string;
	seed: number;
	index: number;
	kind: 'error' | 'hang' | 'memory' | 'pollution';
	what: string;
}

/** What a thread says. */
export interface Told {
	fault?: Fault;
	/** `refused`: how many inputs ended in a Problem; the others were read. */
	done?: { refused: number };
	/** The parser could not be prepared. */
	broken?: string;
}

export interface Ran {
	parser: string;
	inputs: number;
	refused: number;
	faults: Fault[];
	seconds: number;
}

/** In place of an index: no input is in hand. */
export const NOTHING = -1;
/** Bytes by which the process may grow while an input is in hand. */
export const MOST_GROWTH = 1e9;
/** Milliseconds of a core that an input may take: a busy machine lends fewer to the second. */
const LONGEST = 5000;
/** Milliseconds after which an input that takes none of them waits for something that does not come. */
const LONGEST_WAIT = 60_000;
/** Between two looks at the thread. */
const LOOK = 50;
/** Faults after which a parser is left alone. */
const ENOUGH = 5;

export class Fuzzer {
	#thread: Worker | null = null;

	/** Inputs are numbered: the same number of the same seed is the same input. One that hangs is passed over. */
	async run(parser: string, seed: number, from: number, inputs: number): Promise<Ran> {
		const ran: Ran = { parser, inputs: 0, refused: 0, faults: [], seconds: 0 };
		const begun = performance.now();
		for (let at = from; at < from + inputs && ran.faults.length < ENOUGH;) {
			const next = await this.#read(ran, seed, at, from + inputs);
			ran.inputs += next - at;
			at = next;
		}
		ran.seconds = (performance.now() - begun) / 1000;
		return ran;
	}

	async close(): Promise<void> {
		await this.#thread?.terminate();
		this.#thread = null;
	}

	/** Returns the number of the first input that was not read. */
	#read(ran: Ran, seed: number, from: number, to: number): Promise<number> {
		const current = new Int32Array(new SharedArrayBuffer(8)).fill(NOTHING);
		const { parser } = ran;
		const work: Work = { parser, seed, from, to, least: Date.now(), current };
		const thread = (this.#thread ??= new Worker(new URL('./thread.mjs', import.meta.url), {
			resourceLimits: { maxOldGenerationSizeMb: 3000 }
		}));
		return new Promise((resolve) => {
			let level = process.memoryUsage.rss();
			let seen = NOTHING;
			let used = process.cpuUsage();
			const watch = setInterval(() => {
				const [index, begun] = [current[0]!, current[1]!];
				if (index !== seen) {
					level = process.memoryUsage.rss();
					used = process.cpuUsage();
				}
				seen = index;
				if (index === NOTHING) return;
				const { user, system } = process.cpuUsage(used);
				const waited = Date.now() - work.least - begun;
				if (user + system > 1000 * LONGEST || waited > LONGEST_WAIT)
					end('hang', `It took more than ${LONGEST} ms.`);
				else if (process.memoryUsage.rss() - level > 1.5 * MOST_GROWTH)
					end('memory', 'The process grew and grew.');
			}, LOOK);
			const finish = (next: number) => {
				clearInterval(watch);
				thread.off('message', heard).off('error', failed).off('exit', ended);
				resolve(next);
			};
			/** The thread is of no use any more. */
			const end = (kind: Fault['kind'], what: string) => {
				const index = Math.max(from, current[0]!);
				ran.faults.push({ parser, seed, index, kind, what });
				this.#thread = null;
				void thread.terminate();
				finish(index + 1);
			};
			const heard = ({ fault, done, broken }: Told) => {
				if (broken !== undefined) return end('error', broken);
				if (fault) ran.faults.push(fault);
				if (done) {
					ran.refused += done.refused;
					finish(to);
				} else if (fault && ran.faults.length >= ENOUGH) {
					this.#thread = null;
					void thread.terminate();
					finish(fault.index + 1);
				}
			};
			const failed = (error: Error) =>
				end('error', `The thread ended: ${error.stack ?? error.message}`);
			const ended = () => end('error', 'The thread ended.');
			thread.on('message', heard).on('error', failed).on('exit', ended);
			thread.postMessage(work);
		});
	}
}

/** A fault, and how to see it again. */
export const reportOf = ({ parser, seed, index, kind, what }: Fault): string =>
	`${parser}, input ${index} of seed ${seed}: ${kind}. ${what}\n` +
	`Again: npm run fuzz -- --only "${parser}" --seed ${seed} --from ${index} --inputs 1`;
