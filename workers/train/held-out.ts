/** What an SAE in training makes of held-out text. */
import type { FormingFeature } from '../../src/core/train/training';
import type { Site } from '../../src/core/names/ids';
import { batchOf, residues, type Top } from '../../src/core/train/learning-step';
import type { SaeState } from '../../src/core/train/sae-state';
import { seeded } from '../../src/core/math/random';
import { shuffledColumns } from '../../src/core/train/shuffle-buffer';
import { largest } from '../../src/core/math/sampling';
import { windowStart } from '../corpus/windows';
import type { Workbench } from '../packs/open-pack';
import { breathe } from '../runtime/session';
import { SpliceLosses } from '../sae/splice-losses';
import type { TopEncoder } from './learning/top-encoder';

/** Windows that every point of the curve is measured on. */
export const CURVE = 8;
/** Windows on which the loss is measured along the way, and at the end. */
const LOSS = 4;
const LAST_LOSS = 24;

/** Features shown while they form: active on so many tokens at least, and on this share at most. */
const [SHOWN, EXAMPLES, LEAST_ACTIVE, MOST_ACTIVE] = [12, 3, 3, 0.03];
/** Tokens shown before and behind the strongest. */
const AROUND = 8;

export interface HeldOutMeasures {
	fvu: number;
	l0: number;
	dead: number;
	tokens: number;
}

/** A window with what stands at the site, and what the SAE finds there from behind its special tokens. */
interface Read {
	ids: number[];
	x: Float32Array;
	top: Top;
}

export class HeldOut {
	/** The stream of the windows that the curve is measured on, special tokens included. */
	readonly #streams: Float32Array[] = [];
	readonly #losses: SpliceLosses;
	readonly #first: number;
	#shown: Read[] = [];

	private constructor(
		readonly bench: Workbench,
		readonly site: Site,
		readonly windows: number[][]
	) {
		this.#losses = new SpliceLosses(bench);
		this.#first = windowStart(bench).start.length;
	}

	static async read(
		bench: Workbench,
		site: Site,
		windows: number[][],
		signal?: AbortSignal
	): Promise<HeldOut> {
		const held = new HeldOut(bench, site, windows);
		for (const ids of windows.slice(0, CURVE)) held.#streams.push(await held.#stream(ids, signal));
		return held;
	}

	/** FVU against `mean`, and what is active, on the windows of the curve, or on all. */
	async measure(
		state: SaeState,
		encoder: TopEncoder,
		mean: Float32Array,
		{ all = false, shuffled = false, signal }: MeasureOptions = {}
	): Promise<HeldOutMeasures> {
		const { d, features, scale } = state;
		const active = new Uint32Array(features);
		const sums = { error: 0, spread: 0, tokens: 0, active: 0 };
		const read: Read[] = [];
		for (const [w, ids] of this.windows.slice(0, all ? Infinity : CURVE).entries()) {
			const stream = this.#streams[w] ?? (await this.#stream(ids, signal));
			const plain = stream.subarray(this.#first * d);
			const x = shuffled ? shuffledColumns(plain, d, seeded(w)) : plain;
			const { u } = batchOf(state, x);
			const top = await encoder.encode(state, u, signal);
			for (const left of residues(state, u, top)) sums.error += (left / scale) ** 2;
			for (let i = 0; i < x.length; i++) sums.spread += (x[i]! - mean[i % d]!) ** 2;
			sums.tokens += x.length / d;
			top.values.forEach((value, j) => {
				if (!(value > 0)) return;
				sums.active++;
				active[top.features[j]!]!++;
			});
			if (w < CURVE) read.push({ ids, x: stream, top });
			await breathe();
			signal?.throwIfAborted();
		}
		if (!shuffled) this.#shown = read;
		const silent = active.reduce((n, count) => n + Number(count === 0), 0);
		const { error, spread, tokens } = sums;
		const l0 = sums.active / tokens;
		return { fvu: error / spread, l0, dead: silent / features, tokens };
	}

	/** CE recovered, and on how many tokens, by what was measured last. */
	async recovered(
		state: SaeState,
		encoder: TopEncoder,
		{ all = false, signal }: Pick<MeasureOptions, 'all' | 'signal'> = {}
	): Promise<{ ce_recovered: number; tokens: number }> {
		const { bench, site } = this;
		const end = bench.model.sites.at(-1)!;
		const sums = { clean: 0, sae: 0, zero: 0, tokens: 0 };
		for (const [w, ids] of this.windows.slice(0, all ? LAST_LOSS : LOSS).entries()) {
			if (ids.length < 2) continue;
			const stream = this.#streams[w] ?? (await this.#stream(ids, signal));
			const last = async () => (await bench.model.readOnce(ids, [end], signal)).taps.get(end)!;
			sums.clean += await this.#losses.clean(ids, last, signal);
			const zeros = stream.slice().fill(0, this.#first * state.d);
			sums.zero += await this.#losses.zeroed(site, ids, () => zeros, signal);
			const rebuilt = await this.#rebuilt(state, encoder, stream, signal);
			sums.sae += await this.#losses.spliced(site, ids, rebuilt, signal);
			sums.tokens += ids.length - this.#first;
			await breathe();
			signal?.throwIfAborted();
		}
		const ce_recovered = (sums.zero - sums.sae) / (sums.zero - sums.clean);
		return { ce_recovered, tokens: sums.tokens };
	}

	/** Features that are strong on few of the tokens that were measured last. */
	gallery({ features, k }: SaeState): FormingFeature[] {
		const active = new Uint32Array(features);
		const most = new Float32Array(features);
		let tokens = 0;
		for (const { top } of this.#shown) {
			tokens += top.values.length / k;
			top.values.forEach((value, j) => {
				if (!(value > 0)) return;
				const f = top.features[j]!;
				active[f]!++;
				most[f] = Math.max(most[f]!, value);
			});
		}
		const isShown = (f: number) =>
			active[f]! >= LEAST_ACTIVE && active[f]! <= Math.max(LEAST_ACTIVE, MOST_ACTIVE * tokens);
		const scores = most.map((value, f) => (isShown(f) ? value : -1));
		return largest(scores, SHOWN)
			.filter((f) => scores[f]! > 0)
			.map((index) => ({
				index,
				density: active[index]! / tokens,
				examples: this.#examples(index, k)
			}));
	}

	async release(): Promise<void> {
		await this.#losses.release();
	}

	/** Where a feature is strongest, each window once. */
	#examples(feature: number, k: number): FormingFeature['examples'] {
		const strongest = this.#shown.map(({ top }) => {
			let best = { value: 0, row: 0 };
			top.values.forEach((value, j) => {
				if (top.features[j] === feature && value > best.value)
					best = { value, row: Math.floor(j / k) };
			});
			return best;
		});
		const values = strongest.map(({ value }) => value);
		return largest(values, EXAMPLES)
			.filter((w) => values[w]! > 0)
			.map((w) => {
				const { ids, top } = this.#shown[w]!;
				const at = strongest[w]!.row;
				const from = Math.max(0, at - AROUND);
				const to = Math.min(ids.length - this.#first, at + AROUND + 1);
				const activations = new Array<number>(to - from).fill(0);
				for (let j = from * k; j < to * k; j++)
					if (top.features[j] === feature)
						activations[Math.floor(j / k) - from] = Math.max(0, top.values[j]!);
				const shown = ids.slice(this.#first + from, this.#first + to);
				return { tokens: shown.map((id) => this.bench.tokenizer.text(id)), activations };
			});
	}

	/** The stream with the SAE's reconstruction in the place of every token that is not special. */
	async #rebuilt(
		state: SaeState,
		encoder: TopEncoder,
		stream: Float32Array,
		signal?: AbortSignal
	): Promise<Float32Array> {
		const { d, scale } = state;
		const from = this.#first * d;
		const { u } = batchOf(state, stream.subarray(from));
		const left = residues(state, u, await encoder.encode(state, u, signal));
		const out = stream.slice();
		for (let i = 0; i < left.length; i++) out[from + i]! -= left[i]! / scale;
		return out;
	}

	async #stream(ids: number[], signal?: AbortSignal): Promise<Float32Array> {
		return (await this.bench.model.texts([ids], [this.site], signal)).get(this.site)!;
	}
}

interface MeasureOptions {
	/** All windows, not only those of the curve. */
	all?: boolean;
	/** Each column of a window in an order of its own, as the control sees them. */
	shuffled?: boolean;
	signal?: AbortSignal | undefined;
}
