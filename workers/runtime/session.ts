/**
 * The only door to onnxruntime-web: loading the right build, the one queue before it, sessions and
 * tensors. See https://onnxruntime.ai/docs/api/js/.
 */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import type { Backend } from '../../src/core/packs/info';
import { Problem } from '../../src/core/names/errors';
import type { OpenFile } from '../../src/core/files/open-file';
import { Graph } from '../graph/graph';
import { withExternalData } from './external-data';
import { damagedRuntime, publishedRuntime, refetchDamaged } from '../storage/runtime-cache';
import { joinRuntime } from './runtime-parts';

type Runtime = typeof import('onnxruntime-web');
/** Stays with the engine between runs, on the GPU where there is one. */
export type DeviceTensor = OrtTensor;

export type TensorData = Float32Array | Int32Array | BigInt64Array;
export interface HostTensor {
	data: TensorData;
	dims: number[];
}

/** The files that hold weights, by the names that a graph gives them. */
export type SessionFiles = Record<string, OpenFile>;

let runtime: Promise<Runtime> | null = null;
let device: GPUDevice | null = null;
let backend: Backend = 'wasm';
/** A session was made, so the runtime's WebAssembly is what it should be. */
let sound = false;
/** How many threads the runtime was started with: it cannot change that. */
let threads = 1;
/** Told how many milliseconds each run took, before the next one begins. */
let afterRun: ((milliseconds: number) => Promise<void>) | null = null;

const { process } = globalThis as { process?: { versions?: { node?: string } } };
const inNode = Boolean(process?.versions?.node);

/**
 * Loads onnxruntime-web once: the JSPI build where the browser has JSPI and a GPU is to be used, else
 * the asyncify build for a GPU, else the plain one, on `count` threads. A GPU needs its device. Throws a Problem
 * `no-threads` when threads cannot be started: then this worker is of no more use.
 */
export function startRuntime(gpu: GPUDevice | null, count = 1): Promise<void> {
	device = gpu;
	backend = gpu ? 'webgpu' : 'wasm';
	if (!runtime) {
		threads = count;
		runtime = loadRuntime(gpu !== null);
	}
	return runtime.then(
		() => (threads > 1 && !inNode ? startThreads() : undefined),
		async (cause: unknown) => {
			// The next call tries again: a network may be back.
			runtime = null;
			if (cause instanceof Problem) throw cause;
			if (!inNode && (await refetchDamaged(true))) throw damagedRuntime();
			throw new Problem(
				'unsupported',
				'The inference runtime (WebAssembly) could not be started in this browser.',
				'Reload the page; if it stays so, use a current Chrome, Edge, Firefox or Safari.',
				{ cause }
			);
		}
	);
}

/** The number of threads that the runtime has; null before it is started. */
export const runtimeThreads = (): number | null => runtime && threads;

/** Calls `told` after each run, with how long it took; runs wait for it. */
export function watchRuns(told: typeof afterRun): void {
	afterRun = told;
}

/** Makes a session of nothing, which starts the threads. The runtime itself would wait for ever for one that fails. */
async function startThreads(): Promise<void> {
	const { promise: failed, reject } = Promise.withResolvers<never>();
	const fail = (event: Event) => {
		event.preventDefault();
		reject(
			new Problem(
				'no-threads',
				'The browser did not start the threads of the engine.',
				'One works.'
			)
		);
	};
	const { Worker: Thread } = globalThis;
	// The runtime listens to its threads too late to hear that one was refused, and then throws what it hears.
	globalThis.Worker = class extends Thread {
		constructor(...of: ConstructorParameters<typeof Worker>) {
			super(...of);
			this.addEventListener('error', fail);
		}
	};
	addEventListener('error', fail);
	const graph = new Graph();
	graph.output('y', graph.input('x', 'float32', [1]), 'float32', [1]);
	try {
		const session = await Promise.race([Session.create(graph.finish(), {}), failed]);
		await session.release();
	} finally {
		globalThis.Worker = Thread;
		removeEventListener('error', fail);
	}
}

/** For work on packs while none is open: the runtime that is loaded, else the plain one. */
export function ensureRuntime(): Promise<void> {
	return runtime ? runtime.then(() => undefined) : startRuntime(null);
}

/** Whether sessions made now run on the GPU. */
export const isOnGpu = (): boolean => backend === 'webgpu';

/** In which form a graph built now should output its keys and values. */
export const cacheForm = (): 'whole' | 'rows' => (backend === 'webgpu' ? 'whole' : 'rows');

/** From now on without the GPU, in the runtime that is already loaded. */
export function leaveGpu(): void {
	device = null;
	backend = 'wasm';
}

async function loadRuntime(gpu: boolean): Promise<Runtime> {
	let ort: Runtime;
	if (inNode) {
		// The bundler must not see the name: this build would add 28 MB to the browser's bundle.
		const name = 'onnxruntime-web';
		ort = (await import(/* @vite-ignore */ name)) as Runtime;
	} else if (!gpu) {
		ort = await import('onnxruntime-web/wasm');
		await supply(ort, 'ort-wasm-simd-threaded.wasm');
	} else if ('Suspending' in WebAssembly) {
		ort = await import('onnxruntime-web/jspi');
		await supply(ort, 'ort-wasm-simd-threaded.jspi.wasm');
	} else {
		ort = await import('onnxruntime-web/webgpu');
		await supply(ort, 'ort-wasm-simd-threaded.asyncify.wasm');
	}
	ort.env.wasm.numThreads = threads;
	ort.env.logLevel = 'error';
	return ort;
}

/** Gives the runtime its WebAssembly where the site holds that in parts; else the runtime fetches it itself. */
async function supply(ort: Runtime, file: string): Promise<void> {
	const published = publishedRuntime(file);
	if (published?.parts)
		ort.env.wasm.wasmBinary = await joinRuntime(file, published, published.parts);
}

let tail: Promise<unknown> = Promise.resolve();

/** onnxruntime-web does one thing at a time: sessions are made and run strictly one after another. */
function exclusive<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
	const guarded = () => {
		signal?.throwIfAborted();
		return job();
	};
	const result = tail.then(guarded, guarded);
	tail = result.catch(() => undefined);
	return result;
}

/** Lets queued messages in: a run on WebAssembly blocks the thread until it ends. */
export function breathe(): Promise<void> {
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(null);
	});
}

export class Session {
	private constructor(
		readonly inner: InferenceSession,
		readonly ort: Runtime,
		/** Outputs that stay with the engine. */
		readonly onDevice: ReadonlySet<string>
	) {}

	/**
	 * A session for a serialised graph whose weights are in `files`. Outputs named in `onDevice` stay with
	 * the engine. Throws a Problem when memory runs out or the graph is refused.
	 */
	static create(
		graph: Uint8Array,
		files: SessionFiles,
		onDevice: string[] = [],
		signal?: AbortSignal
	): Promise<Session> {
		return exclusive(async () => {
			const ort = await runtime!;
			const gpu = backend === 'webgpu' && device;
			try {
				const options = {
					executionProviders: gpu ? [{ name: 'webgpu', device: gpu } as never] : ['wasm'],
					graphOptimizationLevel: 'basic',
					// Errors only: the warnings are about shape arithmetic on the CPU, which is intended.
					logSeverityLevel: 3,
					// One row times a matrix, the shape of decoding, is fastest on unpacked weights.
					extra: { session: { disable_prepacking: '1' } },
					...(gpu && {
						preferredOutputLocation: Object.fromEntries(
							onDevice.map((name) => [name, 'gpu-buffer'])
						)
					})
				} as InferenceSession.SessionOptions;
				const inner = await withExternalData(files, (externalData) =>
					ort.InferenceSession.create(graph, { ...options, externalData })
				);
				sound = true;
				return new Session(inner, ort, new Set(onDevice));
			} catch (cause) {
				if (!sound && !inNode && (await refetchDamaged(false))) throw damagedRuntime();
				throw namedProblem(cause);
			}
		}, signal);
	}

	/** What every run must be fed. */
	get inputs(): readonly string[] {
		return this.inner.inputNames;
	}

	/** Runs the graph; only the outputs in `fetch` come back. The caller disposes of device tensors. */
	run(
		feeds: Record<string, HostTensor | DeviceTensor>,
		fetch: string[],
		signal?: AbortSignal
	): Promise<Outputs> {
		return exclusive(async () => {
			const tensors: Record<string, OrtTensor> = {};
			for (const [name, feed] of Object.entries(feeds))
				tensors[name] = isDeviceTensor(feed) ? feed : tensor(this.ort, feed);
			const start = performance.now();
			try {
				const results = await this.inner.run(tensors, fetch);
				const outputs: Outputs = { device: {}, data: {} };
				for (const name of fetch) {
					const result = results[name]!;
					if (this.onDevice.has(name)) outputs.device[name] = result;
					else outputs.data[name] = (await result.getData(true)) as TensorData;
				}
				return outputs;
			} catch (cause) {
				throw namedProblem(cause);
			} finally {
				await afterRun?.(performance.now() - start);
			}
		}, signal);
	}

	/** A tensor of zeros, to be fed like one that an earlier run left on the device. */
	empty(dims: number[]): DeviceTensor {
		return new this.ort.Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
	}

	/** The numbers of a tensor that stays on the device. */
	read(tensor: DeviceTensor): Promise<Float32Array> {
		return exclusive(async () => (await tensor.getData()) as Float32Array);
	}

	release(): Promise<void> {
		return exclusive(() => this.inner.release());
	}
}

export interface Outputs {
	device: Record<string, DeviceTensor>;
	data: Record<string, TensorData>;
}

const isDeviceTensor = (feed: HostTensor | DeviceTensor): feed is DeviceTensor => 'dispose' in feed;

function tensor(ort: Runtime, { data, dims }: HostTensor): OrtTensor {
	if (data instanceof Float32Array) return new ort.Tensor('float32', data, dims);
	if (data instanceof Int32Array) return new ort.Tensor('int32', data, dims);
	return new ort.Tensor('int64', data, dims);
}

function namedProblem(cause: unknown): Problem {
	if (cause instanceof Problem) return cause;
	const text = cause instanceof Error ? cause.message : String(cause);
	if (/memory|bad_alloc|allocation failed|RangeError/i.test(text))
		return new Problem(
			'out-of-memory',
			'The model needs more memory than this browser gives the page.',
			'Close other tabs and reload, or choose a smaller model.',
			{ cause }
		);
	if (/device.*lost|lost.*device/i.test(text))
		return new Problem(
			'device-lost',
			'The graphics processor stopped answering.',
			'Reload the page; add ?backend=wasm to the address to go on without it.',
			{ cause }
		);
	return new Problem(
		'unexpected',
		`The inference runtime refused this step (${text.slice(0, 200)}).`,
		'Reload the page; if it happens again, report it with this sentence.',
		{ cause }
	);
}
