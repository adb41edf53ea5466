/**
 * Retrieve: documents found by the sparse codes of an SAE.
 *
 * 1. Each document's code is the mean of its tokens' activations, of which the k strongest features stay, at length 1; an
 *    inverted index holds, by feature, the documents that have it.
 * 2. A query is coded alike; `boost` adds the code's largest value to features, `mute` takes features away. Documents are
 *    ranked by the product of the codes. Fidelity is the cosine of the query as it is and as it was changed.
 * 3. Recall: up to 50 documents are queries themselves; of the 10 nearest by the cosine of the mean activations that the SAE
 *    reads (dense), so many are among the 10 that the codes find, by k.
 * Control: the codes dealt out anew among the documents, and 10 / (n − 1).
 *
 * O'Neill, Ye, Iyer and Wu, Disentangling Dense Embeddings with Sparse Autoencoders, 2024, arXiv 2408.00657; Wen et al.,
 * Beyond Matryoshka: Revisiting Sparse Coding for Adaptive Representation, 2025, arXiv 2503.01776.
 */
import { seedOf, type Found, type Method, type Settings } from '../method';
import type { SparseRows } from '../../math/sparse';

export const RETRIEVE = {
	title: 'Retrieve',
	paper: {
		title: 'Disentangling Dense Embeddings with Sparse Autoencoders',
		authors: 'O’Neill, Ye, Iyer and Wu',
		year: 2024,
		url: 'https://arxiv.org/abs/2408.00657'
	},
	does: 'Your documents, or the pack’s, found by the features that they share with a query, which can be boosted and muted.',
	says:
		'A document stands high because the same features are active in it as in the query, and these are named. That says ' +
		'nothing about whether it answers the query: recall is measured against the model’s own dense activations, not against ' +
		'a reader’s judgement, and this model was trained to go on with a text, not to search. With few features a code keeps ' +
		'little of a document, as the curve shows. The codes are of one SAE at one layer.',
	options: {
		sae: { kind: 'sae', about: 'the SAE whose codes are compared' },
		text: { kind: 'prompt', about: 'the query' },
		k: { kind: 'whole', usual: 32, least: 1, most: 1024, about: 'features kept of a document' },
		boost: { kind: 'line', usual: '', about: 'features boosted, with commas between' },
		mute: { kind: 'line', usual: '', about: 'features muted, with commas between' },
		tokens: {
			kind: 'whole',
			usual: 10_000,
			least: 200,
			most: 200_000,
			about: 'most tokens read'
		},
		seed: seedOf('seed of the control'),
		corpus: { kind: 'file', about: 'documents of your own, with an empty line between' }
	}
} as const satisfies Method;

export type RetrieveSettings = Settings<typeof RETRIEVE.options>;

export interface RetrievedDocument {
	/** Its place among the documents read. */
	document: number;
	score: number;
	text: string;
	/** The features that it shares with the query, and what each adds to the score, largest first. */
	shared: { id: string; adds: number }[];
}

export interface RecallRow {
	k: number;
	/** Share of the dense 10 nearest that are found. */
	recall: number;
	/** The same with codes dealt out anew. */
	shuffled: number;
}

export interface RetrieveFound extends Found {
	sae: string;
	results: RetrievedDocument[];
	/** The query's strongest features, after boosting and muting. */
	query: { id: string; value: number }[];
	/** Cosine of the query's code as it is and as it was changed. */
	fidelity: number;
	recall: RecallRow[];
	queries: number;
	/** Milliseconds that the query took in the index. */
	query_ms: number;
	control: { chance: number; shuffled: number };
}

/** A code of a document: features in rising order, values at length 1. */
export interface DocumentCode {
	features: number[];
	values: number[];
}

/** The mean of the tokens' activations; the k strongest stay, at length 1. */
export function pooled({ offsets, features, activations }: SparseRows, k: number): DocumentCode {
	const sums = new Map<number, number>();
	for (let i = 0; i < features.length; i++)
		sums.set(features[i]!, (sums.get(features[i]!) ?? 0) + activations[i]!);
	const tokens = Math.max(1, offsets.length - 1);
	const all = [...sums].map(([feature, sum]) => [feature, sum / tokens] as const);
	return unitCode(all.toSorted((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, k));
}

/** Brought to length 1. */
export function unitCode(
	entries: readonly (readonly [feature: number, value: number])[]
): DocumentCode {
	const kept = entries.filter(([, value]) => value > 0).toSorted((a, b) => a[0] - b[0]);
	const length = Math.sqrt(kept.reduce((sum, [, value]) => sum + value * value, 0)) || 1;
	return { features: kept.map(([f]) => f), values: kept.map(([, value]) => value / length) };
}

/** Boosted features gain the code's largest value, muted ones go. */
export function steered(
	code: DocumentCode,
	boost: readonly number[],
	mute: readonly number[]
): DocumentCode {
	const values = new Map(code.features.map((feature, i) => [feature, code.values[i]!]));
	const largest = Math.max(0, ...code.values) || 1;
	for (const feature of boost) values.set(feature, (values.get(feature) ?? 0) + largest);
	for (const feature of mute) values.delete(feature);
	return unitCode([...values]);
}

export function product(a: DocumentCode, b: DocumentCode): number {
	let [i, j, sum] = [0, 0, 0];
	while (i < a.features.length && j < b.features.length) {
		const [f, g] = [a.features[i]!, b.features[j]!];
		if (f === g) sum += a.values[i++]! * b.values[j++]!;
		else if (f < g) i++;
		else j++;
	}
	return sum;
}

/** By feature the documents that have it. */
export class InvertedIndex {
	readonly #lists = new Map<number, { documents: number[]; values: number[] }>();
	readonly #documents: number;

	constructor(codes: readonly DocumentCode[]) {
		this.#documents = codes.length;
		codes.forEach(({ features, values }, document) =>
			features.forEach((feature, i) => {
				const list = this.#lists.get(feature) ?? { documents: [], values: [] };
				list.documents.push(document);
				list.values.push(values[i]!);
				this.#lists.set(feature, list);
			})
		);
	}

	/** The documents that share a feature with the query, best first; `without` is left out. */
	nearest({ features, values }: DocumentCode, most: number, without = -1): [number, number][] {
		const scores = new Float64Array(this.#documents);
		features.forEach((feature, i) => {
			const list = this.#lists.get(feature);
			list?.documents.forEach((document, at) => {
				scores[document]! += values[i]! * list.values[at]!;
			});
		});
		return Array.from(scores, (score, document) => [document, score] as [number, number])
			.filter(([document, score]) => score > 0 && document !== without)
			.sort((a, b) => b[1] - a[1] || a[0] - b[0])
			.slice(0, most);
	}
}
