/** What is measured of a plan to steer along the flow, and how it is drawn. */
import type { Table } from '../../../charts/frame/export';
import type { Line } from '../../../charts/layout/lines';
import { COLUMN, type TextMeasure } from '../../steering-plots';
import { tableOf } from '../../tables';
import { editsOf, type ChainPlan, type Link } from '../../../core/steering/chain';
import type { FeatureId } from '../../../core/names/ids';
import type { Arm, ArmResult } from '../../../core/experiments/steering-effect';

/** Doses as parts of the one chosen. */
const PARTS = [0.25, 0.5, 1, 2];
const STILL = 'unsteered';

/** The plan at several doses, the feature alone at the same, and both controls of the plan. */
export function armsOf(chain: Link[], centre: FeatureId, plan: ChainPlan): Arm[] {
	const at = (part: number, scope: ChainPlan['scope']) =>
		editsOf(chain, centre, { ...plan, scope, dose: part * plan.dose });
	const line = (name: string, scope: ChainPlan['scope'], control: Arm['control']) =>
		PARTS.map((part) => ({ name: `${name} × ${part}`, edits: at(part, scope), control }));
	return [
		{ name: STILL, edits: [], control: 'none' },
		...line('this plan', plan.scope, 'none'),
		...(plan.scope === 'one layer' ? [] : line('one layer', 'one layer', 'none')),
		...line('random', plan.scope, 'random'),
		...line('reversed', plan.scope, 'reversed')
	];
}

/** One curve a way of steering, over the dose; every one begins at the unsteered text. */
export function curvesOf(results: ArmResult[], dose: number, measure: TextMeasure): Line[] {
	const still = results.find((result) => result.name === STILL);
	const ways = new Map<string, ArmResult[]>();
	for (const result of results) {
		if (result === still) continue;
		const way = wayOf(result.name);
		ways.set(way, [...(ways.get(way) ?? []), result]);
	}
	return [...ways].map(([name, own]) => ({
		name,
		control: own[0]!.control !== 'none',
		points: [...(still ? [still] : []), ...own].flatMap((result) => {
			const values = result.texts.flatMap((text) => text[measure] ?? []);
			if (values.length === 0) return [];
			return [
				{
					x: partOf(result.name) * dose,
					y: values.reduce((a, b) => a + b, 0) / values.length,
					range: [Math.min(...values), Math.max(...values)] as [number, number]
				}
			];
		})
	}));
}

const wayOf = (name: string) => name.split(' × ')[0]!;
const partOf = (name: string) => (name === STILL ? 0 : Number(name.split(' × ')[1]));

export function steeringTable(results: ArmResult[], dose: number): Table {
	const texts = results.flatMap(({ name, kl, texts }) => texts.map((text) => ({ name, kl, text })));
	return tableOf('Texts', texts, {
		way: ({ name }) => wayOf(name),
		dose: ({ name }) => partOf(name) * dose,
		'KL from unsteered (nats)': ({ kl }) => kl,
		[COLUMN.theme]: ({ text }) => text.theme,
		[COLUMN.lexicon]: ({ text }) => text.lexicon,
		[COLUMN.perplexity]: ({ text }) => text.perplexity,
		[COLUMN.repeated]: ({ text }) => text.repeated,
		text: ({ text }) => text.text
	});
}
