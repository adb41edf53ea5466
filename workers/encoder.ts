/** An SAE's encoder: the tensors it has by architecture, laid out as one file of float32 for the graph. */
import { kronIndex } from '../src/core/kron';
import type { PackSae, SaeConfig } from '../src/core/manifest';
import { column } from '../src/core/matrix';
import type { Weight } from './graph/graph';
import { isTopK, TOP_K_BLOCK, type EncoderSpec } from './graph/sae-nodes';
import type { SessionFiles } from './session';

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
	readonly files: SessionFiles;
	readonly #tensors: Map<string, Float32Array>;
	readonly #cfg: SaeConfig;

	/** `read` gives a tensor of this name and shape, or throws. */
	constructor(
		{ id, cfg }: PackSae,
		bDec: Float32Array,
		read: (name: string, shape: number[]) => Float32Array
	) {
		const shapes = Object.entries(encoderTensors(cfg));
		this.#cfg = cfg;
		this.#tensors = new Map(shapes.map(([name, shape]) => [name, read(name, shape)]));
		const { dIn, dSae } = cfg;
		const wide = paddedColumns(cfg);
		const packed = new FileOfFloats(`sae:${id}`);
		for (const [name, shape] of shapes) {
			const data = this.#tensors.get(name)!;
			const rows = shape.length > 1 ? shape[0]! : 1;
			// kron pads its pairs, not the two codes they are made of.
			const padded = cfg.kron
				? data
				: padColumns(data, rows, dSae, wide, shape.length > 1 ? 0 : NEVER);
			packed.add(name, padded, [...shape.slice(0, -1), padded.length / rows]);
		}
		packed.add('b_dec', bDec, [dIn]);
		this.files = packed.files();
		this.spec = {
			architecture: cfg.architecture,
			dIn,
			dSae: wide,
			k: Math.min(cfg.k ?? dSae, dSae),
			kron: cfg.kron,
			subtractBDec: cfg.applyBDecToInput,
			normalize: cfg.normalizeActivations,
			weight: (name) => packed.weight(name)
		};
	}

	/** The least activation of each feature of a JumpReLU SAE; null for other architectures. */
	get thresholds(): Float32Array | null {
		return this.#tensors.get('threshold') ?? null;
	}

	/** What a feature looks along, `[dIn]` each: its column of `W_enc`; of a kron feature, its two parents'. */
	directions(index: number): Float32Array[] {
		const { dIn, dSae, kron } = this.#cfg;
		const of = (name: string, columns: number, at: number) =>
			column({ rows: dIn, columns, data: this.#tensors.get(name)! }, at);
		if (!kron) return [of('W_enc', dSae, index)];
		const { head, row, column: j } = kronIndex(index, kron);
		return [
			of('W_p', kron.heads * kron.rows, head * kron.rows + row),
			of('W_q', kron.heads * kron.columns, head * kron.columns + j)
		];
	}
}

/** Two-stage TopK wants whole blocks. */
function paddedColumns(cfg: SaeConfig): number {
	if (!isTopK(cfg) || cfg.dSae <= TOP_K_BLOCK) return cfg.dSae;
	return Math.ceil(cfg.dSae / TOP_K_BLOCK) * TOP_K_BLOCK;
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
