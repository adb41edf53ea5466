import { describe, expect, it } from 'vitest';
import { matchKl, spread } from '../../../../src/core/steering/strengths';

describe('a strength spread over layers', () => {
	const layers = [4, 5, 7, 8];

	it('is the same everywhere when constant', () => {
		expect(spread('constant', layers, { strength: 3 })).toEqual([3, 3, 3, 3]);
	});

	it('decays from the first layer of the chain when exponential', () => {
		const found = spread('exponential', layers, { strength: 8 });
		[8, 8 * Math.exp(-0.05), 8 * Math.exp(-0.15), 8 * Math.exp(-0.2)].forEach((s, i) =>
			expect(found[i]).toBeCloseTo(s, 12)
		);
		expect(spread('exponential', layers, { strength: 3, alpha: -0.25 })[3]).toBeCloseTo(
			3 / Math.E,
			12
		);
	});

	it("is the paper's k l + b when linear", () => {
		const [s, last] = [5, 1];
		const k = (last - s) / (8 - 4);
		const b = s - k * 4;
		expect(spread('linear', layers, { strength: s })).toEqual(layers.map((l) => k * l + b));
		expect(spread('linear', layers, { strength: 1, last: 5 })).toEqual([1, 2, 4, 5]);
	});

	it('gives s to a chain of one, nothing to none, and keeps the order of the layers', () => {
		for (const kind of ['constant', 'linear', 'exponential'] as const) {
			expect(spread(kind, [11], { strength: 2.5 })).toEqual([2.5]);
			expect(spread(kind, [], { strength: 2.5 })).toEqual([]);
			const forward = spread(kind, layers, { strength: -2 });
			expect(spread(kind, layers.toReversed(), { strength: -2 })).toEqual(forward.toReversed());
		}
	});
});

describe('matching a divergence', () => {
	const options = { most: 1000, tolerance: 0.01, steps: 60 };
	/** Rises as the square, then flattens, as the divergence of a steered model does. */
	const smooth = async (s: number) => 6 * (1 - Math.exp(-((s / 20) ** 2)));

	it.each([0.25, 0.5, 3])('finds a strength for %s, doubling and bisecting', async (target) => {
		const found = await matchKl(smooth, target, options);
		expect(found.reached).toBe(true);
		expect(Math.abs(found.kl - target)).toBeLessThanOrEqual(0.01);
		expect(found.kl).toBe(await smooth(found.strength));
		expect(found.strength).toBeCloseTo(20 * Math.sqrt(-Math.log(1 - target / 6)), 0);
		expect(found.tried.slice(0, 3).map((t) => t.strength)).toEqual([1, 2, 4]);
		expect(found.tried.length).toBeLessThan(20);
		expect(found.tried.at(-1)).toEqual({ strength: found.strength, kl: found.kl });
	});

	it('goes down from a start that is too strong', async () => {
		const found = await matchKl(smooth, 0.25, { ...options, start: 500 });
		expect(found.reached).toBe(true);
		expect(found.tried[1]!.strength).toBe(250);
		const small = await matchKl(async (s) => 1e6 * s, 0.25, { ...options, most: 2 });
		expect(small.reached).toBe(true);
		expect(small.strength * 1e6).toBeCloseTo(0.25, 1);
	});

	it('searches the first bracket where the divergence rises and falls', async () => {
		const wavy = async (s: number) => 2 + 2 * Math.sin(s - Math.PI / 2);
		const found = await matchKl(wavy, 1, { ...options, start: 0.3 });
		expect(found.reached).toBe(true);
		expect(found.strength).toBeCloseTo(Math.PI / 3, 1);
	});

	it('says so, with the best there was, when the target lies above all that may be tried', async () => {
		const found = await matchKl(smooth, 3, { ...options, most: 10 });
		expect(found).toMatchObject({ reached: false, strength: 10, kl: await smooth(10) });
		expect(found.tried.map((t) => t.strength)).toEqual([1, 2, 4, 8, 10]);
		const peak = await matchKl(async (s) => (s === 4 ? 2.5 : 1), 3, { ...options, most: 64 });
		expect(peak).toMatchObject({ reached: false, strength: 4, kl: 2.5 });
		const flat = await matchKl(async () => 1, 3, { ...options, most: 64 });
		expect(flat).toMatchObject({ reached: false, kl: 1 });
	});

	it('says so when the divergence jumps over the target', async () => {
		const found = await matchKl(async (s) => (s < 3 ? 0.2 : 5), 1, { ...options, steps: 500 });
		expect(found.reached).toBe(false);
		expect(found.kl).toBe(0.2);
		expect(found.strength).toBeCloseTo(3, 6);
		expect(found.tried.length).toBeLessThan(60);
	});

	it('says so when it runs out of steps', async () => {
		const found = await matchKl(smooth, 0.5, { ...options, steps: 4, tolerance: 0 });
		expect(found.reached).toBe(false);
		expect(found.tried.length).toBe(4);
	});

	it('takes a model that breaks down for one that was steered too far', async () => {
		for (const broken of [NaN, Infinity]) {
			const found = await matchKl(async (s) => (s > 50 ? broken : s / 30), 1, {
				...options,
				start: 800
			});
			expect(found.reached).toBe(true);
			expect(found.strength).toBeCloseTo(30, 0);
			const never = await matchKl(async () => broken, 1, { ...options, steps: 8 });
			expect(never.reached).toBe(false);
			expect(never.tried.length).toBe(8);
		}
	});

	it('never asks above the most, begins there at the latest, and refuses limits of 0', async () => {
		const asked: number[] = [];
		const flat = async (s: number) => (asked.push(s), 0);
		await matchKl(flat, 1, { ...options, most: 0.5 });
		expect(asked).toEqual([0.5]);
		for (const bad of [
			{ most: 0 },
			{ most: Infinity },
			{ steps: 0 },
			{ start: 0 },
			{ tolerance: NaN }
		])
			await expect(matchKl(flat, 1, { ...options, ...bad })).rejects.toThrow(RangeError);
		await expect(matchKl(flat, 0, options)).rejects.toThrow(RangeError);
		await expect(matchKl(flat, NaN, options)).rejects.toThrow(RangeError);
	});

	it('lets an error of the model through', async () => {
		const fails = async () => Promise.reject(new Error('gone'));
		await expect(matchKl(fails, 1, options)).rejects.toThrow('gone');
	});
});
