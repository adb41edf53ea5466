/** The page's side of the workshop: the calls of `engine.workshop`, on the line that the client keeps. */
import type { Found, Order, Source, Stated } from '../core/import/order';
import type { FeatureId } from '../core/names/ids';
import type { Progress } from '../core/calls';
import type { RemoteSource } from '../core/import/remote';
import type { Imported } from '../core/packs/stored';
import type { GatheredFeature, PendingText, TextPart, TextRequest } from '../core/corpus/requests';
import type { Examination, OnVerdict, RepairOrder, Verdicts } from '../core/labs/fit';
import type { Workshop } from '../core/workshop';
import { ignore, type Send } from './aborting';

/** A call that can be aborted and says how far it is. */
export interface Watched {
	signal?: AbortSignal | undefined;
	onProgress?: (progress: Progress) => void;
}

type Ask<T> = (workshop: Workshop, job: number, send: Send) => Promise<T>;

/** How calls reach the worker; each ends early when its signal aborts or the worker is lost. */
export interface Line {
	/** A call that needs no open pack. */
	ask<T>(call: Ask<T>, signal: AbortSignal | undefined): Promise<T>;
	/** A call that waits until the pack is open. */
	askOpen<T>(call: Ask<T>, signal: AbortSignal | undefined): Promise<T>;
	/** Something was stored that the browser should not throw away. */
	stored(): void;
}

export class WorkshopClient {
	readonly #line: Line;

	constructor(line: Line) {
		this.#line = line;
	}

	look(
		source: Source,
		stated: Record<string, Stated>,
		{ signal, onProgress = ignore }: Watched = {}
	): Promise<Found> {
		return this.#line.ask(
			(workshop, job, send) => workshop.look(source, stated, job, send(onProgress)),
			signal
		);
	}

	async make(order: Order, { signal, onProgress = ignore }: Watched = {}): Promise<Imported> {
		const made = await this.#line.ask(
			(workshop, job, send) => workshop.make(order, job, send(onProgress)),
			signal
		);
		this.#line.stored();
		return made;
	}

	async fetch(
		source: RemoteSource,
		{ signal, onProgress = ignore }: Watched = {}
	): Promise<Imported> {
		const stored = await this.#line.ask(
			(workshop, job, send) => workshop.fetch(source, job, send(onProgress)),
			signal
		);
		this.#line.stored();
		return stored;
	}

	/** Walks a text, or with null goes on with the one that is pending; a cancelled walk stays pending. */
	async gatherText(
		request: TextRequest | null,
		{ signal, onPart }: { signal?: AbortSignal; onPart: (part: TextPart) => void }
	): Promise<Imported> {
		const call: Ask<Imported> = ({ texts }, job, send) => texts.gather(request, job, send(onPart));
		const stored = await this.#line.askOpen(call, signal);
		this.#line.stored();
		return stored;
	}

	waiting(signal?: AbortSignal): Promise<number> {
		return this.#line.ask((workshop) => workshop.waiting(), signal);
	}

	discard(signal?: AbortSignal): Promise<void> {
		return this.#line.ask((workshop) => workshop.discard(), signal);
	}

	pendingText(signal?: AbortSignal): Promise<PendingText | null> {
		return this.#line.askOpen(({ texts }, job) => texts.pending(job), signal);
	}

	giveUpText(signal?: AbortSignal): Promise<void> {
		return this.#line.askOpen(({ texts }, job) => texts.giveUp(job), signal);
	}

	/** A feature of the walk under way. */
	gatheredFeature(id: FeatureId, signal?: AbortSignal): Promise<GatheredFeature | null> {
		return this.#line.askOpen(({ texts }, job) => texts.gathered(id, job), signal);
	}

	/** Verdicts come as they are found. */
	examine(
		request: Examination,
		{ signal, onProgress = ignore, onVerdict }: Watched & { onVerdict: OnVerdict }
	): Promise<Verdicts> {
		return this.#line.askOpen(
			(workshop, job, send) => workshop.examine(request, job, send(onProgress), send(onVerdict)),
			signal
		);
	}

	async repair(
		order: RepairOrder,
		{ signal, onProgress = ignore }: Watched = {}
	): Promise<Imported> {
		const made = await this.#line.ask(
			(workshop, job, send) => workshop.repair(order, job, send(onProgress)),
			signal
		);
		this.#line.stored();
		return made;
	}
}
