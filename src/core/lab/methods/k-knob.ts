/**
 * k knob: an SAE read with only the k′ strongest features of each token, for k′ from 1 to all of them: what a
 * k-sparse autoencoder gives when fewer features are kept than it was trained with.
 *
 * z = the SAE's activations of a token, x̂(k′) = b_dec + Σ z_i·w_i over the k′ largest z_i;
 * FVU(k′) = Σ‖x−x̂‖² / Σ‖x−mean‖², CE(k′) = the model's loss with x̂(k′) in the place of x.
 * The features beyond k′ are left out of the sum, and nothing else changes.
 * Control: k′ of the same token's active features, drawn at random.
 *
 * Makhzani and Frey, k-Sparse Autoencoders, 2013, arXiv 1312.5663; Gao et al., Scaling and evaluating sparse
 * autoencoders, 2024, arXiv 2406.04093, section 5.3 (progressive codes).
 */
import type { SparseRows } from '../../math/sparse';
import { seedOf, type Found, type Method, type Settings } from '../method';

export const K_KNOB = {
	title: 'k knob',
	paper: {
		title: 'k-Sparse Autoencoders',
		authors: 'Makhzani and Frey',
		year: 2013,
		url: 'https://arxiv.org/abs/1312.5663'
	},
	does: 'How much of the stream, and of the model’s loss, the few strongest features of each token carry.',
	says:
		'The curve says how many of the active features a reconstruction needs, on this text. It does not say which ' +
		'features matter: the strongest come first, and a weak feature may still decide the next token. The SAE was trained ' +
		'with its own number of features, so fewer are a use that it was not trained for; more than it keeps are not ' +
		'computed.',
	options: {
		sae: { kind: 'sae', about: 'the SAE that is read' },
		text: { kind: 'prompt', about: 'the text that is read' },
		seed: seedOf('seed of the control')
	},
	live: true
} as const satisfies Method;

export type KKnobSettings = Settings<typeof K_KNOB.options>;

/** What is left with k′ features a token. */
export interface KKnobRow {
	k: number;
	/** Features used a token, which fall short of k where fewer are active. */
	l0: number;
	fvu: number;
	/** Loss in nats a token with the reconstruction in place; null where there is no token to predict. */
	ce: number | null;
}

export interface KKnobFound extends Found {
	sae: string;
	/** Rising in k; the last is the SAE as it is. */
	rows: KKnobRow[];
	/** The loss of the model as it is, and with zeros at the site; null where there is no token to predict. */
	ce_clean: number | null;
	ce_zero: number | null;
	/** Rows of the same k with features drawn at random among a token's active ones. */
	control: KKnobRow[];
}

/** 1, 2, 4, … and last of all `most`. */
export function steps(most: number): number[] {
	const out: number[] = [];
	for (let k = 1; k < most; k *= 2) out.push(k);
	return most > 0 ? [...out, most] : [1];
}

/** The first `k` features of each token; `order` gives the places of a token's features, best first. */
export function cut(
	codes: SparseRows,
	k: number,
	order: (from: number, to: number) => Iterable<number> = strongestFirst
): SparseRows {
	const tokens = codes.offsets.length - 1;
	const offsets = new Uint32Array(tokens + 1);
	const kept: number[] = [];
	for (let t = 0; t < tokens; t++) {
		let left = k;
		for (const at of order(codes.offsets[t]!, codes.offsets[t + 1]!)) {
			if (left-- <= 0) break;
			kept.push(at);
		}
		offsets[t + 1] = kept.length;
	}
	return {
		offsets,
		features: Uint32Array.from(kept, (at) => codes.features[at]!),
		activations: Float32Array.from(kept, (at) => codes.activations[at]!)
	};
}

/** Codes come strongest first. */
const strongestFirst = (from: number, to: number): number[] =>
	Array.from({ length: to - from }, (_, i) => from + i);
