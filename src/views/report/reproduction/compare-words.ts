/** The words in which two numbers are held against each other: nothing is claimed that an interval does not bear. */
import { fixed, percent } from '../../../core/names/numbers';

export interface Span {
	value: number;
	low: number;
	high: number;
}

/** What the paper found, and what was found here. */
export interface PaperComparison {
	paper: string;
	here: string;
}

/** `30.1 % (28 % to 32.4 %)` */
export const spanned = ({ value, low, high }: Span, show = percent): string =>
	`${show(value)} (${show(low)} to ${show(high)})`;

/** `3.3 points (−0.2 to 6.3)`, of a difference of shares. */
export const inPoints = ({ value, low, high }: Span): string =>
	`${points(value)} points (${points(low)} to ${points(high)})`;

export const points = (share: number): string => fixed(100 * share, 1);

/** Whether a value of the paper's, which states no interval of its own, lies in ours. */
export function beside(here: Span, paper: number, show = percent): string {
	if (paper < here.low) return `the paper’s ${show(paper)} lies below this interval`;
	if (paper > here.high) return `the paper’s ${show(paper)} lies above this interval`;
	return `the paper’s ${show(paper)} lies in this interval, so no disagreement is shown`;
}

/** What the interval of a difference bears. */
export function sign({ low, high }: Span): 'more' | 'less' | 'open' {
	return low > 0 ? 'more' : high < 0 ? 'less' : 'open';
}

export function mean(values: number[]): number | null {
	return values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : null;
}
