/** Default strengths of features, asked for once each, one at a time, while nothing is written. */
import type { FeatureId } from '../../core/names/ids';
import type { Engine } from '../../core/engine';
import { isAbort } from '../../core/names/errors';
import type { Dose } from '../../core/steering/dose';

/** How often it is looked whether the engine is free. */
const LOOK_MS = 150;

export class DoseList {
	/** null: there is none to be found. */
	#known = $state.raw<ReadonlyMap<FeatureId, Dose | null>>(new Map());
	readonly #waiting: FeatureId[] = [];
	#running: AbortController | null = null;
	readonly #engine: Engine;
	/** Whether the engine has better things to do. */
	readonly #busy: () => boolean;
	/** Called with each dose as it is found. */
	onFound: (id: FeatureId, dose: Dose) => void = () => undefined;

	constructor(engine: Engine, busy: () => boolean) {
		this.#engine = engine;
		this.#busy = busy;
	}

	/** null where there is none, undefined while it is not known; asks for nothing. */
	of(id: FeatureId): Dose | null | undefined {
		return this.#known.get(id);
	}

	/** Finds what is not known of these features. */
	ask(ids: FeatureId[]): void {
		for (const id of ids)
			if (!this.#known.has(id) && !this.#waiting.includes(id)) this.#waiting.push(id);
		if (!this.#running && this.#waiting.length > 0) void this.#work();
	}

	/** Takes doses that came from elsewhere. */
	learn(doses: Iterable<readonly [FeatureId, Dose | null]>): void {
		this.#known = new Map([...this.#known, ...doses]);
	}

	/** Leaves the engine to others; what was under way begins anew when they are done. */
	yield(): void {
		this.#running?.abort();
	}

	/** Forgets everything: it was of another model. */
	clear(): void {
		this.#waiting.length = 0;
		this.#running?.abort();
		this.#known = new Map();
	}

	async #work(): Promise<void> {
		while (this.#waiting.length > 0) {
			const running = (this.#running = new AbortController());
			while (this.#busy()) await new Promise((done) => setTimeout(done, LOOK_MS));
			const id = this.#waiting[0];
			if (id === undefined) break;
			let dose: Dose | null = null;
			try {
				dose = await this.#engine.dose(id, { signal: running.signal });
			} catch (error) {
				if (isAbort(error) || running.signal.aborted) continue;
			}
			// Of another model, or asked for no more.
			if (this.#waiting[0] !== id) continue;
			this.#waiting.shift();
			this.learn([[id, dose]]);
			if (dose) this.onFound(id, dose);
		}
		this.#running = null;
	}
}
