import { describe, expect, it } from 'vitest';
import type { ChainPlan, Link } from '../../../../src/core/steering/chain';
import type { ArmResult } from '../../../../src/core/experiments/steering-effect';
import {
	armsOf,
	curvesOf,
	steeringTable
} from '../../../../src/views/flow/experiments/steering-effect';
import { ownTable } from '../../../../src/views/steering-plots';

const id = (layer: number) => `blocks.${layer}.hook_resid_post/1`;
const chain: Link[] = [0, 1].map((layer) => ({ id: id(layer), layer, mean: 1, max: 10 }));
const plan: ChainPlan = { scope: 'whole', spread: 'constant', dose: 0.4, unit: 'maximum' };

describe('armsOf', () => {
	it('measures the plan, one layer and both controls at the same doses', () => {
		const arms = armsOf(chain, id(1), plan);
		expect(arms).toHaveLength(1 + 4 * 4);
		const full = arms.find((arm) => arm.name === 'this plan × 1')!;
		expect(full.edits.map((edit) => edit.value)).toEqual([4, 4]);
		const alone = arms.find((arm) => arm.name === 'one layer × 0.5')!;
		expect(alone.edits).toEqual([{ id: id(1), mode: 'add', value: 2 }]);
		const random = arms.find((arm) => arm.name === 'random × 1')!;
		expect(random).toEqual({ ...full, name: 'random × 1', control: 'random' });
	});
	it('does not measure one layer twice', () => {
		expect(armsOf(chain, id(1), { ...plan, scope: 'one layer' })).toHaveLength(1 + 3 * 4);
	});
});

describe('curvesOf', () => {
	const told = (theme: number) => ({ text: 'a', perplexity: 4, repeated: null, theme, lexicon: 0 });
	const results: ArmResult[] = [
		{ name: 'unsteered', control: 'none', kl: 0, texts: [told(0.1), told(0.3)] },
		{ name: 'this plan × 0.5', control: 'none', kl: 0.1, texts: [told(0.5)] },
		{ name: 'random × 0.5', control: 'random', kl: 0.1, texts: [] }
	];
	it('begins every curve at the unsteered text', () => {
		const [own, random] = curvesOf(results, 0.4, 'theme');
		expect(own!.points).toEqual([
			{ x: 0, y: 0.2, range: [0.1, 0.3] },
			{ x: 0.2, y: 0.5, range: [0.5, 0.5] }
		]);
		expect(random!.control).toBe(true);
		expect(random!.points).toHaveLength(1);
	});
	it('draws no point for what could not be measured', () => {
		expect(curvesOf(results, 0.4, 'repeated')[0]!.points).toEqual([]);
	});
	it('hands each chart its own measure, so no two save one file', () => {
		const whole = steeringTable(results, 0.4);
		const [theme, repeated] = [ownTable(whole, 'theme'), ownTable(whole, 'repeated')];
		expect(theme.columns).toEqual(['way', 'dose', 'KL from unsteered (nats)', 'theme', 'text']);
		expect(theme.rows[2]).toEqual(['this plan', 0.2, 0.1, 0.5, 'a']);
		expect(repeated.rows[2]).toEqual(['this plan', 0.2, 0.1, null, 'a']);
	});
	it('lists every text', () => {
		const { columns, rows } = steeringTable(results, 0.4);
		expect(rows).toHaveLength(3);
		expect(rows[2]).toEqual(['this plan', 0.2, 0.1, 0.5, 0, 4, null, 'a']);
		expect(columns).toHaveLength(8);
	});
});
