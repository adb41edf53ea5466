/** Which peaks are kept depends on the peaks alone. */
import { describe, expect, it } from 'vitest';
import {
	boundsOf,
	excerptsOf,
	insertPeak,
	mergePeakSamples,
	newPeakSample,
	type Peak,
	type PeakSample
} from '../../../../src/core/corpus/examples';
import { Draws } from '../../../draws';

const draws = new Draws(15);
const [FEATURES, SIZE, VIEW, BEFORE] = [3, 5, 24, 15];

interface Offer extends Peak {
	feature: number;
}

/** Few windows, ranks and levels, so that many peaks tie; no token is offered with two activations. */
function offers(n: number): Offer[] {
	const known = new Map<string, Offer>();
	for (let i = 0; i < n; i++) {
		const [feature, window, position] = [
			draws.integer(0, FEATURES - 1),
			draws.integer(0, 12),
			draws.integer(1, 4)
		];
		const activation = 1 + ((7 * window + 3 * position + feature) % 5);
		const rank = (window + position) % 3;
		const peak = { feature, window, position, activation, rank };
		known.set(`${feature} ${window} ${position}`, peak);
	}
	return [...known.values()];
}

/** The activations around a peak, told by its own numbers. */
const viewOf = ({ window, position, activation }: Peak) =>
	Float32Array.from({ length: VIEW }, (_, i) =>
		i === BEFORE ? activation : (i + window) % position
	);

const peak = (window: number, activation: number, rank = 0): Peak => ({
	...{ window, position: 3 },
	...{ activation, rank }
});

type Kind = PeakSample['kind'];

function sampled(all: readonly Offer[], kind: Kind, size = SIZE): PeakSample {
	const out = newPeakSample(kind, FEATURES, size);
	for (const one of all) insertPeak(out, one.feature, one)?.set(viewOf(one));
	return out;
}

const listed = (sample: PeakSample) =>
	Array.from({ length: FEATURES }, (_, f) =>
		excerptsOf(sample, f).map((excerpt) => ({ ...excerpt, view: [...excerpt.view] }))
	);

/** What is kept first. */
const ORDER: Record<Kind, (a: Peak, b: Peak) => number> = {
	strongest: (a, b) => a.rank - b.rank || b.activation - a.activation || ORDER.drawn(a, b),
	drawn: (a, b) => a.window - b.window || a.position - b.position
};

/** The first of all by sorting. */
const sorted = (all: readonly Offer[], kind: Kind, size = SIZE) =>
	Array.from({ length: FEATURES }, (_, f) =>
		all
			.filter(({ feature }) => feature === f)
			.toSorted(ORDER[kind])
			.slice(0, size)
			.map(({ feature: _, ...one }) => ({ ...one, view: [...viewOf(one)] }))
	);

describe.each(['strongest', 'drawn'] as const)('the %s peaks', (kind) => {
	it('are the first of all that were offered, with what surrounds them', () => {
		for (let trial = 0; trial < 30; trial++) {
			const all = offers(draws.integer(0, 120));
			for (const size of [1, 2, SIZE])
				expect(listed(sampled(all, kind, size))).toEqual(sorted(all, kind, size));
		}
	});

	it('do not depend on the order, nor on how often each is offered', () => {
		const all = offers(80);
		const expected = sorted(all, kind);
		for (let trial = 0; trial < 10; trial++) {
			const order = draws.shuffled([...all, ...all]);
			expect(listed(sampled(order, kind))).toEqual(expected);
		}
	});

	it('of shards merge into those of all, in any order, one shard twice', () => {
		const all = offers(100);
		const shards = [0, 1, 2].map((s) =>
			sampled(
				all.filter((_, i) => i % 3 === s),
				kind
			)
		);
		const before = structuredClone(shards);
		for (const order of [
			[0, 1, 2],
			[2, 1, 0],
			[1, 2, 0, 1]
		]) {
			const whole = newPeakSample(kind, FEATURES, SIZE);
			for (const s of order) mergePeakSamples(whole, shards[s]!);
			expect(listed(whole)).toEqual(sorted(all, kind));
		}
		expect(shards).toEqual(before);
	});
});

describe('a peak that takes the room of another', () => {
	it('leaves nothing of the other’s surroundings', () => {
		const out = newPeakSample('strongest', 1, 1);
		insertPeak(out, 0, peak(1, 1))!.fill(9);
		insertPeak(out, 0, peak(2, 2))![BEFORE] = 2;
		const [kept] = excerptsOf(out, 0);
		expect([...kept!.view].filter((a) => a !== 0)).toEqual([2]);
	});

	it('has to precede it, and is not kept twice', () => {
		const out = newPeakSample('strongest', 2, 1);
		insertPeak(out, 1, peak(1, 2));
		expect(insertPeak(out, 1, peak(2, 1))).toBeNull();
		expect(insertPeak(out, 1, peak(2, 9, 1))).toBeNull();
		expect(insertPeak(out, 1, peak(1, 5))).toBeNull();
		expect(excerptsOf(out, 0)).toEqual([]);
		expect(excerptsOf(out, 1)).toMatchObject([peak(1, 2)]);
	});

	it('may be in the window of digest 0', () => {
		const out = newPeakSample('drawn', 1, 2);
		insertPeak(out, 0, peak(0, 1));
		expect(excerptsOf(out, 0)).toHaveLength(1);
	});
});

describe('what is shown of a window', () => {
	it('is fifteen tokens before and nine from the peak on, inside the window, without its first token', () => {
		for (let trial = 0; trial < 200; trial++) {
			const length = draws.integer(3, 60);
			const position = draws.integer(1, length - 1);
			const { start, end } = boundsOf(position, length);
			const shown = Array.from({ length }, (_, i) => i).filter(
				(i) => i >= 1 && i >= position - 15 && i <= position + 8
			);
			expect([start, end - 1]).toEqual([shown[0], shown.at(-1)]);
		}
	});
});
