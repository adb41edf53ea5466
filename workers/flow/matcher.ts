/**
 * Cosines between whole decoders, on whichever backend runs, in blocks of both: the best matches of many
 * features at once, and nulls.
 */
import type { Matrix } from '../../src/core/math/matrix';
import { nullFrom, randomDirections, type Null } from '../../src/core/flow/matching';
import { breathe, Session } from '../runtime/session';
import { Graph } from '../graph/graph';

/** Rows matched in one run, and the most rows into which: their products, 16 MB, are all that is held. */
const BLOCK = 512;
const WIDE = 8192;
/** Draws and seed of a null that the pack does not bring. */
export const DRAWS = 20_000;
export const SEED = 20_000;

/** The `k` best matches of every row, best first. */
export interface Matches {
	k: number;
	/** [rows × k], rows of the target. */
	indices: Int32Array;
	/** [rows × k] */
	cosines: Float32Array;
}

/** Told after each block how many rows have their matches. */
type OnRows = (done: number) => void;

interface Block {
	/** First row of the queries, and of the target. */
	at: number;
	into: number;
	data: Record<string, unknown>;
}

export class Matcher {
	readonly #sessions = new Map<string, Promise<Session>>();

	/** The k best cosines of every row of `queries` among the rows of `target`, at most all; both have unit rows. */
	async best(
		queries: Matrix,
		target: Matrix,
		most: number,
		signal?: AbortSignal,
		onRows?: OnRows
	): Promise<Matches> {
		const k = Math.min(most, target.rows);
		const indices = new Int32Array(queries.rows * k);
		const cosines = new Float32Array(queries.rows * k);
		const fetch = ['indices', 'cosines'];
		await this.#each({ queries, target, k, fetch, signal, onRows }, ({ at, into, data }) => {
			const found = {
				k,
				indices: data.indices as Int32Array,
				cosines: data.cosines as Float32Array
			};
			if (into === 0) {
				indices.set(found.indices, at * k);
				cosines.set(found.cosines, at * k);
			} else merge({ k, indices, cosines }, at, found, into);
		});
		return { k, indices, cosines };
	}

	/** All products of rows, `[queries × target]`. */
	async scores(queries: Matrix, target: Matrix, signal?: AbortSignal): Promise<Float32Array> {
		const out = new Float32Array(queries.rows * target.rows);
		const fetch = ['across'];
		await this.#each({ queries, target, k: 1, fetch, signal }, ({ at, into, data }) => {
			const across = data.across as Float32Array;
			const wide = Math.min(wideOf(target.rows), target.rows - into);
			for (let r = 0; r * wide < across.length; r++)
				out.set(across.subarray(r * wide, (r + 1) * wide), (at + r) * target.rows + into);
		});
		return out;
	}

	/** The null of a target decoder, drawn anew. */
	async null(target: Matrix, signal?: AbortSignal, onRows?: OnRows): Promise<Null> {
		const draws = randomDirections(DRAWS, target.columns, SEED);
		return nullFrom((await this.best(draws, target, 1, signal, onRows)).cosines, SEED);
	}

	async #each(
		{
			queries,
			target,
			k,
			fetch,
			signal,
			onRows
		}: {
			queries: Matrix;
			target: Matrix;
			k: number;
			fetch: string[];
			signal?: AbortSignal;
			onRows?: OnRows;
		},
		take: (block: Block) => void
	): Promise<void> {
		const session = await this.#session(target.columns, k);
		const wide = wideOf(target.rows);
		for (let at = 0; at < queries.rows; at += BLOCK) {
			const rows = feedOf(queries, at, BLOCK);
			for (let into = 0; into < target.rows; into += wide) {
				const feeds = { queries: rows, target: feedOf(target, into, wide) };
				take({ at, into, data: (await session.run(feeds, fetch, signal)).data });
				await breathe();
			}
			onRows?.(Math.min(at + BLOCK, queries.rows));
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
			session.catch(() => this.#sessions.delete(key));
		}
		return session;
	}
}

/** Rows of the target in a block: as many in each, so that the last is never shorter than a few matches. */
const wideOf = (rows: number) => Math.ceil(rows / Math.ceil(rows / WIDE));

function feedOf({ rows, columns, data }: Matrix, from: number, most: number) {
	const to = Math.min(from + most, rows);
	return { data: data.subarray(from * columns, to * columns), dims: [to - from, columns] };
}

/** Puts what a later block of the target holds among the best so far; of equals the earlier row stays first. */
function merge(into: Matches, at: number, found: Matches, offset: number): void {
	const { k, indices, cosines } = into;
	for (let r = 0; r * k < found.indices.length; r++) {
		const start = (at + r) * k;
		const before = cosines.slice(start, start + k);
		const rows = indices.slice(start, start + k);
		for (let i = 0, old = 0, next = 0; i < k; i++) {
			const later = found.cosines[r * k + next]!;
			const stays = before[old]! >= later;
			cosines[start + i] = stays ? before[old]! : later;
			indices[start + i] = stays ? rows[old]! : found.indices[r * k + next]! + offset;
			if (stays) old++;
			else next++;
		}
	}
}
