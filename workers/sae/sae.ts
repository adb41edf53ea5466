/**
 * A sparse autoencoder at work: the encoder runs as a graph, the decoder is a sum of rows of `W_dec`
 * over the few active features.
 */
import type { SaeId, Site } from '../../src/core/names/ids';
import type { SiteReading } from '../../src/core/prompt/reading';
import type { PackSae } from '../../src/core/packs/manifest';
import { row, unitRows, type Matrix } from '../../src/core/math/matrix';
import { float32, type Safetensors } from '../../src/core/files/safetensors';
import { readAt, tapOf } from '../../src/core/names/site';
import { Encoder } from './encoder';
import { checkTensor } from '../model/float-file';
import { Graph } from '../graph/graph';
import { codesFromDense, codesFromTop, type Codes } from './codes';
import { denseCodes, isTopK, topCodes, type EncoderSpec } from './encoder-graph';
import { distances } from './distances';
import { INPUT_NORMALIZATIONS } from './normalization';
import { LazySession } from '../runtime/lazy-session';
import { Session } from '../runtime/session';

/** What these SAEs read and reconstruct, by the names under which the model taps it, each once. */
export function tapsOf(saes: Iterable<Pick<Sae, 'tap' | 'target'>>): Site[] {
	return [...new Set(Array.from(saes, ({ tap, target }) => [tap, target]).flat())];
}

export class Sae {
	readonly id: SaeId;
	/** Rows as the stream sees them, `[dSae × dModel]`: of an SAE of heads, what W_O makes of its decoder's. */
	readonly wDec: Matrix;
	/** What it reads, as the model taps it. */
	readonly tap: Site;
	/** What it reconstructs: what it reads, or of a transcoder what is written at its site. */
	readonly target: Site;
	readonly encoder: Encoder;
	readonly bDec: Float32Array;
	/** Mean of what it reconstructs, for FVU; null when the pack has none. */
	readonly mean: Float32Array | null;
	/** Rows in the space of what it reconstructs, `[dSae × dOut]`. */
	readonly #decoder: Matrix;
	/** `[dOut × dIn]`, of a transcoder that has one. */
	readonly #skip: Float32Array | null;
	readonly #session = new LazySession(() => this.#open());
	#unit: Matrix | null = null;

	/**
	 * `mix` says what W_O makes of rows, for an SAE of heads. Throws a Problem when a tensor is missing, has
	 * another shape, or holds a NaN.
	 */
	static async open(
		info: PackSae,
		weights: Safetensors,
		mix: (rows: Matrix) => Promise<Matrix>
	): Promise<Sae> {
		if (!info.cfg.heads) return new Sae(info, weights);
		const { dIn, dSae } = info.cfg;
		const data = checked(info.id, weights, 'W_dec', [dSae, dIn]);
		return new Sae(info, weights, await mix({ rows: dSae, columns: dIn, data }));
	}

	/** `shown`: the decoder as the stream sees it, where that is not as it stands in the file. */
	constructor(
		readonly info: PackSae,
		weights: Safetensors,
		shown: Matrix | null = null
	) {
		this.id = info.id;
		this.tap = readAt(info);
		const { dIn, dOut, dSae, reads, skip } = info.cfg;
		this.target = reads === null ? this.tap : tapOf(info.site);
		const read = (name: string, shape: number[]) => checked(info.id, weights, name, shape);
		this.#decoder = { rows: dSae, columns: dOut, data: read('W_dec', [dSae, dOut]) };
		this.#skip = skip ? read('W_skip', [dOut, dIn]) : null;
		this.wDec = shown ?? this.#decoder;
		this.bDec = read('b_dec', [dOut]);
		this.mean = weights.has('mean') ? read('mean', [dOut]) : null;
		this.encoder = new Encoder(info, weights);
	}

	get spec(): EncoderSpec {
		return this.encoder.spec;
	}

	/** Rows of `W_dec` at length 1, for cosines. */
	get unit(): Matrix {
		return (this.#unit ??= unitRows(this.wDec));
	}

	/**
	 * Rows as SAE Match compares them (arXiv 2410.07656): those of a JumpReLU SAE times their thresholds, as if
	 * every threshold were 1; others at length 1.
	 */
	get folded(): Matrix {
		const { thresholds } = this.encoder;
		if (!thresholds) return this.unit;
		const { columns } = this.wDec;
		const data = this.wDec.data.map((w, i) => w * thresholds[Math.floor(i / columns)]!);
		return { ...this.wDec, data };
	}

	/** Codes of `x`, `[tokens × dIn]`. */
	async encode(x: Float32Array, signal?: AbortSignal): Promise<Codes> {
		const tokens = x.length / this.spec.dIn;
		const session = await this.#session.get();
		const feeds = { x: { data: x, dims: [tokens, this.spec.dIn] } };
		if (isTopK(this.spec)) {
			const { data } = await session.run(feeds, ['values', 'indices'], signal);
			return codesFromTop(data.values as Float32Array, data.indices as Int32Array, tokens);
		}
		const { data } = await session.run(feeds, ['codes'], signal);
		return codesFromDense(data.codes as Float32Array, tokens);
	}

	/**
	 * What token t of `codes` is decoded to, given the activation `x` `[dIn]` it came from, for what was normalised
	 * away, or what a skip adds: `[dOut]`.
	 */
	decode(codes: Codes, t: number, x: Float32Array): Float32Array {
		const out = Float64Array.from(this.bDec);
		for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
			const w = row(this.#decoder, codes.features[i]!);
			const a = codes.activations[i]!;
			for (let c = 0; c < w.length; c++) out[c]! += a * w[c]!;
		}
		const { normalizeActivations, reads, dIn } = this.spec;
		if (this.#skip)
			for (let c = 0; c < out.length; c++)
				for (let i = 0; i < dIn; i++) out[c]! += this.#skip[c * dIn + i]! * x[i]!;
		// What it writes lies elsewhere than what it read, in a scale of its own.
		if (reads !== null) return Float32Array.from(out);
		return INPUT_NORMALIZATIONS[normalizeActivations].undo(Float32Array.from(out), x);
	}

	/** What a prompt looks like through this SAE, by what the model has at its taps. */
	async read(taps: ReadonlyMap<Site, Float32Array>, signal?: AbortSignal): Promise<SiteReading> {
		const [x, y] = [taps.get(this.tap)!, taps.get(this.target)!];
		const codes = await this.encode(x, signal);
		const { dIn, dOut } = this.spec;
		const tokens = x.length / dIn;
		const l0 = new Uint32Array(tokens);
		const fvu = new Float32Array(tokens);
		for (let t = 0; t < tokens; t++) {
			l0[t] = codes.offsets[t + 1]! - codes.offsets[t]!;
			const decoded = this.decode(codes, t, x.subarray(t * dIn, (t + 1) * dIn));
			const yt = y.subarray(t * dOut, (t + 1) * dOut);
			const [error, , variance] = distances(yt, decoded, this.mean);
			fvu[t] = error / variance;
		}
		return { sae: this.id, site: this.info.site, ...codes, l0, fvu };
	}

	release(): Promise<void> {
		return this.#session.release();
	}

	#open(): Promise<Session> {
		const g = new Graph();
		const x = g.input('x', 'float32', ['S', this.spec.dIn]);
		if (isTopK(this.spec)) {
			const { values, indices } = topCodes(g, x, this.spec);
			g.output('values', values, 'float32', ['S', this.spec.k!]);
			g.output('indices', indices, 'int32', ['S', this.spec.k!]);
		} else g.output('codes', denseCodes(g, x, this.spec), 'float32', ['S', this.spec.dSae]);
		return Session.create(g.finish(), this.encoder.files);
	}
}

function checked(sae: SaeId, weights: Safetensors, name: string, shape: number[]): Float32Array {
	checkTensor(weights, name, shape, `The SAE ${sae}`);
	return float32(weights, name).data;
}
