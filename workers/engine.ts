/** The engine behind the page and the command line: order of work, nothing numeric. */
import { methods, runOf, type Handlers, type Run, type Watch } from '../src/core/calls';
import { BEFORE_TEST, type Calls, type Engine } from '../src/core/engine';
import { codeOf, Problem } from '../src/core/names/errors';
import type {
	Backend,
	Opened,
	OpenRequest,
	PackCalls,
	SelfTest,
	Threads,
	ThreadsWish
} from '../src/core/packs/info';
import type { PackSource } from '../src/core/packs/source';
import type { Context, PackProvider } from './calls/context';
import { Looks } from './calls/looks';
import { circuitCalls } from './circuit/calls';
import { Circuits } from './circuit/circuit';
import { CorpusRun } from './corpus/run';
import { Activity } from './features/activations';
import { featureCalls } from './features/calls';
import { flowCalls } from './flow/calls';
import { Flows } from './flow/flows';
import { importCalls } from './import/calls';
import { labelCalls } from './labels/calls';
import { asLabels, labelsInMemory, type LabelStore } from './labels/own-labels';
import { experimentCalls } from './experiments/calls';
import { labCalls } from './lab/calls';
import { notebookCalls } from './notebook/calls';
import { Workbench } from './packs/open-pack';
import { parseSelfTest, selfTest } from './packs/self-test';
import { inBestForm, type Tried } from './packs/weights-form';
import { isSlowerInBlocks } from './model/block-speed';
import { promptCalls } from './prompt/calls';
import { chooseDevice, type Choice } from './runtime/device';
import { leaveGpu, runtimeThreads, startRuntime, watchRuns } from './runtime/session';
import { chooseThreads } from './runtime/threads';
import { searchCalls } from './search/calls';
import { Search } from './search/search';
import { steeringCalls } from './steering/calls';
import { storageCalls } from './storage/calls';
import type { Library } from './storage/library';
import { trainCalls } from './train/calls';

interface Running {
	bench: Workbench;
	flows: Flows;
	circuits: Circuits;
	activity: Activity;
	search: Search;
}

const STARTED_BEFORE = 'The engine was started before a model was opened.';

type Handler = (request: unknown, run: Run<unknown>) => unknown;

export class LocalEngine implements Context {
	/** Everything that can be asked. */
	readonly calls: Engine = methods((name, request, watch) => this.carry(name, request, watch));
	/** Called with the reason when one thread would be faster than those that run: only another worker can change that. */
	onUselessThreads: (reason: string) => void = () => undefined;
	readonly #handlers: Handlers<Calls>;
	readonly #labels: LabelStore;
	/** On how many threads the runtime was started, and why. */
	#threads: Threads | null = null;
	#running: Running | null = null;
	/** Who looks into the pack that was opened last; null before the first. */
	#looks: Looks | null = null;
	/** Why the device that ran is no longer there. */
	#lost: Problem | null = null;
	/** Aborted with `#lost` when the device is lost, and then replaced. */
	#device = new AbortController();

	constructor(readonly provider: PackProvider) {
		this.#labels = provider.labels ?? labelsInMemory();
		const { corpusStatistics, pendingStatistics, discardStatistics, featureSoFar } = new CorpusRun(
			this
		);
		this.#handlers = {
			...this.#packCalls(),
			...storageCalls(this),
			...promptCalls(this),
			...steeringCalls(this),
			...featureCalls(this),
			...circuitCalls(this),
			...searchCalls(this),
			...labelCalls(this),
			...notebookCalls(),
			...flowCalls(this),
			...importCalls(this),
			...{ corpusStatistics, pendingStatistics, discardStatistics, featureSoFar },
			...trainCalls(this),
			...experimentCalls(this),
			...labCalls(this)
		};
	}

	/** Does the work of any call; whatever goes wrong in it becomes a Problem. */
	async carry(name: string, request: unknown, watch: Watch<unknown>): Promise<unknown> {
		const signals = [this.#device.signal, ...(watch.signal ? [watch.signal] : [])];
		const run = runOf({ ...watch, signal: AbortSignal.any(signals) });
		const handler = (this.#handlers as unknown as Record<string, Handler>)[name]!;
		try {
			const answer = () => handler(request, run);
			return await (BEFORE_TEST.has(name) && this.#looks ? this.#looks.look(answer) : answer());
		} catch (error) {
			throw run.signal.aborted ? run.signal.reason : asProblem(error);
		}
	}

	readonly bench = (): Workbench => this.#open().bench;
	readonly flows = (): Flows => this.#open().flows;
	readonly circuits = (): Circuits => this.#open().circuits;
	readonly activity = (): Activity => this.#open().activity;
	readonly search = (): Search => this.#open().search;
	readonly ownLabels = (): LabelStore => this.#labels;
	readonly library = async (): Promise<Library> => {
		if (this.provider.stored) return this.provider.stored();
		throw new Problem('unsupported', 'A folder is not a store.', 'Use the page.');
	};

	#packCalls(): Handlers<PackCalls> {
		return {
			open: async (request, run) => {
				const looks = (this.#looks = new Looks());
				try {
					return await this.#openPack(request, run, looks);
				} catch (error) {
					if (this.#looks === looks) this.#running = null;
					looks.refuse(error);
					throw error;
				}
			},
			keep: async (_, { signal, progress }) => {
				const report = (what: string, done: number, total: number) =>
					progress({ phase: 'download', what, done, total });
				return (await this.bench().source.keepAll?.(signal, report)) ?? false;
			},
			selfTest: async (_, { signal }) => {
				const bench = this.bench();
				const expected = await expectedOf(bench);
				return expected && selfTest(expected, bench, true, signal);
			}
		};
	}

	async #openPack(request: OpenRequest, run: Run, looks: Looks): Promise<Opened> {
		const source = await this.provider.open(request, run);
		await this.#running?.circuits.release();
		await this.#running?.bench.release();
		this.#running = null;
		const choice = await chooseDevice(request.backend);
		this.#watch(choice);
		const [threads, bench] = await Promise.all([
			this.#start(choice, request.threads),
			choice.device ? null : opened(source, null, run).then((laid) => this.#lay(laid, looks))
		]);
		let backend: Backend = choice.device ? 'webgpu' : 'wasm';
		let { reason } = choice;
		let made: Tried | null = bench && { bench, test: await tested(bench, run) };
		if (choice.device) {
			const open = (asBlocks: boolean) => tried(source, choice.device, run, asBlocks);
			const isSlower = ({ model }: Workbench) => isSlowerInBlocks(model, run.signal);
			const best = await inBestForm(open, isSlower).catch((error) => {
				if (request.backend) throw error;
				return null;
			});
			reason = `${reason} ${best?.says ?? ''}`.trim();
			made = best;
		}
		if (choice.device && !(made?.test.ok ?? false)) {
			if (request.backend === 'webgpu') throw failedOnGpu(made?.test);
			leaveGpu();
			await made?.bench.release();
			reason = `The graphics processor failed the self-test, so WebAssembly runs instead.`;
			backend = 'wasm';
			made = await tried(source, null, run);
		}
		const { bench: best, test } = made!;
		if (best !== bench) await this.#lay(best, looks);
		return {
			pack: await best.packInfo(),
			backend,
			reason,
			threads,
			selfTest: test,
			bytesFetched: source.fetched(),
			weightsHeld: best.model.weights.held()
		};
	}

	/** Lets calls look into a pack, and waits for those that have come already. */
	async #lay(bench: Workbench, looks: Looks): Promise<Workbench> {
		// A pack opens without them where they cannot be read.
		bench.own = asLabels(await this.#labels.read(bench.source).catch(() => []));
		this.#running = {
			bench,
			flows: new Flows(bench),
			circuits: new Circuits(bench),
			activity: new Activity(bench),
			search: new Search(bench)
		};
		await looks.admit();
		return bench;
	}

	/** Starts the runtime; one that runs already keeps its threads. */
	async #start({ device }: Choice, wish?: ThreadsWish): Promise<Threads> {
		const running = runtimeThreads();
		if (running !== null) {
			await startRuntime(device);
			return this.#threads ?? { count: running, reason: STARTED_BEFORE };
		}
		if (device) {
			await startRuntime(device);
			return (this.#threads = { count: 1, reason: 'It only feeds the graphics processor.' });
		}
		const { watch, ...threads } = await chooseThreads(wish ?? { asked: null, refused: null });
		await startRuntime(null, threads.count);
		if (watch) {
			watch.onUseless = (reason) => this.onUselessThreads(reason);
			watchRuns((milliseconds) => watch.ran(milliseconds));
		}
		return (this.#threads = threads);
	}

	#watch(choice: Choice): void {
		this.#lost = null;
		void choice.lost?.then((why) => {
			this.#lost = new Problem(
				'device-lost',
				`The graphics processor was lost (${why.slice(0, 120)}).`,
				'Reload the page; add ?backend=wasm to the address to go on without it.'
			);
			this.#device.abort(this.#lost);
			this.#device = new AbortController();
		});
	}

	#open(): Running {
		if (this.#lost) throw this.#lost;
		if (this.#running) return this.#running;
		throw new Problem('pack-missing', 'No model is open yet.', 'Wait until it has loaded.');
	}
}

/** Opens a pack on a device, and tests it there. */
async function tried(
	source: PackSource,
	gpu: GPUDevice | null,
	run: Run,
	asBlocks = false
): Promise<Tried> {
	const bench = await opened(source, gpu, run, asBlocks);
	return { bench, test: await tested(bench, run) };
}

/** Lays out a pack for a device. */
function opened(
	source: PackSource,
	gpu: GPUDevice | null,
	{ signal, progress }: Run,
	asBlocks = false
): Promise<Workbench> {
	const wide = gpu !== null && !gpu.features.has('shader-f16');
	const sizes = new Map<string, number>();
	const { model } = source.pack;
	const paths = [model.tokenizer, model.tokenizerConfig, ...model.weights];
	const total = paths.reduce((sum, path) => sum + source.pack.files[path]!.bytes, 0);
	const told = (path: string, done: number) => {
		sizes.set(path, done);
		const sum = [...sizes.values()].reduce((a, b) => a + b, 0);
		progress({ phase: 'download', what: path, done: sum, total });
	};
	return Workbench.open(source, wide, signal, told, asBlocks);
}

async function tested(bench: Workbench, { signal, progress }: Run): Promise<SelfTest> {
	progress({ phase: 'prepare', what: 'model', done: 0, total: 0 });
	const expected = await expectedOf(bench);
	if (expected) return selfTest(expected, bench, false, signal);
	const sentence = 'This pack brings no self-test: not measured.';
	return { ok: true, worst: 0, checks: 0, sentence };
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

function asProblem(error: unknown): unknown {
	if (codeOf(error) !== 'unexpected' || error instanceof Problem) return error;
	const what = error instanceof Error ? error.message : String(error);
	return new Problem(
		'unexpected',
		`Something went wrong in the engine (${what.slice(0, 160)}).`,
		'Reload the page.',
		{ cause: error }
	);
}
