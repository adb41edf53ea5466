/** One text that SAEs are measured on: its windows, the streams at every site, and what is known of each site. */
import type { Site } from '../../../src/core/names/ids';
import { tapOf } from '../../../src/core/names/site';
import { windowsOf } from '../../corpus/windows';
import type { Workbench } from '../../packs/open-pack';
import { SaeEvaluator } from '../../sae/evaluator';
import { TEXT } from './text';

/** Enough to tell: more tokens take longer and change nothing. */
const TOKENS = 700;
/** Most numbers of all sites' streams that are kept, 128 MB. */
const KEPT = 32e6;
/** Every paragraph is a document. */
const SEPARATOR = /^<\|endoftext\|>\s*$|\n\s*\n/m;
/** Attention rests on a window's first token, even where that is a word and not a special token: it never counts. */
const FIRST = 1;

/** Lengths and mean of a site's activations over the tokens that count. */
export interface SiteMoments {
	mean: Float32Array;
	/** Mean of ‖x‖. */
	norm: number;
	/** Mean of ‖x‖². */
	square: number;
}

export class FitRun {
	/** Keeps the streams of every site. */
	readonly evaluator: SaeEvaluator;
	readonly #moments = new Map<Site, Promise<SiteMoments>>();

	/** Without a text, the one that is built in. */
	constructor(
		{ model, lens, tokenizer }: Workbench,
		text: string | null,
		readonly signal?: AbortSignal
	) {
		const room = Math.min(TOKENS, Math.floor(KEPT / (model.sites.length * model.shape.dModel)));
		const windows: number[][] = [];
		let tokens = 0;
		for (const document of (text ?? TEXT).split(SEPARATOR))
			for (const window of windowsOf({ model, tokenizer }, document.trim(), model.shape.context)) {
				if (tokens >= room) break;
				const part = window.slice(0, Math.max(2, room - tokens));
				tokens += part.length;
				if (part.length > FIRST) windows.push(part);
			}
		this.evaluator = new SaeEvaluator({ model, lens, tokenizer }, windows, model.sites, FIRST);
	}

	/** Tokens that count. */
	get tokens(): number {
		let tokens = 0;
		for (const window of this.evaluator.windows) this.evaluator.each(window, () => tokens++);
		return tokens;
	}

	/** Computed when first asked for. */
	moments(site: Site): Promise<SiteMoments> {
		const tap = tapOf(site);
		const moments = this.#moments.get(tap) ?? this.#momentsAt(tap);
		this.#moments.set(tap, moments);
		return moments;
	}

	async #momentsAt(tap: Site): Promise<SiteMoments> {
		const { evaluator, signal } = this;
		const d = evaluator.bench.model.shape.dModel;
		const sum = new Float64Array(d);
		let [norm, square] = [0, 0];
		for (const window of evaluator.windows) {
			const x = (await evaluator.streams(window, [tap], signal)).get(tap)!;
			evaluator.each(window, (t) => {
				let length = 0;
				for (let c = 0; c < d; c++) {
					const value = x[t * d + c]!;
					sum[c]! += value;
					length += value ** 2;
				}
				norm += Math.sqrt(length);
				square += length;
			});
		}
		const { tokens } = this;
		return {
			mean: Float32Array.from(sum, (s) => s / tokens),
			norm: norm / tokens,
			square: square / tokens
		};
	}
}
