/** The packs stored in this browser, and the long work on them: storing, saving, checking. */
import type { Progress } from '../../core/calls';
import type { RemoteSource } from '../../core/import/remote';
import type { Chosen, Exported, Imported, StorageReport, Verified } from '../../core/packs/stored';
import type { Engine } from '../../core/engine';
import { Pace } from '../calls/pace';
import { asError, Resource } from '../calls/resource.svelte';
import { Task } from '../calls/task.svelte';

export type PackJob =
	| { kind: 'import'; chosen: Chosen[] }
	| { kind: 'fetch'; source: RemoteSource }
	| { kind: 'export' | 'verify'; hash: string };

export type PackResult =
	| { kind: 'import' | 'fetch'; imported: Imported }
	| { kind: 'export'; exported: Exported }
	| { kind: 'verify'; verified: Verified };

export class Packs {
	readonly report: Resource<'now', StorageReport>;
	/** What is under way or was done last. */
	readonly work: Task<PackJob, PackResult>;
	/** The job of `work`. */
	job = $state.raw<PackJob | null>(null);
	/** Why the last short piece of work failed. */
	error = $state.raw<Error | null>(null);
	/** Bytes a second while work goes on; null at its beginning. */
	rate = $state.raw<number | null>(null);
	/** Told of each pack that is no longer stored, whichever tab has deleted it. */
	onForgotten: (hash: string) => void = () => undefined;
	readonly #engine: Engine;
	readonly #tabs = new BroadcastChannel('undercurrent-packs');

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#tabs.onmessage = ({ data }) => this.onForgotten(String(data));
		this.report = new Resource((_, signal) => engine.storage(undefined, { signal }));
		this.work = new Task(async (job, { signal, onProgress }) => {
			const watch = { signal, onProgress: this.#timed(onProgress) };
			const { kind } = job;
			if (kind === 'import') return { kind, imported: await engine.importPack(job.chosen, watch) };
			if (kind === 'fetch') return { kind, imported: await engine.fetchPack(job.source, watch) };
			if (kind === 'export') return { kind, exported: await engine.exportPack(job.hash, watch) };
			return { kind, verified: await engine.verifyPack(job.hash, watch) };
		});
	}

	/** Looks what is stored. */
	look(): Promise<void> {
		return this.report.asked === null ? this.report.ask('now') : this.report.again();
	}

	/** What came of a job; null when it failed or was ended. One at a time: does nothing while another goes on. */
	async start(job: PackJob): Promise<PackResult | null> {
		if (this.work.busy) return null;
		this.job = job;
		this.error = null;
		this.work.clear();
		await this.work.start(job);
		await this.look();
		return this.work.answered === job ? this.work.value : null;
	}

	forget(hash: string): Promise<void> {
		return this.#short(async () => {
			await this.#engine.deletePack(hash);
			this.onForgotten(hash);
			this.#tabs.postMessage(hash);
		});
	}

	/** Deletes what no pack uses. */
	tidy(): Promise<void> {
		return this.#short(() => this.#engine.tidyStorage());
	}

	/** Looks again in any case: half of it may be done. */
	async #short(work: () => Promise<void>): Promise<void> {
		this.error = null;
		try {
			await work();
		} catch (error) {
			this.error = asError(error);
		}
		await this.look();
	}

	#timed(onProgress: (progress: Progress) => void): (progress: Progress) => void {
		const pace = new Pace();
		this.rate = null;
		return (progress) => {
			this.rate = pace.at(progress.done, performance.now());
			onProgress(progress);
		};
	}
}
