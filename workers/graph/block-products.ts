/**
 * Products with matrices that stay in blocks, by onnxruntime's own operators:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md. On WebGPU these take integer zero points only,
 * so that what a block adds to all its numbers is multiplied apart: Σ (q·d + m)·x = Σ q·d·x + m·Σx.
 */
import type { Graph, Value, Weight } from './graph';

/** Numbers in a block. */
export const BLOCK = 32;

/** A matrix `[out, in]` whose numbers are (q − zero) × scale + min: q unsigned, zero the middle of its range. */
export interface BlockMatrix {
	bits: 4 | 8;
	shape: [number, number];
	/** `[out, in / 32, 4 · bits]`; of 4 bits the lower half of a byte comes first. */
	q: Weight;
	/** `[out, in / 32]` */
	scales: Weight;
	/** `[in / 32, out]`; null where there are none. */
	mins: Weight | null;
	/** The same as rows of a table: scales `[out, in / 32, 1]`, mins `[out, in / 32, 1]`. */
	asTable(): { scales: Weight; mins: Weight | null };
}

/** x · Wᵀ, for x of `[.., S, in]`. */
export function timesBlocks(g: Graph, x: Value, matrix: BlockMatrix): Value {
	const [N, K] = matrix.shape;
	const attributes = { K, N, bits: matrix.bits, block_size: BLOCK };
	const inputs = [x, g.weight(matrix.q), g.weight(matrix.scales)];
	const product = g.op('MatMulNBits', inputs, attributes);
	if (!matrix.mins) return product;
	const parts = g.op('Reshape', [x, g.integers(0, -1, K / BLOCK, BLOCK)]);
	const sums = g.op('ReduceSum', [parts, g.integers(3)], { keepdims: 0 });
	return g.op('Add', [product, g.op('MatMul', [sums, g.weight(matrix.mins)])]);
}

/** The rows that `ids`, `[rows, S]`, name: `[rows, S, in]`. */
export function rowsOfBlocks(g: Graph, ids: Value, matrix: BlockMatrix): Value {
	const { scales, mins } = matrix.asTable();
	const found = g.op('GatherBlockQuantized', [g.weight(matrix.q), ids, g.weight(scales)], {
		...{ gather_axis: 0, quantize_axis: 2, block_size: BLOCK, bits: matrix.bits }
	});
	const least = mins && g.op('Gather', [g.weight(mins), ids], { axis: 0 });
	const rows = least ? g.op('Add', [found, least]) : found;
	return g.op('Reshape', [rows, g.integers(0, -1, matrix.shape[1])]);
}
