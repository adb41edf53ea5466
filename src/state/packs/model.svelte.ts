/** The open pack and what runs it: from the first byte to ready, back after a loss, and on to another pack. */
import type { Backend, Opened, OpenRequest, PackInfo, ThreadsWish } from '../../core/packs/info';
import { HASH_DIGITS, packName } from '../../core/packs/pack-name';
import type { Progress } from '../../core/calls';
import { isAbort, Problem } from '../../core/names/errors';
import type { SitePack } from '../../core/packs/site-pack';
import type { Engine } from '../../core/engine';
import { asError } from '../calls/resource.svelte';

export type Phase = 'idle' | 'opening' | 'ready' | 'failed';

export interface ModelSetup {
	/** Absolute address of the folder of the pack that opens by itself. */
	pack: string;
	/** What the page was built with, that pack first; absolute addresses. */
	packs?: readonly SitePack[];
	/** Forced by the reader, or null. */
	backend: Backend | null;
	/** Absent: as many as help. */
	threads?: ThreadsWish;
}

export class Model {
	/** Called each time the engine becomes usable. */
	onReady: () => void = () => undefined;
	/** Called when another pack is to be opened: what was found with the one before is no longer true. */
	onLeave: () => void = () => undefined;
	phase = $state<Phase>('idle');
	progress = $state.raw<Progress | null>(null);
	opened = $state.raw<Opened | null>(null);
	error = $state.raw<Error | null>(null);
	/** Whether every file of the pack is stored here. */
	kept = $state(false);
	keeping = $state.raw<Progress | null>(null);
	/** Milliseconds in which the engine has said nothing of the work it has. */
	silence = $state(0);
	/** Why it could not all be stored; the page goes on without. */
	keepProblem = $state.raw<Error | null>(null);
	/** The sha256 that the pack.json of the page's own pack had when the page was built; null: another pack is open. */
	#built = $state<string | null>(null);
	/** The stored pack that was asked for, as in the address; null: the page's own. */
	#wanted: string | null = null;
	#running: AbortController | null = null;
	#storing: AbortController | null = null;
	readonly #engine: Engine;
	readonly #address: string;
	readonly #how: Pick<OpenRequest, 'backend' | 'threads'>;
	readonly #offered: readonly SitePack[];

	constructor(engine: Engine, { pack, packs = [], backend, threads }: ModelSetup) {
		this.#engine = engine;
		this.#address = pack;
		this.#how = { backend, ...(threads && { threads }) };
		this.#offered = packs;
	}

	/** Opens the pack again after the engine was lost, and says why. */
	recover(problem: Error): void {
		if (this.phase === 'ready') void this.open(problem);
	}

	/** Opens the pack again in another worker, if that needs no network: whether it does. */
	reopen(): boolean {
		if (!this.ready || !this.kept) return false;
		// After the caller has ended the worker.
		queueMicrotask(() => void this.open());
		return true;
	}

	get pack(): PackInfo | null {
		return this.opened?.pack ?? null;
	}
	get ready(): boolean {
		return this.phase === 'ready';
	}
	/** `{name}-{hash}`, as in the address. */
	get packName(): string | null {
		return this.pack && packName(this.pack);
	}
	/** Whether the host holds another pack in the place of the one that the page was built with. */
	get isReplaced(): boolean {
		return this.pack !== null && this.#built !== null && !this.#built.startsWith(this.pack.hash);
	}
	/** Share of the bytes that came, or null while nobody knows. */
	get share(): number | null {
		const { progress } = this;
		return progress && progress.total > 0 ? progress.done / progress.total : null;
	}

	/** Opens the pack that the address names, unless it is open: a stored one, or with null the page's own. */
	want(pack: string | null): void {
		if (pack === this.#wanted) return;
		this.#wanted = pack;
		if (this.phase === 'idle' || (pack !== null && pack === this.packName)) return;
		this.#storing?.abort();
		this.opened = null;
		this.kept = false;
		this.keepProblem = null;
		this.onLeave();
		void this.open();
	}

	/** Opens the pack; also the way back after an error. `problem`: said meanwhile. */
	async open(problem: Error | null = null): Promise<void> {
		this.#running?.abort();
		const running = (this.#running = new AbortController());
		this.phase = 'opening';
		this.error = problem;
		this.progress = null;
		const place = this.#place();
		try {
			const opened = await this.#engine.open(
				{ ...place, ...this.#how },
				{ signal: running.signal, onProgress: (progress) => (this.progress = progress) }
			);
			if (running.signal.aborted) return;
			this.opened = opened;
			this.#built = place.stored === null ? (place.expected ?? null) : null;
			this.phase = 'ready';
			this.onReady();
		} catch (error) {
			if (running.signal.aborted || isAbort(error)) return;
			this.error = asError(error);
			this.phase = 'failed';
		}
	}

	/** Where to look for the pack: in storage, else where the page has it, else the page's own instead. */
	#place(): Pick<OpenRequest, 'address' | 'expected' | 'stored'> {
		const stored = this.#wanted?.slice(-HASH_DIGITS) ?? null;
		const [own, ...others] = this.#offered;
		const asked = stored === null ? own : others.find(({ hash }) => hash.startsWith(stored));
		const { address = this.#address, hash = null } = asked ?? own ?? {};
		return { address, expected: hash, stored };
	}

	/** An error that was read. */
	dismiss(): void {
		this.error = null;
	}

	/** The pack of this hash is no longer stored; if it is the open one, it runs on. */
	forgotten(hash: string): void {
		if (!this.pack?.hash.startsWith(hash) && !hash.startsWith(this.pack?.hash ?? '-')) return;
		this.#storing?.abort();
		this.kept = false;
		this.keepProblem = new Problem(
			'pack-missing',
			'The open pack was deleted from this browser, so it is gone when the page closes.',
			'Open it again to store it once more.'
		);
	}

	/** Stores the rest of the pack, so that a reload needs no network. */
	async keep(): Promise<void> {
		if (this.kept || this.keeping || !this.ready) return;
		const { signal } = (this.#storing = new AbortController());
		this.keeping = { phase: 'download', what: '', done: 0, total: 0 };
		try {
			const onProgress = (progress: Progress) => (this.keeping = progress);
			const kept = await this.#engine.keep(undefined, { signal, onProgress });
			if (!signal.aborted) {
				this.kept = kept;
				if (kept && this.opened) this.opened = withAllStored(this.opened);
				this.keepProblem = null;
			}
		} catch (error) {
			if (!signal.aborted && !isAbort(error)) this.keepProblem = asError(error);
		}
		this.keeping = null;
	}
}

function withAllStored(opened: Opened): Opened {
	const files = opened.pack.files.map((file) => ({ ...file, stored: true }));
	return { ...opened, pack: { ...opened.pack, files } };
}
