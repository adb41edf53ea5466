/**
 * The residual stream of a transformer under construction: every architecture writes to it and reads
 * from it through this class, which adds the taps, the steering and the KV cache on the way.
 */
import {
	attnOut,
	EMBEDDING,
	headsOf,
	isFlowKind,
	mlpHidden,
	mlpInput,
	mlpNorm,
	mlpOut,
	placeOf,
	residMid,
	residPost
} from '../../src/core/names/site';
import { fusedAttention, isFused, maskInput, plainAttention, type Attending } from './attention';
import type { Dim, ElementType, Graph, Value } from './graph';
import { rowsOfBlocks, timesBlocks, type BlockMatrix } from './block-products';
import { addAndNormalise, normalise, scaledAndShifted, withoutGain, type Norm } from './norm';
import { capped, type Readout } from './readout';
import type { ModelShape } from './shape';
import {
	addSites,
	freshOutput,
	pastInput,
	presentOutput,
	type CacheForm,
	type EditedSae,
	type Located
} from './stream-inputs';
import { editDelta } from '../sae/encoder-graph';

export class Stream {
	readonly ids: Value;
	readonly #lengths: [Value, Value];
	/** What is added at each site, `[dModel]` each; none in a graph without steering. */
	readonly #adds: Map<string, Value>;
	/** What is there to be read, by the name of its tap. */
	readonly #read = new Map<string, Value>();
	/** Rows of a run: 1, or those of a batch. */
	readonly #rows: 1 | 'B';
	#logits: Value | null = null;
	/** What each layer multiplies where attention is plain; new keys are `[B, kvHeads, S, dHead]`. */
	readonly attended = new Map<number, { queries: Value; fresh: { key: Value }; scale: number }>();

	constructor(
		readonly g: Graph,
		readonly shape: ModelShape,
		private readonly located: Located,
		private readonly form: CacheForm,
		/** null builds the graph without any steering. */
		private readonly edited: EditedSae[] | null,
		/** A site whose value is taken from the input `replace` instead of being computed. */
		private readonly replaced: string | null = null,
		/** What is tapped beside the sites that flow knows and the heads. */
		private readonly more: readonly string[] = [],
		/** What takes the place of the value at a site, by the site. */
		private readonly spliced: ReadonlyMap<string, (x: Value) => Value> = new Map()
	) {
		this.#rows = this.#isBatch ? 'B' : 1;
		this.ids = g.input('ids', 'int64', [this.#rows, 'S']);
		this.#lengths = [
			g.input('seqlens_k', 'int32', [this.#rows]),
			g.input('total_sequence_length', 'int32', [1])
		];
		this.#adds = this.#splitAdds();
	}

	get #isBatch(): boolean {
		return this.form === 'batch' || this.form === 'plain';
	}

	weight(name: string): Value {
		return this.g.weight(this.located.weight(name));
	}

	/** `[rows, 1, vocab]`, once the model is built. */
	get logits(): Value {
		return this.#logits!;
	}

	/** What stands at a site; null where the model has none of this name. */
	at(site: string): Value | null {
		return this.#read.get(site) ?? null;
	}

	/**
	 * The rows of a table `[vocab, dModel]` that the tokens name. Where it is the unembedding, too, they are columns of
	 * the transposed copy that the session has of that, so that it need not have the table as well.
	 */
	tokens(table: string, readout: Readout): Value {
		const blocks = this.#blocks([table]);
		if (blocks) return rowsOfBlocks(this.g, this.ids, blocks);
		if (table !== readout.unembedding)
			return this.g.op('Gather', [this.weight(table), this.ids], { axis: 0 });
		const transposed = this.g.weight(this.located.transposed([table]));
		const columns = this.g.op('Gather', [transposed, this.ids], { axis: 1 });
		return this.g.op('Transpose', [columns], { perm: [1, 2, 0] });
	}

	/** The rows of a table `[context, dModel]` that the tokens' places name. */
	places(table: string): Value {
		return this.g.op('Gather', [this.weight(table), this.#positions()], { axis: 0 });
	}

	/** The stream as it enters block 0. */
	embed(h: Value): Value {
		const written = this.#site(EMBEDDING, h);
		const bias = this.#add(EMBEDDING);
		return bias ? this.g.op('Add', [written, bias]) : written;
	}

	/**
	 * x · [W₁ᵀ | W₂ᵀ | …], + [b₁ | b₂ | …] if `biased`, for the linear maps of these names, whose weights are stored
	 * `[out, in]`.
	 */
	linear(x: Value, names: string[], biased = false): Value {
		const joined = (parts: Value[]) =>
			parts.length === 1 ? parts[0]! : this.g.op('Concat', parts, { axis: 0 });
		const product = this.#times(
			x,
			names.map((name) => `${name}.weight`)
		);
		return biased
			? this.g.op('Add', [product, joined(names.map((name) => this.weight(`${name}.bias`)))])
			: product;
	}

	/** x · [W₁ᵀ | W₂ᵀ | …], by blocks where the weights are in blocks. */
	#times(x: Value, names: string[]): Value {
		const blocks = this.#blocks(names);
		if (blocks) return timesBlocks(this.g, x, blocks);
		return this.g.op('MatMul', [x, this.g.weight(this.located.transposed(names))]);
	}

	/** Gradients go through plain products only. */
	#blocks(names: string[]): BlockMatrix | null {
		return this.form === 'plain' ? null : this.located.blocks(names);
	}

	/** x · matrix + bias, for a matrix `[in, out]`. */
	product(x: Value, matrix: Value, bias: Value = ''): Value {
		const product = this.g.op('MatMul', [x, matrix]);
		return bias ? this.g.op('Add', [product, bias]) : product;
	}

	normalise(x: Value, norm: Norm): Value {
		return normalise(this.g, x, norm, (name) => this.weight(name));
	}

	/**
	 * Causal attention over packed queries, keys and values `[1, S, (heads + 2·kvHeads)·dHead]`, reading and
	 * extending this layer's KV cache. Scores are divided by √dHead unless `how` says otherwise.
	 */
	attention(layer: number, qkv: Value, how: Partial<Attending> = {}): Value {
		const { g, shape } = this;
		const attending: Attending = {
			rotary: null,
			window: null,
			scale: 1 / Math.sqrt(shape.dHead),
			softcap: null,
			...how
		};
		const past = { key: this.#past(layer, 'key'), value: this.#past(layer, 'value') };
		if (this.form !== 'plain' && isFused(shape, attending)) {
			const pasts = { key: this.#forEachRow(past.key), value: this.#forEachRow(past.value) };
			const out = fusedAttention(g, shape, qkv, pasts, this.#lengths, attending);
			for (const part of ['key', 'value'] as const) this.#cache(layer, part, out[part], null);
			return this.#mixed(layer, out.mixed);
		}
		const first = g.op('Gather', [this.#positions(), g.integers(0)], { axis: 0 });
		const read = (part: Value) => this.#forEachRow(this.#filled(part, first));
		const places = { first, mask: this.#mask(attending.window) };
		const kept = { key: read(past.key), value: read(past.value) };
		const out = plainAttention(g, shape, qkv, kept, places, attending);
		this.attended.set(layer, { ...out, scale: attending.scale });
		for (const part of ['key', 'value'] as const)
			this.#cache(layer, part, out[part], out.fresh[part]);
		return this.#mixed(layer, out.mixed);
	}

	/** Taps what the heads leave, before W_O. */
	#mixed(layer: number, mixed: Value): Value {
		const name = headsOf(layer);
		const width = this.shape.heads * this.shape.dHead;
		this.#tap(name, mixed, width);
		return name === this.replaced ? this.#replacement(width) : mixed;
	}

	#past(layer: number, part: 'key' | 'value'): Value {
		const { kvHeads, dHead } = this.shape;
		return this.g.input(pastInput(layer, part), 'float32', [1, kvHeads, 'P', dHead]);
	}

	/** Of buffers that grow by many tokens at once, the part that has been read; `first` is where it ends. */
	#filled(past: Value, first: Value): Value {
		if (this.form === 'whole') return past;
		return this.g.op('Slice', [past, this.g.integers(0), first, this.g.integers(2)]);
	}

	#mask(window: number | null): Value {
		return this.#input(maskInput(window), 'float32', ['S', 'T']);
	}

	/** Where in the text the tokens of this run lie, `[S]`. */
	#positions(): Value {
		return this.#input('positions', 'int64', ['S']);
	}

	/** An input that not every graph has. */
	#input(name: string, type: ElementType, dims: Dim[]): Value {
		return this.g.inputs.includes(name) ? name : this.g.input(name, type, dims);
	}

	/** The same past for every row. */
	#forEachRow(past: Value): Value {
		if (!this.#isBatch) return past;
		const { g } = this;
		const rows = g.op('Shape', [this.#lengths[0]]);
		return g.op('Expand', [past, g.op('Concat', [rows, g.integers(1, 1, 1)], { axis: 0 })]);
	}

	/** Lets keys or values leave the graph: all of them, or the new ones, where `fresh` may hold them already. */
	#cache(layer: number, part: 'key' | 'value', present: Value, fresh: Value | null): void {
		const { g } = this;
		if (this.#isBatch) return;
		const { kvHeads, dHead } = this.shape;
		if (this.form === 'whole') {
			g.output(presentOutput(layer, part), present, 'float32', [1, kvHeads, 'T', dHead]);
			return;
		}
		const rows = fresh ?? g.op('Gather', [present, this.#positions()], { axis: 2 });
		g.output(freshOutput(layer, part), rows, 'float32', [1, kvHeads, 'S', dHead]);
	}

	/** Adds attention's output to the stream and normalises: the stream, and what the MLP reads. */
	afterAttention(layer: number, h: Value, out: Value, norm: Norm): [Value, Value] {
		const written = this.#site(attnOut(layer), out);
		const site = residMid(layer);
		const [stream, normed] = this.#joinAt(site, h, written, this.#add(attnOut(layer)), norm);
		return [stream, this.#beforeMlp(layer, stream, normed, norm)];
	}

	/** What an MLP reads that does not wait for attention: the stream before the layer, normalised. */
	asideOfAttention(layer: number, h: Value, norm: Norm): Value {
		return this.#beforeMlp(layer, h, this.normalise(h, norm), norm);
	}

	/** `normed` is what `norm` makes of `x`. */
	#beforeMlp(layer: number, x: Value, normed: Value, norm: Norm): Value {
		const { dModel } = this.shape;
		const weight = (name: string) => this.weight(name);
		const [bare, input] = [mlpNorm(layer), mlpInput(layer)];
		if (this.#isWanted(bare)) this.#tap(bare, withoutGain(this.g, x, norm, dModel));
		const read =
			bare === this.replaced ? scaledAndShifted(this.g, this.#replacement(), norm, weight) : normed;
		this.#tap(input, read);
		return input === this.replaced ? this.#replacement() : read;
	}

	/** Taps what the MLP's last matrix reads. */
	hidden(layer: number, x: Value): Value {
		const site = mlpHidden(layer);
		this.#tap(site, x, this.shape.dMlp);
		return site === this.replaced ? this.#replacement(this.shape.dMlp) : x;
	}

	/** The stream with attention's output where the MLP does not read it: it reads what attention read. */
	besideAttention(layer: number, h: Value, out: Value): Value {
		const { g } = this;
		const sum = g.op('Add', [h, this.#site(attnOut(layer), out)]);
		const bias = this.#add(attnOut(layer));
		return bias ? g.op('Add', [sum, bias]) : sum;
	}

	/** Adds the MLP's output to the stream and normalises: the stream, and what comes next reads. */
	afterMlp(layer: number, h: Value, out: Value, norm: Norm): [Value, Value] {
		const written = this.#site(mlpOut(layer), out);
		return this.#joinAt(residPost(layer), h, written, this.#add(mlpOut(layer)), norm);
	}

	/** h + written + bias, tapped and steered as `site`, and the same normalised. */
	#joinAt(site: string, h: Value, written: Value, bias: Value, norm: Norm): [Value, Value] {
		const { g } = this;
		if (!this.#edits(site)) {
			const joined = this.#join(h, written, bias, norm);
			this.#tap(site, joined[0]);
			const x = this.#inPlaceOf(site, joined[0]);
			return x === joined[0] ? joined : [x, this.normalise(x, norm)];
		}
		const stream = g.op('Add', [g.op('Add', [h, written]), bias]);
		this.#tap(site, stream);
		const delta = this.#delta(site, stream);
		return this.#join(stream, delta, this.#add(site), norm);
	}

	/** Logits of the last position, `[1, vocab]`, from the normalised stream. */
	head(normed: Value, readout: Readout): void {
		const row = this.g.op('Gather', [normed, this.g.integers(-1)], { axis: 1 });
		// As a single row, as in writing, it is multiplied fastest with a transposed table.
		const logits = capped(this.g, this.#times(row, [readout.unembedding]), readout);
		this.#logits = logits;
		this.g.output('logits', logits, 'float32', [this.#rows, 1, this.shape.vocabSize]);
	}

	#join(h: Value, out: Value, bias: Value, norm: Norm): [Value, Value] {
		// The operator takes one bias for all rows.
		const own = bias && this.#isBatch;
		const added = own ? this.g.op('Add', [out, bias]) : out;
		const weight = (name: string) => this.weight(name);
		return addAndNormalise(this.g, h, added, own ? '' : bias, norm, weight);
	}

	/** Taps a site and applies the edits that depend on its activations. */
	#site(site: string, x: Value): Value {
		this.#tap(site, x);
		const other = this.#inPlaceOf(site, x);
		if (other !== x) return other;
		return this.#edits(site) ? this.g.op('Add', [x, this.#delta(site, x)]) : x;
	}

	/** What the model goes on with at a site; `x` itself where nothing is put there. */
	#inPlaceOf(site: string, x: Value): Value {
		if (site === this.replaced) return this.#replacement();
		return this.spliced.get(site)?.(x) ?? x;
	}

	#replacement(width = this.shape.dModel): Value {
		return this.g.input('replace', 'float32', [this.#rows, 'S', width]);
	}

	#edits(site: string): boolean {
		return this.edited?.some((e) => e.site === site) ?? false;
	}

	/**
	 * One input for all sites: each input of a run costs as much as a small operator. `[sites · dModel]`,
	 * `[B, sites, dModel]` in a batch, or `[B, sites, S, dModel]` where each token has its own.
	 */
	#splitAdds(): Map<string, Value> {
		if (!this.edited) return new Map();
		const sites = addSites(this.shape.layers, this.edited);
		const { dModel } = this.shape;
		const { g, form } = this;
		const dims = {
			whole: [sites.length * dModel],
			rows: [sites.length * dModel],
			batch: ['B', sites.length, dModel],
			plain: ['B', sites.length, 'S', dModel]
		}[form];
		const all = g.input('adds', 'float32', dims);
		const parts =
			form === 'plain'
				? sites.map((_, i) =>
						g.op('Gather', [all, g.constant(BigInt64Array.of(BigInt(i)), [])], { axis: 1 })
					)
				: g.ops('Split', [all], sites.length, { axis: this.#isBatch ? 1 : 0 });
		return new Map(sites.map((site, i) => [site, parts[i]!]));
	}

	/** What is added where `site` is written; '' in a graph without steering. */
	#add(site: string): Value {
		return this.#adds.get(site) ?? '';
	}

	/** Whether anybody reads this site, of which the model has no need itself. */
	#isWanted(site: string): boolean {
		return this.more.includes(site) || (this.edited?.some((e) => e.reads === site) ?? false);
	}

	#tap(site: string, x: Value, width = this.shape.dModel): void {
		this.#read.set(site, x);
		const place = placeOf(site);
		const always = place === null || isFlowKind(place.kind);
		if (always || this.more.includes(site))
			this.g.output(site, x, 'float32', [this.#rows, 'S', width]);
	}

	/** The sum of all SAEs' edits at a site; each takes its activations from the same `x`, or from what it reads before it. */
	#delta(site: string, x: Value): Value {
		const { g, shape } = this;
		const deltas = this.edited!.filter((e) => e.site === site).map((e) =>
			editDelta(
				g,
				this.#read.get(e.reads) ?? x,
				e.spec,
				{
					index: g.input(`edit.${e.id}.index`, 'int64', [`m.${e.id}`]),
					alpha: g.input(`edit.${e.id}.alpha`, 'float32', [`m.${e.id}`]),
					beta: g.input(`edit.${e.id}.beta`, 'float32', [`m.${e.id}`]),
					rows: g.input(`edit.${e.id}.rows`, 'float32', [`m.${e.id}`, shape.dModel])
				},
				shape.dModel
			)
		);
		return deltas.reduce((sum, delta) => g.op('Add', [sum, delta]));
	}
}
