/** The held-out metrics of the dictionaries: names, meanings, and rows for tables and plots. */
import type { SaeInfo, SaeMetrics } from '../../core/contract';
import type { Cell } from '../../charts/export';
import type { LayerSeries } from '../../charts/layout/layers';
import { count, fixed } from '../../charts/numbers';

export type MetricKey = keyof SaeMetrics;

export interface Metric {
	key: MetricKey;
	name: string;
	meaning: string;
	show: (value: number) => string;
}

const tenths = (share: number) => `${fixed(100 * share, 1)} %`;
const digits = (n: number) => (value: number) => fixed(value, n);

export const METRICS: Metric[] = [
	{
		key: 'l0',
		name: 'L0',
		meaning: 'Features active on a token, on average.',
		show: digits(1)
	},
	{
		key: 'nmse',
		name: 'NMSE',
		meaning: 'Squared error of the reconstruction over the squared length of the input.',
		show: digits(3)
	},
	{
		key: 'fvu',
		name: 'FVU',
		meaning: 'Variance unexplained: squared error over the squared distance from the mean.',
		show: digits(3)
	},
	{
		key: 'ce_clean',
		name: 'CE, clean',
		meaning: 'Cross-entropy of the model left alone, in nats per token.',
		show: digits(3)
	},
	{
		key: 'ce_sae',
		name: 'CE, SAE',
		meaning: 'Cross-entropy with the site replaced by its reconstruction.',
		show: digits(3)
	},
	{
		key: 'ce_zero',
		name: 'CE, zero',
		meaning: 'Cross-entropy with the site set to zero.',
		show: digits(3)
	},
	{
		key: 'ce_recovered',
		name: 'CE recovered',
		meaning: '(CE zero − CE SAE) ÷ (CE zero − CE clean): how much of what the site does is kept.',
		show: tenths
	},
	{
		key: 'dead',
		name: 'Dead',
		meaning: 'Share of features silent on all held-out tokens counted.',
		show: tenths
	},
	{
		key: 'tokens',
		name: 'Tokens',
		meaning: 'Held-out tokens measured.',
		show: count
	}
];

const KINDS = [
	{ kind: 'attn', name: 'attention' },
	{ kind: 'mlp', name: 'MLP' },
	{ kind: 'resid', name: 'residual' }
] as const;

/** One line a kind of site; a layer without a measurement is a gap. The first SAE of a site counts. */
export function seriesOf(saes: SaeInfo[], key: MetricKey): LayerSeries[] {
	const layers = [...new Set(saes.map((sae) => sae.layer))].toSorted((a, b) => a - b);
	return KINDS.map(({ kind, name }) => ({
		name,
		points: layers.map((layer) => {
			const sae = saes.find((s) => s.kind === kind && s.layer === layer);
			return { layer, value: sae?.metrics?.[key] ?? null };
		})
	}));
}

export function tableOf(saes: SaeInfo[]): { name: string; columns: string[]; rows: Cell[][] } {
	return {
		name: 'Table',
		columns: ['sae', ...METRICS.map((metric) => metric.key)],
		rows: saes.map((sae) => [sae.id, ...METRICS.map(({ key }) => sae.metrics?.[key] ?? null)])
	};
}
