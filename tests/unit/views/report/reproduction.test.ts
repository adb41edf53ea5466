import { describe, expect, it } from 'vitest';
import type { DeactivationSummary, Measured } from '../../../../src/core/experiments/deactivation';
import {
	QUICK,
	WHOLE,
	type Agreement,
	type Transition
} from '../../../../src/core/experiments/reproduction';
import {
	compareCompany,
	compareDeactivation,
	differencesInWords,
	strategyRows
} from '../../../../src/views/report/reproduction/deactivation/deactivation-rows';
import {
	sharesOverall,
	compareShares,
	testRows,
	compareTests,
	compareVariability
} from '../../../../src/views/report/reproduction/groups/groups';
import {
	differenceInWords,
	headlinesOf
} from '../../../../src/views/report/reproduction/headlines';
import { beside, inPoints, sign } from '../../../../src/views/report/reproduction/compare-words';
import {
	durationInWords,
	settingsInWords
} from '../../../../src/views/report/reproduction/settings-words';
import {
	curvesOf,
	gain,
	compareSteering
} from '../../../../src/views/report/reproduction/themes/theme-steering';
import {
	agreementHeat,
	compareAgreement,
	transitionHeat,
	compareTransitions
} from '../../../../src/views/report/reproduction/transitions/transitions';
import { fakeReproduction } from '../../../fakes/reproduction';

const whole = fakeReproduction(4, WHOLE);
const span = (value: number, low: number, high: number): Measured => ({
	value,
	low,
	high,
	n: 400,
	clusters: 35
});

describe('what an interval bears', () => {
	it('says on which side of it the paper lies, and nothing where it lies inside', () => {
		const here = span(0.3, 0.25, 0.35);
		expect(beside(here, 0.65)).toBe('the paper’s 65 % lies above this interval');
		expect(beside(here, 0.2)).toBe('the paper’s 20 % lies below this interval');
		expect(beside(here, 0.35)).toMatch(/in this interval, so no disagreement is shown/);
	});

	it('tells a difference only where 0 lies outside', () => {
		expect(sign(span(0.03, 0.002, 0.06))).toBe('more');
		expect(sign(span(-0.03, -0.06, -0.002))).toBe('less');
		expect(sign(span(0.03, -0.002, 0.06))).toBe('open');
		expect(inPoints(span(0.0333, -0.002, 0.063))).toBe('3.3 points (−0.2 to 6.3)');
	});
});

describe('groups', () => {
	const groups = whole.groups!;

	it('counts each active feature once over all layers', () => {
		const two = {
			...groups,
			layers: [
				{ layer: 1, active: 300, shares: [1, 0, 0, 0, 0, 0, 0, 0] },
				{ layer: 2, active: 100, shares: [0, 1, 0, 0, 0, 0, 0, 0] }
			]
		};
		expect(sharesOverall(two).slice(0, 2)).toEqual([0.75, 0.25]);
		expect(compareShares(two).here).toMatch(
			/^As in the paper, the largest group over all layers is “none of them”, with 75 % of 400/
		);
		const turned = { ...two, layers: two.layers.map((l, i) => ({ ...l, active: i ? 900 : 100 })) };
		expect(compareShares(turned).here).toMatch(
			/^Unlike in the paper, .*“residual before”, with 90 %/
		);
	});

	it('counts tests by their corrected p, between all groups and the paper’s two', () => {
		const test = {
			layer: 1,
			score: 'mlp' as const,
			p: 1e-9,
			effect: 0.2,
			n: [50, 900] as [number, number]
		};
		const tests = [
			{ ...test, groups: [2, 6] as [number, number], corrected: 1e-5 },
			{ ...test, groups: [0, 1] as [number, number], corrected: 0.02, effect: 0.6 },
			{
				...test,
				groups: [2, 6] as [number, number],
				corrected: 0.001,
				n: [40, 30] as [number, number]
			}
		];
		const [resid, mlp] = testRows({ ...groups, tests });
		expect(mlp).toMatchObject({ tests: 3, passed: 1, n: [30, 50], pair: { tests: 2, passed: 1 } });
		expect(mlp!.effect).toBeCloseTo((0.8 + 0.6 + 0.8) / 3, 12);
		expect(resid).toMatchObject({ tests: 0, effect: null, n: null, pair: null });
		expect(compareTests({ ...groups, tests }).here).toMatch(
			/^Over all pairs of groups 1 of 3 tests/
		);
	});

	it('says of the paper’s cells what they are here, or that they are not measured', () => {
		const blank = groups.variability.map((line) => line.map(() => null));
		expect(compareVariability({ ...groups, variability: blank }).here).toMatch(
			/residual before → none of them not measured/
		);
		expect(compareVariability(groups).paper).toMatch(/MLP → none of them 0\.82/);
	});
});

describe('deactivation', () => {
	const summary = whole.deactivation!;
	const withOff = (off: Measured | null): DeactivationSummary => ({
		...summary,
		single: summary.single.map((row) =>
			row.strategy === 'top-1' ? { ...row, off, change: off } : row
		)
	});

	it('stands beside the paper only where it is about the same targets', () => {
		const references = (company: 'single' | 'strategies') =>
			strategyRows(summary, company, 'off').map((row) => row.reference);
		expect(references('single').filter((r) => r !== null)).toEqual([0.65, 0.73, 0.65]);
		expect(references('strategies').every((r) => r === null)).toBe(true);
	});

	it('holds the best match against the paper by its interval', () => {
		expect(compareDeactivation(withOff(span(0.3, 0.28, 0.32))).here).toMatch(
			/30 % \(28 % to 32 %\) of .* 65 % lies above this interval/
		);
		expect(compareDeactivation(withOff(span(0.66, 0.6, 0.7))).here).toMatch(
			/no disagreement is shown/
		);
		expect(compareDeactivation(withOff(null)).here).toMatch(/The best match alone: not measured/);
	});

	it('claims a difference only where the interval leaves 0 out, with n', () => {
		const difference = (low: number, high: number) => ({
			...span((low + high) / 2, low, high),
			n: [400, 300] as [number, number]
		});
		const said = (off: ReturnType<typeof difference> | null) =>
			differencesInWords({
				...summary,
				texts: 35,
				differences: [{ strategy: 'random of top-5', off, change: null }]
			})[0];
		expect(said(difference(0.02, 0.06))).toBe(
			'The best match silences 4.0 points (2.0 to 6.0) more than “one of the best five” (35 texts, n = 400 and 300).'
		);
		expect(said(difference(-0.06, -0.02))).toMatch(
			/silences 4\.0 points \(2\.0 to 6\.0\) less than/
		);
		expect(said(difference(-0.01, 0.06))).toMatch(/no difference is shown: 2\.5 points/);
		expect(said(null)).toMatch(/not measured/);
	});

	it('says of company what the intervals bear', () => {
		const company = (...offs: Measured[]) =>
			compareCompany({
				...summary,
				company: offs.map((off, i) => ({ ...summary.company[0]!, active: i + 1, off }))
			}).here;
		expect(company(span(0.5, 0.45, 0.55), span(0.3, 0.25, 0.35))).toMatch(/As in the paper/);
		expect(company(span(0.3, 0.25, 0.35), span(0.5, 0.45, 0.55))).toMatch(/Unlike in the paper/);
		expect(company(span(0.3, 0.2, 0.4), span(0.35, 0.25, 0.45))).toMatch(/overlap/);
		expect(company()).toBe('Not measured.');
	});
});

describe('transitions', () => {
	const at = (k: number, explained: number, to = 'blocks.1.hook_resid_post'): Transition => ({
		from: 'blocks.0.hook_resid_post',
		to,
		map: k === 0 ? 'none' : 'cosine',
		k,
		scale: k === 0 ? 'as written' : 'fitted',
		explained,
		tokens: 100
	});

	it('has a row a transition and a column a map, with bounds under every scale', () => {
		const { columns, rows } = transitionHeat([at(1, 0.4), at(5, 0.5), at(0, 0.2)], 'fitted');
		expect(columns.map((c) => c.label)).toEqual(['cosine, k = 1', 'cosine, k = 5', 'none']);
		expect(rows).toEqual([
			{
				label: 'R0 → R1',
				title: 'blocks.0.hook_resid_post → blocks.1.hook_resid_post',
				cells: [0.4, 0.5, 0.2]
			}
		]);
		expect(transitionHeat([at(1, 0.4), at(0, 0.2)], 'folded').columns).toHaveLength(1);
	});

	it('says whether larger k beats k = 1, transition by transition', () => {
		const other = 'blocks.2.hook_resid_post';
		const said = (...explained: number[]) =>
			compareTransitions(
				[at(1, 0.4), at(5, explained[0]!), at(1, 0.4, other), at(5, explained[1]!, other)],
				'fitted'
			).here;
		expect(said(0.3, 0.2)).toMatch(/As in the paper, larger k beats k = 1 in no transition\.$/);
		expect(said(0.3, 0.5)).toMatch(/Unlike in the paper, larger k beats k = 1 in 1 of 2/);
		expect(compareTransitions([], 'fitted').here).toBe('Not measured.');
	});

	it('leaves agreements without features unmeasured', () => {
		const row: Agreement = {
			from: 'blocks.0.hook_mlp_out',
			to: 'blocks.0.hook_resid_post',
			same: 0,
			features: 0,
			sameOfHigh: null,
			high: 0
		};
		expect(agreementHeat([row], 'same').rows[0]!.cells).toEqual([null, null, null]);
		expect(compareAgreement([row]).here).toBe('Not measured.');
		const resid = { ...row, from: 'blocks.0.hook_resid_pre', features: 10, same: 0.8 };
		const mlp = { ...row, features: 30, same: 0.5 };
		expect(compareAgreement([resid, mlp]).here).toBe(
			'The same best match: residual before 80 % of 10, MLP 50 % of 30 features. As in the paper, more often on the residual than on the modules.'
		);
	});
});

describe('steering', () => {
	const themes = whole.steering;
	const shifted = (by: number) =>
		themes.map((theme, i) => ({
			...theme,
			arms: theme.arms.map((arm) => ({
				...arm,
				theme: arm.name === 'cumulative' ? 0.3 + by + i / 1000 : 0.3
			}))
		}));

	it('has a curve a way from the unsteered text on, controls apart', () => {
		const curves = curvesOf(themes[0]!, 'theme');
		expect(curves.map(({ name, control }) => [name, control])).toEqual([
			['one layer', false],
			['cumulative', false],
			['cumulative, exp.', false],
			['random', true],
			['reversed', true]
		]);
		for (const { points } of curves)
			expect(points.map((p) => p.x)).toEqual([0, 0.125, 0.25, 0.5, 1]);
	});

	it('compares the ways over themes, and says nothing of a single one', () => {
		expect(gain(shifted(0.1).slice(0, 1), () => true)).toBeNull();
		expect(gain(shifted(0.1), (arm) => arm.target === 1)!.n).toBe(6);
		expect(compareSteering(shifted(0.1)).here).toMatch(/nats: the chain has more of the theme/);
		expect(compareSteering(shifted(-0.1)).here).toMatch(/nats: the chain has less of the theme/);
		expect(compareSteering(shifted(0.1).slice(0, 1)).here).toMatch(/not measured on two themes/);
		expect(compareSteering([]).here).toBe('Not measured.');
	});
});

describe('two results', () => {
	it('are the same where settings and numbers are', () => {
		expect(differenceInWords(whole, whole)).toMatch(
			/^With the same settings and seed, 10 of 10 numbers match the stored ones/
		);
		const quick = fakeReproduction(4, QUICK);
		expect(differenceInWords(whole, quick)).toMatch(/^The settings differ/);
	});

	it('have no number where a part was not measured', () => {
		const bare = { ...whole, groups: null, deactivation: null, transitions: [], agreement: [] };
		expect(headlinesOf(bare).every(({ value }) => value === null)).toBe(true);
		expect(differenceInWords(whole, bare)).toBe('The two have no number in common.');
	});

	it('say how much was done, and how long it took', () => {
		expect(settingsInWords(WHOLE)).toMatch(
			/^Up to 60,000 tokens .* on 35 of them, 5 tokens each .* seed 1\.$/
		);
		expect(durationInWords({ ...whole, took: [{ part: 'texts', seconds: 45.4 }] })).toBe(
			'45 seconds'
		);
		expect(durationInWords(whole)).toBe('12 minutes');
	});
});
