/**
 * The page's side of the engine: starts the worker, and lets no call hang. comlink listens for messages
 * only, so each call also races against its own cancellation and against the loss of the worker.
 */
import { proxy, wrap, type Remote } from 'comlink';
import { methods, type Progress, type Watch } from '../core/calls';
import { BEFORE_TEST, STORING, WITHOUT_PACK, type Engine } from '../core/engine';
import { codeOf, Problem } from '../core/names/errors';
import type { OpenRequest } from '../core/packs/info';

/** What the worker offers: `workers/calls/serve.ts`. */
interface Served {
	call(
		name: string,
		request: unknown,
		job: number,
		report: (report: { progress?: Progress; part?: unknown }) => void
	): unknown;
	cancel(job: number): void;
}

/** What the worker says by itself: that it listens, that it still does, and that one thread would be faster. */
interface Told {
	kind: 'alive' | 'pong' | 'one-thread';
	/** First message: a Web Lock that it holds as long as it lives; '' where there are none. */
	lock?: string;
	/** Last one: why. */
	reason?: string;
}

interface Live {
	worker: Worker;
	served: Remote<Served>;
	/** The worker listens: what is sent before that may be lost. */
	ready: Promise<void>;
	/** Ends of the calls under way, told when the worker is gone. A promise raced by every call would keep their answers. */
	waiting: Set<(problem: Problem) => void>;
	/** Why the worker is gone; null while it is not. */
	gone: Problem | null;
	/** Done when a pack is open; null while nobody has asked for one in this worker. */
	opened: Promise<unknown> | null;
	/** It has said that it listens. */
	listens: boolean;
	/** Calls under way. */
	calls: number;
	/** When it was asked for a word that has not come; null: it has answered. */
	asked: number | null;
	/** Why one thread would be faster than those it has; null while that is not so. */
	useless: string | null;
}

/** Milliseconds between two looks whether a worker still answers. */
const BEAT = 5000;
/** Milliseconds without a call after which a worker may be replaced. */
const QUIET = 1500;

const spawnEngine = () =>
	new Worker(new URL('../../workers/engine.worker.ts', import.meta.url), {
		type: 'module',
		name: 'engine'
	});

export class EngineClient {
	readonly calls: Engine = methods((name, request, watch) => this.#call(name, request, watch));
	/** Called each time the worker is gone; the next call starts another and opens the same pack. */
	onLost: (problem: Problem) => void = ignore;
	/**
	 * Told how many milliseconds the worker has said nothing while calls are under way, and 0 once it does. One run of
	 * a large model takes a while; a hostile pattern may take for ever.
	 */
	onSilence: (milliseconds: number) => void = ignore;
	/** Called at a quiet moment when one thread would be faster: whether the worker may be replaced now. */
	onSlower: () => boolean = () => false;
	readonly #spawn: () => Worker;
	/** Why workers get one thread from now on; null: as many as was asked for, or as help. */
	#single: string | null = null;
	#live: Live | null = null;
	#last: OpenRequest | null = null;
	#jobs = 0;

	constructor(spawn: () => Worker = spawnEngine, beat = BEAT) {
		this.#spawn = spawn;
		setInterval(() => this.#listen(), beat);
	}

	/** Starts the worker if it does not run; every call does so by itself. */
	start(): void {
		this.#alive();
	}

	/** Ends the worker at once; calls under way reject with `worker-lost`. */
	kill(): void {
		if (this.#live) this.#lose(this.#live, restarted());
	}

	#listen(): void {
		const live = this.#live;
		if (!live?.listens || live.calls === 0) return;
		if (live.asked !== null) return this.onSilence(performance.now() - live.asked);
		live.asked = performance.now();
		live.worker.postMessage({ kind: 'ping' });
	}

	async #call(name: string, request: unknown, watch: Watch<unknown>): Promise<unknown> {
		watch.signal?.throwIfAborted();
		const live = this.#alive();
		if (name === 'open') return this.#open(live, request, watch);
		if (!WITHOUT_PACK.has(name)) await this.#packIn(live, name, watch.signal);
		const answer = await this.#race(live, name, request, watch);
		if (STORING.has(name) && answer !== false) void navigator.storage?.persist().catch(ignore);
		return answer;
	}

	#open(live: Live, request: unknown, watch: Watch<unknown>): Promise<unknown> {
		const opened = this.#openIn(live, request as OpenRequest, watch);
		live.opened = opened;
		opened.then(
			() => (this.#last = request as OpenRequest),
			() => live.opened === opened && (live.opened = null)
		);
		return opened;
	}

	/** Where threads fail, another worker does it on one. */
	async #openIn(live: Live, request: OpenRequest, watch: Watch<unknown>): Promise<unknown> {
		const single = this.#single;
		const wanted = single ? { ...request, threads: { asked: null, refused: single } } : request;
		try {
			return await this.#race(live, 'open', wanted, watch);
		} catch (error) {
			if (codeOf(error) !== 'no-threads' || single) throw error;
			this.#single = (error as Error).message;
			if (this.#live === live) this.#end(live);
			return this.#open(this.#alive(), request, watch);
		}
	}

	/** Once nothing has been asked for a while, a worker whose threads do not help makes room for one without. */
	#replaceWhenQuiet(live: Live): void {
		setTimeout(() => {
			if (this.#live !== live || live.calls > 0 || !this.onSlower()) return;
			this.#single = live.useless;
			this.#end(live);
		}, QUIET);
	}

	/** Waits for the pack, unless the worker does so itself; in a worker that replaces a lost one it is opened first. */
	async #packIn(live: Live, name: string, signal: AbortSignal | undefined): Promise<void> {
		if (!live.opened && this.#last) this.#open(live, this.#last, {}).catch(ignore);
		if (live.opened && !BEFORE_TEST.has(name)) await Promise.race([live.opened, aborted(signal)]);
	}

	/** Nothing is told to a caller who has ended the call, nor of a worker that is gone. */
	async #race(
		live: Live,
		name: string,
		request: unknown,
		{ signal, onProgress, onPart }: Watch<unknown>
	): Promise<unknown> {
		signal?.throwIfAborted();
		const job = ++this.#jobs;
		const ended = new AbortController();
		const report = proxy((told: { progress?: Progress; part?: unknown }) => {
			if (signal?.aborted || this.#live !== live) return;
			if (told.progress) onProgress?.(told.progress);
			else onPart?.(told.part);
		});
		const cancel = () => void live.served.cancel(job).catch(ignore);
		if (live.gone) throw live.gone;
		const { promise: lost, reject: lose } = Promise.withResolvers<never>();
		live.calls++;
		live.waiting.add(lose);
		try {
			const answer = live.ready.then(() => {
				signal?.throwIfAborted();
				return live.served.call(name, request, job, report);
			});
			return await Promise.race([answer, lost, aborted(signal, ended.signal, cancel)]);
		} catch (error) {
			// A worker that has loaded a damaged runtime loads no other.
			if (codeOf(error) === 'runtime-damaged' && this.#live === live) this.#end(live);
			throw error;
		} finally {
			live.calls--;
			live.waiting.delete(lose);
			if (live.calls === 0 && live.useless) this.#replaceWhenQuiet(live);
			ended.abort();
		}
	}

	#alive(): Live {
		if (this.#live) return this.#live;
		const worker = this.#spawn();
		const { promise: ready, resolve } = Promise.withResolvers<void>();
		const served = wrap<Served>(worker);
		const begun = { opened: null, listens: false, calls: 0, asked: null, useless: null };
		const live: Live = { worker, served, ready, waiting: new Set(), gone: null, ...begun };
		worker.addEventListener('message', ({ data }: MessageEvent<Partial<Told> | null>) => {
			if (live.asked !== null && this.#live === live) this.onSilence(0);
			live.asked = null;
			if (data?.kind === 'one-thread') {
				live.useless = data.reason ?? null;
				if (live.calls === 0) this.#replaceWhenQuiet(live);
			}
			if (data?.kind !== 'alive') return;
			live.listens = true;
			resolve();
			if (data.lock)
				void navigator.locks.request(data.lock, () => this.#lose(live, stopped())).catch(ignore);
		});
		worker.addEventListener('error', (event) => {
			event.preventDefault();
			this.#lose(live, live.listens ? stopped(event.message) : notStarted(event.message));
		});
		return (this.#live = live);
	}

	#end(live: Live): void {
		this.#live = null;
		live.worker.terminate();
	}

	#lose(live: Live, problem: Problem): void {
		if (this.#live !== live) return;
		this.#end(live);
		live.gone = problem;
		for (const lose of live.waiting) lose(problem);
		this.onSilence(0);
		this.onLost(problem);
	}
}

const stopped = (cause?: string): Problem =>
	new Problem(
		'worker-lost',
		'The engine stopped, most likely because memory ran out.',
		'Try again: it starts anew by itself. If it happens again, close other tabs.',
		{ cause }
	);

const notStarted = (cause?: string): Problem =>
	new Problem(
		'worker-lost',
		'The engine did not start: its program could not be loaded from this site.',
		'Check the connection and try again; if it stays so, reload the page.',
		{ cause }
	);

const restarted = (): Problem =>
	new Problem('worker-lost', 'The engine was started again.', 'What it was doing has ended.');

function ignore(): void {
	// Whoever cares has its own promise.
}

/** Rejects with an AbortError when `signal` aborts; without a signal it never settles. */
function aborted(
	signal: AbortSignal | undefined,
	until?: AbortSignal,
	onAbort: () => void = ignore
): Promise<never> {
	return new Promise((_, reject) => {
		signal?.addEventListener(
			'abort',
			() => {
				onAbort();
				reject(new DOMException('Cancelled.', 'AbortError'));
			},
			{ once: true, ...(until && { signal: until }) }
		);
	});
}
