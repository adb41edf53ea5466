/**
 * Measures SAEs on texts: what they make of the stream, and what the model loses when their reconstruction
 * takes its place. Special tokens do not count: no average holds them, none is reconstructed, none has to be
 * predicted. `models/recipe/metrics.py` measures the same way.
 */
import type { CheckMetrics } from '../../src/core/packs/check';
import type { Site } from '../../src/core/names/ids';
import { breathe } from '../runtime/session';
import type { Codes } from './codes';
import { distances } from './distances';
import { tapsOf, type Sae } from './sae';
import { SpliceLosses } from './splice-losses';
import type { Workbench } from '../packs/open-pack';

/** Metrics over the tokens that count, of which there are `tokens`. */
export interface SaeEvaluation extends CheckMetrics {
	/** Σ‖x−x̂‖² / Σ‖x−mean‖² */
	fvu: number;
	tokens: number;
}

/** How much is measured, and who hears of it. */
export interface EvaluationOptions {
	/** Of the windows, the first so many are those that the loss is measured on; all when absent. */
	spliced?: number;
	/** Called before each window, and once all are done. */
	onWindow?: (done: number) => void;
	signal?: AbortSignal | undefined;
}

/** What is measured of an SAE. */
export type EvaluatedSae = Pick<Sae, 'tap' | 'target' | 'mean' | 'encode' | 'decode'>;

type Window = number[];

export class SaeEvaluator {
	/** Streams that stay, by window. */
	readonly #kept = new Map<Window, Map<Site, Float32Array>>();
	readonly #losses: SpliceLosses;

	/**
	 * Each of the windows begins with the special token. `keep`: sites to be read once and remembered,
	 * for texts so few that all their streams find room. `from`: how many places of each window never count.
	 */
	constructor(
		readonly bench: Pick<Workbench, 'model' | 'lens' | 'tokenizer'>,
		readonly windows: Window[],
		readonly keep: Site[] = [],
		readonly from = 0
	) {
		this.#losses = new SpliceLosses(bench);
	}

	/** Calls `visit` with the places of the tokens that count. */
	each(window: Window, visit: (t: number) => void): void {
		window.forEach((id, t) => {
			if (t >= this.from && this.#counts(id)) visit(t);
		});
	}

	/** Each window with what the SAE reads of it, `[tokens × dIn]`, what it reconstructs, `[tokens × dOut]`, and its codes. */
	async *encoded(
		sae: Pick<EvaluatedSae, 'tap' | 'target' | 'encode'>,
		signal?: AbortSignal
	): AsyncGenerator<{ window: Window; x: Float32Array; target: Float32Array; codes: Codes }> {
		for (const window of this.windows) {
			const taps = await this.streams(window, tapsOf([sae]), signal);
			const x = taps.get(sae.tap)!;
			yield { window, x, target: taps.get(sae.target)!, codes: await sae.encode(x, signal) };
		}
	}

	/** What one SAE makes of the windows; ends between two of them when it is aborted. */
	async evaluate(
		sae: EvaluatedSae,
		{ spliced = Infinity, onWindow, signal }: EvaluationOptions = {}
	): Promise<SaeEvaluation> {
		const site = sae.target;
		const [dIn, d] = [this.bench.model.width(sae.tap), this.bench.model.width(site)];
		const end = this.bench.model.sites.at(-1)!;
		const sums = { tokens: 0, active: 0, error: 0, spread: 0, ratio: 0 };
		const losses = { clean: 0, sae: 0, zero: 0, tokens: 0 };
		let w = 0;
		onWindow?.(w);
		for await (const { window, x, target, codes } of this.encoded(sae, signal)) {
			const replaced = Float32Array.from(target);
			this.each(window, (t) => {
				const y = sae.decode(codes, t, x.subarray(t * dIn, (t + 1) * dIn));
				const [error, square, spread] = distances(target.subarray(t * d, (t + 1) * d), y, sae.mean);
				sums.tokens++;
				sums.active += codes.offsets[t + 1]! - codes.offsets[t]!;
				sums.error += error;
				sums.spread += spread;
				sums.ratio += error / square;
				replaced.set(y, t * d);
			});
			if (w < spliced && window.length > 1) {
				const last = async () => (await this.streams(window, [end], signal)).get(end)!;
				losses.clean += await this.#losses.clean(window, last, signal);
				losses.zero += await this.#losses.zeroed(
					site,
					window,
					() => this.#zeros(window, target),
					signal
				);
				losses.sae += await this.#losses.spliced(site, window, replaced, signal);
				losses.tokens += window.filter((id, t) => t > 0 && this.#counts(id)).length;
			}
			await breathe();
			signal?.throwIfAborted();
			onWindow?.(++w);
		}
		const [ce_clean, ce_sae, ce_zero] = [losses.clean, losses.sae, losses.zero].map(
			(loss) => loss / losses.tokens
		) as [number, number, number];
		return {
			l0: sums.active / sums.tokens,
			nmse: sums.ratio / sums.tokens,
			fvu: sums.error / sums.spread,
			ce_clean,
			ce_sae,
			ce_zero,
			ce_recovered: (ce_zero - ce_sae) / (ce_zero - ce_clean),
			tokens: sums.tokens
		};
	}

	/** The stream at each of these sites, `[tokens × dModel]`. */
	async streams(
		window: Window,
		sites: Site[],
		signal?: AbortSignal
	): Promise<Map<Site, Float32Array>> {
		const kept = this.#kept.get(window);
		if (kept && sites.every((site) => kept.has(site))) return kept;
		const { model } = this.bench;
		const all = [...new Set([...sites, ...this.keep])];
		const { taps } = await model.readOnce(window, all, signal);
		if (this.keep.length > 0) this.#kept.set(window, taps);
		return taps;
	}

	/** Frees what is kept between SAEs of one site. */
	release(): Promise<void> {
		return this.#losses.release();
	}

	/** `x` with zeros in the rows of the tokens that count. */
	#zeros(window: Window, x: Float32Array): Float32Array {
		const zeros = Float32Array.from(x);
		const d = x.length / window.length;
		this.each(window, (t) => zeros.fill(0, t * d, (t + 1) * d));
		return zeros;
	}

	#counts(id: number): boolean {
		return !this.bench.tokenizer.isSpecial(id);
	}
}
