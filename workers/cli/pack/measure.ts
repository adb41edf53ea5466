/** Walks a text and measures SAEs on it: means, codes, reconstruction, and the loss when spliced in. */
import type { SaeMetrics } from '../../../src/core/metrics';
import { tapOf } from '../../../src/core/site';
import type { LanguageModel } from '../../language-model';
import type { Lens } from '../../lens';
import type { Sae } from '../../sae';
import type { Tokenizer } from '../../tokenizer';

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
			walk.tokens += window.length - start.length;
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

export class Measure {
	#clean: { loss: number; window: number[] }[] | null = null;
	constructor(
		readonly model: LanguageModel,
		readonly lens: Lens,
		readonly tokenizer: Tokenizer,
		readonly walk: Walk
	) {}

	/** Mean activation of each site, `[dModel]`, special tokens left out. */
	async means(sites: string[]): Promise<Map<string, Float32Array>> {
		const { dModel } = this.model.shape;
		const sums = new Map(sites.map((s) => [s, new Float64Array(dModel)]));
		for (const window of this.walk.windows) {
			const taps = await this.#taps(window, [...new Set(sites.map(tapOf))]);
			for (const [site, sum] of sums)
				this.#each(window, (t) => {
					const x = taps.get(tapOf(site))!;
					for (let c = 0; c < dModel; c++) sum[c]! += x[t * dModel + c]!;
				});
		}
		const { tokens } = this.walk;
		return new Map(sites.map((s) => [s, Float32Array.from(sums.get(s)!, (x) => x / tokens)]));
	}

	/** Codes and metrics of one SAE. */
	async sae(sae: Sae): Promise<Walked> {
		const site = tapOf(sae.info.site);
		const d = this.model.shape.dModel;
		const out = { positions: [] as number[], rows: [] as number[], features: [] as number[] };
		const activations: number[] = [];
		const sums = { error: 0, spread: 0, ratio: 0 };
		const seen = new Set<number>();
		let joined = 0;
		for (const window of this.walk.windows) {
			const x = (await this.#taps(window, [site])).get(site)!;
			const codes = await sae.encode(x);
			this.#each(window, (t) => {
				const xt = x.subarray(t * d, (t + 1) * d);
				const [error, square, spread] = distances(xt, sae.decode(codes, t, xt), sae.mean);
				sums.error += error;
				sums.spread += spread;
				sums.ratio += error / square;
				for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
					out.rows.push(out.positions.length);
					out.features.push(codes.features[i]!);
					activations.push(codes.activations[i]!);
					seen.add(codes.features[i]!);
				}
				out.positions.push(joined + t);
			});
			joined += window.length;
		}
		const { tokens } = this.walk;
		const losses = await this.#losses(sae, site);
		const metrics = {
			l0: out.features.length / tokens,
			nmse: sums.ratio / tokens,
			fvu: sums.error / sums.spread,
			...losses,
			dead: 1 - seen.size / sae.wDec.rows,
			tokens
		};
		return { ...out, activations, metrics };
	}

	/** Loss of the model as it is, with the SAE's reconstruction at its site, and with zeros there. */
	async #losses(sae: Sae, site: string) {
		const { dModel } = this.model.shape;
		const clean = await this.#cleanLosses();
		const splice = await this.model.splice(site);
		const sums = { clean: 0, sae: 0, zero: 0, count: 0 };
		for (const { loss, window } of clean) {
			const x = (await this.#taps(window, [site])).get(site)!;
			const codes = await sae.encode(x);
			const [spliced, zeroed] = [Float32Array.from(x), Float32Array.from(x)];
			this.#each(window, (t) => {
				const at = t * dModel;
				spliced.set(sae.decode(codes, t, x.subarray(at, at + dModel)), at);
				zeroed.fill(0, at, at + dModel);
			});
			sums.clean += loss;
			sums.sae += await this.#loss(window, await splice.run(window, spliced));
			sums.zero += await this.#loss(window, await splice.run(window, zeroed));
			sums.count += window.length - 1;
		}
		await splice.release();
		const [ce_clean, ce_sae, ce_zero] = [sums.clean, sums.sae, sums.zero].map(
			(s) => s / sums.count
		);
		const ce_recovered = (ce_zero! - ce_sae!) / (ce_zero! - ce_clean!);
		return { ce_clean: ce_clean!, ce_sae: ce_sae!, ce_zero: ce_zero!, ce_recovered };
	}

	async #cleanLosses() {
		if (this.#clean) return this.#clean;
		const last = this.model.sites.at(-1)!;
		this.#clean = [];
		let tokens = 0;
		for (const window of this.walk.windows) {
			if (tokens >= LOSS_TOKENS) break;
			if (window.length < 2) continue;
			const x = (await this.#taps(window, [last])).get(last)!;
			this.#clean.push({ loss: await this.#loss(window, x), window });
			tokens += window.length - 1;
		}
		return this.#clean;
	}

	/** Sum over a window of −ln p(next token), from the last residual. */
	async #loss(window: number[], last: Float32Array): Promise<number> {
		const logits = await this.lens.logits(last);
		const { vocabSize } = this.model.shape;
		let sum = 0;
		for (let t = 0; t + 1 < window.length; t++) {
			const row = logits.subarray(t * vocabSize, (t + 1) * vocabSize);
			let max = -Infinity;
			for (const x of row) if (x > max) max = x;
			let total = 0;
			for (const x of row) total += Math.exp(x - max);
			sum += max + Math.log(total) - row[window[t + 1]!]!;
		}
		return sum;
	}

	async #taps(window: number[], sites: string[]) {
		const cache = this.model.begin();
		const { taps } = await this.model.read(cache, window, sites);
		this.model.forget(cache);
		return taps;
	}

	#each(window: number[], visit: (t: number) => void): void {
		window.forEach((id, t) => {
			if (!this.tokenizer.isSpecial(id)) visit(t);
		});
	}
}

/** ‖x−y‖², ‖x‖² and ‖x−mean‖² */
function distances(x: Float32Array, y: Float32Array, mean: Float32Array | null) {
	let [error, square, spread] = [0, 0, 0];
	for (let c = 0; c < x.length; c++) {
		error += (x[c]! - y[c]!) ** 2;
		square += x[c]! ** 2;
		spread += (x[c]! - (mean?.[c] ?? 0)) ** 2;
	}
	return [error, square, spread] as const;
}
