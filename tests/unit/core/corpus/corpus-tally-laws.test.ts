/** Tallies of shards merge into that of the whole corpus; metrics are what their names say. */
import { describe, expect, it } from 'vitest';
import { excerptsOf } from '../../../../src/core/corpus/examples';
import { digest, type TokenWindow } from '../../../../src/core/corpus/windows';
import {
	keepWindow,
	mergeCorpusTallies,
	newCorpusTally,
	prune,
	windowsIn,
	type CorpusTally
} from '../../../../src/core/corpus/corpus-tally';
import {
	addErrorSums,
	countCodes,
	countError,
	densitiesOf,
	metricsOf,
	newErrorSums,
	newSaeTally
} from '../../../../src/core/corpus/sae-tally';
import type { SparseRows } from '../../../../src/core/math/sparse';
import { Draws } from '../../../draws';

const draws = new Draws(88);
const SAE = 'blocks.0.hook_resid_post';
const [FEATURES, VOCAB] = [6, 40];
const SAES = [{ id: SAE, dSae: FEATURES, dIn: 2 }];

interface Read {
	window: TokenWindow;
	codes: SparseRows;
}

/** A window of a few tokens of which one is special, with one feature or none on each. */
function read(number: number, held: boolean): Read {
	const length = draws.integer(1, 5);
	const ids = [VOCAB, ...draws.list(length, () => draws.integer(0, VOCAB - 1)), number % VOCAB];
	const active = draws.list(length + 1, () => draws.chance(0.5));
	const hits = active.filter(Boolean).length;
	let at = 0;
	return {
		window: { digest: digest([...ids, number]), ids, first: 1, held },
		codes: {
			offsets: Uint32Array.from([0, ...active.map((one) => (at += Number(one)))]),
			features: Uint32Array.from({ length: hits }, () => draws.integer(0, FEATURES - 1)),
			activations: Float32Array.from({ length: hits }, () => draws.integer(1, 20))
		}
	};
}

function count(all: Read[]): CorpusTally {
	const tally = newCorpusTally(SAES, 1);
	for (const { window, codes } of all) {
		countCodes(tally.saes.get(SAE)!, window, codes, VOCAB + 1);
		keepWindow(tally, window);
		tally.documents++;
		if (window.held) tally.held++;
	}
	return tally;
}

/** In an order of its own, without windows that no example is from. */
function plain(all: CorpusTally) {
	prune(all);
	const { strongest, drawn, byToken: _, ...tally } = all.saes.get(SAE)!;
	const peaks = [strongest, drawn].map((sample) =>
		Array.from({ length: FEATURES }, (_, f) => excerptsOf(sample, f))
	);
	const { documents, held, windows, fit, scored } = all;
	const texts = [...all.texts].sort(([a], [b]) => a - b);
	return {
		tally,
		peaks,
		documents,
		held,
		windows,
		texts,
		fit: windowsIn(fit),
		scored: windowsIn(scored)
	};
}

describe('the tally of a corpus', () => {
	const all = draws.list(6000, (i) => read(i, i % 9 === 0));
	const whole = plain(count(all));

	it('keeps the tokens of every window that an example is from, and of no other', () => {
		const shown = new Set(whole.peaks.flat(2).map(({ window }) => window));
		expect(shown.size).toBeGreaterThan(50);
		expect(new Set(whole.texts.map(([window]) => window))).toEqual(shown);
		const known = new Map(all.map(({ window }) => [window.digest, window.ids]));
		for (const [window, ids] of whole.texts) expect(ids).toEqual(known.get(window));
	});

	it('forgets windows while it counts, so that no more than 2,048 pile up', () => {
		const tally = newCorpusTally(SAES, 1);
		let most = 0;
		for (const { window, codes } of all) {
			countCodes(tally.saes.get(SAE)!, window, codes, VOCAB + 1);
			keepWindow(tally, window);
			most = Math.max(most, tally.texts.size);
			// Only now and then: to look through them costs.
			if (tally.windows === 1000) expect(tally.texts.size).toBeGreaterThan(800);
		}
		expect(most).toBe(2047);
		expect(tally.windows).toBe(all.length);
		expect(count(all.filter(({ window }) => window.held)).texts.size).toBe(0);
	});

	it('samples the windows of the smallest digests, held-out ones apart', () => {
		for (const [held, most, found] of [
			[false, 64, whole.fit],
			[true, 128, whole.scored]
		] as const) {
			const own = all.filter(({ window }) => window.held === held).map(({ window }) => window);
			const expected = own.toSorted((a, b) => a.digest - b.digest).slice(0, most);
			expect(found).toEqual(expected.map(({ ids }) => ids));
		}
	});

	it('takes no example from a held-out document, but counts it', () => {
		const held = new Set(
			all.filter(({ window }) => window.held).map(({ window }) => window.digest)
		);
		expect(whole.peaks.flat(2).filter(({ window }) => held.has(window))).toEqual([]);
		const hits = all.reduce((n, { codes }) => n + codes.features.length, 0);
		expect(whole.tally.count.reduce((a, b) => a + b)).toBe(hits);
		expect(whole.held).toBe(held.size);
	});

	it.each([2, 3, 8])('merges from %i shards, in any order', (shards) => {
		const parts = Array.from({ length: shards }, (_, s) =>
			count(all.filter((_, i) => i % shards === s))
		);
		const sum = newCorpusTally(SAES, 1);
		for (const part of draws.shuffled(parts)) mergeCorpusTallies(sum, part);
		expect(plain(sum)).toEqual(whole);
	});

	it('is the same whichever shards are merged first', () => {
		const parts = [0, 1, 2].map((s) => all.filter((_, i) => i % 3 === s));
		const [a, b, c] = parts.map(count);
		mergeCorpusTallies(b!, c!);
		mergeCorpusTallies(a!, b!);
		expect(plain(a!)).toEqual(whole);
	});

	it('begins with nothing, which adds nothing', () => {
		const sum = newCorpusTally(SAES, 1);
		expect(sum).toMatchObject({ documents: 0, within: 0, held: 0, windows: 0, first: 1 });
		mergeCorpusTallies(sum, count(all));
		mergeCorpusTallies(sum, newCorpusTally(SAES, 1));
		expect(plain(sum)).toEqual(whole);
	});
});

describe('the metrics of a tally', () => {
	const [tokens, d] = [300, 5];
	const x = draws.list(tokens, () => Float32Array.from({ length: d }, () => draws.real(-1, 3)));
	const y = x.map((row) => row.map((v) => v + draws.real(-0.4, 0.4)));
	const square = (row: ArrayLike<number>) => Array.from(row).reduce((sum, v) => sum + v * v, 0);
	const less = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a, (v, c) => v - b[c]!);
	const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

	function tallied() {
		const tally = newSaeTally(FEATURES, d);
		x.forEach((row, t) => countError(tally.errors, row, y[t]!));
		return Object.assign(tally, {
			tokens,
			count: Float64Array.of(300, 30, 3, 0, 27, 0)
		});
	}

	it('are those of their definitions', () => {
		const found = metricsOf(tallied());
		const mean = Array.from({ length: d }, (_, c) => sum(x.map((row) => row[c]!)) / tokens);
		const missed = sum(x.map((row, t) => square(less(row, y[t]!))));
		expect(found.fvu).toBeCloseTo(missed / sum(x.map((row) => square(less(row, mean)))), 6);
		expect(found.nmse).toBeCloseTo(
			sum(x.map((row, t) => square(less(row, y[t]!)) / square(row))) / tokens,
			6
		);
		expect(found).toMatchObject({ l0: 360 / 300, dead: 2 / 6, tokens });
	});

	it('do not change when errors are counted in parts', () => {
		const parts = [newErrorSums(d), newErrorSums(d), newErrorSums(d)];
		x.forEach((row, t) => countError(parts[t % 3]!, row, y[t]!));
		const joined = newErrorSums(d);
		for (const part of parts) addErrorSums(joined, part);
		const [found, expected] = [{ ...tallied(), errors: joined }, tallied()].map(metricsOf);
		expect(found!.fvu).toBeCloseTo(expected!.fvu, 12);
		expect(found!.nmse).toBeCloseTo(expected!.nmse, 12);
	});

	it('are perfect for a perfect reconstruction, and 1 for the mean of the text', () => {
		const [perfect, flat] = [tallied(), tallied()];
		perfect.errors = newErrorSums(d);
		flat.errors = newErrorSums(d);
		const mean = Float32Array.from({ length: d }, (_, c) => sum(x.map((row) => row[c]!)) / tokens);
		for (const row of x) {
			countError(perfect.errors, row, row);
			countError(flat.errors, row, mean);
		}
		expect(metricsOf(perfect)).toMatchObject({ fvu: 0, nmse: 0 });
		expect(metricsOf(flat).fvu).toBeCloseTo(1, 6);
	});

	it('leave tokens of nothing but zeros out of the mean of ratios', () => {
		const errors = newErrorSums(2);
		countError(errors, Float32Array.of(0, 0), Float32Array.of(1, 0));
		countError(errors, Float32Array.of(2, 0), Float32Array.of(1, 0));
		expect(errors).toMatchObject({ error: 2, square: 4, ratio: 0.25 });
		expect([...errors.total]).toEqual([2, 0]);
	});
});

describe('densities', () => {
	const of = (count: number[], tokens: number) =>
		densitiesOf({ count: Float64Array.from(count), tokens });

	it('lie in steps of half a power of ten, from a millionth to all', () => {
		const { edges } = of([], 1);
		expect(edges).toHaveLength(13);
		expect([edges[0], edges[1], edges[12]]).toEqual([-6, -5.5, 0]);
	});

	it('count every feature that is ever active once, in its step', () => {
		for (let trial = 0; trial < 20; trial++) {
			const tokens = 1e6;
			const count = draws.list(50, () =>
				draws.chance(0.2) ? 0 : Math.ceil(10 ** draws.real(0, 6))
			);
			const { edges, counts } = of(count, tokens);
			const logs = count.filter((n) => n > 0).map((n) => Math.log10(n / tokens));
			counts.forEach((n, b) => {
				const last = b === counts.length - 1;
				const own = logs.filter((x) => x >= edges[b]! && (last || x < edges[b + 1]!));
				expect(own).toHaveLength(n);
			});
		}
	});

	it('put what lies beyond into the first and the last step', () => {
		expect(of([1], 1e9).counts[0]).toBe(1);
		expect(of([5], 5).counts[11]).toBe(1);
		expect(of([0, 0], 5).counts).toEqual(new Array(12).fill(0));
	});
});
