/** Groups of active features: shares by layer, tests between groups, and how a feature changes its group. */
import type { Table } from '../../../../charts/frame/export';
import { tableOf } from '../../../tables';
import { GROUP_NAMES } from '../../../../core/names/group-words';
import { count, fixed, percent } from '../../../../core/names/numbers';
import { UPSTREAM, type UpstreamKind } from '../../../../core/flow/flow';
import { GROUPS } from '../../../../core/flow/groups';
import { PAPER, type GroupReport, type GroupTest } from '../../../../core/experiments/reproduction';
import { mean, type PaperComparison } from '../compare-words';

/** A test counts as passed below this, corrected for all tests. */
export const LEVEL = 0.001;

export const stacksOf = ({ layers }: GroupReport) =>
	layers.map(({ layer, shares }) => ({ label: `layer ${layer}`, shares }));

export function sharesTable({ layers }: GroupReport): Table {
	return {
		name: 'Table of shares',
		columns: ['layer', 'active features', ...GROUP_NAMES],
		rows: layers.map(({ layer, active, shares }) => [layer, active, ...shares])
	};
}

/** Shares over all layers, each active feature counting once. */
export function sharesOverall({ layers }: GroupReport): number[] {
	const all = layers.reduce((sum, { active }) => sum + active, 0);
	return GROUPS.map((_, g) =>
		layers.reduce((sum, { active, shares }) => sum + (active * shares[g]!) / all, 0)
	);
}

export function compareShares(report: GroupReport): PaperComparison {
	const shares = sharesOverall(report);
	const largest = shares.indexOf(Math.max(...shares));
	const active = report.layers.reduce((sum, { active }) => sum + active, 0);
	const withAttention = shares.reduce(
		(sum, share, g) => (GROUPS[g]!.includes('attn') ? sum + share : sum),
		0
	);
	const same = largest === PAPER.groups.largest;
	return {
		paper: `The group “${GROUP_NAMES[PAPER.groups.largest]}” is the largest; the axis of the figure ends at ${percent(PAPER.groups.most)}.`,
		here: `${same ? 'As in the paper' : 'Unlike in the paper'}, the largest group over all layers is “${GROUP_NAMES[largest]}”, with ${percent(shares[largest]!)} of ${count(active)} active features. Groups with an active match in attention hold ${percent(withAttention)}.`
	};
}

/** Tests of one score, between all groups and between the two that the paper names. */
export interface TestRow {
	score: UpstreamKind;
	tests: number;
	passed: number;
	/** Mean over tests of the larger of effect and 1 − effect; null without tests. */
	effect: number | null;
	/** Least and largest of the smaller group's features. */
	n: [number, number] | null;
	/** The paper's pair of groups; null where it was not tested. */
	pair: { tests: number; passed: number } | null;
	paper: number;
}

const passed = (tests: GroupTest[]) => tests.filter(({ corrected }) => corrected < LEVEL).length;

export function testRows({ tests }: GroupReport): TestRow[] {
	const [a, b] = PAPER.tests.groups;
	return UPSTREAM.map((score) => {
		const own = tests.filter((test) => test.score === score);
		const pair = own.filter(({ groups }) => groups.includes(a) && groups.includes(b));
		const smaller = own.map(({ n }) => Math.min(...n));
		return {
			score,
			tests: own.length,
			passed: passed(own),
			effect: mean(own.map(({ effect }) => Math.max(effect, 1 - effect))),
			n: own.length > 0 ? [Math.min(...smaller), Math.max(...smaller)] : null,
			pair: pair.length > 0 ? { tests: pair.length, passed: passed(pair) } : null,
			paper: PAPER.tests[score]
		};
	});
}

export function testsTable({ tests }: GroupReport): Table {
	return tableOf('Table of tests', tests, {
		layer: (test) => test.layer,
		group: (test) => GROUP_NAMES[test.groups[0]]!,
		'other group': (test) => GROUP_NAMES[test.groups[1]]!,
		score: (test) => test.score,
		p: (test) => test.p,
		'p, corrected': (test) => test.corrected,
		effect: (test) => test.effect,
		n: (test) => test.n[0],
		m: (test) => test.n[1]
	});
}

const SCORE: Record<UpstreamKind, string> = { resid: 's^R', mlp: 's^M', attn: 's^A' };
const listed = (parts: string[]) => `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

export function compareTests(report: GroupReport): PaperComparison {
	const [a, b] = PAPER.tests.groups;
	const rows = testRows(report);
	const paper = rows.map(({ score, paper }) => `${SCORE[score]} in ${percent(paper)}`);
	const pairs = rows.flatMap(({ score, pair }) =>
		pair ? [`${SCORE[score]} in ${pair.passed} of ${pair.tests}`] : []
	);
	const [all, hit] = [report.tests.length, passed(report.tests)];
	const named = `“${GROUP_NAMES[a]}” and “${GROUP_NAMES[b]}”`;
	return {
		paper: `Between ${named}, p < ${LEVEL} for ${listed(paper)} of the tests, one a data set and layer.`,
		here:
			`Over all pairs of groups ${hit} of ${all} tests have p < ${LEVEL} after Holm’s correction for all of them. ` +
			(pairs.length > 1
				? `Between ${named}: ${listed(pairs)} layers.`
				: `Between ${named}: not measured.`)
	};
}

export function variabilityTable({ variability }: GroupReport): Table {
	return {
		name: 'Table of shares',
		columns: ['group', ...GROUP_NAMES],
		rows: variability.map((line, row) => [GROUP_NAMES[row]!, ...line])
	};
}

export function compareVariability({ variability, steadiness }: GroupReport): PaperComparison {
	const cell = (row: number, column: number) => `${GROUP_NAMES[row]} → ${GROUP_NAMES[column]}`;
	const paper = PAPER.variability.map(({ row, column, share }) => `${cell(row, column)} ${share}`);
	const here = PAPER.variability.map(({ row, column }) => {
		const share = variability[row]?.[column] ?? null;
		return `${cell(row, column)} ${share === null ? 'not measured' : fixed(share, 2)}`;
	});
	return {
		paper: `A feature changes its group with the context: ${paper.join(', ')}.`,
		here: `${here.join(', ')}. A feature’s most usual group covers ${percent(steadiness)} of its occurrences, on average over features.`
	};
}
