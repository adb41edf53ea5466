/**
 * The keys and values of the tokens read so far, in the two forms a graph takes and outputs them. On a GPU
 * they stay there between runs. On WebAssembly every input and output of a run is copied, and every output
 * allocated anew, so the cache stays here and only the rows of the newest tokens come out.
 */
import type { ModelShape } from '../graph/shape';
import { freshOutput, pastInput, presentOutput } from '../graph/stream-inputs';
import type { HostTensor, DeviceTensor, Outputs, Session } from '../runtime/session';

/** Tokens by which the buffers grow: a small step, since every run copies them whole. */
const GROWTH = 32;

export interface KvCache {
	/** Tokens read. */
	readonly length: number;
	/** Inputs of a run that reads `coming` more tokens. */
	feeds(session: Session, coming: number): Record<string, HostTensor | DeviceTensor>;
	/** Outputs of the run that `take` needs. */
	readonly outputs: string[];
	/** Takes over the outputs of a run that read `read` tokens. */
	take(outputs: Outputs, read: number): void;
	/** Empties the cache and frees its memory on a GPU. */
	forget(): void;
}

export function kvCache(form: 'whole' | 'rows', shape: ModelShape): KvCache {
	return form === 'rows' ? new HostCache(shape) : new DeviceCache(shape);
}

/** The parts of a cache: keys and values of every layer. */
function cacheParts(shape: ModelShape): { layer: number; part: 'key' | 'value' }[] {
	return Array.from({ length: shape.layers }, (_, layer) => [
		{ layer, part: 'key' as const },
		{ layer, part: 'value' as const }
	]).flat();
}

class HostCache implements KvCache {
	length = 0;
	#capacity = 0;
	/** [kvHeads × capacity × dHead] each, rows after `length` unused. */
	readonly #parts: { past: string; fresh: string; rows: Float32Array }[];
	readonly outputs: string[];

	constructor(private readonly shape: ModelShape) {
		this.#parts = cacheParts(shape).map(({ layer, part }) => ({
			past: pastInput(layer, part),
			fresh: freshOutput(layer, part),
			rows: new Float32Array(0)
		}));
		this.outputs = this.#parts.map((p) => p.fresh);
	}

	feeds(_session: Session, coming: number): Record<string, HostTensor> {
		this.#provide(this.length + coming);
		const feeds: Record<string, HostTensor> = {};
		const dims = [1, this.shape.kvHeads, this.#capacity, this.shape.dHead];
		for (const { past, rows } of this.#parts) feeds[past] = { data: rows, dims };
		return feeds;
	}

	take({ data }: Outputs, read: number): void {
		const { kvHeads, dHead } = this.shape;
		for (const { fresh, rows } of this.#parts) {
			const made = data[fresh] as Float32Array;
			for (let h = 0; h < kvHeads; h++)
				rows.set(
					made.subarray(h * read * dHead, (h + 1) * read * dHead),
					(h * this.#capacity + this.length) * dHead
				);
		}
		this.length += read;
	}

	forget(): void {
		this.length = 0;
	}

	#provide(total: number): void {
		const { kvHeads, dHead, context } = this.shape;
		if (total <= this.#capacity) return;
		const capacity = Math.min(context, Math.ceil(total / GROWTH) * GROWTH);
		for (const part of this.#parts) {
			const rows = new Float32Array(kvHeads * capacity * dHead);
			for (let h = 0; h < kvHeads; h++) {
				const from = h * this.#capacity * dHead;
				rows.set(part.rows.subarray(from, from + this.length * dHead), h * capacity * dHead);
			}
			part.rows = rows;
		}
		this.#capacity = capacity;
	}
}

class DeviceCache implements KvCache {
	length = 0;
	#tensors: Record<string, DeviceTensor> = {};
	readonly #parts: { past: string; present: string }[];
	readonly outputs: string[];

	constructor(private readonly shape: ModelShape) {
		this.#parts = cacheParts(shape).map(({ layer, part }) => ({
			past: pastInput(layer, part),
			present: presentOutput(layer, part)
		}));
		this.outputs = this.#parts.map((p) => p.present);
	}

	feeds(session: Session): Record<string, DeviceTensor> {
		const { kvHeads, dHead } = this.shape;
		return Object.fromEntries(
			this.#parts.map(({ past, present }) => [
				past,
				this.#tensors[present] ?? session.empty([1, kvHeads, 0, dHead])
			])
		);
	}

	take({ device }: Outputs, read: number): void {
		this.#dispose();
		this.#tensors = device;
		this.length += read;
	}

	forget(): void {
		this.#dispose();
		this.#tensors = {};
		this.length = 0;
	}

	#dispose(): void {
		for (const tensor of Object.values(this.#tensors)) tensor.dispose();
	}
}
