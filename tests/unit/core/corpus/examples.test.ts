/** Which places are kept depends on the places alone. */
import { describe, expect, it } from 'vitest';
import {
	addKept,
	BEFORE,
	boundsOf,
	drawn,
	newKept,
	offer,
	placesOf,
	stronger,
	type Better,
	type Kept,
	type Place
} from '../../../../src/core/corpus/examples';
import { Draws } from '../../../draws';

const draws = new Draws(15);
const [FEATURES, MOST, VIEW] = [3, 5, 24];

interface Offer extends Place {
	feature: number;
}

/** Few windows and few levels, so that many places tie; no place is offered with two activations. */
function offers(n: number): Offer[] {
	const known = new Map<string, Offer>();
	for (let i = 0; i < n; i++) {
		const [feature, window, position] = [
			draws.integer(0, FEATURES - 1),
			draws.integer(0, 12),
			draws.integer(1, 4)
		];
		const a = 1 + ((7 * window + 3 * position + feature) % 5);
		known.set(`${feature} ${window} ${position}`, { feature, window, position, a });
	}
	return [...known.values()];
}

/** The activations around a place, told by its own numbers. */
const viewOf = ({ window, position, a }: Place) =>
	Float32Array.from({ length: VIEW }, (_, i) => (i === BEFORE ? a : (i + window) % position));

function kept(all: readonly Offer[], better: Better, most = MOST): Kept {
	const out = newKept(FEATURES, most);
	for (const one of all) offer(out, better, one.feature, one, (view) => view.set(viewOf(one)));
	return out;
}

const listed = (some: Kept, better: Better) =>
	Array.from({ length: FEATURES }, (_, f) =>
		placesOf(some, f, better).map((place) => ({ ...place, view: [...place.view] }))
	);

/** The best of all by sorting. */
const sorted = (all: readonly Offer[], better: Better, most = MOST) =>
	Array.from({ length: FEATURES }, (_, f) =>
		all
			.filter(({ feature }) => feature === f)
			.toSorted((a, b) => (better(a, b) ? -1 : 1))
			.slice(0, most)
			.map(({ window, position, a }) => ({
				...{ window, position, a },
				view: [...viewOf({ window, position, a })]
			}))
	);

describe.each([
	['strongest', stronger],
	['drawn', drawn]
] as const)('the %s places', (_, better) => {
	it('are the best of all that were offered, with what surrounds them', () => {
		for (let trial = 0; trial < 30; trial++) {
			const all = offers(draws.integer(0, 120));
			for (const most of [1, 2, MOST])
				expect(listed(kept(all, better, most), better)).toEqual(sorted(all, better, most));
		}
	});

	it('do not depend on the order, nor on how often each is offered', () => {
		const all = offers(80);
		const expected = sorted(all, better);
		for (let trial = 0; trial < 10; trial++) {
			const order = draws.shuffled([...all, ...all]);
			expect(listed(kept(order, better), better)).toEqual(expected);
		}
	});

	it('of shards add up to those of all, in any order, one shard twice', () => {
		const all = offers(100);
		const shards = [0, 1, 2].map((s) =>
			kept(
				all.filter((_, i) => i % 3 === s),
				better
			)
		);
		const before = structuredClone(shards);
		for (const order of [
			[0, 1, 2],
			[2, 1, 0],
			[1, 2, 0, 1]
		]) {
			const whole = newKept(FEATURES, MOST);
			for (const s of order) addKept(whole, shards[s]!, better);
			expect(listed(whole, better)).toEqual(sorted(all, better));
		}
		expect(shards).toEqual(before);
	});

	it('are in one order only: of two places exactly one is better', () => {
		const all = offers(60);
		for (const a of all)
			for (const b of all) {
				if (a.window === b.window && a.position === b.position) continue;
				expect(better(a, b)).not.toBe(better(b, a));
			}
	});
});

describe('a place that takes the room of another', () => {
	it('leaves nothing of the other’s surroundings', () => {
		const out = newKept(1, 1);
		offer(out, stronger, 0, { window: 1, position: 3, a: 1 }, (view) => view.fill(9));
		offer(out, stronger, 0, { window: 2, position: 3, a: 2 }, (view) => (view[BEFORE] = 2));
		const [place] = placesOf(out, 0, stronger);
		expect([...place!.view].filter((a) => a !== 0)).toEqual([2]);
	});

	it('is not looked at when it is not better', () => {
		const out = newKept(2, 1);
		offer(out, stronger, 1, { window: 1, position: 3, a: 2 }, () => undefined);
		let looked = 0;
		offer(out, stronger, 1, { window: 2, position: 3, a: 1 }, () => looked++);
		offer(out, stronger, 1, { window: 1, position: 3, a: 5 }, () => looked++);
		expect(looked).toBe(0);
		expect(placesOf(out, 0, stronger)).toEqual([]);
		expect(placesOf(out, 1, stronger)).toMatchObject([{ window: 1, position: 3, a: 2 }]);
	});

	it('may be in the window of digest 0', () => {
		const out = newKept(1, 2);
		offer(out, drawn, 0, { window: 0, position: 1, a: 1 }, () => undefined);
		expect(placesOf(out, 0, drawn)).toHaveLength(1);
	});
});

describe('what is shown of a window', () => {
	it('is fifteen tokens before and nine from the place on, inside the window', () => {
		for (let trial = 0; trial < 200; trial++) {
			const [first, length] = [draws.integer(0, 2), draws.integer(3, 60)];
			const position = draws.integer(first, length - 1);
			const { start, end } = boundsOf(position, first, length);
			const shown = Array.from({ length }, (_, i) => i).filter(
				(i) => i >= first && i >= position - 15 && i <= position + 8
			);
			expect([start, end - 1]).toEqual([shown[0], shown.at(-1)]);
		}
	});
});
