/** Cosines between whole decoders, in blocks: best matches of many features at once, and nulls. */
import type { Matrix } from '../src/core/matrix';
import { nullFrom, randomDirections, type Null } from '../src/core/matching';
import { breathe, Session } from './session';
import { Graph } from './graph/graph';

/** Rows matched in one run. */
const BLOCK = 512;
/** Draws and seed of a null that the pack does not bring. */
const DRAWS = 20_000;
const SEED = 20_000;

export class Matcher {
	readonly #sessions = new Map<string, Promise<Session>>();

	/** The k best cosines of every row of `queries` among the rows of `target`; both have unit rows. */
	async best(
		queries: Matrix,
		target: Matrix,
		k: number,
		signal?: AbortSignal
	): Promise<{ indices: Int32Array; cosines: Float32Array }> {
		const d = target.columns;
		const session = await this.#session(d, k);
		const indices = new Int32Array(queries.rows * k);
		const cosines = new Float32Array(queries.rows * k);
		const fixed = { data: target.data, dims: [target.rows, d] };
		for (let at = 0; at < queries.rows; at += BLOCK) {
			const rows = Math.min(BLOCK, queries.rows - at);
			const data = queries.data.subarray(at * d, (at + rows) * d);
			const feeds = { queries: { data, dims: [rows, d] }, target: fixed };
			const out = await session.run(feeds, ['indices', 'cosines'], signal);
			indices.set(out.data.indices as Int32Array, at * k);
			cosines.set(out.data.cosines as Float32Array, at * k);
			await breathe();
		}
		return { indices, cosines };
	}

	/** The null of a target decoder, drawn anew. */
	async null(target: Matrix, signal?: AbortSignal): Promise<Null> {
		const draws = randomDirections(DRAWS, target.columns, SEED);
		return nullFrom((await this.best(draws, target, 1, signal)).cosines, SEED);
	}

	#session(d: number, k: number): Promise<Session> {
		const key = `${d} ${k}`;
		let session = this.#sessions.get(key);
		if (!session) {
			const g = new Graph();
			const queries = g.input('queries', 'float32', ['Q', d]);
			const target = g.input('target', 'float32', ['T', d]);
			const across = g.op('MatMul', [queries, g.op('Transpose', [target], { perm: [1, 0] })]);
			const many = g.constant(BigInt64Array.of(BigInt(k)), [1]);
			const [cosines, indices] = g.ops('TopK', [across, many], 2, { axis: -1 });
			g.output('cosines', cosines!, 'float32', ['Q', k]);
			g.output('indices', g.op('Cast', [indices!], { to: 6 }), 'int32', ['Q', k]);
			session = Session.create(g.finish(), {});
			this.#sessions.set(key, session);
		}
		return session;
	}
}
