/**
 * A sparse autoencoder at work: the encoder runs as a graph, the decoder is a sum of rows of `W_dec`
 * over the few active features.
 */
import type { SaeId, SiteReading } from '../src/core/contract';
import type { PackSae } from '../src/core/manifest';
import { row, unitRows, type Matrix } from '../src/core/matrix';
import { Problem } from '../src/core/errors';
import { float32, type Safetensors } from '../src/core/safetensors';
import { Graph, type Weight } from './graph/graph';
import { denseCodes, topCodes, TOP_K_BLOCK, type EncoderSpec } from './graph/sae-nodes';
import { Session, type SessionFiles } from './session';

/** Sparse codes of some tokens: row t is `offsets[t] .. offsets[t + 1]`, strongest first, all > 0. */
export interface Codes {
	offsets: Uint32Array;
	features: Uint32Array;
	activations: Float32Array;
}

/** A feature that can never be among the k largest: what the encoder is padded with. */
const NEVER = -1e30;

export class Sae {
	readonly id: SaeId;
	readonly wDec: Matrix;
	readonly wEnc: Matrix;
	readonly bDec: Float32Array;
	/** Mean activation of the site, for FVU; null when the pack has none. */
	readonly mean: Float32Array | null;
	readonly spec: EncoderSpec;
	/** The encoder's weights, as one file of float32. */
	readonly files: SessionFiles;
	#session: Promise<Session> | null = null;
	#unit: Matrix | null = null;

	/** Throws a Problem when a tensor is missing, has another shape, or holds a NaN. */
	constructor(
		readonly info: PackSae,
		weights: Safetensors
	) {
		this.id = info.id;
		const { dIn, dSae } = info.cfg;
		const read = (name: string, shape: number[]) => checked(info.id, weights, name, shape);
		const enc = read('W_enc', [dIn, dSae]);
		this.wEnc = { rows: dIn, columns: dSae, data: enc };
		this.wDec = { rows: dSae, columns: dIn, data: read('W_dec', [dSae, dIn]) };
		this.bDec = read('b_dec', [dIn]);
		this.mean = weights.has('mean') ? read('mean', [dIn]) : null;
		const vectors = vectorsOf(info.cfg.architecture).map(
			(name) => [name, read(name, [dSae])] as const
		);
		const padded = paddedColumns(info.cfg.architecture, dSae);
		const packed = new FileOfFloats(`sae:${info.id}`);
		packed.add('W_enc', padColumns(enc, dIn, dSae, padded, 0), [dIn, padded]);
		for (const [name, data] of vectors)
			packed.add(name, padColumns(data, 1, dSae, padded, NEVER), [padded]);
		packed.add('b_dec', this.bDec, [dIn]);
		this.files = packed.files();
		this.spec = {
			architecture: info.cfg.architecture,
			dIn,
			dSae: padded,
			k: Math.min(info.cfg.k ?? dSae, dSae),
			subtractBDec: info.cfg.applyBDecToInput,
			normalize: info.cfg.normalizeActivations,
			weight: (name) => packed.weight(name)
		};
	}

	/** Rows of `W_dec` at length 1, for cosines. */
	get unit(): Matrix {
		return (this.#unit ??= unitRows(this.wDec));
	}

	/** Codes of `x`, `[tokens × dIn]`. */
	async encode(x: Float32Array, signal?: AbortSignal): Promise<Codes> {
		const tokens = x.length / this.spec.dIn;
		const session = await (this.#session ??= this.#open());
		const feeds = { x: { data: x, dims: [tokens, this.spec.dIn] } };
		if (this.spec.architecture === 'topk') {
			const out = await session.run(feeds, ['values', 'indices'], signal);
			return codesFromTop(
				out.data.values as Float32Array,
				out.data.indices as Int32Array,
				tokens,
				this.spec.k
			);
		}
		const out = await session.run(feeds, ['codes'], signal);
		return codesFromDense(out.data.codes as Float32Array, tokens);
	}

	/** x̂ for token t of `codes`, given the activation `x` it came from (for what was normalised away). */
	decode(codes: Codes, t: number, x: Float32Array): Float32Array {
		const out = Float64Array.from(this.bDec);
		for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
			const w = row(this.wDec, codes.features[i]!);
			const a = codes.activations[i]!;
			for (let c = 0; c < w.length; c++) out[c]! += a * w[c]!;
		}
		return unnormalised(Float32Array.from(out), x, this.spec.normalize);
	}

	/** What a prompt looks like through this SAE. */
	async read(x: Float32Array, signal?: AbortSignal): Promise<SiteReading> {
		const codes = await this.encode(x, signal);
		const d = this.spec.dIn;
		const tokens = x.length / d;
		const l0 = new Uint32Array(tokens);
		const fvu = new Float32Array(tokens);
		for (let t = 0; t < tokens; t++) {
			l0[t] = codes.offsets[t + 1]! - codes.offsets[t]!;
			const xt = x.subarray(t * d, (t + 1) * d);
			fvu[t] = unexplained(xt, this.decode(codes, t, xt), this.mean);
		}
		return { sae: this.id, site: this.info.site, ...codes, l0, fvu };
	}

	async release(): Promise<void> {
		await (await this.#session)?.release();
		this.#session = null;
	}

	#open(): Promise<Session> {
		const g = new Graph();
		const x = g.input('x', 'float32', ['S', this.spec.dIn]);
		if (this.spec.architecture === 'topk') {
			const { values, indices } = topCodes(g, x, this.spec);
			g.output('values', values, 'float32', ['S', this.spec.k]);
			g.output('indices', indices, 'int32', ['S', this.spec.k]);
		} else g.output('codes', denseCodes(g, x, this.spec), 'float32', ['S', this.spec.dSae]);
		const session = Session.create(g.finish(), this.files);
		session.catch(() => (this.#session = null));
		return session;
	}
}

/** ‖x−x̂‖² / ‖x−mean‖² */
function unexplained(x: Float32Array, y: Float32Array, mean: Float32Array | null): number {
	let error = 0;
	let spread = 0;
	for (let c = 0; c < x.length; c++) {
		error += (x[c]! - y[c]!) ** 2;
		spread += (x[c]! - (mean?.[c] ?? 0)) ** 2;
	}
	return error / spread;
}

function unnormalised(
	y: Float32Array,
	x: Float32Array,
	normalize: EncoderSpec['normalize']
): Float32Array {
	if (normalize === 'none') return y;
	const n = x.length;
	if (normalize === 'constant_norm_rescale') {
		const norm = Math.sqrt(x.reduce((s, v) => s + v * v, 0));
		return y.map((v) => (v * norm) / Math.sqrt(n));
	}
	const mu = x.reduce((s, v) => s + v, 0) / n;
	const sigma = Math.sqrt(x.reduce((s, v) => s + (v - mu) ** 2, 0) / (n - 1));
	return y.map((v) => v * sigma + mu);
}

function codesFromTop(values: Float32Array, indices: Int32Array, tokens: number, k: number): Codes {
	const offsets = new Uint32Array(tokens + 1);
	const features: number[] = [];
	const activations: number[] = [];
	for (let t = 0; t < tokens; t++) {
		for (let i = t * k; i < (t + 1) * k && values[i]! > 0; i++) {
			features.push(indices[i]!);
			activations.push(values[i]!);
		}
		offsets[t + 1] = features.length;
	}
	return {
		offsets,
		features: Uint32Array.from(features),
		activations: Float32Array.from(activations)
	};
}

function codesFromDense(codes: Float32Array, tokens: number): Codes {
	const width = codes.length / tokens;
	const offsets = new Uint32Array(tokens + 1);
	const features: number[] = [];
	const activations: number[] = [];
	for (let t = 0; t < tokens; t++) {
		const line = codes.subarray(t * width, (t + 1) * width);
		const active: number[] = [];
		for (let f = 0; f < width; f++) if (line[f]! > 0) active.push(f);
		active.sort((a, b) => line[b]! - line[a]! || a - b);
		for (const f of active) {
			features.push(f);
			activations.push(line[f]!);
		}
		offsets[t + 1] = features.length;
	}
	return {
		offsets,
		features: Uint32Array.from(features),
		activations: Float32Array.from(activations)
	};
}

function vectorsOf(architecture: EncoderSpec['architecture']): string[] {
	if (architecture === 'gated') return ['b_gate', 'b_mag', 'r_mag'];
	if (architecture === 'jumprelu') return ['b_enc', 'threshold'];
	return ['b_enc'];
}

/** Two-stage TopK wants whole blocks. */
function paddedColumns(architecture: EncoderSpec['architecture'], dSae: number): number {
	if (architecture !== 'topk' || dSae <= TOP_K_BLOCK) return dSae;
	return Math.ceil(dSae / TOP_K_BLOCK) * TOP_K_BLOCK;
}

function padColumns(
	data: Float32Array,
	rows: number,
	from: number,
	to: number,
	fill: number
): Float32Array {
	if (from === to) return data;
	const wide = new Float32Array(rows * to).fill(fill);
	for (let r = 0; r < rows; r++) wide.set(data.subarray(r * from, (r + 1) * from), r * to);
	return wide;
}

function checked(sae: SaeId, weights: Safetensors, name: string, shape: number[]): Float32Array {
	const damaged = (what: string) =>
		new Problem(
			'pack-damaged',
			`The SAE ${sae} ${what}.`,
			'Make the pack again from the original weights.'
		);
	if (!weights.has(name)) throw damaged(`has no tensor ${name}`);
	const tensor = float32(weights, name);
	if (tensor.shape.join() !== shape.join())
		throw damaged(`has ${name} of shape [${tensor.shape}] instead of [${shape}]`);
	if (tensor.data.some((x) => !Number.isFinite(x)))
		throw damaged(`has a number in ${name} that is not finite`);
	return tensor.data;
}

/** Several float32 tensors one after another, as external data of a graph. */
class FileOfFloats {
	readonly #parts: { name: string; data: Float32Array; shape: number[]; offset: number }[] = [];
	#length = 0;
	constructor(readonly file: string) {}

	add(name: string, data: Float32Array, shape: number[]): void {
		this.#parts.push({ name, data, shape, offset: this.#length });
		this.#length += data.byteLength;
	}

	weight(name: string): Weight {
		const part = this.#parts.find((p) => p.name === name)!;
		return {
			name: `${this.file}:${name}`,
			type: 'float32',
			shape: part.shape,
			file: this.file,
			offset: part.offset,
			length: part.data.byteLength
		};
	}

	files(): SessionFiles {
		const all = new Uint8Array(this.#length);
		for (const { data, offset } of this.#parts)
			all.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
		return { [this.file]: all };
	}
}
