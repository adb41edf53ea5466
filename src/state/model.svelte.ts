/** The open pack and what runs it: from the first byte to ready, and back after a loss. */
import type { Backend, Opened, PackInfo, Progress } from '../core/contract';
import { isAbort } from '../core/errors';
import type { Asked } from './engine';
import { asError } from './resource.svelte';

export type Phase = 'idle' | 'opening' | 'ready' | 'failed';

export class Model {
	/** Called each time the engine becomes usable. */
	onReady: () => void = () => undefined;
	phase = $state<Phase>('idle');
	progress = $state.raw<Progress | null>(null);
	opened = $state.raw<Opened | null>(null);
	error = $state.raw<Error | null>(null);
	/** Whether every file of the pack is stored here. */
	kept = $state(false);
	keeping = $state.raw<Progress | null>(null);
	/** Why it could not all be stored; the page goes on without. */
	keepProblem = $state.raw<Error | null>(null);
	#running: AbortController | null = null;
	readonly #engine: Asked;
	readonly #address: string;
	readonly #backend: Backend | null;
	readonly #expected: string | null;

	constructor(
		engine: Asked,
		address: string,
		backend: Backend | null,
		expected: string | null = null
	) {
		this.#engine = engine;
		this.#address = address;
		this.#backend = backend;
		this.#expected = expected;
		engine.onLost = (problem) => {
			if (this.phase === 'ready') void this.open(problem);
		};
	}

	get pack(): PackInfo | null {
		return this.opened?.pack ?? null;
	}
	get ready(): boolean {
		return this.phase === 'ready';
	}
	/** `{name}-{hash}`, as in the address. */
	get packName(): string | null {
		return this.pack && `${this.pack.name}-${this.pack.hash}`;
	}
	/** Share of the bytes that came, or null while nobody knows. */
	get share(): number | null {
		const { progress } = this;
		return progress && progress.total > 0 ? progress.done / progress.total : null;
	}

	/** Opens the pack; also the way back after an error. `problem`: said meanwhile. */
	async open(problem: Error | null = null): Promise<void> {
		this.#running?.abort();
		const running = (this.#running = new AbortController());
		this.phase = 'opening';
		this.error = problem;
		this.progress = null;
		try {
			const opened = await this.#engine.open(
				{ address: this.#address, backend: this.#backend, expected: this.#expected },
				{ signal: running.signal, onProgress: (progress) => (this.progress = progress) }
			);
			if (running.signal.aborted) return;
			this.opened = opened;
			this.phase = 'ready';
			this.onReady();
		} catch (error) {
			if (running.signal.aborted || isAbort(error)) return;
			this.error = asError(error);
			this.phase = 'failed';
		}
	}

	/** An error that was read. */
	dismiss(): void {
		this.error = null;
	}

	/** Stores the rest of the pack, so that a reload needs no network. */
	async keep(): Promise<void> {
		if (this.kept || this.keeping || !this.ready) return;
		this.keeping = { phase: 'download', what: '', done: 0, total: 0 };
		try {
			this.kept = await this.#engine.keep({ onProgress: (progress) => (this.keeping = progress) });
			if (this.kept && this.opened) this.opened = withAllStored(this.opened);
			this.keepProblem = null;
		} catch (error) {
			if (!isAbort(error)) this.keepProblem = asError(error);
		}
		this.keeping = null;
	}
}

function withAllStored(opened: Opened): Opened {
	const files = opened.pack.files.map((file) => ({ ...file, stored: true }));
	return { ...opened, pack: { ...opened.pack, files } };
}
