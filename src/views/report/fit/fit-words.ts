/** The fit report as people read it, and rows to save. */
import type { ExpectedFit, SaeFit, FitReport } from '../../../core/experiments/fit';
import { count, percent, type Cell } from '../../../core/names/numbers';

/** A mark that is read without its colour. */
export const MARKS: Record<SaeFit['word'], string> = {
	fits: '✓',
	'does not fit': '✗',
	'cannot tell': '?'
};

/** What L0 is expected to be. */
export function expectedL0({ l0: [from, to], stated }: ExpectedFit): string {
	const number = (x: number) => `${Number(x.toPrecision(3))}`;
	return stated ? `about ${number(Math.sqrt(from * to))}` : `${number(from)} to ${number(to)}`;
}

/** One sentence on all of them. */
export function summaryOf({ saes, tokens, text }: FitReport): string {
	const of = (word: SaeFit['word']) => saes.filter((one) => one.word === word).length;
	const on = `on ${count(tokens)} tokens of ${text === 'own' ? 'your text' : 'the built-in text'}`;
	const [fits, not, open] = [of('fits'), of('does not fit'), of('cannot tell')];
	if (fits === saes.length)
		return saes.length === 1 ? `✓ The SAE fits, ${on}.` : `✓ All ${fits} SAEs fit, ${on}.`;
	const parts = [
		not > 0 ? `${not} of ${saes.length} ${not === 1 ? 'does' : 'do'} not fit` : null,
		open > 0 ? `${open} cannot be judged` : null
	];
	return `✗ ${parts.filter((part) => part !== null).join(', ')}, ${on}.`;
}

export const explained = (fvu: number): string =>
	fvu > 2 ? 'less than nothing' : percent(1 - fvu);

/** One row an SAE. */
export function rowsOf({ saes }: FitReport): { columns: string[]; rows: Cell[][] } {
	const METRICS = ['l0', 'fvu', 'ce_clean', 'ce_sae', 'ce_zero', 'ce_recovered', 'tokens'] as const;
	return {
		columns: [
			'sae',
			'verdict',
			'why',
			'expected_l0_from',
			'expected_l0_to',
			...METRICS,
			...METRICS.map((key) => `repaired_${key}`)
		],
		rows: saes.map(({ sae, word, why, expected, measured, repaired }) => [
			sae,
			word,
			why,
			...expected.l0,
			...METRICS.map((key) => measured?.[key] ?? null),
			...METRICS.map((key) => repaired?.[key] ?? null)
		])
	};
}
