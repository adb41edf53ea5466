/**
 * The logit lens (nostalgebraist, 2020): the model's own final norm and unembedding, applied to the
 * residual stream after any layer. After the last layer it is the model's prediction.
 */
import type { LanguageModel } from './language-model';
import { Graph, type Value } from '../graph/graph';
import { normalise } from '../graph/norm';
import { rowLogits } from '../graph/readout';
import { LazySession } from '../runtime/lazy-session';
import { breathe, Session } from '../runtime/session';

export interface LensTop {
	/** [rows × k] */
	probabilities: Float32Array;
	/** [rows × k] */
	ids: Int32Array;
	/** −ln p of the token that follows, [rows]; NaN where none was named. */
	surprise: Float32Array;
}

const K = 5;
/** Bytes of the unembedding that `top` has in memory at a time. */
const PART = 12 << 20;
/** Rows of the stream at a time. */
const ROWS = 256;

export class Lens {
	readonly k = K;
	readonly #logits = new LazySession(() => this.#open());
	readonly #top = new LazySession(() => this.#openTop());

	constructor(readonly model: LanguageModel) {}

	/**
	 * The likeliest next tokens for each row of the stream `x`, `[rows × dModel]`. The unembedding is gone through once, in
	 * parts: of many models it is a large share of all weights, and the graph of the model keeps a copy already.
	 * `following`: of each row the token that follows, −1 for none.
	 */
	async top(
		x: Float32Array,
		following: Int32Array | null = null,
		signal?: AbortSignal
	): Promise<LensTop> {
		const { dModel, vocabSize } = this.model.shape;
		const session = await this.#top.get();
		const rows = x.length / dModel;
		const best = new Best(following ?? new Int32Array(rows).fill(-1), Math.min(K, vocabSize));
		for (const [from, to] of this.#parts()) {
			const part = { data: this.#rows(from, to), dims: [to - from, dModel] };
			for (let at = 0; at < rows; at += ROWS) {
				const some = x.subarray(at * dModel, (at + ROWS) * dModel);
				const count = some.length / dModel;
				const feeds = {
					x: { data: some, dims: [1, count, dModel] },
					part,
					following: { data: best.following(at, count, from, to), dims: [count, 1] }
				};
				const { data } = await session.run(feeds, FOUND, signal);
				best.add(data as unknown as Found, at, from, to);
				await breathe();
				signal?.throwIfAborted();
			}
		}
		return best.top();
	}

	/** Logits for each row of the stream, `[rows × vocab]`. Keeps the unembedding in a session of its own. */
	async logits(x: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
		const session = await this.#logits.get();
		const { dModel } = this.model.shape;
		const dims = [1, x.length / dModel, dModel];
		const { data } = await session.run({ x: { data: x, dims } }, ['logits'], signal);
		return data.logits as Float32Array;
	}

	async release(): Promise<void> {
		await this.#top.release();
		await this.#logits.release();
	}

	/** Tokens from and to, of parts of about the same length. */
	#parts(): [number, number][] {
		const { dModel, vocabSize } = this.model.shape;
		const count = Math.ceil((4 * dModel * vocabSize) / PART);
		const edge = (i: number) => Math.floor((i * vocabSize) / count);
		return Array.from({ length: count }, (_, i) => [edge(i), edge(i + 1)]);
	}

	#rows(from: number, to: number): Float32Array {
		const { architecture, config, weights } = this.model;
		return weights.rows(architecture.readout(config).unembedding, from, to);
	}

	#openTop(): Promise<Session> {
		const g = new Graph();
		const part = g.input('part', 'float32', ['V', this.model.shape.dModel]);
		const logits = this.#graph(g, () => part);
		const shortest = Math.min(...this.#parts().map(([from, to]) => to - from));
		const k = g.constant(BigInt64Array.of(BigInt(Math.min(K, shortest))), [1]);
		const [values, ids] = g.ops('TopK', [logits, k], 2, { axis: -1 });
		const along = g.constant(BigInt64Array.of(-1n), [1]);
		const max = g.op('ReduceMax', [logits], { axes: [-1] });
		const sum = g.op('ReduceSum', [g.op('Exp', [g.op('Sub', [logits, max])]), along]);
		g.output('values', values!, 'float32', ['S', 'K']);
		g.output('ids', g.op('Cast', [ids!], { to: 6 }), 'int32', ['S', 'K']);
		g.output('max', max, 'float32', ['S', 1]);
		g.output('sum', sum, 'float32', ['S', 1]);
		const following = g.input('following', 'int64', ['S', 1]);
		const own = g.op('GatherElements', [logits, following], { axis: 1 });
		g.output('own', own, 'float32', ['S', 1]);
		return Session.create(g.finish(), this.model.weights.files);
	}

	#open(): Promise<Session> {
		const { shape, weights } = this.model;
		const g = new Graph();
		const logits = this.#graph(g, (name) => g.weight(weights.weight(name)));
		g.output('logits', logits, 'float32', ['S', shape.vocabSize]);
		return Session.create(g.finish(), weights.files);
	}

	/** Logits of the input `x` by a table of unembeddings. */
	#graph(g: Graph, table: (name: string) => Value): Value {
		const { architecture, config, shape, weights } = this.model;
		const x = g.input('x', 'float32', [1, 'S', shape.dModel]);
		const readout = architecture.readout(config);
		const weight = (name: string) => g.weight(weights.weight(name));
		const flat = g.constant(BigInt64Array.of(-1n, BigInt(shape.dModel)), [2]);
		const rows = g.op('Reshape', [normalise(g, x, readout.norm, weight), flat]);
		return rowLogits(g, rows, readout, table);
	}
}

/** Of some rows and a part of the vocabulary: the largest logits, whose they are, Σ exp(logit − max), and one logit. */
interface Found {
	values: Float32Array;
	ids: Int32Array;
	max: Float32Array;
	sum: Float32Array;
	/** The logit of the token that follows, where it is of this part. */
	own: Float32Array;
}

const FOUND = ['values', 'ids', 'max', 'sum', 'own'];

/** The largest logits of each row, and what all its logits add up to, part by part of the vocabulary. */
class Best {
	readonly #ids: Int32Array;
	readonly #values: Float32Array;
	/** Σ exp(logit − largest) so far. */
	readonly #sums: Float64Array;
	/** Logits of the tokens that follow. */
	readonly #own: Float32Array;

	constructor(
		readonly tokens: Int32Array,
		readonly k: number
	) {
		const rows = tokens.length;
		this.#own = new Float32Array(rows).fill(NaN);
		this.#ids = new Int32Array(rows * k);
		this.#values = new Float32Array(rows * k).fill(-Infinity);
		this.#sums = new Float64Array(rows);
	}

	/** The tokens that follow rows, counted from the first of a part of the vocabulary; 0 for those of other parts. */
	following(first: number, count: number, from: number, to: number): BigInt64Array {
		return BigInt64Array.from({ length: count }, (_, r) => {
			const token = this.tokens[first + r]!;
			return token >= from && token < to ? BigInt(token - from) : 0n;
		});
	}

	/** `first`: the first row; `from` and `to`: the tokens of the part. */
	add({ values, ids, max, sum, own }: Found, first: number, from: number, to: number): void {
		const each = values.length / max.length;
		for (let r = 0; r < max.length; r++) {
			const row = first + r;
			const largest = Math.max(this.#values[row * this.k]!, max[r]!);
			this.#sums[row] =
				this.#sums[row]! * Math.exp(this.#values[row * this.k]! - largest) +
				sum[r]! * Math.exp(max[r]! - largest);
			for (let i = r * each; i < (r + 1) * each; i++) this.#insert(row, values[i]!, from + ids[i]!);
			const token = this.tokens[row]!;
			if (token >= from && token < to) this.#own[row] = own[r]!;
		}
	}

	/** Among equals the token that comes first stays first. */
	#insert(row: number, value: number, id: number): void {
		const end = (row + 1) * this.k;
		let at = end;
		while (at > row * this.k && this.#values[at - 1]! < value) at--;
		if (at === end) return;
		this.#values.copyWithin(at + 1, at, end - 1);
		this.#ids.copyWithin(at + 1, at, end - 1);
		this.#values[at] = value;
		this.#ids[at] = id;
	}

	top(): LensTop {
		const share = (value: number, i: number) => {
			const row = Math.floor(i / this.k);
			return Math.exp(value - this.#values[row * this.k]!) / this.#sums[row]!;
		};
		const surprise = this.#own.map(
			(logit, row) => this.#values[row * this.k]! + Math.log(this.#sums[row]!) - logit
		);
		return { probabilities: this.#values.map(share), ids: this.#ids, surprise };
	}
}
