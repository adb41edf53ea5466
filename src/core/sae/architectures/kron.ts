/**
 * KronSAE (https://arxiv.org/abs/2505.22255), in words of our own, since SAELens has none. Each head makes two
 * small codes u and v; its features are their pairs, √(u·v) where both are positive, of which the k largest count.
 */
import type { SaeArchitecture, SaeShape } from '../architecture';
import { kronIndex, type KronShape } from '../kron';
import { linear } from '../linear';

const shapeOf = ({ own }: Pick<SaeShape, 'own'>): KronShape => ({
	heads: own.kron_h!,
	rows: own.kron_m!,
	columns: own.kron_n!
});

export const kron: SaeArchitecture<'kron'> = {
	name: 'kron',
	topK: true,
	words: ['kron_h', 'kron_m', 'kron_n'],
	wrong(sizes) {
		const { heads, rows, columns } = shapeOf(sizes);
		return heads * rows * columns === sizes.dSae
			? null
			: 'kron_h × kron_m × kron_n is not its d_sae';
	},
	tensors(sizes) {
		const { heads, rows, columns } = shapeOf(sizes);
		const [p, q] = [heads * rows, heads * columns];
		return { W_p: [sizes.dIn, p], W_q: [sizes.dIn, q], b_p: [p], b_q: [q] };
	},
	activations(g, x, tensor, sizes) {
		const { heads, rows, columns } = shapeOf(sizes);
		const code = (matrix: string, bias: string, split: [number, number]) => {
			const dims = BigInt64Array.from([-1, heads, ...split], BigInt);
			const sum = linear(g, x, tensor(matrix), tensor(bias));
			return g.op('Reshape', [g.op('Relu', [sum]), g.constant(dims, [4])]);
		};
		const [u, v] = [code('W_p', 'b_p', [rows, 1]), code('W_q', 'b_q', [1, columns])];
		return g.op('Sqrt', [g.op('Mul', [u, v])]);
	},
	directions(index, sizes) {
		const shape = shapeOf(sizes);
		const { head, row, column } = kronIndex(index, shape);
		return [
			['W_p', head * shape.rows + row],
			['W_q', head * shape.columns + column]
		];
	}
};

/** The heads, rows and columns of a KronSAE; null for any other SAE. */
export const kronShape = (cfg: SaeShape & { architecture: string }): KronShape | null =>
	cfg.architecture === kron.name ? shapeOf(cfg) : null;
