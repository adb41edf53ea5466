/** An SAE's encoder: the tensors it has by architecture, each as a file of float32 for the graph. */
import { kronIndex } from '../../src/core/sae/kron';
import type { PackSae, SaeConfig } from '../../src/core/packs/manifest';
import { column } from '../../src/core/math/matrix';
import { computedFile, type OpenFile } from '../../src/core/files/open-file';
import { float32Bytes } from '../../src/core/files/dtypes';
import { float32, type Safetensors } from '../../src/core/files/safetensors';
import { floatFile } from '../model/float-file';
import type { Weight } from '../graph/graph';
import { isTopK, TOP_K_BLOCK, type EncoderSpec } from './encoder-nodes';
import type { SessionFiles } from '../runtime/session';

/** A feature that can never be among the k largest: what the encoder is padded with. */
const NEVER = -1e30;

/** Names and shapes of the tensors that encode, `W_dec` and `b_dec` aside. */
function encoderTensors(cfg: SaeConfig): Record<string, number[]> {
	const { architecture, dIn, dSae, kron } = cfg;
	if (kron) {
		const [p, q] = [kron.heads * kron.rows, kron.heads * kron.columns];
		return { W_p: [dIn, p], W_q: [dIn, q], b_p: [p], b_q: [q] };
	}
	const vectors = {
		standard: ['b_enc'],
		topk: ['b_enc'],
		jumprelu: ['b_enc', 'threshold'],
		gated: ['b_gate', 'b_mag', 'r_mag'],
		kron: []
	}[architecture];
	return { W_enc: [dIn, dSae], ...Object.fromEntries(vectors.map((name) => [name, [dSae]])) };
}

export class Encoder {
	readonly spec: EncoderSpec;
	/** One for each tensor, by the names that `spec.weight` gives them. */
	readonly files: SessionFiles = {};
	/** The least activation of each feature of a JumpReLU SAE; null for other architectures. */
	readonly thresholds: Float32Array | null;
	readonly #weights: Safetensors;
	readonly #cfg: SaeConfig;

	/** `check` throws unless there is a sound tensor of this name and shape. */
	constructor(
		{ id, cfg }: PackSae,
		weights: Safetensors,
		check: (name: string, shape: number[]) => void
	) {
		this.#weights = weights;
		this.#cfg = cfg;
		const { dIn, dSae } = cfg;
		const wide = paddedColumns(cfg);
		const known = new Map<string, Weight>();
		for (const [name, shape] of Object.entries({ ...encoderTensors(cfg), b_dec: [dIn] })) {
			check(name, shape);
			const file = `sae:${id}:${name}`;
			// kron pads its pairs, not the two codes they are made of.
			const grows = !cfg.kron && name !== 'b_dec';
			const to = grows ? [...shape.slice(0, -1), wide] : shape;
			const part = padded(weights, name, shape, to);
			this.files[file] = part;
			known.set(name, {
				name: file,
				type: 'float32',
				shape: to,
				file,
				offset: 0,
				length: part.size
			});
		}
		this.thresholds = cfg.architecture === 'jumprelu' ? this.#read('threshold') : null;
		this.spec = {
			architecture: cfg.architecture,
			dIn,
			dSae: wide,
			k: Math.min(cfg.k ?? dSae, dSae),
			kron: cfg.kron,
			subtractBDec: cfg.applyBDecToInput,
			normalize: cfg.normalizeActivations,
			weight: (name) => known.get(name)!
		};
	}

	/** What a feature looks along, `[dIn]` each: its column of `W_enc`; of a kron feature, its two parents'. */
	directions(index: number): Float32Array[] {
		const { dIn, dSae, kron } = this.#cfg;
		const of = (name: string, columns: number, at: number) =>
			column({ rows: dIn, columns, data: this.#read(name) }, at);
		if (!kron) return [of('W_enc', dSae, index)];
		const { head, row, column: j } = kronIndex(index, kron);
		return [
			of('W_p', kron.heads * kron.rows, head * kron.rows + row),
			of('W_q', kron.heads * kron.columns, head * kron.columns + j)
		];
	}

	#read(name: string): Float32Array {
		return float32(this.#weights, name).data;
	}
}

/** Two-stage TopK wants whole blocks. */
function paddedColumns(cfg: SaeConfig): number {
	if (!isTopK(cfg) || cfg.dSae <= TOP_K_BLOCK) return cfg.dSae;
	return Math.ceil(cfg.dSae / TOP_K_BLOCK) * TOP_K_BLOCK;
}

/** A tensor as a file of float32, its columns padded with what no code comes of. */
function padded(weights: Safetensors, name: string, shape: number[], to: number[]): OpenFile {
	const [columns, wide] = [shape.at(-1)!, to.at(-1)!];
	if (columns === wide) return floatFile(weights, name);
	const rows = shape.length > 1 ? shape[0]! : 1;
	return computedFile(rows * wide * 4, () => {
		const { data } = float32(weights, name);
		const out = new Float32Array(rows * wide).fill(shape.length > 1 ? 0 : NEVER);
		for (let r = 0; r < rows; r++) out.set(data.subarray(r * columns, (r + 1) * columns), r * wide);
		return float32Bytes(out);
	});
}
