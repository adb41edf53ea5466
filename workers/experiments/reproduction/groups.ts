/** The eight groups of active features over the pack's texts, and whether their scores differ. */
import type { SaeId } from '../../../src/core/names/ids';
import type { Run } from '../../../src/core/calls';
import { UPSTREAM, type UpstreamKind } from '../../../src/core/flow/flow';
import { GROUPS, groupOf } from '../../../src/core/flow/groups';
import { seeded } from '../../../src/core/math/random';
import { holm, mannWhitney } from '../../../src/core/math/ranks';
import type { GroupReport, GroupTest } from '../../../src/core/experiments/reproduction';
import type { Activity, SaeActivity } from '../../features/activations';
import type { Flows } from '../../flow/flows';
import { saesOf, type Layer } from '../../flow/layers';
import type { Matches } from '../../flow/matcher';

/** Active features of a layer that enter the tests: as many as the paper's 250 samples of 5 tokens give. */
const SAMPLED = 20_000;
/** Smaller groups are not tested: the normal approximation would not hold. */
const LEAST = 20;

/** One layer, counted. */
interface Counted {
	layer: number;
	shares: number[];
	active: number;
	/** By feature: how often it was in each group, `[features × 8]`. */
	tally: Uint32Array;
	/** By group: features met there, as often as they were. */
	met: number[][];
	score: Record<UpstreamKind, (feature: number) => number | null>;
}

export async function groupReport(
	layers: Layer[],
	{ pairs }: Flows,
	activity: Activity,
	seed: number,
	run: Run
): Promise<GroupReport | null> {
	const whole = layers.filter(({ upstream }) => upstream.length === UPSTREAM.length);
	if (whole.length === 0) return null;
	const activities = await activity.of(saesOf(whole), run);
	const counted: Counted[] = [];
	for (const layer of whole) {
		const matches = new Map<SaeId, Matches>();
		for (const { sae } of layer.upstream)
			matches.set(sae, await pairs.best(layer.target, sae, run));
		counted.push(count(layer, matches, activities, seeded(seed + layer.layer)));
	}
	return {
		layers: counted.map(({ layer, shares, active }) => ({ layer, shares, active })),
		tests: tested(counted),
		variability: variability(counted),
		steadiness: steadiness(counted)
	};
}

function count(
	{ layer, target, upstream }: Layer,
	matches: Map<SaeId, Matches>,
	activities: Map<SaeId, SaeActivity>,
	uniform: () => number
): Counted {
	const own = activities.get(target)!;
	const tally = new Uint32Array(own.moments.length * GROUPS.length);
	const met: number[][] = GROUPS.map(() => []);
	const nnz = own.rows.features.length;
	const sides = upstream.map(({ kind, sae }) => ({
		kind,
		rows: activities.get(sae)!.rows,
		best: matches.get(sae)!,
		here: new Uint8Array(activities.get(sae)!.moments.length)
	}));
	const { offsets, features } = own.rows;
	for (let t = 0; t < own.tokens; t++) {
		for (const { rows, here } of sides)
			for (let i = rows.offsets[t]!; i < rows.offsets[t + 1]!; i++) here[rows.features[i]!] = 1;
		for (let i = offsets[t]!; i < offsets[t + 1]!; i++) {
			const f = features[i]!;
			const active = sides.filter(({ best, here }) => here[best.indices[f * best.k]!]);
			const group = groupOf(active.map((side) => side.kind));
			tally[f * GROUPS.length + group]!++;
			if (uniform() < SAMPLED / nnz) met[group]!.push(f);
		}
		for (const { rows, here } of sides)
			for (let i = rows.offsets[t]!; i < rows.offsets[t + 1]!; i++) here[rows.features[i]!] = 0;
	}
	const sums = GROUPS.map((_, g) => {
		let sum = 0;
		for (let f = g; f < tally.length; f += GROUPS.length) sum += tally[f]!;
		return sum;
	});
	const score = Object.fromEntries(
		UPSTREAM.map((kind) => {
			const best = sides.find((side) => side.kind === kind)?.best;
			return [kind, (f: number) => (best ? best.cosines[f * best.k]! : null)];
		})
	) as Counted['score'];
	return { layer, active: nnz, shares: sums.map((sum) => sum / nnz), tally, met, score };
}

function tested(counted: Counted[]): GroupTest[] {
	const tests: Omit<GroupTest, 'corrected'>[] = [];
	for (const { layer, met, score } of counted)
		for (let a = 0; a < GROUPS.length; a++)
			for (let b = a + 1; b < GROUPS.length; b++) {
				if (met[a]!.length < LEAST || met[b]!.length < LEAST) continue;
				for (const kind of UPSTREAM) {
					const values = (group: number[]) => group.flatMap((f) => score[kind](f) ?? []);
					const { p, effect, n } = mannWhitney(values(met[a]!), values(met[b]!));
					tests.push({ layer, groups: [a, b], score: kind, p, effect, n });
				}
			}
	const corrected = holm(tests.map((test) => test.p));
	return tests.map((test, i) => ({ ...test, corrected: corrected[i]! }));
}

function variability(counted: Counted[]): (number | null)[][] {
	const both = GROUPS.map(() => GROUPS.map(() => 0));
	const alone = GROUPS.map(() => 0);
	for (const { tally } of counted)
		for (let f = 0; f < tally.length; f += GROUPS.length)
			GROUPS.forEach((_, a) => {
				if (tally[f + a] === 0) return;
				alone[a]!++;
				GROUPS.forEach((_, b) => (both[a]![b]! += Number(tally[f + b]! > 0)));
			});
	return both.map((line, a) => line.map((n) => (alone[a] ? n / alone[a] : null)));
}

function steadiness(counted: Counted[]): number {
	let [sum, features] = [0, 0];
	for (const { tally } of counted)
		for (let f = 0; f < tally.length; f += GROUPS.length) {
			const own = tally.subarray(f, f + GROUPS.length);
			const total = own.reduce((a, b) => a + b, 0);
			if (total === 0) continue;
			sum += Math.max(...own) / total;
			features++;
		}
	return features > 0 ? sum / features : 0;
}
