/**
 * What an engine does to packs beside running and keeping them: made, revised, examined. It is reached as
 * `engine.workshop`. Plain data; every call takes a job that `Engine.cancel` ends.
 */
import type { Found, Order, Source, Stated } from './import/order';
import type { Progress } from './calls';
import type { RemoteSource } from './import/remote';
import type { Imported } from './packs/stored';
import type { TextGatherer } from './corpus/requests';
import type { Examination, OnVerdict, RepairOrder, Verdicts } from './labs/fit';

type OnProgress = (progress: Progress) => void;

export interface Workshop {
	/** Statistics from a reader's own text. */
	readonly texts: TextGatherer;
	/**
	 * Looks what there is in a source: descriptions and the beginnings of files are read, and of SAEs whose
	 * format keeps all in one the whole. `stated`: what is said of SAEs, by their paths.
	 */
	look(
		source: Source,
		stated: Record<string, Stated>,
		job: number,
		onProgress: OnProgress
	): Promise<Found>;
	/** Makes a pack in storage: whole, or nothing of it. Needs no open pack. */
	make(order: Order, job: number, onProgress: OnProgress): Promise<Imported>;
	/** Stores the pack that lies at a place on another host as it is (`Found.isPack`). */
	fetch(source: RemoteSource, job: number, onProgress: OnProgress): Promise<Imported>;
	/** Bytes of downloads that were begun and not used yet. */
	waiting(): Promise<number>;
	/** Deletes them. */
	discard(): Promise<void>;
	/** Whether the SAEs of the open pack fit its model. Throws a Problem when the text is too short to tell. */
	examine(
		request: Examination,
		job: number,
		onProgress: OnProgress,
		onVerdict: OnVerdict
	): Promise<Verdicts>;
	/** Stores the pack with one mistake undone, beside the pack as it was, with which it shares its files. */
	repair(order: RepairOrder, job: number, onProgress: OnProgress): Promise<Imported>;
}
