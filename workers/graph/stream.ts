/**
 * The residual stream of a transformer under construction: every architecture writes to it and reads
 * from it through this class, which adds the taps, the steering and the KV cache on the way.
 */
import { attnOut, EMBEDDING, mlpOut, residPost } from '../../src/core/site';
import type { Graph, Value, Weight } from './graph';
import { editDelta, type EncoderSpec } from './sae-nodes';

/** Sizes that every decoder-only transformer has. */
export interface ModelShape {
	layers: number;
	dModel: number;
	heads: number;
	kvHeads: number;
	dHead: number;
	vocabSize: number;
	context: number;
}

/** An SAE whose edits depend on its own activation (`set`, `scale`, `ablate`) and so run in the graph. */
export interface EditedSae {
	id: string;
	site: string;
	spec: EncoderSpec;
	/** The files its weights lie in. */
	files: Record<string, Uint8Array>;
}

/**
 * How keys and values leave the graph: `whole` for a GPU, where they stay; `rows`, those of the tokens
 * just read, where every output is copied; not at all in `worlds`, a graph that reads one more token many
 * times over, each time with vectors of its own added to the stream.
 */
export type CacheForm = 'whole' | 'rows' | 'worlds';

export const pastInput = (layer: number, part: 'key' | 'value'): string => `past.${layer}.${part}`;
export const presentOutput = (layer: number, part: 'key' | 'value'): string =>
	`present.${layer}.${part}`;
export const freshOutput = (layer: number, part: 'key' | 'value'): string =>
	`fresh.${layer}.${part}`;

/**
 * The sites at which a graph with these edits adds a vector to the stream, in the order in which its
 * input `adds`, `[sites · dModel]`, holds the vectors. After an MLP one place serves the MLP and the
 * residual, but where the graph must look at the residual before it adds to it.
 */
export function addSites(layers: number, edited: EditedSae[]): string[] {
	const split = (layer: number) => edited.some((e) => e.site === residPost(layer));
	const blocks = Array.from({ length: layers }, (_, l) => [
		attnOut(l),
		mlpOut(l),
		...(split(l) ? [residPost(l)] : [])
	]);
	return [EMBEDDING, ...blocks.flat()];
}

export class Stream {
	readonly ids: Value;
	readonly #lengths: [Value, Value];
	/** What is added at each site, `[dModel]` each; none in a graph without steering. */
	readonly #adds: Map<string, Value>;
	/** Where in the cache the tokens of this run lie, `[S]`; only in the form `rows`. */
	readonly #positions: Value | null;

	/** Rows of a run: 1, or worlds. */
	readonly #rows: 1 | 'B';

	constructor(
		readonly g: Graph,
		readonly shape: ModelShape,
		private readonly locate: (name: string) => Weight,
		private readonly form: CacheForm,
		/** null builds the graph without any steering. */
		private readonly edited: EditedSae[] | null,
		/** A site whose value is taken from the input `replace` instead of being computed. */
		private readonly replaced: string | null = null
	) {
		this.#rows = form === 'worlds' ? 'B' : 1;
		this.ids = g.input('ids', 'int64', [this.#rows, 'S']);
		this.#lengths = [
			g.input('seqlens_k', 'int32', [this.#rows]),
			g.input('total_sequence_length', 'int32', [1])
		];
		this.#positions = form === 'rows' ? g.input('positions', 'int64', ['S']) : null;
		this.#adds = this.#splitAdds();
	}

	weight(name: string): Value {
		return this.g.weight(this.locate(name));
	}

	/** Token embeddings as they enter block 0. */
	embed(table: Value): Value {
		const h = this.g.op('Gather', [table, this.ids], { axis: 0 });
		const written = this.#site(EMBEDDING, h);
		const bias = this.#add(EMBEDDING);
		return bias ? this.g.op('Add', [written, bias]) : written;
	}

	/** x · [W₁ᵀ | W₂ᵀ | …] for weights stored `[out, in]`; the session folds the transposition away. */
	linear(x: Value, ...names: string[]): Value {
		const parts = names.map((n) => this.g.op('Transpose', [this.weight(n)], { perm: [1, 0] }));
		const all = parts.length === 1 ? parts[0]! : this.g.op('Concat', parts, { axis: 1 });
		return this.g.op('MatMul', [x, all]);
	}

	/**
	 * Causal attention over packed queries, keys and values `[1, S, (heads + 2·kvHeads)·dHead]`, with
	 * rotary tables `[context, dHead/2]`, reading and extending this layer's KV cache.
	 */
	attention(layer: number, qkv: Value, rotary: { cos: Value; sin: Value }): Value {
		const { g } = this;
		const { heads, kvHeads, dHead } = this.shape;
		const past = (part: 'key' | 'value') => {
			const one = g.input(pastInput(layer, part), 'float32', [1, kvHeads, 'P', dHead]);
			return this.form === 'worlds' ? this.#forEachWorld(one) : one;
		};
		const inputs = [qkv, '', '', past('key'), past('value'), ...this.#lengths];
		const [out, key, value] = g.ops('GroupQueryAttention', [...inputs, rotary.cos, rotary.sin], 3, {
			num_heads: heads,
			kv_num_heads: kvHeads,
			do_rotary: 1,
			rotary_interleaved: 0
		});
		this.#cache(layer, 'key', key!);
		this.#cache(layer, 'value', value!);
		return out!;
	}

	/** The same past for every row. */
	#forEachWorld(past: Value): Value {
		const { g } = this;
		const rows = g.op('Shape', [this.#lengths[0]]);
		const ones = g.constant(BigInt64Array.of(1n, 1n, 1n), [3]);
		return g.op('Expand', [past, g.op('Concat', [rows, ones], { axis: 0 })]);
	}

	#cache(layer: number, part: 'key' | 'value', present: Value): void {
		const { g } = this;
		if (this.form === 'worlds') return;
		const { kvHeads, dHead } = this.shape;
		if (!this.#positions) {
			g.output(presentOutput(layer, part), present, 'float32', [1, kvHeads, 'T', dHead]);
			return;
		}
		const fresh = g.op('Gather', [present, this.#positions], { axis: 2 });
		g.output(freshOutput(layer, part), fresh, 'float32', [1, kvHeads, 'S', dHead]);
	}

	/** RMSNorm (https://arxiv.org/abs/1910.07467). */
	static rmsNorm(g: Graph, x: Value, gain: Value, epsilon: number): Value {
		return g.op('SimplifiedLayerNormalization', [x, gain], {
			axis: -1,
			epsilon: { float: epsilon },
			stash_type: 1
		});
	}

	/** Adds attention's output to the stream and normalises: the stream and what the MLP reads. */
	afterAttention(
		layer: number,
		h: Value,
		out: Value,
		gain: Value,
		epsilon: number
	): [Value, Value] {
		const edited = this.#site(attnOut(layer), out);
		return this.#join(h, edited, this.#add(attnOut(layer)), gain, epsilon);
	}

	/** Adds the MLP's output to the stream and normalises: the stream and what comes next reads. */
	afterMlp(layer: number, h: Value, out: Value, gain: Value, epsilon: number): [Value, Value] {
		const { g } = this;
		const written = this.#site(mlpOut(layer), out);
		const site = residPost(layer);
		const bias = this.#add(mlpOut(layer));
		if (!this.#edits(site)) {
			const joined = this.#join(h, written, bias, gain, epsilon);
			this.#tap(site, joined[0]);
			if (site !== this.replaced) return joined;
			const x = this.#replacement();
			return [x, Stream.rmsNorm(g, x, gain, epsilon)];
		}
		const stream = g.op('Add', [g.op('Add', [h, written]), bias]);
		this.#tap(site, stream);
		const delta = this.#delta(site, stream);
		return this.#join(stream, delta, this.#add(site), gain, epsilon);
	}

	/** Logits of the last position, `[1, vocab]`, from the normalised stream. */
	head(normed: Value, unembed: string): void {
		const last = this.g.constant(BigInt64Array.of(-1n), [1]);
		const row = this.g.op('Gather', [normed, last], { axis: 1 });
		const logits = this.linear(row, unembed);
		this.g.output('logits', logits, 'float32', [this.#rows, 1, this.shape.vocabSize]);
	}

	#join(h: Value, out: Value, bias: Value, gain: Value, epsilon: number): [Value, Value] {
		// The operator takes one bias for all rows.
		const own = bias && this.form === 'worlds';
		const [normed, , , stream] = this.g.ops(
			'SkipSimplifiedLayerNormalization',
			own ? [h, this.g.op('Add', [out, bias]), gain] : bias ? [h, out, gain, bias] : [h, out, gain],
			4,
			{ epsilon: { float: epsilon } }
		);
		return [stream!, normed!];
	}

	/** Taps a site and applies the edits that depend on its activations. */
	#site(site: string, x: Value): Value {
		this.#tap(site, x);
		if (site === this.replaced) return this.#replacement();
		return this.#edits(site) ? this.g.op('Add', [x, this.#delta(site, x)]) : x;
	}

	#replacement(): Value {
		return this.g.input('replace', 'float32', [1, 'S', this.shape.dModel]);
	}

	#edits(site: string): boolean {
		return this.edited?.some((e) => e.site === site) ?? false;
	}

	/**
	 * One input for all sites: each input of a run costs as much as a small operator. `[sites · dModel]`, or
	 * `[B, sites, dModel]` in worlds.
	 */
	#splitAdds(): Map<string, Value> {
		if (!this.edited) return new Map();
		const sites = addSites(this.shape.layers, this.edited);
		const { dModel } = this.shape;
		const worlds = this.form === 'worlds';
		const dims = worlds ? ['B', sites.length, dModel] : [sites.length * dModel];
		const all = this.g.input('adds', 'float32', dims);
		const parts = this.g.ops('Split', [all], sites.length, { axis: worlds ? 1 : 0 });
		return new Map(sites.map((site, i) => [site, parts[i]!]));
	}

	/** The vector added where `site` is written; '' in a graph without steering. */
	#add(site: string): Value {
		return this.#adds.get(site) ?? '';
	}

	#tap(site: string, x: Value): void {
		this.g.output(site, x, 'float32', [this.#rows, 'S', this.shape.dModel]);
	}

	/** The sum of all SAEs' edits at a site; each takes its activations from the same `x`. */
	#delta(site: string, x: Value): Value {
		const { g, shape } = this;
		const deltas = this.edited!.filter((e) => e.site === site).map((e) =>
			editDelta(g, x, e.spec, {
				index: g.input(`edit.${e.id}.index`, 'int64', [`m.${e.id}`]),
				alpha: g.input(`edit.${e.id}.alpha`, 'float32', [`m.${e.id}`]),
				beta: g.input(`edit.${e.id}.beta`, 'float32', [`m.${e.id}`]),
				rows: g.input(`edit.${e.id}.rows`, 'float32', [`m.${e.id}`, shape.dModel])
			})
		);
		return deltas.reduce((sum, delta) => g.op('Add', [sum, delta]));
	}
}
