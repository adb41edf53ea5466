/** The statistics file of one SAE from its tally; tensors as in `models/README.md`. */
import { times, row } from '../../src/core/math/matrix';
import { largest } from '../../src/core/math/sampling';
import {
	boundsOf,
	BEFORE,
	drawn,
	placesOf,
	stronger,
	type Shown
} from '../../src/core/corpus/examples';
import type { Gathered } from '../../src/core/corpus/tallies';
import { BINS, quantileOf, stepOf } from '../../src/core/corpus/histogram';
import type { Tally } from '../../src/core/corpus/tally';
import { entropies } from '../../src/core/corpus/token-counts';
import { correlations, momentsOf } from '../../src/core/flow/coactivation';
import { integers } from '../../src/core/files/safetensors';
import { SafetensorsWriter } from '../import/files/safetensors-writer';
import type { Sae } from '../sae/sae';
import { breathe } from '../runtime/session';
import type { Statistics } from '../packs/statistics';
import type { Workbench } from '../packs/open-pack';
import type { SampleCodes } from './names';

const LISTED = 8;
const TOGETHER = 5;
/** Work between two looks at whether somebody changed their mind, in milliseconds. */
const STRETCH = 50;

/** Where each window of the gathered texts begins in the pack's example texts, by its digest. */
export type Places = Map<number, number>;

export interface Known {
	gathered: Gathered;
	places: Places;
	/** The statistics that the pack had, whose promoted tokens are right as long as the weights are. */
	before: Statistics | null;
	/** Codes over the windows on which names are chosen. */
	sample: SampleCodes;
	/** Best matches upstream, by the SAE. */
	matches: Map<string, { k: number; indices: Int32Array; cosines: Float32Array }>;
}

export async function statisticsFile(
	sae: Sae,
	tally: Tally,
	bench: Workbench,
	known: Known,
	signal?: AbortSignal
): Promise<SafetensorsWriter> {
	const n = tally.count.length;
	const file = new SafetensorsWriter();
	const vector = (name: string, data: Float32Array) =>
		file.floats(name, { shape: [n], data }, 'f32');
	const per = (of: (f: number) => number) => Float32Array.from({ length: n }, (_, f) => of(f));
	vector(
		'density',
		per((f) => tally.count[f]! / Math.max(1, tally.tokens))
	);
	vector('max', tally.max);
	vector(
		'mean',
		per((f) => tally.sum[f]! / Math.max(1, tally.count[f]!))
	);
	vector(
		'hist_step',
		per((f) => stepOf(tally.histograms, f))
	);
	file.integers('hist_counts', [n, BINS], Uint32Array.from(tally.histograms.counts));
	const entropy = entropies(tally.byToken, tally.count, bench.model.shape.vocabSize);
	if (entropy) vector('token_entropy', entropy);
	addExamples(file, tally, known);
	await addTokens(file, sae, bench, known.before, signal);
	await addTogether(file, sae, known.sample, signal);
	for (const [id, { k, indices, cosines }] of known.matches) {
		file.integers(`match.${id}.index`, [n, k], Uint32Array.from(indices));
		file.floats(`match.${id}.cosine`, { shape: [n * k], data: cosines }, 'f32');
	}
	return file;
}

/** What a feature's card shows: where it was strongest, and the drawn places that add something to that. */
export function shownOf(tally: Tally, feature: number): Shown[] {
	const strongest = placesOf(tally.strongest, feature, stronger);
	const overlaps = (a: Shown, b: Shown) =>
		a.window === b.window && Math.abs(a.position - b.position) < BEFORE;
	const others = placesOf(tally.drawn, feature, drawn).filter(
		(place) => !strongest.some((other) => overlaps(place, other))
	);
	return [...strongest, ...others].sort((a, b) => b.a - a.a);
}

function addExamples(file: SafetensorsWriter, tally: Tally, { gathered, places }: Known): void {
	const n = tally.count.length;
	const most = tally.strongest.most + tally.drawn.most;
	const at = new Int32Array(n * most).fill(-1);
	const quantile = new Float32Array(n * most);
	const active = new Uint8Array(n * most);
	const offsets: number[] = [];
	const activations: number[] = [];
	for (let f = 0; f < n; f++)
		shownOf(tally, f).forEach(({ window, position, a, view }, e) => {
			const slot = f * most + e;
			const ids = gathered.texts.get(window)!;
			const { start } = boundsOf(position, gathered.first, ids.length);
			at[slot] = places.get(window)! + position;
			// Nothing is stronger than the strongest; of others the histogram tells.
			quantile[slot] = a === tally.max[f] ? 1 : quantileOf(tally.histograms, f, a);
			view.forEach((value, i) => {
				if (value === 0) return;
				active[slot]!++;
				offsets.push(position - BEFORE + i - start);
				activations.push(value);
			});
		});
	file
		.integers('example_at', [n, most], at)
		.floats('example_quantile', { shape: [n * most], data: quantile }, 'f32')
		.integers('example_count', [n, most], active)
		.integers('example_offset', [offsets.length], Uint8Array.from(offsets))
		.floats(
			'example_act',
			{ shape: [activations.length], data: Float32Array.from(activations) },
			'f32'
		);
}

async function addTokens(
	file: SafetensorsWriter,
	sae: Sae,
	bench: Workbench,
	before: Statistics | null,
	signal?: AbortSignal
): Promise<void> {
	const n = sae.wDec.rows;
	const names = ['promoted', 'suppressed'] as const;
	if (before) {
		for (const name of names) {
			const known = integers(before.file, name);
			const wide = known instanceof Uint16Array ? known : Uint32Array.from(known);
			file.integers(name, [n, before.listed], wide);
		}
		return;
	}
	const listed = bench.unembedding.rows > 65535 ? Uint32Array : Uint16Array;
	const found = { promoted: new listed(n * LISTED), suppressed: new listed(n * LISTED) };
	await inStretches(n, signal, (f) => {
		const w = row(sae.wDec, f).map((x, c) => x * bench.finalGain[c]!);
		const logits = times(bench.unembedding, w);
		found.promoted.set(largest(logits, LISTED), f * LISTED);
		const turned = logits.map((x) => -x);
		found.suppressed.set(largest(turned, LISTED), f * LISTED);
	});
	for (const name of names) file.integers(name, [n, LISTED], found[name]);
}

/** The features of the same SAE whose activations correlate most, over the sample. */
async function addTogether(
	file: SafetensorsWriter,
	sae: Sae,
	{ rows, columns }: SampleCodes,
	signal?: AbortSignal
): Promise<void> {
	const n = sae.wDec.rows;
	const moments = Array.from({ length: n }, (_, f) => momentsOf(columns, f));
	const tokens = rows.offsets.length - 1;
	const index = new Uint32Array(n * TOGETHER);
	const value = new Float32Array(n * TOGETHER);
	await inStretches(n, signal, (f) => {
		if (moments[f]!.count === 0) return;
		const found = correlations(columns, f, rows, moments, tokens);
		found[f] = 0;
		largest(found, Math.min(TOGETHER, n)).forEach((other, i) => {
			index[f * TOGETHER + i] = other;
			value[f * TOGETHER + i] = found[other]!;
		});
	});
	file.integers('coactive.index', [n, TOGETHER], index);
	file.floats('coactive.value', { shape: [n, TOGETHER], data: value }, 'f32');
}

/** Visits 0 to n − 1, letting messages in on the way. */
async function inStretches(
	n: number,
	signal: AbortSignal | undefined,
	visit: (i: number) => void
): Promise<void> {
	let since = Date.now();
	for (let i = 0; i < n; i++) {
		visit(i);
		if (Date.now() - since < STRETCH) continue;
		await breathe();
		signal?.throwIfAborted();
		since = Date.now();
	}
}
