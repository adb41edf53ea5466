/** Probes: see `src/core/lab/methods/probes`. */
import type { Run } from '../../src/core/calls';
import { labelTokens, labelPattern } from '../../src/core/lab/methods/probes/labels';
import { probe, type Task } from '../../src/core/lab/methods/probes/probe';
import type {
	ProbedUnits,
	ProbesFound,
	ProbeSettings
} from '../../src/core/lab/methods/probes/probes';
import type { Units } from '../../src/core/lab/methods/probes/selectors';
import { quantile } from '../../src/core/math/quantile';
import { seeded } from '../../src/core/math/random';
import { byFeature, joined } from '../../src/core/math/sparse';
import { Problem } from '../../src/core/names/errors';
import { mlpHidden, placeOf, siteOf } from '../../src/core/names/site';
import type { Workbench } from '../packs/open-pack';
import { timeSlices } from '../runtime/time-slices';
import { isSlow } from '../tokenizer/pattern-time';
import { readTexts, type ReadText } from './texts';

/** Share of the documents that is held out. */
const HELD = 0.25;
/** Positives that each side needs. */
const LEAST = 5;
/** Most numbers of neurons that are kept, 160 MB; on more text the first documents count. */
const MOST_NEURONS = 40e6;
const SLICE_MS = 20;

/** Throws a Problem for a label that cannot be read, that too few tokens have, or that all have. */
export async function probes(
	settings: ProbeSettings,
	bench: Workbench,
	run: Run<ProbesFound>
): Promise<ProbesFound> {
	const { sae: id, label, kind, k, tokens, seed, corpus } = settings;
	const pattern = labelPattern(kind, label);
	if (kind === 'pattern' && isSlow(pattern, label))
		throw new Problem(
			'usage',
			'This pattern would take too long.',
			'Write it without nested repetitions.'
		);
	const info = bench.info(id);
	const layer = placeOf(siteOf(id))?.layer ?? 0;
	const { layers, dMlp } = bench.model.shape;
	const hidden = info && layer < layers ? mlpHidden(layer) : null;
	const sites = hidden === null ? [] : [hidden];
	const texts = await readTexts(bench, { sae: id, sites, text: corpus, tokens }, run);
	const task = taskOf(bench, texts, pattern, seed);
	const counts = countsOf(task);
	const pause = timeSlices(SLICE_MS, run.signal);
	const report = (what: string) => async (done: number, total: number) => {
		run.progress({ phase: 'measure', what, done, total });
		await pause();
	};
	const plan = { k, seed };
	const sae = await bench.sae(id);
	const features = await probe('feature', featuresOf(texts, sae.wDec.rows), task, {
		...plan,
		name: (index) => `${id}/${index}`,
		pause: report('probing features')
	});
	const first = foundOf(settings, task, counts, features, null);
	if (hidden === null) return first;
	run.part(first);
	const few = within(texts, MOST_NEURONS / dMlp);
	const part = {
		...task,
		labels: task.labels.slice(0, few.tokens),
		documents: task.documents.slice(0, few.tokens)
	};
	if (!bothSides(part)) return first;
	const neurons = await probe('neuron', neuronsOf(few.texts, hidden, dMlp), part, {
		...plan,
		name: (index) => `${hidden}[${index}]`,
		pause: report('probing neurons')
	});
	return foundOf(settings, task, counts, features, neurons);
}

function taskOf(bench: Workbench, texts: ReadText[], pattern: RegExp, seed: number): Task {
	const labels = texts.map(({ ids }) =>
		labelTokens(
			ids.map((token) => bench.tokenizer.text(token)),
			pattern
		)
	);
	const uniform = seeded(seed);
	const held = Uint8Array.from(texts, () => (uniform() < HELD ? 1 : 0));
	const all = labels.reduce((sum, part) => sum + part.length, 0);
	const task = { labels: new Uint8Array(all), documents: new Uint32Array(all), held };
	let at = 0;
	labels.forEach((part, document) => {
		task.labels.set(part, at);
		task.documents.fill(document, at, at + part.length);
		at += part.length;
	});
	return task;
}

function countsOf(task: Task) {
	const positives = { train: 0, held: 0 };
	const tokens = { train: 0, held: 0 };
	task.labels.forEach((label, t) => {
		const side = task.held[task.documents[t]!] ? 'held' : 'train';
		positives[side] += label;
		tokens[side]++;
	});
	if (positives.train < LEAST || positives.held < LEAST)
		throw new Problem(
			'unsupported',
			`Only ${positives.train + positives.held} of ${task.labels.length} tokens have this label, too few to learn from and to test on.`,
			'Choose a label that is more frequent, or read more tokens.'
		);
	if (positives.train === tokens.train || positives.held === tokens.held)
		throw new Problem('unsupported', 'Every token has this label.', 'Choose a narrower label.');
	return { positives, tokens };
}

/** Whether tokens with and without the label are among those that are learned from and those that are not. */
function bothSides(task: Task): boolean {
	const seen = new Set<string>();
	task.labels.forEach((label, t) => seen.add(`${label} ${task.held[task.documents[t]!]}`));
	return seen.size === 4;
}

function featuresOf(texts: ReadText[], size: number): Units {
	const rows = joined(texts.map(({ codes }) => codes));
	const { offsets, tokens, activations } = byFeature(rows, size);
	return {
		size,
		each(unit, visit) {
			for (let i = offsets[unit]!; i < offsets[unit + 1]!; i++) visit(tokens[i]!, activations[i]!);
		},
		at(token, visit) {
			for (let i = rows.offsets[token]!; i < rows.offsets[token + 1]!; i++)
				visit(rows.features[i]!, rows.activations[i]!);
		},
		threshold: () => 0
	};
}

function neuronsOf(texts: ReadText[], site: string, size: number): Units {
	const n = texts.reduce((sum, { ids }) => sum + ids.length, 0);
	const data = new Float32Array(n * size);
	const means = new Float64Array(size);
	let at = 0;
	for (const { ids, taps } of texts) {
		const x = taps.get(site)!;
		for (let t = 0; t < ids.length; t++, at++)
			for (let c = 0; c < size; c++) {
				data[c * n + at] = x[t * size + c]!;
				means[c]! += x[t * size + c]! / n;
			}
	}
	return {
		size,
		each(unit, visit) {
			for (let t = 0; t < n; t++) visit(t, data[unit * n + t]!);
		},
		at(token, visit) {
			for (let unit = 0; unit < size; unit++) visit(unit, data[unit * n + token]!);
		},
		threshold: (unit) => means[unit]!
	};
}

/** The first documents of so many tokens. */
function within(texts: ReadText[], most: number): { texts: ReadText[]; tokens: number } {
	let tokens = 0;
	const end = texts.findIndex(({ ids }) => tokens + ids.length > most || !(tokens += ids.length));
	return { texts: end < 0 ? texts : texts.slice(0, end), tokens };
}

function foundOf(
	{ sae, by }: ProbeSettings,
	{ held }: Task,
	{ positives, tokens }: ReturnType<typeof countsOf>,
	features: ProbedUnits,
	neurons: ProbedUnits | null
): ProbesFound {
	const share = positives.held / tokens.held;
	const out = held.reduce((sum, one) => sum + one, 0);
	return {
		sae,
		n: tokens.train + tokens.held,
		unit: 'tokens',
		by,
		positives,
		documents: { train: held.length - out, held: out },
		features,
		neurons,
		control: {
			always: (2 * share) / (1 + share),
			shuffled: quantile(Float64Array.from(features.shuffled), 0.99),
			shuffles: features.shuffled.length
		}
	};
}
