import { describe, expect, it } from 'vitest';
import { editsOf, linksOf, type ChainPlan, type Link } from '../../../../src/core/steering/chain';

const id = (layer: number) => `blocks.${layer}.hook_resid_post/7`;
const chain: Link[] = [1, 2, 3].map((layer) => ({
	id: id(layer),
	layer,
	mean: layer,
	max: 10 * layer
}));
const plan: ChainPlan = { scope: 'whole', spread: 'constant', dose: 0.5, unit: 'maximum' };
const values = (change: Partial<ChainPlan>) =>
	editsOf(chain, id(2), { ...plan, ...change }).map((edit) => edit.value);

describe('linksOf', () => {
	it('takes one layer, those up to it, or all', () => {
		const layers = (scope: ChainPlan['scope']) =>
			linksOf(chain, id(2), scope).map((link) => link.layer);
		expect(layers('one layer')).toEqual([2]);
		expect(layers('cumulative')).toEqual([1, 2]);
		expect(layers('whole')).toEqual([1, 2, 3]);
	});
});

describe('editsOf', () => {
	it('adds each feature by its own measure', () => {
		expect(values({})).toEqual([5, 10, 15]);
		expect(values({ unit: 'typical' })).toEqual([0.5, 1, 1.5]);
		expect(values({ unit: 'absolute' })).toEqual([0.5, 0.5, 0.5]);
		expect(editsOf(chain, id(2), plan).every((edit) => edit.mode === 'add')).toBe(true);
	});
	it('spreads the dose over the layers', () => {
		expect(values({ unit: 'absolute', spread: 'linear', dose: 4 })).toEqual([4, 2, 0]);
		const falling = values({ unit: 'absolute', spread: 'exponential', dose: 1 });
		expect(falling[1]! / falling[0]!).toBeCloseTo(Math.exp(-0.05), 3);
	});
	it('gives one layer the whole dose, whatever the spread', () => {
		expect(values({ scope: 'one layer', spread: 'linear' })).toEqual([10]);
	});
	it('counts a feature that was not measured in units of 1', () => {
		const unknown = [{ ...chain[0]!, mean: null, max: null }];
		expect(editsOf(unknown, id(1), plan)[0]!.value).toBe(0.5);
		expect(editsOf([], id(1), plan)).toEqual([]);
	});
});
