/** Laws of the fit of an SAE, over random measurements. */
import { describe, expect, it } from 'vitest';
import {
	decide,
	expectedOf,
	isPlausible,
	MARGIN,
	statedL0,
	strangeness,
	type Decision,
	type ExpectedFit,
	type Reconstruction,
	type RepairTrial
} from '../../../../src/core/experiments/fit';
import { causeOf, sentenceOf } from '../../../../src/core/experiments/fit-words';
import { Draws } from '../../../draws';

const draws = new Draws(73);
const SITE = 'blocks.3.hook_resid_post';
const fit = (): Reconstruction => ({ l0: 10 ** draws.real(-1, 4), fvu: 10 ** draws.real(-2, 1) });
const expectedL0 = (): ExpectedFit => {
	const from = 10 ** draws.real(0, 2);
	const stated = draws.chance(0.5);
	return { l0: [from, stated ? 4 * from : from * draws.real(2, 50)], stated, explained: 0.3 };
};
const tried = (): RepairTrial => ({
	...fit(),
	repair: { kind: 'scale', factor: draws.real(0.1, 9) }
});

/** With a cfg of nothing but what is looked at. */
const expectedFor = (dSae: number, k: number | null, stated: unknown) =>
	expectedOf({
		architecture: 'standard',
		k,
		dSae,
		metadata: stated === undefined ? {} : { expected_l0: stated }
	});

describe('what is expected', () => {
	it('is half to twice of what is stated, of the metadata first, then of k', () => {
		for (let trial = 0; trial < 50; trial++) {
			const [stated, k] = [draws.real(0.5, 400), draws.integer(1, 200)];
			expect(expectedFor(4096, k, stated)).toMatchObject({
				l0: [stated / 2, 2 * stated],
				stated: true
			});
			expect(expectedFor(4096, k, undefined)).toMatchObject({ l0: [k / 2, 2 * k], stated: true });
		}
	});

	it('is the usual range where what is stated is no count', () => {
		for (const stated of [undefined, null, 'many', 0, -3, NaN]) {
			expect(statedL0({ k: null, metadata: { expected_l0: stated } })).toBeNull();
			expect(expectedFor(4096, null, stated)).toMatchObject({ l0: [1, 500], stated: false });
		}
	});

	it('is never more than a quarter of all features, nor less than one', () => {
		for (const dSae of [1, 2, 4, 100, 1999, 2000, 65_536]) {
			const [from, to] = expectedFor(dSae, null, undefined).l0;
			expect(to).toBe(Math.max(1, Math.min(500, dSae / 4)));
			expect(from).toBe(1);
		}
	});
});

describe('strangeness', () => {
	it('falls by ln 2 when the unexplained variance halves', () => {
		for (let trial = 0; trial < 60; trial++) {
			const [one, expected] = [fit(), expectedL0()];
			const half = { ...one, fvu: one.fvu / 2 };
			expect(strangeness(one, expected) - strangeness(half, expected)).toBeCloseTo(Math.LN2, 10);
		}
	});

	it('is that of the variance alone within what is expected, and rises away from it on both sides', () => {
		for (let trial = 0; trial < 60; trial++) {
			const expected = expectedL0();
			const [from, to] = expected.l0;
			// Stated counts are held against the SAE from 1.25 times on, the others from the range's ends on.
			const [least, most] = expected.stated ? [1.6 * from, to / 1.6] : [from, to];
			const at = (l0: number) => strangeness({ l0, fvu: 1 }, expected);
			for (const share of [0.001, 0.5, 0.999])
				expect(at(least ** (1 - share) * most ** share)).toBeCloseTo(0, 10);
			for (const beyond of [1.5, 4, 100]) {
				expect(at(most * beyond)).toBeCloseTo(Math.log(beyond), 10);
				expect(at(least / beyond)).toBeCloseTo(Math.log(beyond), 10);
			}
		}
	});

	it('has no end where nothing is active or nothing can be measured', () => {
		for (const bad of [
			{ l0: 0, fvu: 0.1 },
			{ l0: -1, fvu: 0.1 },
			{ l0: NaN, fvu: 0.1 },
			{ l0: 5, fvu: NaN },
			{ l0: 5, fvu: -0.1 }
		])
			expect(strangeness(bad, expectedL0())).toBe(Infinity);
		expect(
			strangeness({ l0: 5, fvu: 0 }, { l0: [1, 9], stated: false, explained: 0.3 })
		).toBeCloseTo(Math.log(1e-6), 10);
	});
});

describe('a decision', () => {
	const cases = draws.list(400, () => ({
		base: fit(),
		all: draws.list(draws.integer(0, 5), tried),
		expected: expectedL0()
	}));

	it('names the repair that gains most, where it gains more than the margin and explains something', () => {
		const words = new Set<string>();
		for (const { base, all, expected } of cases) {
			const found = decide(base, all, expected);
			const gains = all.map((one) => strangeness(base, expected) - strangeness(one, expected));
			const most = Math.max(...gains);
			const winner = all[gains.indexOf(most)];
			expect(found.gain).toBe(winner ? found.gain : null);
			if (winner) expect(found.gain).toBeCloseTo(most, 10);
			const explains = winner !== undefined && most > MARGIN && winner.fvu < 1;
			expect(found.best).toBe(explains ? winner : null);
			const fits = !explains && isPlausible(base, expected);
			expect(found.word).toBe(fits ? 'fits' : 'does not fit');
			words.add(`${found.word} ${found.best !== null}`);
		}
		expect(words).toEqual(new Set(['fits false', 'does not fit false', 'does not fit true']));
	});

	it('does not depend on the order in which repairs were tried, nor on those that failed', () => {
		for (const { base, all, expected } of cases) {
			const failed: RepairTrial = { l0: NaN, fvu: NaN, repair: { kind: 'bias', bDec: [] } };
			expect(decide(base, draws.shuffled([...all, failed]), expected)).toEqual(
				decide(base, all, expected)
			);
		}
	});

	it('has a gain that ends at 100, whatever it brings to life', () => {
		const expected = expectedFor(4096, null, undefined);
		const alive: RepairTrial = { l0: 30, fvu: 0.1, repair: { kind: 'bias', bDec: [] } };
		expect(decide({ l0: 0, fvu: 1 }, [alive], expected)).toEqual({
			word: 'does not fit',
			gain: 100,
			best: alive
		});
	});

	it('takes the ends of what is expected for plausible', () => {
		for (let trial = 0; trial < 30; trial++) {
			const expected = expectedL0();
			for (const l0 of expected.l0) {
				expect(isPlausible({ l0, fvu: 0.5 }, expected)).toBe(true);
				expect(isPlausible({ l0, fvu: 0.71 }, expected)).toBe(false);
			}
			expect(isPlausible({ l0: expected.l0[0] * 0.999, fvu: 0.1 }, expected)).toBe(false);
			expect(isPlausible({ l0: expected.l0[1] * 1.001, fvu: 0.1 }, expected)).toBe(false);
		}
	});

	it('is one sentence that holds its numbers', () => {
		for (const { base, all, expected } of cases) {
			const decision = decide(base, all, expected);
			const sentence = sentenceOf(decision, base, expected, SITE);
			expect(sentence).toMatch(/^[A-Z].*\.$/);
			expect(sentence).not.toMatch(/NaN|undefined|Infinity|null/);
			const share = (x: number) =>
				x < -10 ? 'far less than nothing' : `${(100 * x).toFixed(1)} %`;
			if (decision.word === 'fits' || decision.best)
				expect(sentence).toContain(`explains ${share(1 - (decision.best ?? base).fvu)}`);
			if (decision.best) {
				expect(sentence).toContain(causeOf(decision.best.repair, SITE));
				expect(sentence).toContain(`${decision.best.l0.toFixed(1)} active features`);
				expect(sentence).toContain(share(1 - base.fvu));
			}
		}
	});
});

describe('a verdict without a cause', () => {
	const usual = expectedFor(4096, null, undefined);
	const say = (base: Reconstruction, expected = usual) =>
		sentenceOf(
			{ word: 'does not fit', gain: null, best: null } satisfies Decision,
			base,
			expected,
			SITE
		);

	it('says what is wrong: no feature, too many, too few, or too little explained', () => {
		expect(say({ l0: 0, fvu: 1 })).toMatch(/^None of its features is active/);
		expect(say({ l0: 900, fvu: 0.1 })).toMatch(
			/^It has 900\.0 active features .*1\.00 to 500 is usual/
		);
		expect(say({ l0: 0.2, fvu: 0.1 })).toMatch(/^It has 0\.2 active features/);
		expect(say({ l0: 1, fvu: 0.9 })).toMatch(/^It explains 10\.0 % .* less than the 30\.0 %/);
		expect(say({ l0: 500, fvu: 0.9 })).toMatch(/^It explains/);
		expect(say({ l0: 900, fvu: 0.1 }, expectedFor(4096, 32, undefined))).toMatch(
			/16\.0 to 64\.0 .*config/
		);
	});

	it('calls nothing what cannot be measured, and far less than nothing what explodes', () => {
		expect(say({ l0: 40, fvu: NaN })).toMatch(/^It explains nothing of the variance/);
		expect(say({ l0: 40, fvu: 12 })).toMatch(/^It explains far less than nothing/);
		expect(say({ l0: 40, fvu: 11 })).toMatch(/^It explains [-−]1000\.0 %/);
	});
});

describe('the cause of a site that is not the right one', () => {
	it('is one layer off next to it in its own stream, and the wrong hook anywhere else', () => {
		const sites = [
			'blocks.0.hook_resid_pre',
			...[0, 1, 2, 3].map((l) => `blocks.${l}.hook_resid_post`)
		];
		sites.forEach((from, i) =>
			sites.forEach((to, j) => {
				if (i === j) return;
				const cause = causeOf({ kind: 'site', site: to }, from);
				expect(cause).toContain(Math.abs(i - j) === 1 ? 'off by one layer' : 'wrong hook');
				expect(cause).toContain(to);
			})
		);
		for (const kind of ['attn_out', 'mlp_out']) {
			const at = (from: number, to: number) =>
				causeOf({ kind: 'site', site: `blocks.${to}.hook_${kind}` }, `blocks.${from}.hook_${kind}`);
			expect(at(2, 3)).toContain('off by one layer');
			expect(at(3, 2)).toContain('off by one layer');
			expect(at(3, 1)).toContain('wrong hook');
			expect(causeOf({ kind: 'site', site: `blocks.2.hook_${kind}` }, SITE)).toContain(
				'wrong hook'
			);
		}
	});
});
