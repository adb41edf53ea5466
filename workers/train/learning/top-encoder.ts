/** The encoder of an SAE whose weights change at every step: the one dense product of learning. */
import type { SaeState } from '../../../src/core/train/sae-state';
import type { Top } from '../../../src/core/train/learning-step';
import { Graph } from '../../graph/graph';
import { LazySession } from '../../runtime/lazy-session';
import { Session } from '../../runtime/session';

export class TopEncoder {
	readonly #session = new LazySession(() => Session.create(this.#graph(), {}));

	constructor(private readonly d: number) {}

	/** The k largest of u·rowsᵀ + biases for each row of `u` `[n × d]`; `rows` is [features × d]. */
	async top(
		u: Float32Array,
		{ rows, biases }: { rows: Float32Array; biases: Float32Array },
		k: number,
		signal?: AbortSignal
	): Promise<Top> {
		const { d } = this;
		const session = await this.#session.get();
		const feeds = {
			u: { data: u, dims: [u.length / d, d] },
			rows: { data: rows, dims: [biases.length, d] },
			biases: { data: biases, dims: [biases.length] },
			k: { data: BigInt64Array.of(BigInt(k)), dims: [1] }
		};
		const { data } = await session.run(feeds, ['values', 'indices'], signal);
		return { values: data.values as Float32Array, features: data.indices as Int32Array };
	}

	/** The same of all features of an SAE. */
	encode(state: SaeState, u: Float32Array, signal?: AbortSignal): Promise<Top> {
		const weights = { rows: state.encoder.value, biases: state.bias.value };
		return this.top(u, weights, state.k, signal);
	}

	release(): Promise<void> {
		return this.#session.release();
	}

	#graph(): Uint8Array {
		const g = new Graph();
		const u = g.input('u', 'float32', ['n', this.d]);
		const rows = g.input('rows', 'float32', ['features', this.d]);
		const biases = g.input('biases', 'float32', ['features']);
		const k = g.input('k', 'int64', [1]);
		const all = g.op('Gemm', [u, rows, biases], { transB: 1 });
		const [values, places] = g.ops('TopK', [all, k], 2, { axis: -1 });
		g.output('values', values!, 'float32', ['n', 'k']);
		g.output('indices', g.op('Cast', [places!], { to: 6 }), 'int32', ['n', 'k']);
		return g.finish();
	}
}
