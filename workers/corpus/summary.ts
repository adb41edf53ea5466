/** The statistics file of one SAE, from its codes over a walk; formats as in `models/README.md`. */
import type { Matrix } from '../../src/core/math/matrix';
import { row, times } from '../../src/core/math/matrix';
import { largest } from '../../src/core/math/sampling';
import type { Sae } from '../sae/sae';
import type { Walked } from './text-windows';
import { SafetensorsWriter } from '../import/files/safetensors-writer';

const BINS = 16;
const EXAMPLES = 12;
/** How many of a feature's examples are its strongest; the others spread over weaker ones. */
const STRONGEST = 5;
const LISTED = 8;
const BEFORE = 15;
const FROM_PEAK = 9;

export interface Vocabulary {
	unembedding: Matrix;
	/** Gain of the final norm. */
	gain: Float32Array;
}

/** Where a token's document begins (after its special token) and ends, in the joined windows. */
export type BoundsOf = (position: number) => { start: number; end: number };

export function summarise(
	sae: Sae,
	walked: Walked,
	bounds: BoundsOf,
	words: Vocabulary
): Uint8Array {
	const n = sae.wDec.rows;
	const tokens = walked.positions.length;
	const byFeature = groups(walked, n);
	const density = new Float32Array(n);
	const max = new Float32Array(n);
	const mean = new Float32Array(n);
	const counts = new Uint32Array(n * BINS);
	const at = new Int32Array(n * EXAMPLES).fill(-1);
	const quantile = new Float32Array(n * EXAMPLES);
	const active = new Uint8Array(n * EXAMPLES);
	const offsets: number[] = [];
	const acts: number[] = [];
	const listed = words.unembedding.rows > 65535 ? Uint32Array : Uint16Array;
	const promoted = new listed(n * LISTED);
	const suppressed = new listed(n * LISTED);
	for (let f = 0; f < n; f++) {
		const hits = byFeature[f]!;
		density[f] = hits.length / tokens;
		for (const { a } of hits) {
			max[f] = Math.max(max[f]!, a);
			mean[f]! += a / hits.length;
		}
		for (const { a } of hits)
			counts[f * BINS + Math.min(BINS - 1, Math.floor((a / max[f]!) * BINS))]!++;
		chooseExamples(hits, bounds).forEach((example, e) => {
			const slot = f * EXAMPLES + e;
			at[slot] = example.peak;
			quantile[slot] = example.quantile;
			active[slot] = example.inside.length;
			for (const { offset, a } of example.inside) {
				offsets.push(offset);
				acts.push(a);
			}
		});
		const logits = times(
			words.unembedding,
			row(sae.wDec, f).map((x, c) => x * words.gain[c]!)
		);
		promoted.set(largest(logits, LISTED), f * LISTED);
		suppressed.set(
			largest(
				logits.map((x) => -x),
				LISTED
			),
			f * LISTED
		);
	}
	return new SafetensorsWriter()
		.floats('density', { shape: [n], data: density }, 'f32')
		.floats('max', { shape: [n], data: max }, 'f32')
		.floats('mean', { shape: [n], data: mean }, 'f32')
		.integers('hist_counts', [n, BINS], counts)
		.integers('example_at', [n, EXAMPLES], at)
		.floats('example_quantile', { shape: [n * EXAMPLES], data: quantile }, 'f32')
		.integers('example_count', [n, EXAMPLES], active)
		.integers('example_offset', [offsets.length], Uint8Array.from(offsets))
		.floats('example_act', { shape: [acts.length], data: Float32Array.from(acts) }, 'f32')
		.integers('promoted', [n, LISTED], promoted)
		.integers('suppressed', [n, LISTED], suppressed)
		.toBytes();
}

interface Hit {
	position: number;
	a: number;
}

function groups(walked: Walked, n: number): Hit[][] {
	const lists: Hit[][] = Array.from({ length: n }, () => []);
	walked.features.forEach((f, i) => {
		lists[f]!.push({ position: walked.positions[walked.rows[i]!]!, a: walked.activations[i]! });
	});
	return lists;
}

/** The strongest hits and some spread over the weaker ones, no two windows overlapping, strongest first. */
function chooseExamples(hits: Hit[], bounds: BoundsOf) {
	const strongestFirst = [...hits].sort((x, y) => y.a - x.a || x.position - y.position);
	const byPosition = new Map(hits.map((h) => [h.position, h.a]));
	const order = strongestFirst.map((_, i) => i);
	const spread = Array.from({ length: EXAMPLES - STRONGEST }, (_, i) =>
		Math.floor(((i + 1) / (EXAMPLES - STRONGEST + 1)) * hits.length)
	);
	const taken: { start: number; end: number }[] = [];
	const chosen: { peak: number; quantile: number; inside: { offset: number; a: number }[] }[] = [];
	const take = (rank: number): boolean => {
		const hit = strongestFirst[rank]!;
		const document = bounds(hit.position);
		const start = Math.max(document.start, hit.position - BEFORE);
		const end = Math.min(document.end, hit.position + FROM_PEAK);
		if (taken.some((w) => start < w.end && w.start < end)) return false;
		const inside = Array.from({ length: end - start }, (_, offset) => ({
			offset,
			a: byPosition.get(start + offset) ?? 0
		})).filter(({ a }) => a > 0);
		// Its peak must be the strongest token of its window, or it would not show what it stands for.
		if (inside.some(({ a }) => a > hit.a)) return false;
		taken.push({ start, end });
		chosen.push({ peak: hit.position, quantile: 1 - rank / hits.length, inside });
		return true;
	};
	for (const rank of order) if (chosen.length >= STRONGEST || (take(rank), false)) break;
	for (const from of spread)
		for (let rank = from; rank < Math.min(from + 40, hits.length); rank++) if (take(rank)) break;
	for (const rank of order) if (chosen.length >= EXAMPLES || (take(rank), false)) break;
	const strength = (c: (typeof chosen)[number]) => Math.max(...c.inside.map(({ a }) => a));
	return chosen.slice(0, EXAMPLES).sort((x, y) => strength(y) - strength(x));
}
