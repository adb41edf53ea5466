/** The KronSAE encoder on the real runtime, against its formula written out. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { KronShape } from '../../../../src/core/sae/kron';
import type { PackSae } from '../../../../src/core/packs/manifest';
import { randomDirections } from '../../../../src/core/flow/matching';
import { column, times } from '../../../../src/core/math/matrix';
import { parseSafetensors } from '../../../../src/core/files/safetensors';
import { SafetensorsWriter } from '../../../../workers/import/files/safetensors-writer';
import { Sae } from '../../../../workers/sae/sae';
import { startRuntime } from '../../../../workers/runtime/session';

const D = 24;
const TOKENS = 5;

function made({ heads, rows, columns }: KronShape, k: number, subtract: boolean) {
	const dSae = heads * rows * columns;
	const matrix = (name: string, n: number, seed: number) => {
		const { data } = randomDirections(n, D, seed);
		return { name, tensor: { shape: [D, n], data } };
	};
	const vector = (n: number, seed: number) => ({
		shape: [n],
		data: randomDirections(1, n, seed).data
	});
	const [p, q] = [matrix('W_p', heads * rows, 1), matrix('W_q', heads * columns, 2)];
	const [bP, bQ, bDec] = [vector(heads * rows, 3), vector(heads * columns, 4), vector(D, 5)];
	const bytes = new SafetensorsWriter()
		.floats('W_p', p.tensor, 'f32')
		.floats('W_q', q.tensor, 'f32')
		.floats('b_p', bP, 'f32')
		.floats('b_q', bQ, 'f32')
		.floats('b_dec', bDec, 'f32')
		.floats('W_dec', { shape: [dSae, D], data: randomDirections(dSae, D, 6).data }, 'f32')
		.toBytes();
	const cfg = {
		architecture: 'kron' as const,
		dIn: D,
		dSae,
		k,
		kron: { heads, rows, columns },
		applyBDecToInput: subtract,
		heads: false,
		normalizeActivations: 'none' as const,
		metadata: {}
	};
	const id = 'blocks.0.hook_mlp_out@kron';
	const sae = new Sae(
		{ id, site: 'blocks.0.hook_mlp_out', cfg } as PackSae,
		parseSafetensors(bytes)
	);
	/** Every pair of one token, before TopK. */
	const pairs = (x: Float32Array): number[] => {
		const input = x.map((v, c) => v - (subtract ? bDec.data[c]! : 0));
		const code = ({ tensor: { data, shape } }: typeof p, bias: Float32Array) =>
			Array.from({ length: shape[1]! }, (_, f) => {
				const w = column({ rows: D, columns: shape[1]!, data }, f);
				return times({ rows: 1, columns: D, data: w }, input)[0]! + bias[f]!;
			});
		const [u, v] = [code(p, bP.data), code(q, bQ.data)];
		const all: number[] = [];
		for (let head = 0; head < heads; head++)
			for (let i = 0; i < rows; i++)
				for (let j = 0; j < columns; j++) {
					const [a, b] = [u[head * rows + i]!, v[head * columns + j]!];
					all.push(a > 0 && b > 0 ? Math.sqrt(a * b) : 0);
				}
		return all;
	};
	return { sae, pairs, x: randomDirections(TOKENS, D, 7).data.map((v) => 5 * v) };
}

describe('a KronSAE', () => {
	beforeAll(() => startRuntime(null));

	it.each([
		['three pairs a row', { heads: 10, rows: 2, columns: 3 }, 8, true],
		['an input left alone', { heads: 6, rows: 4, columns: 2 }, 6, false],
		['more features than one block, padded to two', { heads: 300, rows: 3, columns: 3 }, 16, true],
		['fewer active pairs than k', { heads: 2, rows: 2, columns: 2 }, 8, true]
	])('encodes as its formula says: %s', async (_, shape, k, subtract) => {
		const { sae, pairs, x } = made(shape, k, subtract);
		const codes = await sae.encode(x);
		for (let t = 0; t < TOKENS; t++) {
			const expected = pairs(x.slice(t * D, (t + 1) * D))
				.map((a, f) => ({ f, a }))
				.filter(({ a }) => a > 0)
				.sort((one, other) => other.a - one.a)
				.slice(0, k);
			const [from, to] = [codes.offsets[t]!, codes.offsets[t + 1]!];
			expect(Array.from(codes.features.subarray(from, to))).toEqual(expected.map(({ f }) => f));
			expected.forEach(({ a }, i) => expect(codes.activations[from + i]).toBeCloseTo(a, 4));
		}
		await sae.release();
	});

	it('looks along its two parents', () => {
		const { sae } = made({ heads: 3, rows: 2, columns: 4 }, 4, true);
		// Head 1, row 1, column 2.
		const [p, q] = sae.encoder.directions((1 * 2 + 1) * 4 + 2);
		expect(p).toEqual(column({ rows: D, columns: 6, data: randomDirections(6, D, 1).data }, 3));
		expect(q).toEqual(column({ rows: D, columns: 12, data: randomDirections(12, D, 2).data }, 6));
	});
});
