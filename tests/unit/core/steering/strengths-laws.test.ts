/** Laws of strengths: spread over layers, given to chains, and matched to a divergence. */
import { describe, expect, it } from 'vitest';
import { editsOf, linksOf, type ChainPlan, type Link } from '../../../../src/core/steering/chain';
import { matchKl, spread, type Spread } from '../../../../src/core/steering/strengths';
import { residPost } from '../../../../src/core/names/site';
import { Draws } from '../../../draws';

const draws = new Draws(47);
const KINDS: Spread[] = ['constant', 'linear', 'exponential'];

/** Some layers in rising order. */
const layersOf = (n: number) => {
	const all = draws.shuffled([...Array(30).keys()]).slice(0, n);
	return all.sort((a, b) => a - b);
};

describe('a strength spread over layers', () => {
	it('is a multiple of itself when the strength is', () => {
		for (const kind of KINDS)
			for (let trial = 0; trial < 20; trial++) {
				const layers = layersOf(draws.integer(1, 8));
				const strength = draws.real(-9, 9);
				const found = spread(kind, layers, { strength, last: 0 });
				const doubled = spread(kind, layers, { strength: 2 * strength, last: 0 });
				doubled.forEach((s, i) => expect(s).toBeCloseTo(2 * found[i]!, 10));
				expect(found[0]).toBe(strength);
			}
	});

	it('depends on how far layers lie from the first, not on where that is', () => {
		for (const kind of KINDS) {
			const layers = layersOf(6);
			const options = { strength: 3, last: -1, alpha: 0.2 };
			const moved = spread(
				kind,
				layers.map((l) => l + 11),
				options
			);
			spread(kind, layers, options).forEach((s, i) => expect(moved[i]).toBeCloseTo(s, 10));
		}
	});

	it('lies on a line when linear, and on e^(αl) when exponential, from the first layer on', () => {
		for (let trial = 0; trial < 20; trial++) {
			const layers = layersOf(draws.integer(2, 9));
			const [first, end] = [layers[0]!, layers.at(-1)!];
			const [strength, last, alpha] = [draws.real(1, 9), draws.real(-5, 5), draws.real(-1, 1)];
			const linear = spread('linear', layers, { strength, last });
			const falling = spread('exponential', layers, { strength, alpha });
			expect(linear.at(-1)).toBeCloseTo(last, 10);
			layers.forEach((l, i) => {
				const share = (l - first) / (end - first);
				expect(linear[i]).toBeCloseTo((1 - share) * strength + share * last, 10);
				expect(Math.log(falling[i]! / strength)).toBeCloseTo(alpha * (l - first), 9);
			});
		}
	});

	it('has the paper’s α of −0.05 and end of 1 unless others are given', () => {
		const layers = [0, 10];
		expect(spread('exponential', layers, { strength: 2 })[1]).toBeCloseTo(2 * Math.exp(-0.5), 12);
		expect(spread('linear', layers, { strength: 2 })[1]).toBe(1);
	});
});

describe('the edits of a chain', () => {
	const SCOPES: ChainPlan['scope'][] = ['one layer', 'cumulative', 'whole'];
	const UNITS: ChainPlan['unit'][] = ['typical', 'maximum', 'absolute'];
	const chainOf = (n: number): Link[] =>
		layersOf(n).map((layer) => ({
			id: `${residPost(layer)}/${layer}`,
			layer,
			mean: draws.pick([null, draws.real(0.1, 5)]),
			max: draws.pick([null, 0, draws.real(5, 50)])
		}));

	it('take more of the chain the wider the scope, always the feature itself', () => {
		for (let trial = 0; trial < 40; trial++) {
			const chain = chainOf(draws.integer(1, 7));
			const centre = draws.pick(chain);
			const [one, some, all] = SCOPES.map((scope) => linksOf(chain, centre.id, scope));
			expect(one).toEqual([centre]);
			expect(some).toEqual(chain.filter(({ layer }) => layer <= centre.layer));
			expect(all).toEqual(chain);
			for (const scope of SCOPES) expect(linksOf(chain, 'stranger', scope)).toEqual(chain);
		}
	});

	it('give each layer its strength in its own unit, to four digits', () => {
		for (let trial = 0; trial < 60; trial++) {
			const chain = chainOf(draws.integer(1, 6));
			const centre = draws.pick(chain).id;
			const plan = {
				scope: draws.pick(SCOPES),
				spread: draws.pick(KINDS),
				dose: draws.real(-3, 3),
				unit: draws.pick(UNITS)
			};
			const links = linksOf(chain, centre, plan.scope);
			const strengths = spread(
				plan.spread,
				links.map(({ layer }) => layer),
				{ strength: plan.dose, last: 0 }
			);
			const edits = editsOf(chain, centre, plan);
			expect(edits.map(({ id, mode }) => [id, mode])).toEqual(links.map(({ id }) => [id, 'add']));
			edits.forEach(({ value }, i) => {
				const { mean, max } = links[i]!;
				const measured = { typical: mean, maximum: max, absolute: 1 }[plan.unit];
				// What was not measured, or never fires, counts in units of 1.
				const exact = strengths[i]! * (measured || 1);
				expect(Math.abs(value - exact)).toBeLessThanOrEqual(5.001e-4 * Math.abs(exact));
				expect(
					`${Math.abs(value)}`.replace(/e.*|\./g, '').replace(/^0+/, '').length
				).toBeLessThanOrEqual(4);
			});
		}
	});
});

describe('matching a divergence', () => {
	/** Rising curves that pass the target once, each with the strength where it does. */
	const curves = draws.list(60, () => {
		const [scale, power] = [10 ** draws.real(-3, 3), draws.real(0.5, 3)];
		return {
			kl: async (s: number) => (s / scale) ** power,
			at: (t: number) => scale * t ** (1 / power)
		};
	});

	it('ends within the tolerance at the right strength, whatever the scale', async () => {
		for (const { kl, at } of curves) {
			const target = 10 ** draws.real(-1, 1);
			const tolerance = 0.001 * target;
			const found = await matchKl(kl, target, { most: 1e9, tolerance, steps: 100 });
			expect(found.reached).toBe(true);
			expect(Math.abs(found.kl - target)).toBeLessThanOrEqual(tolerance);
			expect(found.strength / at(target)).toBeCloseTo(1, 2);
			expect(found.kl).toBe(await kl(found.strength));
		}
	});

	it('tries doublings or halvings until two enclose the target, then stays between them', async () => {
		for (const { kl } of curves) {
			const { tried } = await matchKl(kl, 1, { most: 1e9, tolerance: 1e-6, steps: 60 });
			const above = tried.map((one) => one.kl > 1);
			const turn = above.findIndex((is) => is !== above[0]);
			expect(turn).toBeGreaterThan(0);
			const factor = above[0] ? 0.5 : 2;
			for (let i = 1; i <= turn; i++)
				expect(tried[i]!.strength).toBe(factor * tried[i - 1]!.strength);
			let [low, high] = [tried[turn - 1]!.strength, tried[turn]!.strength].sort((a, b) => a - b);
			for (const { strength, kl: found } of tried.slice(turn + 1)) {
				expect(strength).toBeCloseTo(Math.sqrt(low! * high!), 9);
				if (found < 1) low = strength;
				else high = strength;
			}
		}
	});

	it('measures no more often than it may, and never above the most', async () => {
		for (const { kl } of curves)
			for (const steps of [1, 3, 7]) {
				const most = 10 ** draws.real(-2, 2);
				const found = await matchKl(kl, 1, { most, tolerance: 0, steps });
				expect(found.tried.length).toBeLessThanOrEqual(steps);
				expect(Math.max(...found.tried.map(({ strength }) => strength))).toBeLessThanOrEqual(most);
				expect(found.tried).toContainEqual({ strength: found.strength, kl: found.kl });
				const off = (one: { kl: number }) => Math.abs(one.kl - 1);
				if (!found.reached) expect(off(found)).toBe(Math.min(...found.tried.map(off)));
			}
	});

	it('takes what is exactly at the tolerance', async () => {
		const found = await matchKl(async () => 1.25, 1, { most: 9, tolerance: 0.25, steps: 5 });
		expect(found).toMatchObject({ reached: true, strength: 1, kl: 1.25 });
		const missed = await matchKl(async () => 1.25, 1, { most: 9, tolerance: 0.2499, steps: 5 });
		expect(missed.reached).toBe(false);
	});
});
