/** Tallies of shards merge into the tally of the whole corpus, however it is split and in whatever order. */
import { expect, it } from 'vitest';
import { seeded } from '../../../../src/core/math/random';
import type { SparseRows } from '../../../../src/core/math/sparse';
import { digest, isHeldOut } from '../../../../src/core/corpus/windows';
import { boundsOf, excerptsOf, shownOf } from '../../../../src/core/corpus/examples';
import {
	keepWindow,
	mergeCorpusTallies,
	newCorpusTally,
	prune,
	windowsIn,
	type CorpusTally
} from '../../../../src/core/corpus/corpus-tally';
import { quantileOf, stepOf } from '../../../../src/core/corpus/histogram';
import {
	countCodes,
	countError,
	examplesOf,
	meanOf,
	metricsOf,
	newSaeTally,
	type SaeTally
} from '../../../../src/core/corpus/sae-tally';
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

function count(parts: ReturnType<typeof windows>): CorpusTally {
	const all = newCorpusTally(SAES, 1);
	for (const { ids, codes, x } of parts) {
		const window = { digest: digest(ids), ids, first: 1, held: isHeldOut(digest(ids.slice(1))) };
		const tally = tallyOf(all);
		keepWindow(all, window);
		countCodes(tally, window, codes, VOCAB);
		for (const row of x)
			countError(
				tally.errors,
				row,
				row.map((v) => 0.9 * v)
			);
		all.documents++;
	}
	prune(all);
	return all;
}

const tallyOf = ({ saes }: CorpusTally): SaeTally => [...saes.values()][0]!;

/** What must be the same to the last bit. */
function exact(all: CorpusTally) {
	const { count, max, histograms, strongest, drawn, byToken, tokens } = tallyOf(all);
	return {
		tokens,
		count,
		max,
		histograms,
		strongest,
		drawn,
		entropy: entropies(byToken, count, VOCAB),
		texts: new Map([...all.texts].sort(([a], [b]) => a - b)),
		samples: [windowsIn(all.fit), windowsIn(all.scored)],
		documents: all.documents
	};
}

it('merges exactly over three shards, in any order', () => {
	const all = windows(400, 3);
	const whole = count(all);
	for (const order of [
		[0, 1, 2],
		[2, 0, 1]
	]) {
		const merged = newCorpusTally(SAES, 1);
		for (const shard of order)
			mergeCorpusTallies(merged, count(all.filter((_, i) => i % 3 === shard)));
		expect(exact(merged)).toEqual(exact(whole));
		const [a, b] = [tallyOf(merged), tallyOf(whole)];
		for (const name of ['error', 'square', 'ratio'] as const)
			expect(Math.abs(a.errors[name] / b.errors[name] - 1)).toBeLessThan(1e-12);
		a.sum.forEach((sum, f) => expect(sum).toBeCloseTo(b.sum[f]!, 9));
	}
	expect(whole.scored.windows.size).toBeGreaterThan(10);
	expect(exact(count(all.slice(1)))).not.toEqual(exact(whole));
});

it('counts a text that occurs twice, and shows it once', () => {
	const some = windows(3, 5);
	const [once, twice] = [count(some), count([...some, ...some])];
	const f = tallyOf(once).count.indexOf(Math.max(...tallyOf(once).count));
	expect(tallyOf(twice).count[f]).toBe(2 * tallyOf(once).count[f]!);
	expect(excerptsOf(tallyOf(twice).strongest, f)).toEqual(excerptsOf(tallyOf(once).strongest, f));
});

it('counts what there is', () => {
	const all = windows(50, 9);
	const tally = tallyOf(count(all));
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
	const tally = newSaeTally(2, 1);
	const ids = [0, ...Array.from({ length: 40 }, (_, i) => 1 + (i % 9))];
	const at = [2, 20, 21, 39];
	const codes: SparseRows = {
		offsets: Uint32Array.from({ length: 41 }, (_, t) => at.filter((p) => p < t).length),
		features: Uint32Array.of(1, 1, 1, 1),
		activations: Float32Array.of(1, 5, 4, 2)
	};
	countCodes(tally, { digest: 8, ids, first: 1, held: false }, codes, VOCAB);
	const [shown] = excerptsOf(tally.strongest, 1);
	expect(shown).toMatchObject({ window: 8, position: 21, activation: 5, rank: 0 });
	expect(Array.from(shown!.view).flatMap((a, i) => (a > 0 ? [[i, a]] : []))).toEqual([
		[15, 5],
		[16, 4]
	]);
	countCodes(tally, { digest: 9, ids, first: 1, held: true }, codes, VOCAB);
	expect(excerptsOf(tally.strongest, 1)).toHaveLength(1);
	expect(tally.count[1]).toBe(8);
});

/** A window of `length` tokens after a special one, and a feature's activations on some of them. */
function window(name: number, length: number, activations: Record<number, number>) {
	const at = Object.keys(activations).map(Number);
	const codes: SparseRows = {
		offsets: Uint32Array.from({ length: length + 1 }, (_, t) => at.filter((p) => p < t).length),
		features: new Uint32Array(at.length),
		activations: Float32Array.from(at, (p) => activations[p]!)
	};
	return {
		window: { digest: name, ids: new Uint16Array(length + 1), first: 1, held: false },
		codes
	};
}

it('shows ten examples of a feature that is active in few windows, and one a window where there are many', () => {
	const peaks = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [5 + 30 * i, 1 + (i % 5)]));
	const [few, many] = [newSaeTally(1, 1), newSaeTally(1, 1)];
	for (const name of [3, 7]) {
		const { window: one, codes } = window(name, 250, peaks);
		countCodes(few, one, codes, VOCAB);
	}
	const shown = examplesOf(few, 0);
	expect(shown.length).toBeGreaterThanOrEqual(10);
	expect(shown.map(({ activation }) => activation)).toEqual(
		shown.map(({ activation }) => activation).toSorted((a, b) => b - a)
	);
	expect(shown[0]!.quantile).toBe(1);
	for (const [i, a] of shown.entries())
		for (const b of shown.slice(i + 1))
			expect(a.window !== b.window || Math.abs(a.position - b.position) >= 24).toBe(true);
	for (let name = 0; name < 30; name++) {
		const { window: one, codes } = window(name, 250, { 5: 1 + name, 100: 100 });
		countCodes(many, one, codes, VOCAB);
	}
	const windows = excerptsOf(many.strongest, 0).map(({ window: of, position }) => [of, position]);
	expect(windows).toEqual(Array.from({ length: 10 }, (_, name) => [name, 101]));
});

it('shows no peak beside a stronger token, and never the first token of a window', () => {
	const tally = newSaeTally(1, 1);
	const { window: one, codes } = window(4, 100, { 0: 9, 2: 1, 30: 5, 50: 4, 60: 3, 99: 2 });
	countCodes(tally, { ...one, first: 0 }, codes, VOCAB);
	const shown = excerptsOf(tally.strongest, 0);
	// 50 overlaps with 30, and 60 is shown with 50.
	expect(shown.map(({ position }) => position)).toEqual([30, 99, 2]);
	for (const excerpt of shown) {
		const { start } = boundsOf(excerpt.position, 100);
		const activations = shownOf(excerpt, 100);
		expect(start).toBeGreaterThan(0);
		expect(Math.max(...activations)).toBe(activations[excerpt.position - start]);
	}
});

it('knows the mean that its own FVU is against', () => {
	const all = windows(20, 4);
	const tally = tallyOf(count(all));
	const rows = all.flatMap(({ x }) => x);
	const mean = Array.from(
		{ length: D },
		(_, c) => rows.reduce((n, x) => n + x[c]!, 0) / rows.length
	);
	expect(tally.tokens).toBe(rows.length);
	meanOf(tally).forEach((x, c) => expect(x).toBeCloseTo(mean[c]!, 6));
	const square = (of: (x: number, c: number) => number) =>
		rows.reduce((n, x) => n + x.reduce((sum, v, c) => sum + of(v, c) ** 2, 0), 0);
	const fvu = square((x) => x - Math.fround(0.9 * x)) / square((x, c) => x - mean[c]!);
	expect(metricsOf(tally).fvu).toBeCloseTo(fvu, 12);
});
