import { describe, expect, it } from 'vitest';
import { deactivationOf } from '../../../../src/core/experiments/deactivation';
import type { Strategy, Trial } from '../../../../src/core/experiments/deactivation';
import { seeded } from '../../../../src/core/math/random';

/** `rate` of the trials of each text end silent; the others keep half their activation. */
function planted(texts: number, each: number, rates: Partial<Record<Strategy, number>>): Trial[] {
	const uniform = seeded(9);
	return Object.entries(rates).flatMap(([strategy, rate]) =>
		Array.from({ length: texts * each }, (_, i) => {
			const off = uniform() < rate;
			return {
				text: Math.floor(i / each),
				token: 1 + (i % 3),
				to: `blocks.1.hook_resid_post/${i}`,
				layer: 1 + (i % 2),
				kind: 'resid',
				strategy: strategy as Strategy,
				group: i % 2 ? 1 : 4,
				before: 2,
				after: off ? 0 : 1,
				change: off ? 1 : 0.5,
				off,
				loss: i % 5 ? 2 : null,
				lossAfter: i % 5 ? 2.02 : null
			};
		})
	);
}

describe('deactivationOf', () => {
	const strategies: Strategy[] = ['top-1', 'random of top-5', 'top-5'];
	const trials = planted(40, 30, { 'top-1': 0.6, 'random of top-5': 0.3 });
	const summary = deactivationOf(trials, strategies);
	const of = (strategy: Strategy) => summary.strategies.find((s) => s.strategy === strategy)!;

	it('finds the planted rates, and the true rate in the interval', () => {
		const { off, change } = of('top-1');
		expect(off!.n).toBe(1200);
		expect(off!.low).toBeLessThan(0.6);
		expect(off!.high).toBeGreaterThan(0.6);
		expect(change!.value).toBeCloseTo(0.5 + off!.value / 2, 10);
	});

	it('tells a difference that is there', () => {
		const { off, change } = summary.differences.find((d) => d.strategy === 'random of top-5')!;
		expect(off!.low).toBeGreaterThan(0.2);
		expect(off!.high).toBeLessThan(0.4);
		expect(change!.value).toBeCloseTo(off!.value / 2, 10);
	});

	it('measures the loss where a token follows', () => {
		expect(of('top-1').lossChange).toBeCloseTo(0.01, 10);
	});

	it('counts targets once, whatever the strategy', () => {
		expect(summary.targets).toBe(1200);
		expect(summary.texts).toBe(40);
	});

	it('says nothing of what was not tried', () => {
		expect(of('top-5')).toMatchObject({ trials: 0, off: null, change: null, lossChange: null });
		expect(summary.differences.find((d) => d.strategy === 'top-5')).toEqual({
			strategy: 'top-5',
			off: null,
			change: null
		});
	});

	it('parts trials by layer, and by the company of the match', () => {
		const sums = (parts: { trials: number }[]) => parts.reduce((n, part) => n + part.trials, 0);
		expect(sums(summary.layers)).toBe(1200);
		expect(summary.company.map((c) => c.trials)).toEqual([600, 600, 0]);
	});

	it('keeps targets with a single active match apart', () => {
		const { single } = summary;
		expect(single.map((s) => [s.strategy, s.trials])).toEqual([
			['top-1', 600],
			['random of top-5', 600],
			['top-5', 0]
		]);
	});

	it('holds exhaustive search against the best match on the targets of both', () => {
		// Tried on a third of the targets, where the best match fares better than elsewhere.
		const top = planted(20, 30, { 'top-1': 1 }).map((trial, i) =>
			i % 3 === 0 ? trial : { ...trial, off: false, after: 2, change: 0 }
		);
		const searched = top
			.filter((_, i) => i % 3 === 0)
			.map((trial) => ({ ...trial, strategy: 'exhaustive' as const }));
		const { differences } = deactivationOf([...top, ...searched], ['top-1', 'exhaustive']);
		const { off, change } = differences[0]!;
		expect(off).toMatchObject({ value: 0, low: 0, high: 0, n: [200, 200] });
		expect(change!.value).toBe(0);
	});
});
