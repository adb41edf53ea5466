/** The few numbers by which two reproductions of one pack are held against each other. */
import { fixed, percent } from '../../../core/names/numbers';
import type { Reproduction, ReproductionSettings } from '../../../core/experiments/reproduction';
import { LEVEL, sharesOverall } from './groups/groups';
import { agreed, explainedBy } from './transitions/transitions';
import type { Span } from './compare-words';

export interface Headline {
	name: string;
	show: (value: number) => string;
	/** null: not measured. */
	value: number | null;
	span: Span | null;
}

export function headlinesOf({
	groups,
	deactivation,
	transitions,
	agreement
}: Reproduction): Headline[] {
	const plain = (name: string, value: number | null, show = percent) => ({
		name,
		show,
		value,
		span: null
	});
	const spanned = (name: string, span: Span | null | undefined) => ({
		name,
		show: percent,
		value: span?.value ?? null,
		span: span ?? null
	});
	const strategy = (of: string) => deactivation?.strategies.find((row) => row.strategy === of);
	const against = deactivation?.differences.find((row) => row.strategy === 'random of top-5');
	const tests = groups?.tests ?? [];
	return [
		plain('Active features without an active match', groups ? sharesOverall(groups)[0]! : null),
		plain(
			`Tests with corrected p < ${LEVEL}`,
			tests.length > 0
				? tests.filter(({ corrected }) => corrected < LEVEL).length / tests.length
				: null
		),
		plain('A feature’s most usual group', groups?.steadiness ?? null),
		spanned('Silenced by the best match', strategy('top-1')?.off),
		spanned('Activation change by the best match', strategy('top-1')?.change),
		spanned('Silenced: best match less one of the best five', against?.off),
		spanned('Activation change by exhaustive search', strategy('exhaustive')?.change),
		spanned('Silenced by a random direction', strategy('random direction')?.off),
		plain(
			'Variance explained by the flow map, k = 1, fitted',
			explainedBy(transitions, 'cosine', 1, 'fitted'),
			(value) => fixed(value, 3)
		),
		plain('Cosine and correlation agree, residual', agreed(agreement, 'resid')?.share ?? null)
	];
}

/** Whether two runs were asked the same. */
function sameSettings(a: ReproductionSettings, b: ReproductionSettings): boolean {
	return (Object.keys(a) as (keyof ReproductionSettings)[]).every((key) => a[key] === b[key]);
}

/** How near two runs of the same settings must come to be called the same. */
const NEAR = 0.01;

/** In a sentence, how a second run differs from a first. */
export function differenceInWords(stored: Reproduction, here: Reproduction): string {
	const [a, b] = [headlinesOf(stored), headlinesOf(here)];
	const both = a.flatMap(({ name, value, span, show }, i) => {
		const other = b[i]!;
		return value === null || other.value === null
			? []
			: [{ name, show, first: value, second: other.value, spans: [span, other.span] as const }];
	});
	if (both.length === 0) return 'The two have no number in common.';
	const off = ({ first, second }: (typeof both)[number]) => Math.abs(second - first);
	const worst = both.reduce((a, b) => (off(b) > off(a) ? b : a));
	const most = `The largest difference is that of “${worst.name}”: ${worst.show(worst.first)} stored, ${worst.show(worst.second)} here.`;
	if (sameSettings(stored.settings, here.settings)) {
		const near = both.filter((row) => off(row) <= NEAR).length;
		return `With the same settings and seed, ${near} of ${both.length} numbers match the stored ones within 0.01. ${most}`;
	}
	const apart = both.filter(
		({ spans: [x, y] }) => x && y && (x.high < y.low || y.high < x.low)
	).length;
	const spanned = both.filter(({ spans: [x, y] }) => x && y).length;
	return `The settings differ, so the numbers may too. ${apart} of ${spanned} intervals do not overlap. ${most}`;
}
