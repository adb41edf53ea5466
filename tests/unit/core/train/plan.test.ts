import { describe, expect, it } from 'vitest';
import { planOf, rateAt, tokensNeeded } from '../../../../src/core/train/plan';

describe('the plan', () => {
	it('takes more steps of fewer tokens where there are few tokens', () => {
		expect(planOf({ tokens: 10_000_000 }).batch).toBe(1024);
		expect(planOf({ tokens: 40_000 }).batch).toBeLessThan(256);
		expect(planOf({ tokens: 1000 }).batch).toBe(128);
		expect(planOf({ tokens: 10_000_000 }).rate).toBe(1e-3);
		expect(planOf({ tokens: 40_000 }).rate).toBe(5e-3);
	});

	it('warms up, stays, and falls to a remainder', () => {
		const plan = { ...planOf({ tokens: 1e6 }), warmUp: 10, rate: 1, fallFrom: 0.6, least: 0.03 };
		expect(rateAt(plan, 0, 0)).toBeCloseTo(0.1);
		expect(rateAt(plan, 9, 0.1)).toBe(1);
		expect(rateAt(plan, 500, 0.59)).toBe(1);
		expect(rateAt(plan, 500, 0.8)).toBeCloseTo(0.5);
		expect(rateAt(plan, 500, 0.9999)).toBe(0.03);
	});

	it('asks for more tokens the more features there are, and the fewer of them are active', () => {
		expect(tokensNeeded({ features: 2048, k: 32 })).toBe(64_000);
		expect(tokensNeeded({ features: 2048, k: 16 })).toBe(128_000);
	});
});
