/** Tallies of parts add up to the tally of the whole, however the text is parted and in whatever order. */
import { expect, it } from 'vitest';
import { seeded } from '../../../../src/core/math/random';
import type { SparseRows } from '../../../../src/core/math/sparse';
import { digest, isHeldOut } from '../../../../src/core/corpus/digest';
import { placesOf, stronger } from '../../../../src/core/corpus/examples';
import {
	addGathered,
	keepWindow,
	newGathered,
	prune,
	windowsIn,
	type Gathered
} from '../../../../src/core/corpus/tallies';
import { quantileOf, stepOf } from '../../../../src/core/corpus/histogram';
import {
	countCodes,
	countError,
	metricsOf,
	newTally,
	type Tally
} from '../../../../src/core/corpus/tally';
import { entropies } from '../../../../src/core/corpus/token-counts';

const [FEATURES, VOCAB, D] = [40, 30, 6];
const SAES = [{ id: 'blocks.0.hook_resid_post', dSae: FEATURES, dIn: D }];

/** Windows with codes of widely differing size. */
function windows(count: number, seed: number) {
	const uniform = seeded(seed);
	return Array.from({ length: count }, () => {
		const length = 2 + Math.floor(uniform() * 60);
		const ids = [0, ...Array.from({ length }, () => 1 + Math.floor(uniform() * (VOCAB - 1)))];
		const codes: SparseRows = {
			offsets: Uint32Array.from({ length: length + 1 }, (_, t) => 3 * t),
			features: new Uint32Array(3 * length),
			activations: new Float32Array(3 * length)
		};
		for (let i = 0; i < 3 * length; i++) {
			const f = Math.floor(uniform() * (FEATURES / 3 - 1)) * 3 + (i % 3);
			codes.features[i] = f;
			codes.activations[i] = Math.exp(8 * uniform() - 4);
		}
		const x = Array.from({ length }, () => Float32Array.from({ length: D }, () => uniform() - 0.3));
		return { ids, codes, x };
	});
}

function walk(parts: ReturnType<typeof windows>): Gathered {
	const gathered = newGathered(SAES, 1);
	for (const { ids, codes, x } of parts) {
		const window = { digest: digest(ids), ids, first: 1, held: isHeldOut(digest(ids.slice(1))) };
		const tally = tallyOf(gathered);
		keepWindow(gathered, window);
		countCodes(tally, window, codes, VOCAB);
		for (const row of x)
			countError(
				tally.errors,
				row,
				row.map((v) => 0.9 * v)
			);
		gathered.documents++;
	}
	prune(gathered);
	return gathered;
}

const tallyOf = (gathered: Gathered): Tally => [...gathered.tallies.values()][0]!;

/** What must be the same to the last bit. */
function exact(gathered: Gathered) {
	const { count, max, histograms, strongest, drawn, byToken, tokens } = tallyOf(gathered);
	const places = (kept: typeof strongest) =>
		Array.from({ length: FEATURES }, (_, f) => placesOf(kept, f, stronger));
	return {
		tokens,
		count,
		max,
		histograms,
		strongest: places(strongest),
		drawn: places(drawn),
		entropy: entropies(byToken, count, VOCAB),
		texts: new Map([...gathered.texts].sort(([a], [b]) => a - b)),
		samples: [windowsIn(gathered.fit), windowsIn(gathered.scored)],
		documents: gathered.documents
	};
}

it('adds up exactly over three shards, in any order', () => {
	const all = windows(400, 3);
	const whole = walk(all);
	for (const order of [
		[0, 1, 2],
		[2, 0, 1]
	]) {
		const merged = newGathered(SAES, 1);
		for (const shard of order) addGathered(merged, walk(all.filter((_, i) => i % 3 === shard)));
		expect(exact(merged)).toEqual(exact(whole));
		const [a, b] = [tallyOf(merged), tallyOf(whole)];
		for (const name of ['error', 'square', 'ratio'] as const)
			expect(Math.abs(a.errors[name] / b.errors[name] - 1)).toBeLessThan(1e-12);
		a.sum.forEach((sum, f) => expect(sum).toBeCloseTo(b.sum[f]!, 9));
	}
	expect(whole.scored.windows.size).toBeGreaterThan(10);
	expect(exact(walk(all.slice(1)))).not.toEqual(exact(whole));
});

it('counts a text that occurs twice, and shows it once', () => {
	const some = windows(3, 5);
	const [once, twice] = [walk(some), walk([...some, ...some])];
	const f = tallyOf(once).count.indexOf(Math.max(...tallyOf(once).count));
	expect(tallyOf(twice).count[f]).toBe(2 * tallyOf(once).count[f]!);
	expect(placesOf(tallyOf(twice).strongest, f, stronger)).toEqual(
		placesOf(tallyOf(once).strongest, f, stronger)
	);
});

it('counts what there is', () => {
	const all = windows(50, 9);
	const tally = tallyOf(walk(all));
	const fired = all.flatMap(({ codes }) =>
		Array.from(codes.features, (f, i) => ({ f, a: codes.activations[i]! }))
	);
	for (let f = 0; f < FEATURES; f++) {
		const own = fired.filter((hit) => hit.f === f).map(({ a }) => a);
		expect(tally.count[f]).toBe(own.length);
		if (own.length === 0) continue;
		const top = Math.max(...own);
		expect(tally.max[f]).toBe(top);
		const step = stepOf(tally.histograms, f);
		expect(top / step).toBeLessThan(32);
		expect(top / step).toBeGreaterThanOrEqual(16);
		const counts = tally.histograms.counts.subarray(f * 32, (f + 1) * 32);
		expect(Array.from(counts)).toEqual(
			Array.from({ length: 32 }, (_, b) => own.filter((a) => Math.floor(a / step) === b).length)
		);
		const middle = own.toSorted((x, y) => x - y)[own.length >> 1]!;
		const share = own.filter((a) => a <= middle).length / own.length;
		const inBin = counts[Math.floor(middle / step)]! / own.length;
		expect(Math.abs(quantileOf(tally.histograms, f, middle) - share)).toBeLessThanOrEqual(inBin);
	}
	const metrics = metricsOf(tally);
	expect(metrics.l0).toBe(3);
	expect(metrics.nmse).toBeCloseTo(0.01, 6);
	expect(metrics.dead).toBe(tally.count.filter((n) => n === 0).length / FEATURES);
});

it('shows the strongest window first, with what surrounds it', () => {
	const tally = newTally(2, 1);
	const ids = [0, ...Array.from({ length: 40 }, (_, i) => 1 + (i % 9))];
	const at = [2, 20, 21, 39];
	const codes: SparseRows = {
		offsets: Uint32Array.from({ length: 41 }, (_, t) => at.filter((p) => p < t).length),
		features: Uint32Array.of(1, 1, 1, 1),
		activations: Float32Array.of(1, 5, 4, 2)
	};
	countCodes(tally, { digest: 8, ids, first: 1, held: false }, codes, VOCAB);
	const [shown] = placesOf(tally.strongest, 1, stronger);
	expect(shown).toMatchObject({ window: 8, position: 21, a: 5 });
	expect(Array.from(shown!.view).flatMap((a, i) => (a > 0 ? [[i, a]] : []))).toEqual([
		[15, 5],
		[16, 4]
	]);
	countCodes(tally, { digest: 9, ids, first: 1, held: true }, codes, VOCAB);
	expect(placesOf(tally.strongest, 1, stronger)).toHaveLength(1);
	expect(tally.count[1]).toBe(8);
});
