/** Flow graphs over random matches, against following every match by hand and listing every pair. */
import { describe, expect, it } from 'vitest';
import {
	chainOf,
	counts,
	flowGraph,
	isStep,
	originRow,
	type Decoders,
	type Thresholds
} from '../../../../src/core/flow/flow';
import type { Null } from '../../../../src/core/flow/matching';
import {
	attnOut,
	depthOf,
	EMBEDDING,
	featureId,
	mlpOut,
	parseFeatureId,
	residPost
} from '../../../../src/core/names/site';
import { Draws } from '../../../draws';

const draws = new Draws(404);
const [LAYERS, FEATURES] = [5, 8];
const saeOf = (id: string) => parseFeatureId(id)!.sae;

/** Matches by chance, between a residual stream, modules and maybe an embedding; some sites have no SAE. */
function drawn(missing: number) {
	const sites = [
		EMBEDDING,
		...Array.from({ length: LAYERS }, (_, l) => [attnOut(l), mlpOut(l), residPost(l)]).flat()
	].filter(() => !draws.chance(missing));
	const nulls = new Map(
		sites.map((site): [string, Null] => {
			const q999 = draws.real(0.3, 0.6);
			return [site, { median: q999 / 2, std: 0.05, q999, draws: 20_000, seed: 0 }];
		})
	);
	const known = new Map<string, { index: number; cosine: number }>();
	const decoders: Decoders = {
		at: (site) => (sites.includes(site) ? site : null),
		null: (target) => nulls.get(target)!,
		best: (id, target) => {
			const key = `${id} ${target}`;
			if (!known.has(key))
				known.set(key, { index: draws.integer(0, FEATURES - 1), cosine: draws.uniform() });
			return known.get(key)!;
		},
		cosine: (a, b) => (a.length * 7 + b.length * 3 + a.charCodeAt(a.length - 1)) / 1000
	};
	return { sites, nulls, decoders };
}

/** The nodes, followed one match after the other as sections 3 and 4.2 of the paper tell it. */
function followed(start: string, thresholds: Thresholds, decoders: Decoders): Set<string> {
	const found = new Set([start]);
	const match = (id: string, site: string) => {
		if (decoders.at(site) === null) return null;
		const { index, cosine } = decoders.best(id, site);
		return counts(site, cosine, decoders.null(site), thresholds) ? featureId(site, index) : null;
	};
	const add = (id: string | null) => {
		if (id !== null) found.add(id);
		return id;
	};
	const layerOf = (id: string) => Number(/^blocks\.(\d+)/.exec(id)![1]);
	const kindOf = (id: string) => /hook_(\w+)/.exec(id)![1]!;
	const before = (layer: number) => (layer === 0 ? EMBEDDING : residPost(layer - 1));
	const written = (id: string) => {
		add(match(id, mlpOut(layerOf(id))));
		add(match(id, attnOut(layerOf(id))));
	};
	const back = (from: string | null) => {
		for (let id = from; id !== null; id = match(id, before(layerOf(id)))) {
			add(id);
			if (kindOf(id) === 'resid_pre') return;
			written(id);
		}
	};
	const forward = (from: string) => {
		const next = (id: string) =>
			match(id, residPost(kindOf(id) === 'resid_pre' ? 0 : layerOf(id) + 1));
		for (let id = next(from); id !== null; id = next(id)) {
			add(id);
			written(id);
		}
	};
	if (kindOf(start).startsWith('resid')) {
		back(start);
		forward(start);
		return found;
	}
	const after = match(start, residPost(layerOf(start)));
	back(match(start, before(layerOf(start))));
	back(after);
	if (after !== null) forward(after);
	return found;
}

const cases = draws.list(150, (i) => {
	const world = drawn(i % 3 === 0 ? 0 : 0.25);
	const start = featureId(draws.pick(world.sites), draws.integer(0, FEATURES - 1));
	const thresholds: Thresholds = draws.pick([
		{},
		{ tRes: 0.3 },
		{ tModule: 0.8 },
		{ tRes: 0.1, tModule: 0.1 }
	]);
	return { ...world, start, thresholds, graph: flowGraph(start, thresholds, world.decoders) };
});

describe('the flow graph of a feature', () => {
	it('holds what is reached by matches that count, and no more', () => {
		for (const { start, thresholds, decoders, graph } of cases)
			expect(new Set(graph.nodes.map(({ id }) => id))).toEqual(
				followed(start, thresholds, decoders)
			);
		expect(Math.max(...cases.map(({ graph }) => graph.nodes.length))).toBeGreaterThan(10);
	});

	it('lists every node once, in the order of computation, with its origin', () => {
		for (const { decoders, graph } of cases) {
			const ids = graph.nodes.map(({ id }) => id);
			expect(new Set(ids).size).toBe(ids.length);
			const depths = ids.map((id) => depthOf(saeOf(id)));
			expect(depths).toEqual(depths.toSorted((a, b) => a - b));
			for (const { id, site, layer, origin, from, missing } of graph.nodes) {
				expect(site).toBe(saeOf(id));
				expect(layer).toBe(Number(/\d+/.exec(site)![0]));
				const row = originRow(id, decoders);
				expect({ origin, from, missing }).toEqual({
					origin: row.origin,
					from: row.from,
					missing: row.missing
				});
			}
		}
	});

	it('lists every edge between two nodes one step apart, high or not, with its z', () => {
		for (const { decoders, graph } of cases) {
			const ids = graph.nodes.map(({ id }) => id);
			const expected = ids.flatMap((from) =>
				ids.filter((to) => isStep(saeOf(from), saeOf(to))).map((to) => `${from} ${to}`)
			);
			const found = graph.edges.map(({ from, to }) => `${from} ${to}`);
			expect(found.toSorted()).toEqual(expected.toSorted());
			for (const { from, to, cosine, z } of graph.edges) {
				const { median, std } = decoders.null(saeOf(from));
				expect(cosine).toBe(decoders.cosine(from, to));
				expect(z).toBeCloseTo((cosine - median) / std, 12);
			}
		}
	});

	it('names the null of every pair of SAEs that an edge joins: that of the upstream one', () => {
		for (const { nulls, graph } of cases) {
			const pairs = graph.edges.map(({ from, to }) => [saeOf(from), saeOf(to)] as const);
			const expected = Object.fromEntries(
				pairs.map(([a, b]) => {
					const { median, q999 } = nulls.get(a)!;
					return [`${a}→${b}`, { median, q999 }];
				})
			);
			expect(graph.null).toEqual(expected);
		}
	});

	it('shrinks as thresholds rise, to the feature alone', () => {
		for (const { start, decoders } of cases.slice(0, 40)) {
			const at = (t: number) =>
				flowGraph(start, { tRes: t, tModule: t }, decoders).nodes.map(({ id }) => id);
			const [all, some, none] = [at(-1), at(0.5), at(1.01)];
			expect(some.every((id) => all.includes(id))).toBe(true);
			expect(none).toEqual([start]);
		}
	});
});

describe('the chain of a flow graph', () => {
	it('is its residual features by depth, with the feature itself', () => {
		for (const { start, graph } of cases) {
			const chain = chainOf(graph, start);
			expect(chain).toContain(start);
			const resid = graph.nodes
				.map(({ id }) => id)
				.filter((id) => saeOf(id).includes('resid_post'));
			expect(new Set(chain)).toEqual(new Set([...resid, start]));
			const layers = chain.map((id) => Number(/\d+/.exec(id)![0]));
			expect(layers).toEqual(layers.toSorted((a, b) => a - b));
		}
	});

	it('begins with a feature that the graph does not hold', () => {
		const { graph } = cases.find(({ graph }) => graph.nodes.length > 4)!;
		const stranger = featureId(residPost(9), 1);
		const chain = chainOf(graph, stranger);
		expect(chain[0]).toBe(stranger);
		expect(chain).toHaveLength(
			1 + graph.nodes.filter(({ site }) => site.includes('resid_post')).length
		);
	});
});
