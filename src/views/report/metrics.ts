/** The held-out metrics of the SAEs: names, meanings, and rows for tables and plots. */
import type { SaeInfo } from '../../core/packs/info';
import type { SaeMetrics } from '../../core/packs/metrics';
import type { Line } from '../../charts/layout/lines';
import { count, fixed, type Cell } from '../../core/names/numbers';
import { linesByKind } from './layer-lines';
import { isMain } from '../../core/names/site';

export interface Metric {
	/** Its name in `pack.json` and in tables that are saved. */
	key: string;
	name: string;
	meaning: string;
	show: (value: number) => string;
	/** Undefined when not measured. */
	of: (metrics: SaeMetrics) => number | undefined;
}

const tenths = (share: number) => `${fixed(100 * share, 1)} %`;
const digits = (n: number) => (value: number) => fixed(value, n);

export const METRICS: Metric[] = [
	{
		key: 'l0',
		name: 'L0',
		meaning: 'Features active on a token, on average.',
		show: digits(1),
		of: (m) => m.l0
	},
	{
		key: 'nmse',
		name: 'NMSE ÷ ‖x‖²',
		meaning: 'Squared error of the reconstruction over the squared length of the input.',
		show: digits(3),
		of: (m) => m.nmse
	},
	{
		key: 'fvu',
		name: 'NMSE ÷ variance (FVU)',
		meaning:
			'Squared error over the squared distance from the mean: the fraction of variance unexplained.',
		show: digits(3),
		of: (m) => m.fvu
	},
	{
		key: 'explained_variance',
		name: 'Explained variance',
		meaning: 'Fraction of variance that is explained: 1 − FVU.',
		show: tenths,
		of: (m) => m.explained_variance
	},
	{
		key: 'ce_clean',
		name: 'CE, clean',
		meaning: 'Cross-entropy of the model as it is, in nats per token.',
		show: digits(3),
		of: (m) => m.ce_clean
	},
	{
		key: 'ce_sae',
		name: 'CE, SAE',
		meaning: 'Cross-entropy with the site replaced by its reconstruction.',
		show: digits(3),
		of: (m) => m.ce_sae
	},
	{
		key: 'ce_zero',
		name: 'CE, zero',
		meaning: 'Cross-entropy with the site set to zero.',
		show: digits(3),
		of: (m) => m.ce_zero
	},
	{
		key: 'ce_recovered',
		name: 'CE recovered',
		meaning: '(CE zero − CE SAE) ÷ (CE zero − CE clean): how much of what the site does is kept.',
		show: tenths,
		of: (m) => m.ce_recovered
	},
	{
		key: 'dead',
		name: 'Dead',
		meaning: 'Share of features that fire on none of the held-out tokens in the next column.',
		show: tenths,
		of: (m) => m.dead
	},
	{
		key: 'tokens',
		name: 'Tokens',
		meaning: 'Held-out tokens measured.',
		show: count,
		of: (m) => m.tokens
	},
	{
		key: 'labelled_truth',
		name: 'Named by truth',
		meaning:
			'Share of the live features that get a good enough name from what the texts’ generator knows.',
		show: tenths,
		of: (m) => m.labelled?.truth
	},
	{
		key: 'labelled_pattern',
		name: 'By pattern',
		meaning:
			'Share of the live features that get a good enough name from a pattern of tokens only.',
		show: tenths,
		of: (m) => m.labelled?.pattern
	},
	{
		key: 'labelled_control',
		name: 'By shuffled truth',
		meaning:
			'Control: the share that would pass the same threshold with that knowledge put in random places.',
		show: tenths,
		of: (m) => m.labelled?.control
	},
	{
		key: 'labelled_alive',
		name: 'Alive',
		meaning:
			'Features that fire in the texts with known content, of which the shares of names are taken.',
		show: count,
		of: (m) => m.labelled?.alive
	},
	{
		key: 'effective_rank',
		name: 'Effective rank',
		meaning:
			'Number of directions that the site uses: exponential of the entropy of its singular values’ shares.',
		show: digits(0),
		of: (m) => m.effective_rank
	}
];

/** One line a kind of site, of its main SAEs. */
export function seriesOf(saes: SaeInfo[], key: string): Line[] {
	const metric = METRICS.find((m) => m.key === key);
	return linesByKind(
		saes.map(({ layer }) => layer),
		(layer, kind) => {
			const sae = saes.find((s) => s.kind === kind && s.layer === layer && isMain(s.id));
			return sae?.metrics && metric?.of(sae.metrics);
		}
	);
}

export function tableOf(saes: SaeInfo[]): { name: string; columns: string[]; rows: Cell[][] } {
	return {
		name: 'Table',
		columns: ['sae', ...METRICS.map((metric) => metric.key)],
		rows: saes.map(({ id, metrics }) => [
			id,
			...METRICS.map(({ of }) => (metrics && of(metrics)) ?? null)
		])
	};
}

/** What the plot of one metric shows, by SAE; main SAEs only, as in the plot. */
export function plotTable(saes: SaeInfo[], key: string): ReturnType<typeof tableOf> {
	const metric = METRICS.find((m) => m.key === key);
	return {
		name: 'Table',
		columns: ['sae', 'layer', 'kind', key],
		rows: saes
			.filter(({ id }) => isMain(id))
			.map(({ id, layer, kind, metrics }) => [
				id,
				layer,
				kind,
				(metrics && metric?.of(metrics)) ?? null
			])
	};
}
