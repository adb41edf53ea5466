/** Circles: see `src/core/lab/methods/circles`. */
import type { Run } from '../../src/core/calls';
import type {
	CircleCluster,
	CirclesFound,
	CirclesSettings
} from '../../src/core/lab/methods/circles/circles';
import { connected, spectralByAngle } from '../../src/core/lab/methods/circles/clusters';
import { aroundInOrder, roundTest } from '../../src/core/lab/methods/circles/measures';
import {
	againstShuffled,
	clusterOf,
	componentsOf,
	inOwnBasis,
	scorePlanes,
	scoreOfPlane,
	type ActiveTokens,
	type PointCluster,
	type Components,
	type Directions
} from '../../src/core/lab/methods/circles/planes';
import { nearestByCosine } from '../../src/core/lab/methods/map/neighbours';
import { labelPattern, labelTokens } from '../../src/core/lab/methods/probes/labels';
import { row, type Matrix } from '../../src/core/math/matrix';
import { quantile } from '../../src/core/math/quantile';
import { seeded, shuffle } from '../../src/core/math/random';
import { byFeature, joined } from '../../src/core/math/sparse';
import { Problem } from '../../src/core/names/errors';
import type { Workbench } from '../packs/open-pack';
import { timeSlices } from '../runtime/time-slices';
import { openSae } from './sae';
import { readTexts } from './texts';

/** Features of a cluster at most; a larger one is no cluster but most of the dictionary. */
const MOST_FEATURES = 100;
/** Rows of which all pairs are held at once. */
const MOST_SPECTRAL = 4096;
const RANDOM = 20;
/** Features by words. */
const TELLING = 16;
/** Points of a cluster that are handed over, and its frequent tokens. */
const SHOWN = 400;
const COMMON = 8;
const SLICE_MS = 20;

/** What was read: where each feature is active, and what each token says. */
interface Read {
	unit: Matrix;
	wDec: Matrix;
	/** Tokens that count. */
	all: number;
	active: (feature: number) => ActiveTokens;
	text: (token: number) => string;
	/** Of each token the word that ends there, −1 for none; null where no words are asked for. */
	word: Int16Array | null;
	names: string[] | null;
}

interface Measured {
	features: number[];
	active: ActiveTokens[];
	directions: Directions;
	cluster: PointCluster;
	components: Components;
	shown: CircleCluster;
}

/** Throws a Problem for an SAE or texts that have no clusters of which anything can be measured. */
export async function circles(
	settings: CirclesSettings,
	bench: Workbench,
	run: Run<CirclesFound>
): Promise<CirclesFound> {
	const { sae: id, by, least, points, seed } = settings;
	const pause = timeSlices(SLICE_MS, run.signal);
	const report = (what: string) => async (done: number, total: number) => {
		run.progress({ phase: 'measure', what, done: Math.floor(done), total });
		await pause();
	};
	const uniform = seeded(seed);
	const words = by === 'words' ? wordsOf(settings.words) : null;
	const { unit, wDec } = await openSae(bench, id, run.signal);
	if (!unit.data.every(Number.isFinite))
		throw new Problem(
			'unsupported',
			'Some directions of this SAE are not finite numbers.',
			'Choose another SAE.'
		);
	const read = await readAll(settings, words, { unit, wDec }, bench, run);
	const groups = await groupsOf(settings, read, report('clustering'), uniform);
	const fit = groups.filter((group) => group.length <= MOST_FEATURES);
	const measured: Measured[] = [];
	for (const [i, group] of fit.entries()) {
		await report('measuring clusters')(i, fit.length);
		const one = measure(group, read, least, points, uniform);
		if (one) measured.push(one);
	}
	if (measured.length === 0) throw nothingIn(groups.length, fit.length, least, words);
	measured.sort((a, b) => b.shown.score - a.shown.score);
	const random: number[] = [];
	for (let i = 0; i < RANDOM && words === null; i++) {
		await report('measuring random clusters')(i, RANDOM);
		const size = measured[Math.floor(uniform() * measured.length)]!.features.length;
		const group = Array.from({ length: size }, () => Math.floor(uniform() * unit.rows));
		const one = measure([...new Set(group)], read, least, points, uniform);
		if (one) random.push(one.shown.score);
	}
	random.sort((a, b) => a - b);
	const found = (tested: number): CirclesFound => ({
		...{ sae: id, by, n: read.all, unit: words ? 'tokens with these words' : 'tokens', tested },
		...{ all: groups.length, large: groups.length - fit.length },
		small: fit.length - measured.length,
		clusters: measured.map(({ shown }) => shown),
		control: { random, chance: words ? 0 : 0.01 * measured.length }
	});
	run.part(found(0));
	// Features that were chosen for telling words apart would stand out by the choice alone.
	const tested = words ? [] : measured.slice(0, settings.tested);
	for (const [i, one] of tested.entries()) {
		const step = report('testing against shuffled activations');
		const plan = { all: read.all, most: points, score: one.shown.score };
		const test = await againstShuffled(one.active, plan, one.directions, uniform, () =>
			step(i, tested.length)
		);
		const scores = Float64Array.from(test.scores).sort();
		one.shown.shuffled = {
			...{ median: quantile(scores, 0.5), most: scores.at(-1)! },
			...{ shuffles: scores.length, p: test.p }
		};
		one.shown.found = test.found && one.shown.score > (random.at(-1) ?? 0);
		run.part(found(i + 1));
	}
	return found(tested.length);
}

function wordsOf(text: string): string[] {
	labelPattern('words', text);
	const words = text.split(',').flatMap((word) => word.trim() || []);
	if (words.length >= 3 && words.length <= 200) return words;
	throw new Problem(
		'usage',
		`There ${words.length === 1 ? 'is 1 word' : `are ${words.length} words`} here, of which no order on a circle can be told.`,
		'Give from 3 to 200 words with commas between.'
	);
}

async function readAll(
	{ sae, tokens, corpus }: CirclesSettings,
	words: string[] | null,
	{ unit, wDec }: { unit: Matrix; wDec: Matrix },
	bench: Workbench,
	run: Run<CirclesFound>
): Promise<Read> {
	const texts = await readTexts(bench, { sae, text: corpus, tokens }, run);
	const codes = joined(texts.map(({ codes }) => codes));
	const { offsets, tokens: where, activations } = byFeature(codes, unit.rows);
	const ids = texts.flatMap(({ ids }) => ids);
	const spoken = texts.map(({ ids }) => ids.map((token) => bench.tokenizer.text(token)));
	const word = words && wordAt(spoken, words);
	const kept = word && Uint8Array.from(word, (index) => (index >= 0 ? 1 : 0));
	return {
		...{ unit, wDec, word, names: words },
		all: kept ? kept.reduce((sum, one) => sum + one, 0) : ids.length,
		active(feature) {
			const [from, to] = [offsets[feature]!, offsets[feature + 1]!];
			return { tokens: where.slice(from, to), activations: activations.slice(from, to) };
		},
		text: (token) => bench.tokenizer.text(ids[token]!)
	};
}

/** Of each token the word that ends with it, −1 for none. */
function wordAt(texts: string[][], words: string[]): Int16Array {
	const patterns = words.map((word) => labelPattern('words', word));
	const out: number[] = [];
	for (const text of texts) {
		const of = new Array<number>(text.length).fill(-1);
		patterns.forEach((pattern, index) => {
			const covered = labelTokens(text, pattern);
			covered.forEach((one, t) => {
				if (one && !covered[t + 1]) of[t] = index;
			});
		});
		for (const index of of) out.push(index);
	}
	return Int16Array.from(out);
}

async function groupsOf(
	{ by, cosine, near, clusters }: CirclesSettings,
	{ unit, word, active }: Read,
	report: (done: number, total: number) => Promise<void>,
	uniform: () => number
): Promise<number[][]> {
	if (word) return [tellingApart(word, active, unit.rows)];
	if (by === 'graph') return connected(await nearestByCosine(unit, near, report), cosine);
	if (unit.rows <= MOST_SPECTRAL) return spectralByAngle(unit, clusters, uniform, report);
	throw new Problem(
		'unsupported',
		`This SAE has ${unit.rows} features, too many for spectral clusters here.`,
		'Cluster by graph.'
	);
}

/** The features whose activation differs most between the words: by the variance of its means over them. */
function tellingApart(word: Int16Array, active: Read['active'], size: number): number[] {
	const counts = new Map<number, number>();
	for (const index of word) if (index >= 0) counts.set(index, (counts.get(index) ?? 0) + 1);
	const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
	const spread = Array.from({ length: size }, (_, feature) => {
		const { tokens, activations } = active(feature);
		const sums = new Map<number, number>();
		tokens.forEach((t, i) => {
			const index = word[t]!;
			if (index >= 0) sums.set(index, (sums.get(index) ?? 0) + activations[i]!);
		});
		let [square, sum] = [0, 0];
		for (const [index, value] of sums) {
			square += value ** 2 / counts.get(index)!;
			sum += value;
		}
		return square / all - (sum / all) ** 2;
	});
	return Array.from(spread, (_, feature) => feature)
		.filter((feature) => spread[feature]! > 0)
		.sort((a, b) => spread[b]! - spread[a]!)
		.slice(0, TELLING);
}

/** Null where too few tokens are active or all of them are alike. */
function measure(
	features: number[],
	{ wDec, word, names, active, text }: Read,
	least: number,
	most: number,
	uniform: () => number
): Measured | null {
	const place = word && placesOf(word);
	const used = features
		.map((feature) => ({ feature, on: within(active(feature), place) }))
		.filter(({ on }) => on.tokens.length > 0);
	if (used.length < 2) return null;
	const on = used.map(({ on }) => on);
	const cluster = clusterOf(on, most, uniform);
	if (cluster.active < least) return null;
	const directions = inOwnBasis(used.map(({ feature }) => row(wDec, feature)));
	const components = componentsOf(cluster, directions);
	if (components.coordinates.length < 2) return null;
	const { planes, score } = scorePlanes(components);
	const tokenOf = place
		? (i: number) => place.tokens[cluster.points[i]!]!
		: (i: number) => cluster.points[i]!;
	const texts = Array.from(cluster.points, (_, i) => text(tokenOf(i)));
	const best = planes.reduce((a, b) => (scoreOfPlane(b) > scoreOfPlane(a) ? b : a));
	const round = word && roundOf(components, (i) => word[tokenOf(i)]!, names!, uniform);
	const axes = round?.axes ?? best.axes;
	const shown: CircleCluster = {
		features: used.map(({ feature }) => feature),
		...{ tokens: cluster.active, points: cluster.points.length },
		common: commonOf(texts),
		variance: components.variance,
		...{ planes, score, shuffled: null, found: false, round },
		plane: {
			axes,
			x: rounded(components.coordinates[axes[0] - 1]!),
			y: rounded(components.coordinates[axes[1] - 1]!),
			token: some(texts)
		}
	};
	return { features: shown.features, active: on, directions, cluster, components, shown };
}

/** Tokens that count, and of every token its place among them or −1. */
function placesOf(word: Int16Array) {
	const of = new Int32Array(word.length).fill(-1);
	const tokens: number[] = [];
	word.forEach((index, t) => {
		if (index >= 0) of[t] = tokens.push(t) - 1;
	});
	return { of, tokens };
}

/** The part of it that is on tokens that count, which are numbered anew. */
function within(
	{ tokens, activations }: ActiveTokens,
	place: { of: Int32Array } | null
): ActiveTokens {
	if (!place) return { tokens, activations };
	const kept = Array.from(tokens, (_, i) => i).filter((i) => place.of[tokens[i]!]! >= 0);
	return {
		tokens: Uint32Array.from(kept, (i) => place.of[tokens[i]!]!),
		activations: Float32Array.from(kept, (i) => activations[i]!)
	};
}

/** The plane in which the means of the words go round best in their order; null with fewer than three of them. */
function roundOf(
	{ coordinates }: Components,
	wordOf: (point: number) => number,
	names: string[],
	uniform: () => number
): CircleCluster['round'] {
	const members = new Map<number, number[]>();
	for (let i = 0; i < (coordinates[0]?.length ?? 0); i++)
		members.set(wordOf(i), [...(members.get(wordOf(i)) ?? []), i]);
	const words = [...members.keys()].sort((a, b) => a - b);
	if (words.length < 3) return null;
	const means = coordinates.map((values) =>
		words.map((word) => {
			const own = members.get(word)!;
			return own.reduce((sum, i) => sum + values[i]!, 0) / own.length;
		})
	);
	const angles = means.slice(1).map((y, k) => aroundInOrder(means[k]!, y).angles);
	const { plane, r, p } = roundTest(angles, uniform, shuffle);
	return {
		...{ r, p, axes: [plane + 1, plane + 2] },
		words: words.map((word, j) => ({
			word: names[word]!,
			n: members.get(word)!.length,
			angle: angles[plane]![j]!
		}))
	};
}

function commonOf(texts: string[]): CircleCluster['common'] {
	const counts = new Map<string, number>();
	for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
	return [...counts]
		.sort((a, b) => b[1] - a[1])
		.slice(0, COMMON)
		.map(([token, count]) => ({ token, count }));
}

/** Evenly spread over the texts. */
function some<T>(of: ArrayLike<T>): T[] {
	const step = Math.max(1, of.length / SHOWN);
	return Array.from({ length: Math.min(SHOWN, of.length) }, (_, i) => of[Math.floor(i * step)]!);
}

const rounded = (values: Float64Array): number[] =>
	some(values).map((x) => Number(x.toPrecision(5)));

function nothingIn(groups: number, fit: number, least: number, words: string[] | null): Problem {
	if (words)
		return new Problem(
			'unsupported',
			`These words are not on ${least} tokens on which features tell them apart.`,
			'Read more tokens, lower the least number of tokens, or give other words.'
		);
	return new Problem(
		'unsupported',
		groups === 0
			? 'No two directions of this SAE are that close.'
			: `None of ${fit} clusters is active on ${least} tokens or more.`,
		groups === 0 ? 'Lower the least cosine.' : 'Read more tokens, or lower the least number.'
	);
}
