/** The statistics file of an SAE; its tensors are described in `models/README.md`. */
import { times, row } from '../../src/core/math/matrix';
import { largest } from '../../src/core/math/sampling';
import { shownOf } from '../../src/core/corpus/examples';
import { BINS, stepOf } from '../../src/core/corpus/histogram';
import { examplesOf, type SaeTally } from '../../src/core/corpus/sae-tally';
import { entropies } from '../../src/core/corpus/token-counts';
import { correlations, momentsOf } from '../../src/core/flow/coactivation';
import { integers } from '../../src/core/files/safetensors';
import { SafetensorsWriter } from '../import/files/safetensors-writer';
import type { Matches } from '../flow/matcher';
import type { TextCodes } from '../sae/encode-texts';
import { isInStream } from '../../src/core/names/site';
import type { Sae } from '../sae/sae';
import { timeSlices } from '../runtime/time-slices';
import { COACTIVE, type Statistics } from '../packs/statistics';
import type { Workbench } from '../packs/open-pack';

/** Promoted and suppressed tokens listed of each feature. */
const LISTED = 8;
/** Milliseconds of work after which other work is let in. */
const SLICE = 50;

/** Windows that examples are from, by digest: their length, and where they begin in the pack's example texts. */
export type ExampleWindows = Map<number, { length: number; start: number }>;

/** What a file is made of besides the SAE. */
export interface StatisticsParts {
	tally: SaeTally;
	windows: ExampleWindows;
	/** The statistics that the pack has: promoted tokens are the same as long as the weights are. */
	before: Statistics | null;
	/** Codes of a sample of windows. */
	sample: TextCodes;
	/** Best matches upstream, by SAE. */
	matches: Map<string, Matches>;
}

export async function statisticsFile(
	sae: Sae,
	{ tally, windows, before, sample, matches }: StatisticsParts,
	bench: Workbench,
	signal?: AbortSignal
): Promise<SafetensorsWriter> {
	const { tokens, count, sum, histograms } = tally;
	const n = count.length;
	const file = new SafetensorsWriter();
	const vector = (name: string, data: Float32Array) =>
		file.floats(name, { shape: [n], data }, 'f32');
	vector(
		'density',
		Float32Array.from(count, (times) => times / Math.max(1, tokens))
	);
	vector('max', tally.max);
	vector(
		'mean',
		Float32Array.from(sum, (total, f) => total / Math.max(1, count[f]!))
	);
	vector(
		'hist_step',
		Float32Array.from(count, (_, f) => stepOf(histograms, f))
	);
	file.integers('hist_counts', [n, BINS], Uint32Array.from(histograms.counts));
	const entropy = entropies(tally.byToken, count, bench.model.shape.vocabSize);
	if (entropy) vector('token_entropy', entropy);
	addExamples(file, tally, windows);
	await addTokens(file, sae, bench, before, signal);
	await addCoactive(file, sae, sample, signal);
	for (const [id, { k, indices, cosines }] of matches) {
		file.integers(`match.${id}.index`, [n, k], Uint32Array.from(indices));
		file.floats(`match.${id}.cosine`, { shape: [n * k], data: cosines }, 'f32');
	}
	return file;
}

function addExamples(file: SafetensorsWriter, tally: SaeTally, windows: ExampleWindows): void {
	const n = tally.count.length;
	const most = tally.strongest.size + tally.drawn.size;
	const at = new Int32Array(n * most).fill(-1);
	const quantile = new Float32Array(n * most);
	const active = new Uint8Array(n * most);
	const offsets: number[] = [];
	const activations: number[] = [];
	for (let f = 0; f < n; f++)
		for (const [e, example] of examplesOf(tally, f).entries()) {
			const slot = f * most + e;
			const { start, length } = windows.get(example.window)!;
			at[slot] = start + example.position;
			quantile[slot] = example.quantile;
			shownOf(example, length).forEach((activation, offset) => {
				if (activation === 0) return;
				active[slot]!++;
				offsets.push(offset);
				activations.push(activation);
			});
		}
	const shown = { shape: [activations.length], data: Float32Array.from(activations) };
	file
		.integers('example_at', [n, most], at)
		.floats('example_quantile', { shape: [n, most], data: quantile }, 'f32')
		.integers('example_count', [n, most], active)
		.integers('example_offset', [offsets.length], Uint8Array.from(offsets))
		.floats('example_act', shown, 'f32');
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
			const ids = known instanceof Uint16Array ? known : Uint32Array.from(known);
			file.integers(name, [n, before.listed], ids);
		}
		return;
	}
	const listed = isInStream(sae.info.site) ? LISTED : 0;
	const Ids = bench.unembedding.rows > 65535 ? Uint32Array : Uint16Array;
	const found = { promoted: new Ids(n * listed), suppressed: new Ids(n * listed) };
	const { finalGain } = bench;
	const pause = timeSlices(SLICE, signal);
	for (let f = 0; listed > 0 && f < n; f++) {
		const w = row(sae.wDec, f).map((x, c) => x * finalGain[c]!);
		const logits = times(bench.unembedding, w);
		found.promoted.set(largest(logits, LISTED), f * LISTED);
		const negated = logits.map((x) => -x);
		found.suppressed.set(largest(negated, LISTED), f * LISTED);
		await pause();
	}
	for (const name of names) file.integers(name, [n, listed], found[name]);
}

/** The features of the same SAE whose activations correlate most over the sample. */
async function addCoactive(
	file: SafetensorsWriter,
	sae: Sae,
	{ rows, columns }: TextCodes,
	signal?: AbortSignal
): Promise<void> {
	const n = sae.wDec.rows;
	const moments = Array.from({ length: n }, (_, f) => momentsOf(columns, f));
	const tokens = rows.offsets.length - 1;
	const index = new Uint32Array(n * COACTIVE);
	const value = new Float32Array(n * COACTIVE);
	const pause = timeSlices(SLICE, signal);
	for (let f = 0; f < n; f++) {
		if (moments[f]!.count === 0) continue;
		const found = correlations(columns, f, rows, moments, tokens);
		found[f] = 0;
		largest(found, Math.min(COACTIVE, n)).forEach((other, i) => {
			index[f * COACTIVE + i] = other;
			value[f * COACTIVE + i] = found[other]!;
		});
		await pause();
	}
	file.integers('coactive.index', [n, COACTIVE], index);
	file.floats('coactive.value', { shape: [n, COACTIVE], data: value }, 'f32');
}
