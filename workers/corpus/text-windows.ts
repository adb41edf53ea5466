/** Walks a text with the SAEs of a pack in the making: means of the sites, codes, metrics. */
import type { SaeMetrics } from '../../src/core/packs/metrics';
import { SaeEvaluator } from '../sae/evaluator';
import type { Sae } from '../sae/sae';
import type { Tokenizer } from '../model/tokenizer';
import type { Workbench } from '../packs/open-pack';

/** Most tokens that are walked, and of these, most on which the loss is measured. */
const TOKENS = 50_000;
const LOSS_TOKENS = 10_000;

/** A text as the model reads it: windows that each begin with the special token. */
export interface Walk {
	windows: number[][];
	/** Tokens that count: all but the special ones. */
	tokens: number;
}

/** Cuts a text (documents parted by `<|endoftext|>` lines or blank lines) into windows. */
export function windowsOf(text: string, tokenizer: Tokenizer, context: number): Walk {
	const documents = text.split(/^<\|endoftext\|>\s*$|\n\s*\n/m).filter((d) => d.trim() !== '');
	const walk: Walk = { windows: [], tokens: 0 };
	for (const document of documents) {
		const all = tokenizer.encode(document.trim()).map((t) => t.id);
		const start = tokenizer.isSpecial(all[0] ?? -1) ? [all[0]!] : [];
		const room = context - start.length;
		for (let at = start.length; at < all.length; at += room) {
			const window = [...start, ...all.slice(at, at + room)];
			walk.windows.push(window);
			walk.tokens += window.filter((id) => !tokenizer.isSpecial(id)).length;
			if (walk.tokens >= TOKENS) return walk;
		}
	}
	return walk;
}

/** Codes of one SAE over the whole walk, special tokens left out. */
export interface Walked {
	/** Index of each token in the joined windows. */
	positions: number[];
	/** Row of each active feature, feature and activation, in the order of the tokens. */
	rows: number[];
	features: number[];
	activations: number[];
	metrics: SaeMetrics;
}

export class PackMeasure {
	readonly #evaluator: SaeEvaluator;
	constructor(
		readonly bench: Pick<Workbench, 'model' | 'lens' | 'tokenizer'>,
		readonly walk: Walk
	) {
		this.#evaluator = new SaeEvaluator(bench, walk.windows);
	}

	/** Mean of what is tapped under each of these names, special tokens left out. */
	async means(taps: string[]): Promise<Map<string, Float32Array>> {
		const { model } = this.bench;
		const sums = new Map(taps.map((tap) => [tap, new Float64Array(model.width(tap))]));
		for (const window of this.walk.windows) {
			const streams = await this.#evaluator.streams(window, [...sums.keys()]);
			for (const [tap, sum] of sums)
				this.#evaluator.each(window, (t) => {
					const x = streams.get(tap)!;
					for (let c = 0; c < sum.length; c++) sum[c]! += x[t * sum.length + c]!;
				});
		}
		const { tokens } = this.walk;
		return new Map(
			Array.from(sums, ([tap, sum]) => [tap, Float32Array.from(sum, (x) => x / tokens)])
		);
	}

	/** Codes and metrics of one SAE. */
	async sae(sae: Sae): Promise<Walked> {
		const out = { positions: [] as number[], rows: [] as number[], features: [] as number[] };
		const activations: number[] = [];
		const seen = new Set<number>();
		const starts = startsOf(this.walk.windows);
		const found = await this.#evaluator.evaluate(sae, {
			spliced: starts.filter((start) => start < LOSS_TOKENS).length,
			visit: (window, t, codes) => {
				for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
					out.rows.push(out.positions.length);
					out.features.push(codes.features[i]!);
					activations.push(codes.activations[i]!);
					seen.add(codes.features[i]!);
				}
				out.positions.push(starts[window]! + t);
			}
		});
		await this.#evaluator.release();
		return { ...out, activations, metrics: { ...found, dead: 1 - seen.size / sae.wDec.rows } };
	}
}

/** Where each window begins when all are joined. */
export function startsOf(windows: number[][]): number[] {
	let at = 0;
	return windows.map((window) => (at += window.length) - window.length);
}
