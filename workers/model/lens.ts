/**
 * The logit lens (nostalgebraist, 2020): the model's own final norm and unembedding, applied to the
 * residual stream after any layer. After the last layer it is the model's prediction.
 */
import type { LanguageModel } from './language-model';
import { Graph } from '../graph/graph';
import { normalise } from '../graph/norm';
import { rowLogits } from '../graph/readout';
import { LazySession } from '../runtime/lazy-session';
import { Session } from '../runtime/session';

export interface LensTop {
	/** [tokens × k] */
	probabilities: Float32Array;
	/** [tokens × k] */
	ids: Int32Array;
}

const K = 5;

export class Lens {
	readonly k = K;
	readonly #session = new LazySession(() => this.#open());

	constructor(readonly model: LanguageModel) {}

	/** The likeliest next tokens for each row of the stream `x`, `[tokens × dModel]`. */
	async top(x: Float32Array, signal?: AbortSignal): Promise<LensTop> {
		const out = await this.#run(x, ['probabilities', 'ids'], signal);
		return { probabilities: out.probabilities as Float32Array, ids: out.ids as Int32Array };
	}

	/** Logits for each row of the stream, `[tokens × vocab]`. */
	async logits(x: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
		return (await this.#run(x, ['logits'], signal)).logits as Float32Array;
	}

	release(): Promise<void> {
		return this.#session.release();
	}

	async #run(x: Float32Array, fetch: string[], signal?: AbortSignal) {
		const session = await this.#session.get();
		const { dModel } = this.model.shape;
		const dims = [1, x.length / dModel, dModel];
		return (await session.run({ x: { data: x, dims } }, fetch, signal)).data;
	}

	#open(): Promise<Session> {
		const { architecture, config, shape, weights } = this.model;
		const g = new Graph();
		const x = g.input('x', 'float32', [1, 'S', shape.dModel]);
		const readout = architecture.readout(config);
		const weight = (name: string) => g.weight(weights.weight(name));
		const flat = g.constant(BigInt64Array.of(-1n, BigInt(shape.dModel)), [2]);
		const rows = g.op('Reshape', [normalise(g, x, readout.norm, weight), flat]);
		const logits = rowLogits(g, rows, readout, weight);
		g.output('logits', logits, 'float32', ['S', shape.vocabSize]);
		const k = g.constant(BigInt64Array.of(BigInt(Math.min(K, shape.vocabSize))), [1]);
		const [p, ids] = g.ops('TopK', [g.op('Softmax', [logits], { axis: -1 }), k], 2, { axis: -1 });
		g.output('probabilities', p!, 'float32', ['S', K]);
		g.output('ids', g.op('Cast', [ids!], { to: 6 }), 'int32', ['S', K]);
		return Session.create(g.finish(), weights.files);
	}
}
