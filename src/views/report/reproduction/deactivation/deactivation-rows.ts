/** What the deactivation experiment found, as rows of plots and tables and in words. */
import type { Table } from '../../../../charts/frame/export';
import type { Line } from '../../../../charts/layout/lines';
import type { IntervalRow } from '../../../../charts/layout/rows';
import { count, percent, type Cell } from '../../../../core/names/numbers';
import type { Deactivation, DeactivationSummary } from '../../../../core/experiments/deactivation';
import type { Strategy } from '../../../../core/experiments/deactivation';
import { PAPER } from '../../../../core/experiments/reproduction';
import { linesByKind } from '../../layer-lines';
import { beside, inPoints, sign, spanned, type PaperComparison } from '../compare-words';

export type Measure = 'off' | 'change';
export type Company = 'single' | 'strategies';

export const STRATEGY: Record<Strategy, { name: string; meaning: string }> = {
	'top-1': {
		name: 'best match by cosine',
		meaning: 'The feature upstream whose direction is closest.'
	},
	'top-5': {
		name: 'all of the best five',
		meaning: 'Those of the five closest that are active, at once.'
	},
	exhaustive: {
		name: 'exhaustive search',
		meaning: 'Every active feature upstream is tried; the one whose removal changes most counts.'
	},
	'random of top-5': {
		name: 'one of the best five',
		meaning: 'One of the five closest, drawn at random.'
	},
	permutation: {
		name: 'partner by permutation',
		meaning: 'Each feature has one partner, none twice.'
	},
	'top-1 by Pearson': {
		name: 'best match by correlation',
		meaning: 'The feature upstream whose activation correlates most.'
	},
	'random direction': {
		name: 'random direction (control)',
		meaning: 'As long as what the best match wrote, in a direction drawn at random.'
	}
};

/** The paper's, of the strategies in its Table 1. */
function papers(strategy: Strategy, measure: Measure): number | null {
	const known = PAPER.deactivation;
	if (strategy === 'top-1' || strategy === 'top-1 by Pearson' || strategy === 'exhaustive')
		return known[strategy][measure];
	return null;
}

export function strategyRows(
	summary: DeactivationSummary,
	company: Company,
	measure: Measure
): IntervalRow[] {
	return summary[company].map((row) => ({
		label: STRATEGY[row.strategy].name,
		of: row[measure],
		// The paper's are about features with one active predecessor.
		reference: company === 'single' ? papers(row.strategy, measure) : null,
		muted: row.strategy === 'random direction'
	}));
}

export function differenceRows(summary: DeactivationSummary, measure: Measure): IntervalRow[] {
	return summary.differences.map((row) => ({
		label: STRATEGY[row.strategy].name,
		of: row[measure],
		reference: null
	}));
}

export function companyRows(summary: DeactivationSummary, measure: Measure): IntervalRow[] {
	return summary.company.map((row) => ({
		label: row.active === 1 ? 'alone' : `one of ${row.active} active`,
		of: row[measure],
		reference: null
	}));
}

export function layerSeries({ layers }: DeactivationSummary): Line[] {
	return linesByKind(
		layers.map(({ layer }) => layer),
		(layer, kind) => layers.find((row) => row.layer === layer && row.kind === kind)?.off?.value
	);
}

const COLUMNS = [
	'targets',
	'deactivated',
	'low',
	'high',
	'activation change',
	'low of change',
	'high of change',
	'relative loss change'
];
const cells = ({ trials, off, change, lossChange }: Deactivation): Cell[] => [
	trials,
	...[off, change].flatMap((of) => [of?.value ?? null, of?.low ?? null, of?.high ?? null]),
	lossChange
];

export function deactivationTables(summary: DeactivationSummary): Table[] {
	const byStrategy = (name: string, rows: DeactivationSummary['strategies']) => ({
		name,
		columns: ['strategy', ...COLUMNS],
		rows: rows.map((row) => [row.strategy, ...cells(row)])
	});
	return [
		byStrategy('Table of strategies', summary.strategies),
		byStrategy('Table with one active match', summary.single),
		{
			name: 'Table of differences',
			columns: [
				'top-1 less',
				...['', ' of change'].flatMap((of) =>
					['difference', 'low', 'high'].map((word) => word + of)
				),
				'n of top-1',
				'n'
			],
			rows: summary.differences.map(({ strategy, off, change }) => [
				strategy,
				...[off, change].flatMap((of) => [of?.value ?? null, of?.low ?? null, of?.high ?? null]),
				...(off?.n ?? [null, null])
			])
		}
	];
}

export const layersTable = ({ layers }: DeactivationSummary): Table => ({
	name: 'Table of layers',
	columns: ['layer', 'match in', ...COLUMNS],
	rows: layers.map((row) => [row.layer, row.kind, ...cells(row)])
});

export const companyTable = ({ company }: DeactivationSummary): Table => ({
	name: 'Table of company',
	columns: ['active matches', ...COLUMNS],
	rows: company.map((row) => [row.active, ...cells(row)])
});

export function compareDeactivation(summary: DeactivationSummary): PaperComparison {
	const of = (strategy: Strategy) => summary.single.find((row) => row.strategy === strategy);
	const top = of('top-1');
	const { features, exhaustive, ...paper } = PAPER.deactivation;
	const best = paper['top-1'];
	const parts: string[] = [];
	if (top?.off && top.change)
		parts.push(
			`Where one match is active, removing it silences ${spanned(top.off)} of ${count(top.trials)} targets (${beside(top.off, best.off)}), and activations fall by ${spanned(top.change)} (${beside(top.change, best.change)}).`
		);
	else parts.push('The best match alone: not measured.');
	const searched = of('exhaustive');
	if (searched?.change)
		parts.push(
			`The best of an exhaustive search, on ${count(searched.trials)} of these targets, lowers them by ${spanned(searched.change)}: ${beside(searched.change, exhaustive.change)}.`
		);
	return {
		paper: `Table 1, ${count(features)} features with one active predecessor in two layers: the best match by cosine silences ${percent(best.off)} and lowers activations by ${percent(best.change)}; by correlation ${percent(paper['top-1 by Pearson'].off)} and ${percent(paper['top-1 by Pearson'].change)}; exhaustive search ${percent(exhaustive.off)} and ${percent(exhaustive.change)}.`,
		here: parts.join(' ')
	};
}

/** One sentence a rival of the best match, on the share that falls silent. */
export function differencesInWords(summary: DeactivationSummary): string[] {
	return summary.differences.map(({ strategy, off }) => {
		const { name } = STRATEGY[strategy];
		if (!off) return `Against “${name}”: not measured.`;
		const side = sign(off);
		const n = `${summary.texts} texts, n = ${off.n.map(count).join(' and ')}`;
		const less = { ...off, value: -off.value, low: -off.high, high: -off.low };
		if (side === 'open')
			return `Against “${name}” no difference is shown: ${inPoints(off)} (${n}).`;
		return side === 'more'
			? `The best match silences ${inPoints(off)} more than “${name}” (${n}).`
			: `The best match silences ${inPoints(less)} less than “${name}” (${n}).`;
	});
}

export function compareCompany({ company }: DeactivationSummary): PaperComparison {
	const known = company.filter((row) => row.off);
	const [first, last] = [known[0]?.off, known.at(-1)?.off];
	const paper = 'Removing one of several active predecessors changes the target less.';
	if (!first || !last || known.length < 2) return { paper, here: 'Not measured.' };
	const apart = first.low > last.high ? 'less' : first.high < last.low ? 'more' : null;
	const numbers = known.map(({ active, off }) => `${active} active: ${spanned(off!)}`).join('; ');
	return {
		paper,
		here:
			`${numbers}. ` +
			(apart === 'less'
				? 'As in the paper, it does less when others are active.'
				: apart === 'more'
					? 'Unlike in the paper, it does more when others are active.'
					: 'The intervals overlap, so no difference is shown.')
	};
}

export function compareLoss(summary: DeactivationSummary): PaperComparison {
	const of = (strategy: Strategy) =>
		summary.strategies.find((row) => row.strategy === strategy)?.lossChange ?? null;
	const [top, random] = [of('top-1'), of('random direction')];
	const said = (value: number | null) => (value === null ? 'not measured' : percent(value));
	return {
		paper: 'The loss of the whole text changes by about 0.1 % when one feature is removed.',
		here: `The loss of the next token alone, which is all that the removal can reach here: ${said(top)} with the best match, ${said(random)} with a random direction. A whole text’s loss is spread over many tokens, so the two are not on one scale.`
	};
}
