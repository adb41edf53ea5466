/** What the map of sites and tokens can be coloured by. */
import type { SiteReading } from '../../core/prompt/reading';

export type Measure = 'strength' | 'l0' | 'fvu';

export const MEASURES: Record<Measure, { text: string; hint: string }> = {
	strength: {
		text: 'Strength',
		hint: 'Sum of the activations, against the largest in its row (special tokens aside)'
	},
	l0: { text: 'Active', hint: 'Number of active features, against the largest in the map’s row' },
	fvu: {
		text: 'Error',
		hint: 'Fraction of variance unexplained by the SAE: none is 0, full colour is 1 or more'
	}
};

/** One value per token that was read. */
export function cellsOf(site: SiteReading, measure: Measure): number[] {
	if (measure === 'l0') return [...site.l0];
	if (measure === 'fvu') return [...site.fvu];
	return Array.from(site.l0, (_, t) =>
		site.activations.subarray(site.offsets[t], site.offsets[t + 1]).reduce((sum, a) => sum + a, 0)
	);
}

/** Shares of full colour; null for tokens that are still to come. */
export function scaleOf(values: number[], special: boolean[], measure: Measure): (number | null)[] {
	const usual = values.filter((_, t) => !special[t]);
	const most = measure === 'fvu' ? 1 : Math.max(...(usual.length > 0 ? usual : values), 0);
	return special.map((_, t) => {
		const value = values[t];
		return value === undefined ? null : most > 0 ? Math.min(1, value / most) : 0;
	});
}
