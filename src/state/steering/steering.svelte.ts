/** The unsteered and the steered continuation, side by side, from the same seed. */
import type { Edit, WriteRequest } from '../../core/steering/writing';
import type { FeatureId } from '../../core/names/ids';
import type { Engine } from '../../core/engine';
import { firstDifference, spelled, type Piece } from '../prompt/spelling';
import { Resource } from '../calls/resource.svelte';
import type { Meter, MeterRequest } from '../../core/steering/meters';
import { StrengthGrid } from './strength-grid.svelte';
import { Stream } from './writing.svelte';

export type Settings = Omit<WriteRequest, 'edits'>;

export interface StoredTexts {
	plain: string[];
	steered: string[];
}

export class Steering {
	readonly plain: Stream;
	readonly steered: Stream;
	/** Texts stored with the model, shown until the engine writes. */
	example = $state.raw<StoredTexts | null>(null);
	/** What the two texts are worth, the unsteered one first. */
	readonly meters: Resource<MeterRequest, Meter[]>;
	readonly grid: StrengthGrid;
	#edited = $state(false);

	constructor(engine: Engine) {
		this.plain = new Stream(engine);
		this.steered = new Stream(engine);
		this.meters = new Resource((request, signal) => engine.meters(request, { signal }));
		this.grid = new StrengthGrid(engine);
		this.plain.onEnd = this.steered.onEnd = () => this.#measure();
	}

	/** Writes what is not written yet; called at every change, also while a slider moves. */
	ask(settings: Settings, all: Edit[], paused: readonly FeatureId[] = []): void {
		const edits = all.filter(({ id }) => !paused.includes(id));
		this.#edited = edits.length > 0;
		if (settings.text.trim() === '') {
			this.plain.clear();
			this.steered.clear();
			return;
		}
		this.example = null;
		this.plain.ask({ ...settings, edits: [] });
		if (this.#edited) this.steered.ask({ ...settings, edits });
		else this.steered.clear();
	}

	/** Once both texts are written: nobody waits for the engine then. */
	#measure(): void {
		const { request, text, ids } = this.steered;
		if (this.busy || !this.#edited || !request || text === null || this.plain.text === null) return;
		const features = request.edits.map(({ id }) => id);
		void this.meters.ask({ text: request.text, written: [this.plain.ids, ids], features });
	}

	/** Forgets everything: it was of another model. */
	clear(): void {
		this.meters.clear();
		this.grid.clear();
		this.example = null;
		this.plain.clear();
		this.steered.clear();
	}

	stop(): void {
		this.plain.halt();
		this.steered.halt();
	}

	again(): void {
		this.plain.again();
		if (this.#edited) this.steered.again();
	}

	get busy(): boolean {
		return this.plain.busy || this.steered.busy;
	}

	get plainTokens(): string[] {
		return this.example?.plain ?? this.plain.tokens;
	}

	/** Without an edit there is nothing to write twice: the unsteered text. */
	get steeredTokens(): string[] {
		return this.example?.steered ?? (this.#edited ? this.steered.tokens : this.plain.tokens);
	}

	get plainPieces(): Piece[] {
		return whole(this.plainTokens, this.example ? null : this.plain.text);
	}

	get steeredPieces(): Piece[] {
		const { text } = this.#edited ? this.steered : this.plain;
		return whole(this.steeredTokens, this.example ? null : text);
	}

	/** Index of the first token that differs between the two; null while there is none. */
	get firstDifference(): number | null {
		const steered = this.#edited ? this.steered : this.plain;
		const ended = this.example !== null || (this.plain.stop !== null && steered.stop !== null);
		return firstDifference(this.plainTokens, this.steeredTokens, ended);
	}
}

/** Pieces that spell the decoded text exactly; where they do not, the text as one that is no token. */
function whole(tokens: string[], text: string | null): Piece[] {
	const pieces = spelled(tokens);
	if (text === null || pieces.map((piece) => piece.text).join('') === text) return pieces;
	return [{ at: Infinity, text }];
}
