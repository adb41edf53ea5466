/** An SAE's encoder: its architecture's tensors, each as a file of float32 for the graph. */
import type { PackSae } from '../../src/core/packs/manifest';
import { saeArchitecture } from '../../src/core/sae/architectures';
import type { SaeConfig } from '../../src/core/sae/config';
import { column } from '../../src/core/math/matrix';
import { float32, type Safetensors } from '../../src/core/files/safetensors';
import { checkTensor, floatFile } from '../model/float-file';
import type { Weight } from '../graph/graph';
import type { EncoderSpec } from './encoder-graph';
import type { SessionFiles } from '../runtime/session';

export class Encoder {
	readonly spec: EncoderSpec;
	/** One for each tensor, by the names that `spec.weight` gives them. */
	readonly files: SessionFiles = {};
	/** The least activation of each feature, where the architecture has such thresholds; else null. */
	readonly thresholds: Float32Array | null;
	readonly #id: string;
	readonly #weights: Safetensors;
	readonly #shapes: Record<string, number[]>;
	readonly #lengths = new Map<string, Float32Array>();

	/** Throws a Problem when a tensor is missing, has another shape, or holds a NaN. */
	constructor({ id, cfg }: Pick<PackSae, 'id' | 'cfg'>, weights: Safetensors) {
		const { tensors, threshold } = saeArchitecture(cfg.architecture);
		this.#id = id;
		this.#weights = weights;
		this.#shapes = tensors(cfg);
		const known = new Map<string, Weight>();
		const shift = cfg.applyBDecToInput && { b_dec: [cfg.dIn] };
		for (const [name, shape] of Object.entries({ ...this.#shapes, ...shift })) {
			checkTensor(weights, name, shape, `The SAE ${id}`);
			const file = `sae:${id}:${name}`;
			const part = floatFile(weights, name);
			const place = { file, offset: 0, length: part.size };
			this.files[file] = part;
			known.set(name, { name: file, type: 'float32', shape, ...place });
		}
		this.thresholds = threshold ? this.#read(threshold) : null;
		this.spec = { ...cfg, k: within(cfg), weight: (name) => known.get(name)! };
	}

	/** What a feature looks along, `[dIn]` each: of most architectures one column of `W_enc`. */
	directions(index: number): Float32Array[] {
		const { architecture } = this.spec;
		return saeArchitecture(architecture)
			.directions(index, this.spec)
			.map(([name, at]) => {
				const [rows, columns] = this.#shapes[name] as [number, number];
				return column({ rows, columns, data: this.#read(name) }, at);
			});
	}

	/**
	 * Cosines of each of `vectors` `[dIn]` with what each feature looks along, `[dSae]`; of a kron feature the geometric
	 * mean of its parents', 0 where one of them is below 0.
	 */
	cosines(vectors: readonly Float32Array[]): Float32Array[] {
		const { architecture, dSae } = this.spec;
		const { directions } = saeArchitecture(architecture);
		const along = new Map<string, Float32Array[]>();
		const project = (name: string): Float32Array[] => {
			const known = along.get(name);
			if (known) return known;
			const [, columns] = this.#shapes[name] as [number, number];
			const data = this.#read(name);
			const lengths = this.#columnLengths(name, data, columns);
			const cosines = vectors.map((v) => {
				const sums = new Float32Array(columns);
				for (let r = 0; r < v.length; r++)
					for (let c = 0; c < columns; c++) sums[c]! += v[r]! * data[r * columns + c]!;
				const length = Math.hypot(...v);
				return sums.map((sum, c) => sum / (lengths[c]! * length || 1));
			});
			along.set(name, cosines);
			return cosines;
		};
		const places = Array.from({ length: dSae }, (_, index) => directions(index, this.spec));
		return vectors.map((_, v) =>
			Float32Array.from(places, (own) => {
				const [p, q] = own.map(([name, at]) => project(name)[v]![at]!);
				return q === undefined ? p! : Math.sqrt(Math.max(0, p!) * Math.max(0, q));
			})
		);
	}

	/** Another of the SAE's tensors as a graph takes it. */
	tensor(name: string, shape: number[]): { weight: Weight; files: SessionFiles } {
		const file = `sae:${this.#id}:${name}`;
		const part = floatFile(this.#weights, name);
		const weight: Weight = {
			name: file,
			type: 'float32',
			shape,
			file,
			offset: 0,
			length: part.size
		};
		return { weight, files: { [file]: part } };
	}

	#columnLengths(name: string, data: Float32Array, columns: number): Float32Array {
		const known = this.#lengths.get(name);
		if (known) return known;
		const squares = new Float32Array(columns);
		for (let i = 0; i < data.length; i++) squares[i % columns]! += data[i]! ** 2;
		const lengths = squares.map(Math.sqrt);
		this.#lengths.set(name, lengths);
		return lengths;
	}

	#read(name: string): Float32Array {
		return float32(this.#weights, name).data;
	}
}

/** No more than all features can be among the k largest. */
const within = ({ k, dSae }: SaeConfig) => k && Math.min(k, dSae);
