import { describe, expect, it } from 'vitest';
import {
	flowGraph,
	hasOrigin,
	isStep,
	originRow,
	type Decoders
} from '../../../../src/core/flow/flow';
import {
	bestMatches,
	cosineOf,
	nullFrom,
	randomDirections,
	type Null
} from '../../../../src/core/flow/matching';
import { row, unitRows, type Matrix } from '../../../../src/core/math/matrix';
import { haar, rotated } from '../../../../src/core/math/rotation';
import {
	attnOut,
	featureId,
	mlpOut,
	parseFeatureId,
	residPost
} from '../../../../src/core/names/site';

const D = 48;
const N = 120;

/** Random decoders in which some features of `resid 1` have known parents, at cosine 0.9 and 0.8. */
function planted() {
	const saes = new Map<string, Matrix>();
	const sites = [
		residPost(0),
		attnOut(1),
		mlpOut(1),
		residPost(1),
		attnOut(2),
		mlpOut(2),
		residPost(2)
	];
	sites.forEach((site, i) => saes.set(site, randomDirections(N, D, 100 + i)));
	const plant = (child: number, parents: [string, number, number][]) => {
		const target = row(saes.get(residPost(1))!, child);
		for (const [site, index, cosine] of parents) {
			const noise = row(randomDirections(1, D, 7000 + child), 0);
			const along = target.reduce((s, x, c) => s + x * noise[c]!, 0);
			const across = noise.map((x, c) => x - along * target[c]!);
			const norm = Math.hypot(...across);
			const parent = row(saes.get(site)!, index);
			target.forEach(
				(x, c) => (parent[c] = cosine * x + (Math.sqrt(1 - cosine ** 2) * across[c]!) / norm)
			);
		}
	};
	for (let f = 0; f < 40; f += 4) {
		plant(f, [[residPost(0), f, 0.9]]);
		plant(f + 1, [[mlpOut(1), f, 0.8]]);
		plant(f + 2, [
			[residPost(0), f + 1, 0.9],
			[attnOut(1), f, 0.8]
		]);
	}
	return saes;
}

function decodersOf(saes: Map<string, Matrix>): Decoders {
	const unit = new Map([...saes].map(([id, m]) => [id, unitRows(m)]));
	const nulls = new Map<string, Null>();
	for (const [id, m] of unit) {
		const draws = randomDirections(3000, D, 9);
		const best = Float32Array.from(
			{ length: draws.rows },
			(_, r) => bestMatches(m, row(draws, r), 1)[0]!.cosine
		);
		nulls.set(id, nullFrom(best, 9));
	}
	return {
		at: (site) => (saes.has(site) ? site : null),
		null: (target) => nulls.get(target)!,
		best: (id, target) => {
			const { sae, index } = parseFeatureId(id)!;
			return bestMatches(unit.get(target)!, row(unit.get(sae)!, index), 1)[0]!;
		},
		cosine: (a, b) => {
			const [x, y] = [parseFeatureId(a)!, parseFeatureId(b)!];
			return cosineOf(unit.get(x.sae)!, x.index, unit.get(y.sae)!, y.index);
		}
	};
}

describe('origins', () => {
	const decoders = decodersOf(planted());
	const origin = (f: number) => originRow(featureId(residPost(1), f), decoders).origin;

	it('finds planted parents and calls noise unexplained', () => {
		for (let f = 0; f < 40; f += 4)
			expect([origin(f), origin(f + 1), origin(f + 2)]).toEqual([
				'translated',
				'newborn',
				'processed'
			]);
		let high = 0;
		for (let f = 40; f < N; f++) if (origin(f) !== 'unexplained') high++;
		expect(high).toBeLessThanOrEqual(2);
	});

	it('has none for modules and the first residual', () => {
		for (const site of [mlpOut(1), attnOut(1), residPost(0)]) {
			expect(hasOrigin(site, decoders)).toBe(false);
			expect(originRow(featureId(site, 0), decoders).origin).toBeNull();
		}
	});

	it('is not measured where a missing SAE could change it, and says which', () => {
		const saes = planted();
		saes.delete(mlpOut(1));
		const without = decodersOf(saes);
		const of = (f: number) => originRow(featureId(residPost(1), f), without);
		expect(of(0)).toMatchObject({ origin: 'not measured', missing: [mlpOut(1)] });
		expect(of(2)).toMatchObject({ origin: 'processed', missing: [] });
		expect(of(1)).toMatchObject({ origin: 'not measured', missing: [mlpOut(1)] });
		expect(of(0).scores.mlp).toBeNull();
	});

	it('does not change when rows are scaled or the space is turned', () => {
		const scaled = planted();
		for (const m of scaled.values())
			for (let r = 0; r < N; r++) row(m, r).forEach((x, c) => (row(m, r)[c] = x * (1 + r)));
		const turned = new Map([...scaled].map(([id, m]) => [id, rotated(m, haar(D, 5))]));
		const other = decodersOf(turned);
		for (let f = 0; f < N; f++) {
			const [a, b] = [decoders, other].map((d) => originRow(featureId(residPost(1), f), d).scores);
			for (const kind of ['resid', 'mlp', 'attn'] as const)
				expect(a![kind]).toBeCloseTo(b![kind]!, 5);
		}
	});
});

describe('the flow graph', () => {
	const decoders = decodersOf(planted());

	it('composes short steps and lists every edge between its nodes', () => {
		const start = featureId(residPost(1), 2);
		const { nodes, edges } = flowGraph(start, {}, decoders);
		const ids = nodes.map((n) => n.id);
		expect(ids).toContain(start);
		expect(ids).toContain(featureId(residPost(0), 1));
		expect(ids).toContain(featureId(attnOut(1), 0));
		for (const a of ids)
			for (const b of ids) {
				const [from, to] = [parseFeatureId(a)!.sae, parseFeatureId(b)!.sae];
				const listed = edges.some((e) => e.from === a && e.to === b);
				expect(listed).toBe(isStep(from, to));
			}
	});

	it('obeys thresholds', () => {
		const start = featureId(residPost(1), 2);
		expect(flowGraph(start, { tRes: 1.1, tModule: 1.1 }, decoders).nodes.map((n) => n.id)).toEqual([
			start
		]);
		expect(flowGraph(start, { tRes: -1, tModule: -1 }, decoders).nodes.length).toBe(7);
	});

	it('starts at a module as well', () => {
		const { nodes } = flowGraph(featureId(mlpOut(1), 0), {}, decoders);
		expect(nodes.map((n) => n.id)).toContain(featureId(residPost(1), 1));
	});
});
