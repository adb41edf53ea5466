/**
 * The page's side of the engine: starts the worker, and lets no call hang. comlink listens for messages
 * only, so each call also races against its own cancellation and against the loss of the worker.
 */
import { proxy, wrap, type Remote } from 'comlink';
import type { Engine } from '../core/engine';
import type { FeatureCard, FeatureLine } from '../core/features/feature';
import type { FeatureId, SaeId } from '../core/names/ids';
import type { FlowGraph, FlowRequest } from '../core/flow/graph';
import type { Opened, OpenRequest } from '../core/packs/info';
import type { Progress } from '../core/calls';
import type { ReadingPart, ReadRequest } from '../core/prompt/reading';
import type { WriteRequest, Written, WrittenToken } from '../core/steering/writing';
import type { Remeasured } from '../core/packs/check';
import { Problem } from '../core/names/errors';
import type { DeactivationRequest } from '../core/labs/deactivation';
import type { DivergenceRequest, SteeringRequest } from '../core/labs/steering-effect';
import type { EdgeRequest, EdgeTest } from '../core/labs/edge';
import type {
	MatchAnswer,
	MatchRequest,
	NullRow,
	PairMatches,
	PairRequest
} from '../core/features/matches';
import type { OnArm, OnTrials } from '../core/engine';
import type { PromptFlow, PromptFlowRequest } from '../core/flow/prompt';
import type { Reproduction, ReproductionSettings } from '../core/labs/reproduction';
import type { Chosen, Exported, Imported, StorageReport, Verified } from '../core/packs/stored';
import type { Workshop } from '../core/workshop';
import { aborted, ignore, type Send } from './aborting';
import { WorkshopClient, type Watched } from './workshop-client';

/** comlink calls into objects within the engine; its types know functions only. */
type RemoteEngine = Remote<Omit<Engine, 'workshop'>> & { workshop: Workshop };

type Ask<T> = (engine: RemoteEngine, job: number, send: Send) => Promise<T>;

/** The worker's first message: it holds this Web Lock as long as it lives; '' where there are none. */
interface Alive {
	kind: 'alive';
	lock: string;
}

interface Live {
	worker: Worker;
	engine: RemoteEngine;
	/** The worker listens: what is sent before that may be lost. */
	ready: Promise<void>;
	/** Rejects when the worker is gone. */
	lost: Promise<never>;
	lose: (problem: Problem) => void;
	/** Done when a pack is open; null while nobody has asked for one in this worker. */
	opened: Promise<unknown> | null;
}

const spawnEngine = () =>
	new Worker(new URL('../../workers/engine.worker.ts', import.meta.url), {
		type: 'module',
		name: 'engine'
	});

export class EngineClient {
	/** Called each time the worker is gone; the next call starts another and opens the same pack. */
	onLost: (problem: Problem) => void = () => undefined;
	/** What is done to packs beside running and keeping them. */
	readonly workshop = new WorkshopClient({
		ask: (call, signal) =>
			this.#race(this.#alive(), (engine, job, send) => call(engine.workshop, job, send), signal),
		askOpen: (call, signal) =>
			this.#call((engine, job, send) => call(engine.workshop, job, send), signal),
		stored: askToPersist
	});
	readonly #spawn: () => Worker;
	#live: Live | null = null;
	#last: OpenRequest | null = null;
	#jobs = 0;

	constructor(spawn: () => Worker = spawnEngine) {
		this.#spawn = spawn;
	}

	/** Starts the worker if it does not run; every call does so by itself. */
	start(): void {
		this.#alive();
	}

	/** Ends the worker at once; calls under way reject with `worker-lost`. */
	kill(): void {
		if (this.#live) this.#lose(this.#live);
	}

	open(
		request: OpenRequest,
		{
			signal,
			onProgress = ignore
		}: { signal?: AbortSignal; onProgress?: (p: Progress) => void } = {}
	): Promise<Opened> {
		const live = this.#alive();
		const opened = this.#race(
			live,
			(engine, job, send) => engine.open(request, job, send(onProgress)),
			signal
		);
		live.opened = opened;
		opened.then(
			() => (this.#last = request),
			() => live.opened === opened && (live.opened = null)
		);
		return opened;
	}

	tokenize(text: string, signal?: AbortSignal): ReturnType<Engine['tokenize']> {
		return this.#call((engine) => engine.tokenize(text), signal);
	}

	/** Parts come in the engine's order; none after `signal` is aborted. */
	read(
		request: ReadRequest,
		{ signal, onPart }: { signal?: AbortSignal; onPart: (part: ReadingPart) => void }
	): Promise<void> {
		return this.#call((engine, job, send) => engine.read(request, job, send(onPart)), signal);
	}

	feature(id: FeatureId, signal?: AbortSignal): Promise<FeatureCard> {
		return this.#call((engine) => engine.feature(id), signal);
	}

	lines(ids: FeatureId[], signal?: AbortSignal): Promise<FeatureLine[]> {
		return this.#call((engine) => engine.lines(ids), signal);
	}

	flow(request: FlowRequest, signal?: AbortSignal): Promise<FlowGraph> {
		return this.#call((engine) => engine.flow(request), signal);
	}

	write(
		request: WriteRequest,
		{ signal, onToken = ignore }: { signal?: AbortSignal; onToken?: (t: WrittenToken) => void } = {}
	): Promise<Written> {
		return this.#call((engine, job, send) => engine.write(request, job, send(onToken)), signal);
	}

	/** Measures again what the pack states of its SAEs; ends between two texts when cancelled. */
	remeasure({
		signal,
		onProgress = ignore
	}: { signal?: AbortSignal; onProgress?: (p: Progress) => void } = {}): Promise<Remeasured> {
		return this.#call((engine, job, send) => engine.remeasure(job, send(onProgress)), signal);
	}

	matches(
		request: MatchRequest,
		{ signal, onProgress = ignore }: Watched = {}
	): Promise<MatchAnswer> {
		return this.#call(
			(engine, job, send) => engine.matches(request, job, send(onProgress)),
			signal
		);
	}

	matchPair(
		request: PairRequest,
		{ signal, onProgress = ignore }: Watched = {}
	): Promise<PairMatches> {
		return this.#call(
			(engine, job, send) => engine.matchPair(request, job, send(onProgress)),
			signal
		);
	}

	nulls(
		pair: { from: SaeId; target: SaeId },
		{ signal, onProgress = ignore }: Watched = {}
	): Promise<NullRow[]> {
		return this.#call((engine, job, send) => engine.nulls(pair, job, send(onProgress)), signal);
	}

	testEdge(request: EdgeRequest, { signal, onProgress = ignore }: Watched = {}): Promise<EdgeTest> {
		return this.#call(
			(engine, job, send) => engine.testEdge(request, job, send(onProgress)),
			signal
		);
	}

	/** Trials come as they are made. */
	deactivate(
		request: DeactivationRequest,
		{ signal, onTrials }: { signal?: AbortSignal; onTrials: OnTrials }
	): Promise<void> {
		return this.#call(
			(engine, job, send) => engine.deactivate(request, job, send(onTrials)),
			signal
		);
	}

	promptFlow(request: PromptFlowRequest, signal?: AbortSignal): Promise<PromptFlow> {
		return this.#call((engine, job) => engine.promptFlow(request, job), signal);
	}

	/** Arms come as they are measured. */
	measureSteering(
		request: SteeringRequest,
		{ signal, onArm }: { signal?: AbortSignal; onArm: OnArm }
	): Promise<void> {
		return this.#call(
			(engine, job, send) => engine.measureSteering(request, job, send(onArm)),
			signal
		);
	}

	reproduce(
		settings: ReproductionSettings,
		{ signal, onProgress = ignore }: Watched = {}
	): Promise<Reproduction> {
		return this.#call(
			(engine, job, send) => engine.reproduce(settings, job, send(onProgress)),
			signal
		);
	}

	/** The measurement that the pack brings; null when it brings none. */
	reproduced(signal?: AbortSignal): Promise<Reproduction | null> {
		return this.#call((engine, job) => engine.reproduced(job), signal);
	}

	divergence(request: DivergenceRequest, signal?: AbortSignal): Promise<number> {
		return this.#call((engine, job) => engine.divergence(request, job), signal);
	}

	/**
	 * Stores whatever of the pack is not stored yet; true once a reload needs no network. Then the browser
	 * is asked not to throw it away when room gets scarce, which only a page may ask.
	 */
	async keep({
		signal,
		onProgress = ignore
	}: { signal?: AbortSignal; onProgress?: (p: Progress) => void } = {}): Promise<boolean> {
		const kept = await this.#call(
			(engine, job, send) => engine.keep(job, send(onProgress)),
			signal
		);
		if (kept) askToPersist();
		return kept;
	}

	storage(signal?: AbortSignal): Promise<StorageReport> {
		return this.#race(this.#alive(), (engine) => engine.storage(), signal);
	}

	/** Deletes a stored pack by its hash. */
	forget(hash: string, signal?: AbortSignal): Promise<void> {
		return this.#race(this.#alive(), (engine) => engine.forget(hash), signal);
	}

	/** Deletes what no stored pack uses. */
	tidyStorage(signal?: AbortSignal): Promise<void> {
		return this.#race(this.#alive(), (engine) => engine.tidyStorage(), signal);
	}

	/** Reads and hashes every stored file of a pack again. */
	verifyPack(hash: string, { signal, onProgress = ignore }: Watched = {}): Promise<Verified> {
		return this.#race(
			this.#alive(),
			(engine, job, send) => engine.verifyPack(hash, job, send(onProgress)),
			signal
		);
	}

	/** A stored pack as one file. */
	exportPack(hash: string, { signal, onProgress = ignore }: Watched = {}): Promise<Exported> {
		return this.#race(
			this.#alive(),
			(engine, job, send) => engine.exportPack(hash, job, send(onProgress)),
			signal
		);
	}

	/** Stores a pack out of files: whole, or nothing of it. */
	async importPack(
		chosen: Chosen[],
		{ signal, onProgress = ignore }: Watched = {}
	): Promise<Imported> {
		const imported = await this.#race(
			this.#alive(),
			(engine, job, send) => engine.importPack(chosen, job, send(onProgress)),
			signal
		);
		askToPersist();
		return imported;
	}

	/** A call that needs an open pack: in a worker that replaces a lost one, the pack is opened first. */
	async #call<T>(ask: Ask<T>, signal?: AbortSignal): Promise<T> {
		signal?.throwIfAborted();
		const live = this.#alive();
		if (!live.opened && this.#last) void this.open(this.#last).catch(ignore);
		if (live.opened) await Promise.race([live.opened, aborted(signal)]);
		return this.#race(live, ask, signal);
	}

	async #race<T>(live: Live, ask: Ask<T>, signal?: AbortSignal): Promise<T> {
		signal?.throwIfAborted();
		const job = ++this.#jobs;
		const ended = new AbortController();
		const send: Send = (callback) =>
			proxy((...values) => {
				if (!signal?.aborted && this.#live === live) callback(...values);
			});
		const cancel = () => void live.engine.cancel(job).catch(ignore);
		try {
			const answer = live.ready.then(() => {
				signal?.throwIfAborted();
				return ask(live.engine, job, send);
			});
			return await Promise.race([answer, live.lost, aborted(signal, ended.signal, cancel)]);
		} finally {
			ended.abort();
		}
	}

	#alive(): Live {
		if (this.#live) return this.#live;
		const worker = this.#spawn();
		const { promise: lost, reject: lose } = Promise.withResolvers<never>();
		lost.catch(ignore);
		const { promise: ready, resolve } = Promise.withResolvers<void>();
		const engine = wrap<Engine>(worker) as unknown as RemoteEngine;
		const live: Live = { worker, engine, ready, lost, lose, opened: null };
		worker.addEventListener('message', ({ data }: MessageEvent<Partial<Alive> | null>) => {
			if (data?.kind !== 'alive') return;
			resolve();
			if (data.lock) void navigator.locks.request(data.lock, () => this.#lose(live)).catch(ignore);
		});
		worker.addEventListener('error', (event) => {
			event.preventDefault();
			this.#lose(live, event.message);
		});
		return (this.#live = live);
	}

	#lose(live: Live, why?: string): void {
		if (this.#live !== live) return;
		this.#live = null;
		live.worker.terminate();
		const problem = new Problem(
			'worker-lost',
			'The engine stopped, most likely because memory ran out.',
			'Try again: it starts anew by itself. If it happens again, close other tabs.',
			{ cause: why }
		);
		live.lose(problem);
		this.onLost(problem);
	}
}

function askToPersist(): void {
	void navigator.storage?.persist().catch(ignore);
}
