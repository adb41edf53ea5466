/** The numbers of the deactivation experiment, each added up trial by trial. */
import { describe, expect, it } from 'vitest';
import type { UpstreamKind } from '../../../../src/core/flow/flow';
import { GROUPS } from '../../../../src/core/flow/groups';
import {
	deactivationOf,
	STRATEGIES,
	type Deactivation,
	type Strategy,
	type Trial
} from '../../../../src/core/experiments/deactivation';
import { Draws } from '../../../draws';

const draws = new Draws(19);
const KINDS: UpstreamKind[] = ['resid', 'mlp', 'attn'];
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** One target on one token, tried by some of the strategies. */
function target(texts: number): Trial[] {
	const [layer, kind, group] = [draws.integer(1, 3), draws.pick(KINDS), draws.integer(1, 7)];
	const [text, token] = [draws.integer(0, texts - 1), draws.integer(1, 5)];
	const loss = draws.pick([null, draws.real(1, 6)]);
	return STRATEGIES.filter(() => draws.chance(0.6)).map((strategy) => {
		const before = draws.real(1, 5);
		const after = draws.chance(0.4) ? 0 : draws.real(0, 5);
		return {
			...{ text, token, layer, kind, group, strategy, before, after, loss },
			to: `blocks.${layer}.hook_resid_post/${draws.integer(0, 3)}`,
			change: 1 - after / before,
			off: after === 0,
			lossAfter: loss === null ? null : loss + draws.real(-0.5, 1)
		};
	});
}

/** What is said of some trials. */
function expectSums(found: Deactivation, trials: Trial[]): void {
	expect(found.trials).toBe(trials.length);
	if (trials.length === 0) {
		expect(found).toMatchObject({ off: null, change: null, lossChange: null });
		return;
	}
	const n = trials.length;
	expect(found.off!.value).toBeCloseTo(trials.filter(({ off }) => off).length / n, 12);
	expect(found.change!.value).toBeCloseTo(sum(trials.map(({ change }) => change)) / n, 12);
	for (const measured of [found.off!, found.change!]) {
		expect(measured.n).toBe(n);
		expect(measured.low).toBeLessThanOrEqual(measured.value + 1e-9);
		expect(measured.high).toBeGreaterThanOrEqual(measured.value - 1e-9);
	}
	const known = trials.filter(({ loss }) => loss !== null);
	if (known.length === 0) expect(found.lossChange).toBeNull();
	else {
		const before = sum(known.map(({ loss }) => loss!));
		const after = sum(known.map(({ lossAfter }) => lossAfter!));
		expect(found.lossChange).toBeCloseTo(after / before - 1, 12);
	}
}

const experiments = draws.list(6, (i) => draws.list(10 + 15 * i, () => target(3 + i)).flat());
const summaries = experiments.map((trials) => ({
	trials,
	summary: deactivationOf(trials, [...STRATEGIES])
}));
const by = (trials: Trial[], strategy: Strategy) =>
	trials.filter((trial) => trial.strategy === strategy);

describe('the summary of an experiment', () => {
	it('adds up the trials of every strategy', () => {
		for (const { trials, summary } of summaries) {
			expect(summary.strategies.map(({ strategy }) => strategy)).toEqual(STRATEGIES);
			for (const found of summary.strategies) expectSums(found, by(trials, found.strategy));
		}
	});

	it('adds up those whose target has a single active match', () => {
		for (const { trials, summary } of summaries)
			for (const found of summary.single)
				expectSums(
					found,
					by(trials, found.strategy).filter(({ group }) => GROUPS[group]!.length === 1)
				);
	});

	it('parts the trials of the best match by layer and kind, each once', () => {
		for (const { trials, summary } of summaries) {
			const top = by(trials, 'top-1');
			for (const found of summary.layers)
				expectSums(
					found,
					top.filter(({ layer, kind }) => layer === found.layer && kind === found.kind)
				);
			expect(sum(summary.layers.map((one) => one.trials))).toBe(top.length);
			const layers = summary.layers.map(({ layer }) => layer);
			expect(layers).toEqual(layers.toSorted((a, b) => a - b));
		}
	});

	it('parts them by how many matches were active', () => {
		for (const { trials, summary } of summaries) {
			expect(summary.company.map(({ active }) => active)).toEqual([1, 2, 3]);
			for (const found of summary.company)
				expectSums(
					found,
					by(trials, 'top-1').filter(({ group }) => GROUPS[group]!.length === found.active)
				);
		}
	});

	it('takes each other strategy off the best match, exhaustive search on the targets of both', () => {
		for (const { trials, summary } of summaries) {
			const top = by(trials, 'top-1');
			const others = STRATEGIES.filter((strategy) => strategy !== 'top-1');
			expect(summary.differences.map(({ strategy }) => strategy)).toEqual(others);
			for (const { strategy, off, change } of summary.differences) {
				const other = by(trials, strategy);
				const same = (a: Trial, b: Trial) =>
					a.text === b.text && a.token === b.token && a.to === b.to && a.kind === b.kind;
				const own =
					strategy === 'exhaustive' ? top.filter((a) => other.some((b) => same(a, b))) : top;
				if (own.length === 0 || other.length === 0) {
					expect([off, change]).toEqual([null, null]);
					continue;
				}
				const mean = (some: Trial[], of: (trial: Trial) => number) =>
					sum(some.map(of)) / some.length;
				const less = (of: (trial: Trial) => number) => mean(own, of) - mean(other, of);
				expect(off!.value).toBeCloseTo(
					less((trial) => Number(trial.off)),
					12
				);
				expect(change!.value).toBeCloseTo(
					less((trial) => trial.change),
					12
				);
				expect(off!.n).toEqual([own.length, other.length]);
			}
		}
	});

	it('counts texts up to the last that was tried, and every target once', () => {
		for (const { trials, summary } of summaries) {
			expect(summary.texts).toBe(1 + Math.max(...trials.map(({ text }) => text)));
			const targets = new Set(trials.map(({ text, token, to }) => `${text} ${token} ${to}`));
			expect(summary.targets).toBe(targets.size);
		}
	});

	it('is the same in whatever order the trials came', () => {
		const { trials, summary } = summaries.at(-1)!;
		const again = deactivationOf(draws.shuffled(trials), [...STRATEGIES]);
		again.strategies.forEach((found, i) => {
			const expected = summary.strategies[i]!;
			expect(found.off).toEqual(expected.off);
			for (const end of ['value', 'low', 'high'] as const)
				expect(found.change![end]).toBeCloseTo(expected.change![end], 12);
		});
	});

	it('of nothing says nothing', () => {
		const summary = deactivationOf([], ['top-1', 'top-5']);
		expect(summary).toMatchObject({ texts: 0, targets: 0, layers: [] });
		for (const found of [...summary.strategies, ...summary.single, ...summary.company])
			expect(found).toMatchObject({ trials: 0, off: null, change: null, lossChange: null });
		expect(summary.differences).toEqual([{ strategy: 'top-5', off: null, change: null }]);
	});
});
