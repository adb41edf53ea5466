import { describe, expect, it } from 'vitest';
import { cosineOf, randomDirections } from '../../../../src/core/flow/matching';
import { row, unitRows, type Matrix } from '../../../../src/core/math/matrix';
import { centred, haar, rotated } from '../../../../src/core/math/rotation';

const lengthOf = (v: Float32Array) => Math.hypot(...v);

/** Determinant by elimination. */
function determinant({ rows: d, data }: Matrix): number {
	const m = Array.from({ length: d }, (_, r) => Array.from(data.subarray(r * d, (r + 1) * d)));
	let product = 1;
	for (let k = 0; k < d; k++) {
		let pivot = k;
		for (let r = k; r < d; r++) if (Math.abs(m[r]![k]!) > Math.abs(m[pivot]![k]!)) pivot = r;
		if (pivot !== k) product = -product;
		[m[k], m[pivot]] = [m[pivot]!, m[k]!];
		product *= m[k]![k]!;
		for (let r = k + 1; r < d; r++) {
			const factor = m[r]![k]! / m[k]![k]!;
			for (let c = k; c < d; c++) m[r]![c]! -= factor * m[k]![c]!;
		}
	}
	return product;
}

describe('a random rotation', () => {
	it('has orthonormal rows and columns', () => {
		const d = 128;
		const q = haar(d, 1);
		let worst = 0;
		for (let i = 0; i < d; i++)
			for (let j = 0; j <= i; j++) {
				let [ofRows, ofColumns] = [0, 0];
				for (let k = 0; k < d; k++) {
					ofRows += q.data[i * d + k]! * q.data[j * d + k]!;
					ofColumns += q.data[k * d + i]! * q.data[k * d + j]!;
				}
				const right = i === j ? 1 : 0;
				worst = Math.max(worst, Math.abs(ofRows - right), Math.abs(ofColumns - right));
			}
		expect(worst).toBeLessThan(1e-6);
	});

	it('is uniform: entries and traces as they should be, reflections as often as not', () => {
		const [d, draws] = [8, 3000];
		const entries = new Float64Array(d * d);
		const squares = new Float64Array(d * d);
		let [reflections, trace, fourth] = [0, 0, 0];
		for (let seed = 0; seed < draws; seed++) {
			const q = haar(d, seed);
			q.data.forEach((x, i) => {
				entries[i]! += x / draws;
				squares[i]! += (x * x) / draws;
			});
			fourth += q.data[0]! ** 4 / draws;
			let own = 0;
			for (let i = 0; i < d; i++) own += q.data[i * (d + 1)]!;
			trace += (own * own) / draws;
			const sign = determinant(q);
			expect(Math.abs(Math.abs(sign) - 1)).toBeLessThan(1e-5);
			if (sign < 0) reflections++;
		}
		// Standard errors: √(1/8/3000) = 0.0065 for a mean and 0.003 for a square.
		entries.forEach((mean) => expect(Math.abs(mean)).toBeLessThan(0.03));
		squares.forEach((square) => expect(Math.abs(square - 1 / d)).toBeLessThan(0.015));
		expect(fourth).toBeCloseTo(3 / (d * (d + 2)), 2);
		// Without the right signs of the decomposition the trace would not have a variance of 1.
		expect(Math.abs(trace - 1)).toBeLessThan(0.12);
		expect(Math.abs(reflections / draws - 0.5)).toBeLessThan(0.04);
	});

	it('is the same for the same seed, and exists in one dimension', () => {
		expect(haar(9, 4)).toEqual(haar(9, 4));
		expect(haar(9, 4)).not.toEqual(haar(9, 5));
		expect(Math.abs(haar(1, 2).data[0]!)).toBe(1);
		expect(haar(0, 0).data.length).toBe(0);
	});
});

describe('rotating a matrix', () => {
	it('keeps lengths and the cosines within, and moves every row', () => {
		const m = randomDirections(40, 96, 3);
		const turned = rotated(m, haar(96, 7));
		for (let i = 0; i < m.rows; i++) {
			expect(Math.abs(lengthOf(row(turned, i)) - 1)).toBeLessThan(1e-5);
			expect(Math.abs(cosineOf(m, i, turned, i))).toBeLessThan(0.5);
			for (let j = 0; j < i; j++)
				expect(Math.abs(cosineOf(turned, i, turned, j) - cosineOf(m, i, m, j))).toBeLessThan(1e-5);
		}
	});

	it('takes each row through the rotation', () => {
		const quarter = { rows: 2, columns: 2, data: Float32Array.of(0, -1, 1, 0) };
		const m = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 2, 0, 0) };
		expect([...rotated(m, quarter).data].map((x) => x + 0)).toEqual([0, 1, -2, 0, 0, 0]);
		expect([...m.data]).toEqual([1, 0, 0, 2, 0, 0]);
	});

	it('refuses one of another width', () => {
		expect(() => rotated(randomDirections(2, 4, 0), haar(3, 0))).toThrow(RangeError);
		expect(() => rotated(randomDirections(2, 4, 0), randomDirections(3, 4, 0))).toThrow(RangeError);
	});
});

describe('centring', () => {
	it('takes away what all rows share, and gives unit rows', () => {
		const [n, d] = [400, 32];
		const m = randomDirections(n, d, 5);
		const shared = m.data.map((x, i) => x + (i % d === 0 ? 2 : 0));
		const cone = unitRows({ rows: n, columns: d, data: shared });
		expect(cosineOf(cone, 0, cone, 1)).toBeGreaterThan(0.6);
		const made = centred(cone);
		let sum = 0;
		for (let i = 1; i < n; i++) {
			expect(Math.abs(lengthOf(row(made, i)) - 1)).toBeLessThan(1e-5);
			sum += cosineOf(made, i, made, i - 1) / n;
		}
		expect(Math.abs(sum)).toBeLessThan(0.05);
	});

	it('leaves the row that is the mean at zero, and all rows where all are the same', () => {
		const m = { rows: 3, columns: 2, data: Float32Array.of(1, 0, -1, 0, 0, 0) };
		expect([...centred(m).data]).toEqual([1, 0, -1, 0, 0, 0]);
		const same = { rows: 7, columns: 3, data: new Float32Array(21).fill(0.1) };
		expect([...centred(same).data]).toEqual(new Array(21).fill(0));
		const one = { rows: 1, columns: 3, data: Float32Array.of(1, 2, 3) };
		expect([...centred(one).data]).toEqual([0, 0, 0]);
		expect(centred({ rows: 0, columns: 3, data: new Float32Array() }).data.length).toBe(0);
	});
});
