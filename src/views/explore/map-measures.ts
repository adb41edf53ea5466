/** What the map of sites and tokens can be coloured by. */
import type { SiteReading } from '../../core/prompt/reading';

export type Measure = 'strength' | 'l0' | 'fvu';

export const MEASURES: Record<Measure, { text: string; hint: string }> = {
	strength: {
		text: 'Strength',
		hint: 'Sum of the activations, relative to the largest in its row (special tokens left out)'
	},
	l0: { text: 'Active', hint: 'Number of active features, relative to the largest in its row' },
	fvu: {
		text: 'Error',
		hint: 'Fraction of variance that the SAE leaves unexplained, from 0 (no colour) to 1 or more (full colour)'
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
