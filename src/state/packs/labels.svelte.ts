/** Labels and densities by feature, asked for in batches as they come into sight. */
import type { FeatureId } from '../../core/names/ids';
import type { FeatureLine } from '../../core/features/feature';
import type { Engine } from '../../core/engine';

/** How long ids are gathered before they are asked for together. */
const GATHER_MS = 20;
const BATCH = 512;

export class Labels {
	#known = $state.raw<ReadonlyMap<FeatureId, FeatureLine>>(new Map());
	/** Asked for, answered or not. */
	#asked = new Set<FeatureId>();
	#waiting: FeatureId[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #engine: Engine;
	readonly #ready: () => boolean;

	constructor(engine: Engine, ready: () => boolean) {
		this.#engine = engine;
		this.#ready = ready;
	}

	/** What is known of a feature; undefined until it arrives, and asking makes it come. */
	line(id: FeatureId): FeatureLine | undefined {
		const line = this.#known.get(id);
		if (!line && !this.#asked.has(id)) {
			this.#asked.add(id);
			this.#waiting.push(id);
			this.#schedule();
		}
		return line;
	}

	/** The label's text, or undefined when there is none. */
	text(id: FeatureId): string | undefined {
		return this.line(id)?.label?.text;
	}

	/** For once: waits for the line. */
	async fetch(id: FeatureId): Promise<FeatureLine | null> {
		const known = this.#known.get(id);
		if (known) return known;
		const [line] = await this.#engine.lines([id]);
		if (line) this.learn([line]);
		return line ?? null;
	}

	/** Asks for what waits: called again when an engine becomes usable. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (!this.#ready() || this.#waiting.length === 0) return;
		const ids = this.#waiting.splice(0, BATCH);
		const asked = this.#asked;
		this.#engine.lines(ids).then(
			// Of another model once `clear` was called.
			(lines) => asked === this.#asked && this.learn(lines),
			() => ids.forEach((id) => asked.delete(id))
		);
		if (this.#waiting.length > 0) this.#schedule();
	}

	/** Asks again for everything that is known: names have changed. */
	renew(): void {
		this.#waiting.push(...this.#known.keys());
		this.#schedule();
	}

	/** Forgets everything: it was of another model. */
	clear(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#known = new Map();
		this.#asked = new Set();
		this.#waiting = [];
	}

	#schedule(): void {
		this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
	}

	/** Takes lines that came from elsewhere. */
	learn(lines: FeatureLine[]): void {
		this.#known = new Map([...this.#known, ...lines.map((line) => [line.id, line] as const)]);
	}
}
