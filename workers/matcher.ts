/** Cosines between whole decoders, in blocks: best matches of many features at once, and nulls. */
import type { Matrix } from '../src/core/matrix';
import { nullFrom, randomDirections, type Null } from '../src/core/matching';
import { breathe, Session } from './session';
import { Graph } from './graph/graph';

/** Rows matched in one run. */
const BLOCK = 512;
/** Draws and seed of a null that the pack does not bring. */
export const DRAWS = 20_000;
export const SEED = 20_000;

export class Matcher {
	readonly #sessions = new Map<string, Promise<Session>>();

	/** The k best cosines of every row of `queries` among the rows of `target`; both have unit rows. */
	async best(
		queries: Matrix,
		target: Matrix,
		k: number,
		signal?: AbortSignal
	): Promise<{ indices: Int32Array; cosines: Float32Array }> {
		const indices = new Int32Array(queries.rows * k);
		const cosines = new Float32Array(queries.rows * k);
		await this.#each(queries, target, k, ['indices', 'cosines'], signal, (data, at) => {
			indices.set(data.indices as Int32Array, at * k);
			cosines.set(data.cosines as Float32Array, at * k);
		});
		return { indices, cosines };
	}

	/** All products of rows, `[queries × target]`. */
	async scores(queries: Matrix, target: Matrix, signal?: AbortSignal): Promise<Float32Array> {
		const out = new Float32Array(queries.rows * target.rows);
		await this.#each(queries, target, 1, ['across'], signal, (data, at) =>
			out.set(data.across as Float32Array, at * target.rows)
		);
		return out;
	}

	/** The null of a target decoder, drawn anew. */
	async null(target: Matrix, signal?: AbortSignal): Promise<Null> {
		const draws = randomDirections(DRAWS, target.columns, SEED);
		return nullFrom((await this.best(draws, target, 1, signal)).cosines, SEED);
	}

	async #each(
		queries: Matrix,
		target: Matrix,
		k: number,
		fetch: string[],
		signal: AbortSignal | undefined,
		take: (data: Record<string, unknown>, at: number) => void
	): Promise<void> {
		const d = target.columns;
		const session = await this.#session(d, k);
		const fixed = { data: target.data, dims: [target.rows, d] };
		for (let at = 0; at < queries.rows; at += BLOCK) {
			const rows = Math.min(BLOCK, queries.rows - at);
			const data = queries.data.subarray(at * d, (at + rows) * d);
			const feeds = { queries: { data, dims: [rows, d] }, target: fixed };
			take((await session.run(feeds, fetch, signal)).data, at);
			await breathe();
		}
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
			g.output('across', across, 'float32', ['Q', 'T']);
			g.output('cosines', cosines!, 'float32', ['Q', k]);
			g.output('indices', g.op('Cast', [indices!], { to: 6 }), 'int32', ['Q', k]);
			session = Session.create(g.finish(), {});
			this.#sessions.set(key, session);
		}
		return session;
	}
}
