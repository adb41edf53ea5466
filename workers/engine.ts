/** The engine behind the page and the command line: order of work, nothing numeric. */
import type { Backend, Opened, OpenRequest, SelfTest } from '../src/core/packs/info';
import type { Engine } from '../src/core/engine';
import type { FeatureCard, FeatureLine } from '../src/core/features/feature';
import type { FeatureId, SaeId } from '../src/core/names/ids';
import type { FlowGraph, FlowRequest, OriginRow } from '../src/core/flow/graph';
import type { Progress } from '../src/core/calls';
import type { ReadingPart, ReadRequest } from '../src/core/prompt/reading';
import type { Token } from '../src/core/names/tokens';
import type { WriteRequest, Written, WrittenToken } from '../src/core/steering/writing';
import type { Remeasured } from '../src/core/packs/check';
import { Problem } from '../src/core/names/errors';
import type { DeactivationRequest } from '../src/core/labs/deactivation';
import type { DivergenceRequest, SteeringRequest } from '../src/core/labs/steering-effect';
import type { EdgeRequest, EdgeTest } from '../src/core/labs/edge';
import type {
	MatchAnswer,
	MatchRequest,
	NullRow,
	PairMatches,
	PairRequest
} from '../src/core/features/matches';
import type { OnArm, OnTrials } from '../src/core/engine';
import type { OnProgress } from '../src/core/calls';
import type { PromptFlow, PromptFlowRequest } from '../src/core/flow/prompt';
import type { PackSource } from '../src/core/packs/source';
import type { Reproduction, ReproductionSettings } from '../src/core/labs/reproduction';
import type { Chosen, Exported, Imported, StorageReport, Verified } from '../src/core/packs/stored';
import type { Workshop } from '../src/core/workshop';
import type { Library as StoredLibrary } from './storage/library';
import { Delivery } from './calls/delivery';
import { chooseDevice, type Choice } from './runtime/device';
import { FlowExperiments } from './labs/experiments';
import { Features } from './features/features';
import { Jobs } from './calls/jobs';
import { read } from './prompt/read';
import { remeasure } from './labs/remeasure';
import { parseSelfTest, selfTest } from './pack/self-test';
import { leaveGpu, startRuntime } from './runtime/session';
import { steeringOf } from './prompt/steering';
import { Workbench } from './pack/open-pack';
import { LocalWorkshop } from './import/workshop';
import { write } from './prompt/write';

/** Where packs come from and are kept: OPFS in the page, folders on the command line. */
export interface Library {
	open(
		request: OpenRequest,
		signal: AbortSignal,
		onProgress: (progress: Progress) => void
	): Promise<PackSource>;
	/** The packs that are kept; a folder keeps none. */
	stored?: () => Promise<StoredLibrary>;
}

interface Running {
	bench: Workbench;
	features: Features;
	experiments: FlowExperiments;
	opened: Opened;
}

export class LocalEngine implements Engine {
	readonly #jobs = new Jobs();
	readonly workshop: Workshop = new LocalWorkshop({
		jobs: this.#jobs,
		stored: () => this.#stored(),
		bench: () => this.bench
	});
	#running: Running | null = null;
	#lost: Problem | null = null;

	constructor(readonly library: Library) {}

	open(
		request: OpenRequest,
		job: number,
		onProgress: (progress: Progress) => void
	): Promise<Opened> {
		return this.#work(job, async (signal) => {
			const source = await this.library.open(request, signal, onProgress);
			await this.#running?.bench.release();
			this.#running = null;
			const choice = await chooseDevice(request.backend);
			this.#watch(choice);
			await startRuntime(choice.device);
			let backend: Backend = choice.device ? 'webgpu' : 'wasm';
			let { reason } = choice;
			let made = await this.#make(source, choice.device, signal, onProgress).catch((error) => {
				if (request.backend || !choice.device) throw error;
				return null;
			});
			if (choice.device && !(made?.test.ok ?? false)) {
				if (request.backend === 'webgpu') throw failedOnGpu(made?.test);
				leaveGpu();
				await made?.bench.release();
				reason = `The graphics processor failed the self-test, so WebAssembly runs instead.`;
				backend = 'wasm';
				made = await this.#make(source, null, signal, onProgress);
			}
			const { bench, test } = made!;
			const pack = await bench.packInfo();
			const opened = {
				pack,
				backend,
				reason,
				selfTest: test,
				bytesFetched: source.fetched(),
				weightsHeld: bench.model.weights.held()
			};
			const features = new Features(bench);
			this.#running = { bench, features, experiments: new FlowExperiments(features), opened };
			return opened;
		});
	}

	async tokenize(text: string): Promise<{ tokens: Token[]; leftOut: Token[] }> {
		return this.#ready().bench.tokenize(text);
	}

	read(request: ReadRequest, job: number, onPart: (part: ReadingPart) => void): Promise<void> {
		return this.#work(job, async (signal) => {
			const parts = new Delivery(onPart);
			await read(request, this.#ready().bench, parts.send, signal);
			await parts.arrived();
		});
	}

	async feature(id: FeatureId): Promise<FeatureCard> {
		return this.#ready().features.card(id);
	}

	async lines(ids: FeatureId[]): Promise<FeatureLine[]> {
		return this.#ready().features.lines(ids);
	}

	async flow(request: FlowRequest): Promise<FlowGraph> {
		return this.#ready().features.flow(request);
	}

	origins(site: SaeId, job: number): Promise<Record<FeatureId, OriginRow>> {
		return this.#work(job, (signal) => this.#ready().features.origins(site, signal));
	}

	matches(request: MatchRequest, job: number, onProgress: OnProgress): Promise<MatchAnswer> {
		return this.#work(job, (signal) =>
			this.#ready().experiments.matches(request, onProgress, signal)
		);
	}

	matchPair(request: PairRequest, job: number, onProgress: OnProgress): Promise<PairMatches> {
		return this.#work(job, (signal) =>
			this.#ready().experiments.matchPair(request, onProgress, signal)
		);
	}

	nulls(
		pair: { from: SaeId; target: SaeId },
		job: number,
		onProgress: OnProgress
	): Promise<NullRow[]> {
		return this.#work(job, (signal) => this.#ready().experiments.nulls(pair, onProgress, signal));
	}

	testEdge(request: EdgeRequest, job: number, onProgress: OnProgress): Promise<EdgeTest> {
		return this.#work(job, (signal) =>
			this.#ready().experiments.testEdge(request, onProgress, signal)
		);
	}

	deactivate(request: DeactivationRequest, job: number, onTrials: OnTrials): Promise<void> {
		return this.#work(job, async (signal) => {
			const trials = new Delivery(onTrials);
			await this.#ready().experiments.deactivate(request, trials.send, signal);
			await trials.arrived();
		});
	}

	promptFlow(request: PromptFlowRequest, job: number): Promise<PromptFlow> {
		return this.#work(job, (signal) => this.#ready().experiments.promptFlow(request, signal));
	}

	measureSteering(request: SteeringRequest, job: number, onArm: OnArm): Promise<void> {
		return this.#work(job, async (signal) => {
			const arms = new Delivery(onArm);
			await this.#ready().experiments.measureSteering(request, arms.send, signal);
			await arms.arrived();
		});
	}

	reproduce(
		settings: ReproductionSettings,
		job: number,
		onProgress: OnProgress
	): Promise<Reproduction> {
		return this.#work(job, (signal) =>
			this.#ready().experiments.reproduce(settings, onProgress, signal)
		);
	}

	reproduced(job: number): Promise<Reproduction | null> {
		return this.#work(job, () => this.#ready().bench.reproduction());
	}

	divergence(request: DivergenceRequest, job: number): Promise<number> {
		return this.#work(job, (signal) => this.#ready().experiments.divergence(request, signal));
	}

	write(
		request: WriteRequest,
		job: number,
		onToken: (token: WrittenToken) => void
	): Promise<Written> {
		return this.#work(job, async (signal) => {
			const { bench } = this.#ready();
			const { tokens, leftOut } = bench.tokenize(request.text);
			const steering = steeringOf(request.edits, await bench.steered(request.edits, signal));
			const prompt = tokens.map((t) => t.id);
			const { model, tokenizer } = bench;
			const tokensOut = new Delivery(onToken);
			const { send } = tokensOut;
			const written = await write(request, prompt, steering, model, tokenizer, send, signal);
			await tokensOut.arrived();
			return { ...written, leftOut };
		});
	}

	remeasure(job: number, onProgress: (progress: Progress) => void): Promise<Remeasured> {
		return this.#work(job, async (signal) => {
			const steps = new Delivery(onProgress);
			const found = await remeasure(this.#ready().bench, steps.send, signal);
			await steps.arrived();
			return found;
		});
	}

	/** The numeric self-test again, this time with the SAEs' codes. */
	verify(job: number): Promise<SelfTest | null> {
		return this.#work(job, async (signal) => {
			const { bench } = this.#ready();
			const expected = await expectedOf(bench);
			return expected && selfTest(expected, bench, true, signal);
		});
	}

	async cancel(job: number): Promise<void> {
		this.#jobs.cancel(job);
	}

	keep(job: number, onProgress: (progress: Progress) => void): Promise<boolean> {
		return this.#work(job, async (signal) => {
			const { source } = this.#ready().bench;
			const report = (what: string, done: number, total: number) =>
				onProgress({ phase: 'download', what, done, total });
			return (await source.keepAll?.(signal, report)) ?? false;
		});
	}

	async storage(): Promise<StorageReport> {
		return (await this.#stored()).storage();
	}

	async forget(hash: string): Promise<void> {
		return (await this.#stored()).forget(hash);
	}

	async tidyStorage(): Promise<void> {
		return (await this.#stored()).tidy();
	}

	verifyPack(hash: string, job: number, onProgress: OnProgress): Promise<Verified> {
		return this.#work(job, async (signal) =>
			(await this.#stored()).verify(hash, signal, onProgress)
		);
	}

	exportPack(hash: string, job: number, onProgress: OnProgress): Promise<Exported> {
		return this.#work(job, async (signal) =>
			(await this.#stored()).exportPack(hash, signal, onProgress)
		);
	}

	importPack(chosen: Chosen[], job: number, onProgress: OnProgress): Promise<Imported> {
		return this.#work(job, async (signal) =>
			(await this.#stored()).importPack(chosen, signal, onProgress)
		);
	}

	/** The experiments on the open pack, for the command line. */
	get experiments(): FlowExperiments {
		return this.#ready().experiments;
	}

	/** The bench at work, for the command line. */
	get bench(): Workbench {
		return this.#ready().bench;
	}

	async #make(
		source: PackSource,
		gpu: GPUDevice | null,
		signal: AbortSignal,
		onProgress: (progress: Progress) => void
	): Promise<{ bench: Workbench; test: SelfTest }> {
		const wide = gpu !== null && !gpu.features.has('shader-f16');
		const sizes = new Map<string, number>();
		const { model } = source.pack;
		const paths = [model.tokenizer, model.tokenizerConfig, ...model.weights];
		const total = paths.reduce((sum, path) => sum + source.pack.files[path]!.bytes, 0);
		const bench = await Workbench.open(source, wide, signal, (path, done) => {
			sizes.set(path, done);
			const sum = [...sizes.values()].reduce((a, b) => a + b, 0);
			onProgress({ phase: 'download', what: path, done: sum, total });
		});
		onProgress({ phase: 'prepare', what: 'model', done: 0, total: 0 });
		const expected = await expectedOf(bench);
		const test = expected
			? await selfTest(expected, bench, false, signal)
			: { ok: true, worst: 0, checks: 0, sentence: 'This pack brings no self-test: not measured.' };
		return { bench, test };
	}

	async #stored(): Promise<StoredLibrary> {
		if (this.library.stored) return this.library.stored();
		throw new Problem('unsupported', 'A folder is not a store.', 'Use the page.');
	}

	#watch(choice: Choice): void {
		this.#lost = null;
		void choice.lost?.then((why) => {
			this.#lost = new Problem(
				'device-lost',
				`The graphics processor was lost (${why.slice(0, 120)}).`,
				'Reload the page; add ?backend=wasm to the address to go on without it.'
			);
			this.#jobs.endAll(this.#lost);
		});
	}

	#ready(): Running {
		if (this.#lost) throw this.#lost;
		if (this.#running) return this.#running;
		throw new Problem('pack-missing', 'No model is open yet.', 'Wait until it has loaded.');
	}

	#work<T>(job: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
		return this.#jobs.work(job, run);
	}
}

async function expectedOf(bench: Workbench) {
	const path = bench.pack.selfTest;
	if (!path) return null;
	return parseSelfTest(new TextDecoder().decode(await bench.source.bytes(path)), bench.model);
}

function failedOnGpu(test?: SelfTest): Problem {
	return new Problem(
		'self-test',
		`The graphics processor failed the self-test. ${test?.sentence ?? ''}`.trim(),
		'Remove ?backend=webgpu from the address to run on WebAssembly.'
	);
}
