/** What a pack stores about each feature of an SAE. `corpus/statistics-file.ts` writes it, as does the recipe. */
import { boundsOf } from '../../src/core/corpus/examples';
import type { Example } from '../../src/core/features/feature';
import type { SaeId } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import { GROUPS } from '../../src/core/flow/groups';
import type { Best } from '../../src/core/flow/matching';
import { checkShape, float32, integers, type Safetensors } from '../../src/core/files/safetensors';
import type { Tokenizer } from '../model/tokenizer';

/** Who wrote a text, by its number in the tensor `kind` of the example texts. */
const SOURCES: Example['source'][] = ['generator', 'model', 'text'];
/** How many correlated features of each feature are stored. */
export const COACTIVE = 5;

const EXAMPLES = 'The example texts';

/** The texts that examples point into. */
export class ExampleTexts {
	readonly tokens: ArrayLike<number>;
	readonly #starts: number[];
	readonly #kinds: ArrayLike<number> | null;

	/** Throws a Problem where a token is not in the model's vocabulary, or a document not in the text. */
	constructor(file: Safetensors, vocabSize: number) {
		this.tokens = within(integers(file, 'tokens'), 0, vocabSize, 'tokens', EXAMPLES);
		const { length } = this.tokens;
		const starts = integers(file, 'documents');
		this.#starts = Array.from(within(starts, 0, length, 'documents', EXAMPLES));
		if (
			this.#starts[0] !== 0 ||
			this.#starts.some((start, i) => start < (this.#starts[i - 1] ?? 0))
		)
			throw damagedStatistics(EXAMPLES, 'do not begin with their first text, or are out of order');
		if (file.has('kind')) checkShape(file, 'kind', [this.#starts.length]);
		this.#kinds = file.has('kind') ? integers(file, 'kind') : null;
	}

	/** Token ids of the first `most` documents of a source, or of any, special tokens included. */
	documents(source: Example['source'] | null = null, most = Infinity): number[][] {
		const tokens = Array.from(this.tokens);
		return Array.from(this.#starts, (start, i) => ({ i, start }))
			.filter(({ i }) => source === null || this.#sourceOf(i) === source)
			.slice(0, most)
			.map(({ i, start }) => tokens.slice(start, this.#starts[i + 1]));
	}

	/** The example around a peak: where it starts and ends, and who wrote it. */
	window(peak: number): { start: number; end: number; source: Example['source'] } {
		let low = 0;
		let high = this.#starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.#starts[middle]! <= peak) low = middle;
			else high = middle - 1;
		}
		const from = this.#starts[low]!;
		const length = (this.#starts[low + 1] ?? this.tokens.length) - from;
		const { start, end } = boundsOf(peak - from, length);
		return { start: from + start, end: from + end, source: this.#sourceOf(low) };
	}

	#sourceOf(document: number): Example['source'] {
		return SOURCES[this.#kinds?.[document] ?? 2] ?? 'text';
	}
}

export class Statistics {
	readonly density: Float32Array;
	readonly max: Float32Array;
	readonly mean: Float32Array;
	readonly #hist: ArrayLike<number>;
	/** Bins of each feature, and their width; null where the last one ends at the maximum. */
	readonly #bins: number;
	readonly #step: Float32Array | null;
	readonly #at: ArrayLike<number>;
	readonly #quantile: Float32Array;
	readonly #count: ArrayLike<number>;
	readonly #offset: ArrayLike<number>;
	readonly #act: Float32Array;
	readonly #entropy: Float32Array | null;
	readonly #groups: Float32Array | null;
	readonly #coactive: ArrayLike<number> | null;
	readonly #correlations: Float32Array | null;
	/** [features × examples + 1] where each example's active tokens start. */
	readonly #starts: Uint32Array;
	readonly #perFeature: number;
	readonly promoted: ArrayLike<number>;
	readonly suppressed: ArrayLike<number>;
	readonly listed: number;

	/** Throws a Problem where a tensor has another shape, or a number that cannot be what it is said to be. */
	constructor(
		readonly sae: SaeId,
		readonly file: Safetensors,
		dSae: number,
		vocabSize: number
	) {
		this.density = this.#floats('density', [dSae], 1);
		this.max = this.#floats('max', [dSae]);
		this.mean = this.#floats('mean', [dSae]);
		this.#bins = this.#width('hist_counts', dSae);
		this.#hist = integers(file, 'hist_counts');
		this.#step = this.#optional('hist_step', 1);
		this.#perFeature = this.#width('example_at', dSae);
		this.#at = integers(file, 'example_at');
		const examples = [dSae, this.#perFeature];
		// Older packs that were made here have them in one row.
		const isFlat = file.range('example_quantile').shape.length === 1;
		const quantiles = isFlat ? [dSae * this.#perFeature] : examples;
		this.#quantile = this.#floats('example_quantile', quantiles, 1);
		checkShape(file, 'example_count', examples);
		this.#count = this.#integers('example_count', Infinity);
		this.#starts = new Uint32Array(this.#count.length + 1);
		for (let i = 0; i < this.#count.length; i++)
			this.#starts[i + 1] = this.#starts[i]! + this.#count[i]!;
		checkShape(file, 'example_offset', [this.#starts.at(-1)!]);
		checkShape(file, 'example_act', [this.#starts.at(-1)!]);
		this.#offset = this.#integers('example_offset', Infinity);
		this.listed = this.#width('promoted', dSae);
		checkShape(file, 'suppressed', [dSae, this.listed]);
		this.promoted = this.#integers('promoted', vocabSize);
		this.suppressed = this.#integers('suppressed', vocabSize);
		this.#act = this.#activations();
		this.#entropy = this.#optional('token_entropy', 1);
		this.#groups = this.#optional('group_share', GROUPS.length);
		this.#correlations = this.#optional('coactive.value', COACTIVE);
		this.#coactive = this.#correlations && this.#features('coactive.index', COACTIVE);
	}

	histogram(index: number): { edges: number[]; counts: number[] } {
		const max = this.max[index]!;
		const all = this.#bins;
		const step = this.#step?.[index] || max / all;
		// Those beyond the maximum are empty.
		const bins = this.#step && max > 0 ? Math.min(all, Math.floor(max / step) + 1) : all;
		return {
			edges: Array.from({ length: bins + 1 }, (_, i) => step * i),
			counts: Array.from({ length: bins }, (_, i) => this.#hist[index * all + i]!)
		};
	}

	/**
	 * Share of all held-out tokens on which a feature is at least as strong: of its histogram the bins above, and as much of
	 * the one that the activation lies in.
	 */
	tail(index: number, activation: number): number {
		const { edges, counts } = this.histogram(index);
		const all = counts.reduce((a, b) => a + b, 0);
		if (all === 0) return 0;
		let above = 0;
		counts.forEach((count, i) => {
			const [low, high] = [edges[i]!, edges[i + 1]!];
			const share = high > low ? (high - activation) / (high - low) : 0;
			above += count * Math.min(1, Math.max(0, share));
		});
		return (above / all) * this.density[index]!;
	}

	/** Example texts, strongest first. */
	examples(index: number, texts: ExampleTexts, tokenizer: Tokenizer): Example[] {
		const examples: Example[] = [];
		for (let e = index * this.#perFeature; e < (index + 1) * this.#perFeature; e++) {
			const peak = this.#at[e]!;
			if (peak < 0) continue;
			if (peak >= texts.tokens.length) throw this.#damaged('point behind the end of its texts');
			const { start, end, source } = texts.window(peak);
			const activations = new Array<number>(end - start).fill(0);
			for (let i = this.#starts[e]!; i < this.#starts[e + 1]!; i++)
				if (this.#offset[i]! < end - start) activations[this.#offset[i]!] = this.#act[i]!;
				else throw this.#damaged('point behind the end of an example');
			const ids = Array.from({ length: end - start }, (_, i) => texts.tokens[start + i]!);
			examples.push({
				tokens: ids.map((id) => tokenizer.text(id)),
				activations,
				quantile: this.#quantile[e]!,
				source
			});
		}
		return examples.sort((a, b) => Math.max(...b.activations) - Math.max(...a.activations));
	}

	/** Where in the texts each feature's examples peak, [features × examples of each]; −1: none. */
	get peaks(): ArrayLike<number> {
		return this.#at;
	}

	/** Examples that each feature may have. */
	get examplesEach(): number {
		return this.#perFeature;
	}

	/** Activation in example `e`, counted over all features, `offset` tokens from its start. */
	activationIn(e: number, offset: number): number {
		for (let i = this.#starts[e]!; i < this.#starts[e + 1]!; i++)
			if (this.#offset[i] === offset) return this.#act[i]!;
		return 0;
	}

	/** Entropy in bits of the tokens on which a feature is active. */
	tokenEntropy(index: number): number | null {
		return this.#entropy?.[index] ?? null;
	}

	/** Entropies in bits of all features; null when not measured. */
	get tokenEntropies(): Float32Array | null {
		return this.#entropy;
	}

	/** Shares of a feature's active tokens in the groups of `GROUPS`; null also for one that is never active. */
	observed(index: number): number[] | null {
		const at = index * GROUPS.length;
		const shares = this.#groups && Array.from(this.#groups.subarray(at, at + GROUPS.length));
		return shares?.some((share) => share > 0) ? shares : null;
	}

	/** The features whose activations correlate most with this one's, if above 0. */
	together(index: number): { index: number; correlation: number }[] | null {
		const [features, correlations] = [this.#coactive, this.#correlations];
		if (!features || !correlations) return null;
		return Array.from({ length: COACTIVE }, (_, i) => index * COACTIVE + i)
			.map((at) => ({ index: features[at]!, correlation: correlations[at]! }))
			.filter((other) => other.correlation > 0 && other.index !== index);
	}

	/** The stored best matches of a feature in an upstream SAE, or null when the pack has none. */
	matches(index: number, upstream: SaeId): Best[] | null {
		if (!this.file.has(`match.${upstream}.index`)) return null;
		const ids = integers(this.file, `match.${upstream}.index`);
		const cosines = float32(this.file, `match.${upstream}.cosine`).data;
		const k = ids.length / this.density.length;
		return Array.from({ length: k }, (_, i) => ({
			index: ids[index * k + i]!,
			cosine: cosines[index * k + i]!
		}));
	}

	/** Activations of the examples; U8 counts steps of each feature's own size. */
	#activations(): Float32Array {
		if (this.file.tensor('example_act').dtype !== 'U8')
			return this.#floats('example_act', this.file.tensor('example_act').shape);
		const n = this.density.length;
		const scale = this.#floats('example_act.scale', [n]);
		const steps = integers(this.file, 'example_act');
		const out = new Float32Array(steps.length);
		for (let f = 0; f < n; f++) {
			const end = this.#starts[(f + 1) * this.#perFeature]!;
			for (let i = this.#starts[f * this.#perFeature]!; i < end; i++)
				out[i] = steps[i]! * scale[f]!;
		}
		return out;
	}

	/** Numbers that a pack may lack, `width` of each feature. */
	#optional(name: string, width: number): Float32Array | null {
		if (!this.file.has(name)) return null;
		const n = this.density.length;
		checkShape(this.file, name, width === 1 ? [n] : [n, width]);
		const { data } = float32(this.file, name);
		if (data.every(Number.isFinite)) return data;
		throw this.#damaged(`have a number in ${name} that is not finite`);
	}

	#features(name: string, width: number): ArrayLike<number> {
		const n = this.density.length;
		checkShape(this.file, name, [n, width]);
		const found = integers(this.file, name);
		if (found.every((feature) => feature >= 0 && feature < n)) return found;
		throw this.#damaged(`name features in ${name} that do not exist`);
	}

	/** Numbers from 0 to `most`. */
	#floats(name: string, shape: number[], most = Infinity): Float32Array {
		checkShape(this.file, name, shape);
		const { data } = float32(this.file, name);
		if (data.every((value) => Number.isFinite(value) && value >= 0 && value <= most)) return data;
		throw this.#damaged(`have a number in ${name} that cannot be one`);
	}

	/** How many numbers there are of each feature. */
	#width(name: string, dSae: number): number {
		const { shape } = this.file.range(name);
		checkShape(this.file, name, [dSae, shape[1] ?? 0]);
		return shape[1] ?? 0;
	}

	#integers(name: string, below: number): ArrayLike<number> {
		return within(integers(this.file, name), 0, below, name, `The statistics of ${this.sae}`);
	}

	#damaged(what: string): Problem {
		return damagedStatistics(`The statistics of ${this.sae}`, what);
	}
}

function within<T extends ArrayLike<number>>(
	values: T,
	from: number,
	below: number,
	name: string,
	what: string
): T {
	for (let i = 0; i < values.length; i++)
		if (!(values[i]! >= from && values[i]! < below))
			throw damagedStatistics(what, `have a number in ${name} that cannot be one`);
	return values;
}

const damagedStatistics = (what: string, wrong: string): Problem =>
	new Problem('pack-damaged', `${what} ${wrong}.`, 'Download or make the pack again.');
