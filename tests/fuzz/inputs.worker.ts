/** Reads hostile inputs one after the other in a thread that may be ended when one of them never is. */
import { parentPort } from 'node:worker_threads';
import { isAbort, Problem } from '../../src/core/names/errors';
import { Draws } from '../draws';
import { seedOf, type Attempt } from './parser';
import { PARSERS } from './parsers/parsers';
import { MOST_GROWTH, NOTHING, type Fault, type Told, type Work } from './run';

const tell = (told: Told) => parentPort!.postMessage(told);
const described = (error: unknown): string =>
	(error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 1500);

/** What no input may leave behind. */
const SHARED = [Object, Array, String, Number, Function, Map, Promise].map(
	(one) => one.prototype as object
);
const sharedKeys = () => SHARED.map((one) => Reflect.ownKeys(one).map(String).join()).join(';');
const soundKeys = sharedKeys();

const attempts = new Map<string, Attempt>();
let inHand: Work | null = null;

function fault(kind: Fault['kind'], what: string): void {
	if (!inHand) return;
	const { parser, seed, current } = inHand;
	tell({ fault: { parser, seed, index: current[0]!, kind, what } });
}

/** Errors that nobody waits for. */
for (const event of ['uncaughtException', 'unhandledRejection'])
	process.on(event, (error: unknown) => fault('error', `${event}: ${described(error)}`));

/** Whether it was refused. */
async function readOne(attempt: Attempt, draws: Draws): Promise<boolean> {
	const before = process.memoryUsage.rss();
	const peak = process.resourceUsage().maxRSS * 1024;
	let isRefused = false;
	try {
		await attempt(draws);
	} catch (error) {
		isRefused = error instanceof Problem || isAbort(error);
		if (!isRefused) fault('error', described(error));
	}
	const after = process.resourceUsage().maxRSS * 1024;
	// The peak says nothing of an input that stays below an earlier one's.
	if (after > peak && after - before > MOST_GROWTH)
		fault('memory', `The process grew by ${Math.round((after - before) / 1e6)} MB.`);
	if (sharedKeys() !== soundKeys)
		fault('pollution', 'A prototype that all objects share was changed.');
	return isRefused;
}

// What sound inputs are made from is sound: an error there ends the thread, and with it the run.
parentPort!.on('message', (work: Work) => {
	run(work).catch((error: unknown) => tell({ broken: described(error) }));
});

async function run(work: Work): Promise<void> {
	const { parser, seed, from, to, least, current } = work;
	inHand = work;
	const attempt =
		attempts.get(parser) ?? (await PARSERS.find(({ name }) => name === parser)!.prepare());
	attempts.set(parser, attempt);
	let refused = 0;
	for (let index = from; index < to; index++) {
		current[1] = Date.now() - least;
		current[0] = index;
		if (await readOne(attempt, new Draws(seedOf(seed, parser, index)))) refused++;
	}
	current[0] = NOTHING;
	inHand = null;
	tell({ done: { refused } });
}
