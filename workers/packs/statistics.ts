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

/** The texts that examples point into. */
export class ExampleTexts {
	readonly tokens: ArrayLike<number>;
	readonly #starts: number[];
	readonly #kinds: ArrayLike<number> | null;

	constructor(file: Safetensors) {
		this.tokens = integers(file, 'tokens');
		this.#starts = Array.from(integers(file, 'documents'));
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

	constructor(
		readonly sae: SaeId,
		readonly file: Safetensors,
		dSae: number
	) {
		for (const name of ['density', 'max', 'mean']) checkShape(file, name, [dSae]);
		this.density = float32(file, 'density').data;
		this.max = float32(file, 'max').data;
		this.mean = float32(file, 'mean').data;
		this.#hist = integers(file, 'hist_counts');
		this.#bins = this.#hist.length / dSae;
		this.#step = this.#optional('hist_step', 1);
		this.#at = integers(file, 'example_at');
		this.#quantile = float32(file, 'example_quantile').data;
		this.#count = integers(file, 'example_count');
		this.#offset = integers(file, 'example_offset');
		this.promoted = integers(file, 'promoted');
		this.suppressed = integers(file, 'suppressed');
		this.listed = this.promoted.length / this.density.length;
		this.#perFeature = this.#at.length / this.density.length;
		this.#starts = new Uint32Array(this.#count.length + 1);
		for (let i = 0; i < this.#count.length; i++)
			this.#starts[i + 1] = this.#starts[i]! + this.#count[i]!;
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

	/** Example texts, strongest first. */
	examples(index: number, texts: ExampleTexts, tokenizer: Tokenizer): Example[] {
		const examples: Example[] = [];
		for (let e = index * this.#perFeature; e < (index + 1) * this.#perFeature; e++) {
			const peak = this.#at[e]!;
			if (peak < 0) continue;
			const { start, end, source } = texts.window(peak);
			const activations = new Array<number>(end - start).fill(0);
			for (let i = this.#starts[e]!; i < this.#starts[e + 1]!; i++)
				activations[this.#offset[i]!] = this.#act[i]!;
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

	/** Entropy in bits of the tokens on which a feature is active. */
	tokenEntropy(index: number): number | null {
		return this.#entropy?.[index] ?? null;
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
			return float32(this.file, 'example_act').data;
		const n = this.density.length;
		checkShape(this.file, 'example_act.scale', [n]);
		const scale = float32(this.file, 'example_act.scale').data;
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
		throw this.#damaged(`has a number in ${name} that is not finite`);
	}

	#features(name: string, width: number): ArrayLike<number> {
		const n = this.density.length;
		checkShape(this.file, name, [n, width]);
		const found = integers(this.file, name);
		if (found.every((feature) => feature >= 0 && feature < n)) return found;
		throw this.#damaged(`names features in ${name} that do not exist`);
	}

	#damaged(what: string): Problem {
		return new Problem(
			'pack-damaged',
			`The statistics of ${this.sae} ${what}.`,
			'Download or make the pack again.'
		);
	}
}
