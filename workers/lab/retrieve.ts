/** Retrieve: see `src/core/lab/methods/retrieve.ts`. */
import type { Run } from '../../src/core/calls';
import { steps } from '../../src/core/lab/methods/k-knob';
import {
	InvertedIndex,
	pooled,
	product,
	steered,
	type DocumentCode,
	type RecallRow,
	type RetrieveFound,
	type RetrieveSettings
} from '../../src/core/lab/methods/retrieve';
import { dot } from '../../src/core/math/dot';
import { seeded, shuffle } from '../../src/core/math/random';
import { Problem } from '../../src/core/names/errors';
import type { Workbench } from '../packs/open-pack';
import { timeSlices } from '../runtime/time-slices';
import { openSae } from './sae';
import { readTexts, type ReadText } from './texts';

const RESULTS = 10;
const QUERIES = 50;
/** Characters of a document that are shown. */
const SHOWN = 240;
const SHARED = 5;

/** Throws a Problem for a query or documents of which nothing can be read, and for features that there are not. */
export async function retrieve(
	settings: RetrieveSettings,
	bench: Workbench,
	run: Run<RetrieveFound>
): Promise<RetrieveFound> {
	const { sae: id, text, k, tokens, seed, corpus } = settings;
	const sae = await openSae(bench, id, run.signal);
	const boost = numbersOf(settings.boost, sae.wDec.rows);
	const mute = numbersOf(settings.mute, sae.wDec.rows);
	const texts = await readTexts(bench, { sae: id, sites: [sae.tap], text: corpus, tokens }, run);
	if (texts.length < 2)
		throw new Problem(
			'unsupported',
			'There is only one document.',
			'Put an empty line between documents, or read more tokens.'
		);
	const plain = await queryOf(bench, sae, text, k, run.signal);
	const codes = texts.map(({ codes }) => pooled(codes, k));
	const index = new InvertedIndex(codes);
	const query = steered(plain, boost, mute);
	const begun = performance.now();
	const best = index.nearest(query, RESULTS);
	const query_ms = performance.now() - begun;
	const queries = Math.min(QUERIES, texts.length);
	const recall = await recallOf(texts, sae.spec.dIn, k, seed, queries, sae.tap, run);
	const chance = Math.min(1, Math.min(RESULTS, texts.length - 1) / (texts.length - 1));
	return {
		...{ sae: id, n: texts.length, unit: 'documents', queries, query_ms, recall },
		results: best.map(([document, score]) => ({
			document,
			score,
			text: bench.tokenizer.decode(texts[document]!.ids).slice(0, SHOWN),
			shared: sharedOf(id, query, codes[document]!)
		})),
		query: strongest(id, query),
		fidelity: product(plain, query),
		control: { chance, shuffled: recall.at(-1)!.shuffled }
	};
}

async function queryOf(
	bench: Workbench,
	sae: Awaited<ReturnType<typeof openSae>>,
	text: string,
	k: number,
	signal: AbortSignal
): Promise<DocumentCode> {
	const ids = bench.tokenize(text).tokens.map((token) => token.id);
	const taps = await bench.model.texts([ids], [sae.tap], signal);
	const first = Math.max(
		0,
		ids.findIndex((token) => !bench.tokenizer.isSpecial(token))
	);
	return pooled(await sae.encode(taps.get(sae.tap)!.subarray(first * sae.spec.dIn), signal), k);
}

/** How many of the dense nearest the codes find, by k. */
async function recallOf(
	texts: ReadText[],
	width: number,
	most: number,
	seed: number,
	queries: number,
	tap: string,
	{ signal, progress }: Run<RetrieveFound>
): Promise<RecallRow[]> {
	const pause = timeSlices(20, signal);
	const dense = texts.map(({ taps, ids }) => meanOf(taps.get(tap)!, ids.length, width));
	const near = Math.min(RESULTS, texts.length - 1);
	const wanted: Set<number>[] = [];
	for (let q = 0; q < queries; q++) {
		const scores = dense.map((other, document) => [document, dot(dense[q]!, other)] as const);
		const best = scores.filter(([document]) => document !== q).sort((a, b) => b[1] - a[1]);
		wanted.push(new Set(best.slice(0, near).map(([document]) => document)));
		await pause();
	}
	const order = dealtOrder(texts.length, seed);
	const rows: RecallRow[] = [];
	const all = steps(most);
	for (const [i, k] of all.entries()) {
		progress({ phase: 'measure', what: 'measuring recall', done: i, total: all.length });
		const codes = texts.map(({ codes }) => pooled(codes, k));
		const share = async (documents: DocumentCode[]) => {
			const index = new InvertedIndex(documents);
			let hits = 0;
			for (let q = 0; q < queries; q++) {
				for (const [document] of index.nearest(codes[q]!, near, q))
					if (wanted[q]!.has(document)) hits++;
				await pause();
			}
			return hits / (queries * near);
		};
		rows.push({
			k,
			recall: await share(codes),
			shuffled: await share(order.map((at) => codes[at]!))
		});
	}
	return rows;
}

/** Of length 1. */
function meanOf(x: Float32Array, tokens: number, width: number): Float64Array {
	const mean = new Float64Array(width);
	for (let t = 0; t < tokens; t++) for (let c = 0; c < width; c++) mean[c]! += x[t * width + c]!;
	const length = Math.sqrt(dot(mean, mean)) || 1;
	return mean.map((value) => value / length);
}

function dealtOrder(n: number, seed: number): number[] {
	const order = Array.from({ length: n }, (_, i) => i);
	shuffle(order, seeded(seed));
	return order;
}

function numbersOf(text: string, size: number): number[] {
	return text
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.map((part) => {
			const value = Number(part.slice(part.lastIndexOf('/') + 1));
			if (Number.isInteger(value) && value >= 0 && value < size) return value;
			throw new Problem(
				'usage',
				`"${part.slice(0, 60)}" is no feature of this SAE.`,
				`Give numbers from 0 to ${size - 1} with commas between.`
			);
		});
}

function sharedOf(sae: string, query: DocumentCode, { features, values }: DocumentCode) {
	const own = new Map(features.map((feature, i) => [feature, values[i]!]));
	return query.features
		.map((feature, i) => ({
			id: `${sae}/${feature}`,
			adds: query.values[i]! * (own.get(feature) ?? 0)
		}))
		.filter(({ adds }) => adds > 0)
		.sort((a, b) => b.adds - a.adds)
		.slice(0, SHARED);
}

const strongest = (sae: string, { features, values }: DocumentCode) =>
	features
		.map((feature, i) => ({ id: `${sae}/${feature}`, value: values[i]! }))
		.sort((a, b) => b.value - a.value)
		.slice(0, RESULTS);
