/** Steering one layer against steering a chain: curves over doses, the arms at equal divergence, and in words. */
import type { Table } from '../../../../charts/frame/export';
import type { Line } from '../../../../charts/layout/lines';
import { COLUMN, type TextMeasure } from '../../../steering-plots';
import { tableOf } from '../../../tables';
import { short } from '../../../../core/names/numbers';
import { meanInterval } from '../../../../core/math/interval';
import type { ThemeArm, ThemeReport } from '../../../../core/experiments/reproduction';
import { sign, spanned, type PaperComparison } from '../compare-words';

const ONE = 'one layer';
const MANY = 'cumulative';

/** As it stands at the end of a curve, where there is room for a few letters. */
const wayOf = ({ name, control }: ThemeArm) =>
	control === 'none' ? name.replace('exponential', 'exp.') : control;

/** One curve a way of steering over fixed doses, each from the unsteered text on. */
export function curvesOf({ arms }: ThemeReport, measure: TextMeasure): Line[] {
	const still = arms.find(({ name }) => name === 'unsteered');
	const fixedDose = arms.filter((arm) => arm !== still && arm.target === null);
	const ways = [...new Set(fixedDose.map(wayOf))];
	return ways.map((way) => {
		const own = fixedDose.filter((arm) => wayOf(arm) === way);
		return {
			name: way,
			control: own[0]!.control !== 'none',
			points: [...(still ? [still] : []), ...own].flatMap((arm) => {
				const value = arm[measure];
				return value === null ? [] : [{ x: arm.dose, y: value, range: null }];
			})
		};
	});
}

export function armsTable({ arms }: ThemeReport): Table {
	return tableOf('Table of arms', arms, {
		way: (arm) => arm.name,
		control: (arm) => arm.control,
		dose: (arm) => arm.dose,
		'matched to KL': (arm) => arm.target,
		'KL (nats)': (arm) => arm.kl,
		[COLUMN.theme]: (arm) => arm.theme,
		[COLUMN.lexicon]: (arm) => arm.lexicon,
		[COLUMN.perplexity]: (arm) => arm.perplexity,
		[COLUMN.repeated]: (arm) => arm.repeated,
		texts: (arm) => arm.samples
	});
}

/** At equal divergence, in the order of the targets. */
export const matchedArms = ({ arms }: ThemeReport): ThemeArm[] =>
	arms.filter(({ target }) => target !== null).toSorted((a, b) => a.target! - b.target!);

/** Theme of the chain less that of the one layer, over the themes that have both; null with fewer than two. */
export function gain(themes: ThemeReport[], at: (arm: ThemeArm) => boolean) {
	const differences = themes.flatMap(({ arms }) => {
		const of = (name: string) =>
			arms.find((arm) => arm.name === name && arm.control === 'none' && at(arm))?.theme;
		const [one, many] = [of(ONE), of(MANY)];
		return one === undefined || many === undefined ? [] : [many - one];
	});
	return meanInterval(differences);
}

export function compareSteering(themes: ThemeReport[]): PaperComparison {
	const paper =
		'Steering the whole chain up to a layer beats one layer at small strengths and is less sensitive to the strength; judged by a large model, single values only in a figure.';
	if (themes.length === 0) return { paper, here: 'Not measured.' };
	const arms = themes.flatMap((theme) => theme.arms);
	const doses = [
		...new Set(arms.filter((a) => a.target === null && a.dose > 0).map((a) => a.dose))
	];
	const least = Math.min(...doses);
	const targets = [...new Set(arms.flatMap(({ target }) => target ?? []))].toSorted(
		(a, b) => a - b
	);
	const told = (where: string, found: ReturnType<typeof gain>) => {
		if (!found) return `${where}: not measured on two themes or more.`;
		const words = {
			more: 'the chain has more of the theme',
			less: 'the chain has less of the theme',
			open: 'no difference is shown'
		};
		return `${where}: ${words[sign(found)]}, ${spanned(found, short)} of the features’ maximum over ${found.n} themes.`;
	};
	return {
		paper,
		here: [
			told(
				`At the smallest dose (${short(least)})`,
				gain(themes, (arm) => arm.target === null && arm.dose === least)
			),
			...targets.map((target) =>
				told(
					`At equal divergence of ${short(target)} nats`,
					gain(themes, (arm) => arm.target === target)
				)
			)
		].join(' ')
	};
}
