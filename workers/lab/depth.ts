/** Depth: see `src/core/lab/methods/depth`. */
import type { Run } from '../../src/core/calls';
import type {
	DepthCurve,
	DepthFound,
	DepthLayer,
	DepthMeasure,
	DepthSettings,
	FeatureDepth,
	OverDocuments
} from '../../src/core/lab/methods/depth/depth';
import { curvatureOf, depthMeasure } from '../../src/core/lab/methods/depth/measures';
import { ridgeScores, type RidgeRows } from '../../src/core/lab/methods/depth/ridge';
import { meanInterval } from '../../src/core/math/interval';
import { quantile } from '../../src/core/math/quantile';
import { seeded, shuffle } from '../../src/core/math/random';
import { byFeature, joined, type SparseColumns } from '../../src/core/math/sparse';
import { Problem } from '../../src/core/names/errors';
import type { Site } from '../../src/core/names/ids';
import { depthOf, EMBEDDING, residPost, siteOf, tapOf } from '../../src/core/names/site';
import type { LanguageModel } from '../model/language-model';
import { randomModel } from '../model/random-model';
import type { Workbench } from '../packs/open-pack';
import { timeSlices } from '../runtime/time-slices';
import { openSae } from './sae';
import { chosenDocuments, firstOf, readTexts, type ReadText } from './texts';

/** Tokens of a text at least: steps need three. */
const LEAST = 3;
/** Share of the documents that is held out. */
const HELD = 0.25;
/** Tokens on which a feature must be active, on either side. */
const LEAST_ACTIVE = 10;
const SLICE_MS = 20;

type Streams = (site: Site) => Float32Array[];

/** Throws a Problem for a text of fewer than three tokens, and for activations that are not finite. */
export async function depth(
	settings: DepthSettings,
	bench: Workbench,
	run: Run<DepthFound>
): Promise<DepthFound> {
	const { sae: id, text, rows, tokens, seed, corpus } = settings;
	const { signal } = run;
	const sae = await openSae(bench, id, signal);
	const { layers, dModel } = bench.model.shape;
	const sites = [EMBEDDING, ...Array.from({ length: layers }, (_, l) => residPost(l))];
	const centred = rows === 'centred';
	const pause = timeSlices(SLICE_MS, signal);
	const report = async (what: string, done: number, total: number) => {
		run.progress({ phase: 'measure', what, done, total });
		await pause();
	};
	const ids = bench.tokenize(text).tokens.map((token) => token.id);
	if (ids.length - firstOf(bench, ids) < LEAST)
		throw new Problem('usage', `This text has fewer than ${LEAST} tokens.`, 'Write a longer one.');
	const own = await streamsOf(bench, bench.model, [ids], sites, run);
	const texts = await readTexts(bench, { sae: id, sites, text: corpus, tokens }, run);
	const read = texts.filter(({ ids }) => ids.length >= LEAST);
	if (read.length < 2)
		throw new Problem(
			'unsupported',
			'There are fewer than two texts of three tokens or more beside this one.',
			'Read more tokens, or give longer texts.'
		);
	const all: Streams = (site) => read.map(({ taps }) => taps.get(site)!);
	await report('drawing random weights', 0, 1);
	const random = await randomModel(bench.model, seed, signal);
	const other = random && (await randomStreams(bench, random, settings, sites, run));
	const uniform = seeded(seed);
	const made: DepthLayer[] = [];
	const found = (features: FeatureDepth[]): DepthFound => ({
		...{ sae: id, n: read.reduce((n, { ids }) => n + ids.length, 0), unit: 'tokens' },
		...{ tokens: own(EMBEDDING)[0]!.length / dModel, documents: read.length },
		...{ layers: made.slice(), features },
		control: {
			without: random ? null : 'The model is too large for a copy with random weights here.',
			shuffled: chanceOf(features)
		}
	});
	for (const [i, site] of sites.entries()) {
		const step = () => report('measuring layers', i, sites.length);
		const orders = all(site).map((x) => curvatureOf(mixed(x, dModel, uniform), dModel));
		made.push({
			...{ site, depth: i, text: depthMeasure(own(site)[0]!, dModel, centred) },
			corpus: await curveOf(all(site), dModel, centred, step),
			shuffled: overDocuments(orders),
			random: other && (await curveOf(other(site), dModel, centred, step))
		});
		run.part(found([]));
	}
	const upTo = sites.filter((site) => depthOf(site) <= depthOf(tapOf(siteOf(id))));
	const features = await featuresOf(settings, read, sae.wDec.rows, upTo, dModel, report);
	return found(features);
}

/** Of each text its tokens at a site, from behind the special ones. */
async function streamsOf(
	bench: Workbench,
	model: LanguageModel,
	texts: number[][],
	sites: Site[],
	{ signal, progress }: Run<DepthFound>
): Promise<Streams> {
	const pause = timeSlices(SLICE_MS, signal);
	const read: Map<Site, Float32Array>[] = [];
	for (const [i, ids] of texts.entries()) {
		progress({ phase: 'read', what: 'reading texts', done: i, total: texts.length });
		const taps = await model.texts([ids], sites, signal);
		const from = firstOf(bench, ids);
		const own = sites.map(
			(site) => [site, taps.get(site)!.slice(from * model.width(site))] as const
		);
		read.push(new Map(own));
		await pause();
	}
	return (site) => read.map((taps) => taps.get(site)!);
}

/** The same documents under random weights. */
async function randomStreams(
	bench: Workbench,
	model: LanguageModel,
	{ corpus, tokens }: DepthSettings,
	sites: Site[],
	run: Run<DepthFound>
): Promise<Streams> {
	try {
		const documents = await chosenDocuments(bench, corpus, tokens);
		const long = documents.filter((ids) => ids.length - firstOf(bench, ids) >= LEAST);
		return await streamsOf(bench, model, long, sites, run);
	} finally {
		await model.release();
	}
}

async function curveOf(
	texts: Float32Array[],
	d: number,
	centred: boolean,
	step: () => Promise<void>
): Promise<DepthCurve> {
	const measures: DepthMeasure[] = [];
	for (const x of texts) {
		if (!x.every(Number.isFinite))
			throw new Problem(
				'unsupported',
				'The model gives numbers that are not finite on one of these texts.',
				'Read other texts, or open another model.'
			);
		measures.push(depthMeasure(x, d, centred));
		await step();
	}
	const means = new Float32Array(texts.length * d);
	texts.forEach((x, i) => {
		const n = x.length / d;
		for (let t = 0; t < n; t++) for (let c = 0; c < d; c++) means[i * d + c]! += x[t * d + c]! / n;
	});
	return {
		entropy: overDocuments(measures.map(({ entropy }) => entropy))!,
		curvature: overDocuments(measures.map(({ curvature }) => curvature)),
		documents: texts.length < LEAST ? null : depthMeasure(means, d, centred).entropy
	};
}

function overDocuments(values: readonly (number | null)[]): OverDocuments | null {
	const found = meanInterval(values.filter((value) => value !== null));
	return found && { mean: found.value, interval: [found.low, found.high], n: found.n };
}

/** The same tokens in an order of chance. */
function mixed(x: Float32Array, d: number, uniform: () => number): Float32Array {
	const order = Array.from({ length: x.length / d }, (_, t) => t);
	shuffle(order, uniform);
	const out = new Float32Array(x.length);
	order.forEach((from, to) => out.set(x.subarray(from * d, from * d + d), to * d));
	return out;
}

async function featuresOf(
	{ features: most, seed }: DepthSettings,
	texts: ReadText[],
	size: number,
	sites: Site[],
	width: number,
	report: (what: string, done: number, total: number) => Promise<void>
): Promise<FeatureDepth[]> {
	if (most === 0) return [];
	const uniform = seeded(seed + 1);
	const held = Uint8Array.from(
		texts.flatMap(({ ids }) => {
			const out = uniform() < HELD ? 1 : 0;
			return ids.map(() => out);
		})
	);
	const columns = byFeature(joined(texts.map(({ codes }) => codes)), size);
	const chosen = chosenFeatures(columns, held, most);
	const targets = chosen.map(({ feature }) => activationsOf(columns, feature, held.length));
	const controls = targets.map((y) => {
		const out = y.slice();
		shuffle(out, uniform);
		return out;
	});
	const scores: number[][] = [];
	for (const [i, site] of sites.entries()) {
		await report('reading features from layers', i, sites.length);
		const rows: RidgeRows = { x: rowsAt(texts, site, held.length * width), width, held };
		scores.push(ridgeScores(rows, [...targets, ...controls]));
	}
	return chosen.map(({ feature, active }, k): FeatureDepth => {
		const r2 = scores.map((of) => of[k]!);
		const best = Math.max(...r2);
		const clipped = r2.map((x) => Math.min(1, Math.max(0, x)));
		return {
			...{ feature, active, r2 },
			complexity: 1 - clipped.reduce((a, b) => a + b, 0) / clipped.length,
			emerges: best > 0 ? r2.findIndex((x) => x >= best / 2) : null,
			shuffled: Math.max(...scores.map((of) => of[chosen.length + k]!))
		};
	});
}

/** The most frequent of those that are active on enough tokens of either side, but not on all. */
function chosenFeatures({ offsets, tokens }: SparseColumns, held: Uint8Array, most: number) {
	return Array.from({ length: offsets.length - 1 }, (_, feature) => {
		const on = tokens.subarray(offsets[feature], offsets[feature + 1]);
		const out = on.reduce((sum, t) => sum + held[t]!, 0);
		return { feature, active: on.length, least: Math.min(out, on.length - out) };
	})
		.filter(({ active, least }) => least >= LEAST_ACTIVE && active < held.length)
		.sort((a, b) => b.active - a.active || a.feature - b.feature)
		.slice(0, most);
}

function activationsOf(columns: SparseColumns, feature: number, n: number): Float32Array {
	const out = new Float32Array(n);
	for (let i = columns.offsets[feature]!; i < columns.offsets[feature + 1]!; i++)
		out[columns.tokens[i]!] = columns.activations[i]!;
	return out;
}

function rowsAt(texts: ReadText[], site: Site, size: number): Float32Array {
	const out = new Float32Array(size);
	let at = 0;
	for (const { taps } of texts) {
		out.set(taps.get(site)!, at);
		at += taps.get(site)!.length;
	}
	return out;
}

function chanceOf(features: FeatureDepth[]): number | null {
	if (features.length === 0) return null;
	return quantile(Float64Array.from(features, ({ shuffled }) => shuffled).sort(), 0.99);
}
