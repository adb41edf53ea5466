/** What the engine does to packs beside running and keeping them: order of work, nothing numeric. */
import type { Found, Order, Source, Stated } from '../../src/core/import/order';
import type { RemoteSource } from '../../src/core/import/remote';
import type { Imported } from '../../src/core/packs/stored';
import type { Progress } from '../../src/core/calls';
import type { Examination, OnVerdict, RepairOrder, Verdicts } from '../../src/core/labs/fit';
import type { Workshop } from '../../src/core/workshop';
import type { Library } from '../storage/library';
import { openArrivals } from '../storage/open-library';
import { Delivery } from '../calls/delivery';
import { within } from './files/folder';
import { archiveAt } from './remote/archive';
import { fetchPack } from './remote/fetch-pack';
import { gather } from './remote/fetch-order';
import { RemoteFolder } from './remote/folder';
import type { Jobs } from '../calls/jobs';
import { look, saeAt } from './look';
import { makePack } from './build-pack';
import { openSource, remoteFolder } from './sources';
import { ensureRuntime } from '../runtime/session';
import { TextGathering } from '../corpus/run';
import { applyRepair } from '../labs/fit/apply';
import { verdicts } from '../labs/fit/fit';
import type { Workbench } from '../pack/open-pack';

/** What it shares with the engine that it belongs to. */
export interface Surroundings {
	jobs: Jobs;
	/** The packs that are kept. Throws a Problem where none are. */
	stored(): Promise<Library>;
	/** The open pack at work. Throws a Problem when none is open. */
	bench(): Workbench;
}

export class LocalWorkshop implements Workshop {
	readonly texts: TextGathering;

	constructor(readonly around: Surroundings) {
		this.texts = new TextGathering(around);
	}

	look(
		source: Source,
		stated: Record<string, Stated>,
		job: number,
		onProgress: (progress: Progress) => void
	): Promise<Found> {
		return this.around.jobs.work(job, async (signal) => {
			const steps = new Delivery(onProgress);
			const folder = await openSource(source, signal);
			if (folder instanceof RemoteFolder && isPack(folder)) return packAt(folder);
			const found = await look(folder, stated, (what, done, total) => {
				signal.throwIfAborted();
				steps.send({ phase: 'read', what, done, total });
			});
			await steps.arrived();
			return folder instanceof RemoteFolder ? { ...found, remote: folder.facts } : found;
		});
	}

	make(order: Order, job: number, onProgress: (progress: Progress) => void): Promise<Imported> {
		const { jobs, stored } = this.around;
		return jobs.work(job, async (signal) => {
			const steps = new Delivery(onProgress);
			const source = await openSource(order.source, signal);
			const release = await gather(source, order, steps.send);
			const library = await stored();
			await ensureRuntime();
			const { model, saes, dtype, title } = order;
			const draft = { base: 'pack' in model ? model.pack : null, file: source.name };
			const imported = await library.writePack(
				draft,
				async (writer) => {
					const parts = {
						model: 'path' in model ? within(source, model.path) : null,
						saes: saes.map(({ path, stated }) => ({ folder: saeAt(source, path), stated })),
						...{ dtype, title, name: title, corpus: null, nulls: false },
						origin: source instanceof RemoteFolder ? originOf(source) : undefined
					};
					await makePack(writer, parts, steps.send, signal);
				},
				signal
			);
			await release();
			await steps.arrived();
			return imported;
		});
	}

	fetch(
		source: RemoteSource,
		job: number,
		onProgress: (progress: Progress) => void
	): Promise<Imported> {
		const { jobs, stored } = this.around;
		return jobs.work(job, async (signal) => {
			const steps = new Delivery(onProgress);
			const folder = await remoteFolder(source, signal);
			const imported = await fetchPack(folder, source.token, await stored(), signal, steps.send);
			await steps.arrived();
			return imported;
		});
	}

	examine(
		request: Examination,
		job: number,
		onProgress: (progress: Progress) => void,
		onVerdict: OnVerdict
	): Promise<Verdicts> {
		const { jobs, bench } = this.around;
		return jobs.work(job, async (signal) => {
			const steps = new Delivery(onProgress);
			const found = new Delivery(onVerdict);
			const all = await verdicts(bench(), request, steps.send, found.send, signal);
			await Promise.all([steps.arrived(), found.arrived()]);
			return all;
		});
	}

	repair(
		{ pack, sae, repair }: RepairOrder,
		job: number,
		onProgress: (progress: Progress) => void
	): Promise<Imported> {
		const { jobs, stored } = this.around;
		return jobs.work(job, async (signal) => {
			const steps = new Delivery(onProgress);
			steps.send({ phase: 'store', what: sae, done: 0, total: 1 });
			const imported = await (
				await stored()
			).writePack(
				{ base: pack, file: `${sae}, repaired` },
				async (writer) => void (await applyRepair(writer, sae, repair)),
				signal
			);
			await steps.arrived();
			return imported;
		});
	}

	async waiting(): Promise<number> {
		return (await openArrivals()).waiting();
	}

	async discard(): Promise<void> {
		await (await openArrivals()).clear();
	}
}

/** As a pack keeps it: never with the query of an address, which may be a secret. */
function originOf({ facts: { said, commit, licence } }: RemoteFolder) {
	return { from: commit === null ? said : `${said}@${commit}`, licence };
}

/** A folder with a pack in it, or an archive that was not opened because one is in it. */
const isPack = (folder: RemoteFolder) => folder.facts.pack !== null || archiveAt(folder) !== null;

/** Nothing in it has to be looked into: it is fetched as it is. */
function packAt({ name, facts }: RemoteFolder): Found {
	return { name, isPack: true, models: [], saes: [], refused: [], others: 0, remote: facts };
}
