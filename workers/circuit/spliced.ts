/**
 * The model with every SAE in its place: what flows on at a site are the features and the error that are kept, at the values
 * that they have there and then, and the others at fixed values. What the model says with a set of nodes alone, or without it.
 */
import type { Site } from '../../src/core/names/ids';
import { Graph, type Value } from '../graph/graph';
import type { LanguageModel } from '../model/language-model';
import { LazySession } from '../runtime/lazy-session';
import { breathe, Session, type HostTensor } from '../runtime/session';
import { wholeCodes } from '../sae/encoder-graph';
import { INPUT_NORMALIZATIONS } from '../sae/normalization';
import type { Sae } from '../sae/sae';
import { metricOf, type Metric } from './model-gradients';
import type { SiteNodes } from './reading';

/** A set of nodes by what distinguishes it from the whole. */
export interface NodeSet {
	/** Whether what is not among `nodes` is kept. */
	rest: boolean;
	/** Whether all errors are kept, whatever else. */
	errors: boolean;
	nodes: { at: SiteNodes; position: number; index: number | null }[];
}

/** Numbers of masks that one run takes. */
const NUMBERS = 8e6;

export class SplicedModel {
	readonly #session = new LazySession(() => this.#open());

	/** `saes` lie at different sites, in the order of computation. */
	constructor(
		readonly model: LanguageModel,
		readonly saes: Sae[]
	) {}

	/** m of the prompt for each set; what is set aside is 0, or has its value in `other`. */
	async run(
		ids: number[],
		metric: Metric,
		sites: SiteNodes[],
		other: SiteNodes[] | null,
		sets: NodeSet[],
		told: (done: number, total: number) => void,
		signal?: AbortSignal
	): Promise<number[]> {
		const session = await this.#session.get();
		const perText = ids.length * this.saes.reduce((sum, { spec }) => sum + spec.dSae, 0);
		const rows = Math.max(1, Math.floor(NUMBERS / perText));
		const fixed = Object.assign({}, ...sites.map((at, s) => instead(at, other?.[s], s))) as Record<
			string,
			HostTensor
		>;
		const found: number[] = [];
		for (let from = 0; from < sets.length; from += rows) {
			const part = sets.slice(from, from + rows);
			const texts = part.map(() => ids);
			const feeds = { ...this.model.textFeeds(session, texts), ...fixed };
			sites.forEach((at, s) => Object.assign(feeds, masks(at, s, part, ids.length)));
			const { data } = await session.run(feeds, ['logits'], signal);
			for (let r = 0; r < part.length; r++)
				found.push(metricOf(data.logits as Float32Array, r, metric, this.model));
			told(found.length, sets.length);
			await breathe();
			signal?.throwIfAborted();
		}
		return found;
	}

	release(): Promise<void> {
		return this.#session.release();
	}

	#open(): Promise<Session> {
		const g = new Graph();
		const files = { ...this.model.weights.files };
		const spliced = new Map<Site, (x: Value) => Value>(
			this.saes.map((sae, s) => {
				const decoder = sae.encoder.tensor('W_dec', [sae.spec.dSae, sae.spec.dIn]);
				Object.assign(files, sae.encoder.files, decoder.files);
				return [sae.target, (x) => splice(g, x, sae, s, g.weight(decoder.weight))];
			})
		);
		this.model.plainStream(g, { spliced });
		return Session.create(g.finish(['logits']), files);
	}
}

/** What flows on at a site of the stream `x`, `[B, S, d]`. */
function splice(g: Graph, x: Value, sae: Sae, s: number, decoder: Value): Value {
	const { dIn, dSae, normalizeActivations } = sae.spec;
	const places = g.op('Slice', [g.op('Shape', [x]), g.integers(0), g.integers(2)]);
	const shape = g.op('Concat', [places, g.integers(dSae)], { axis: 0 });
	const codes = g.op('Reshape', [wholeCodes(g, x, sae.spec), shape]);
	const keep = g.input(`keep.${s}`, 'float32', ['B', 'S', dSae]);
	const fixed = g.input(`fixed.${s}`, 'float32', [1, `Q${s}`, dSae]);
	const errorKept = g.input(`keep.error.${s}`, 'float32', ['B', 'S', 1]);
	const errorFixed = g.input(`fixed.error.${s}`, 'float32', [1, `Q${s}`, dIn]);
	const bias = g.constant(sae.bDec, [dIn]);
	const { restore } = INPUT_NORMALIZATIONS[normalizeActivations];
	const decoded = (of: Value) =>
		restore(g, g.op('Add', [g.op('MatMul', [of, decoder]), bias]), x, dIn);
	const kept = g.op('Add', [fixed, g.op('Mul', [keep, g.op('Sub', [codes, fixed])])]);
	const error = g.op('Sub', [x, decoded(codes)]);
	const flowing = g.op('Mul', [errorKept, g.op('Sub', [error, errorFixed])]);
	return g.op('Add', [decoded(kept), g.op('Add', [errorFixed, flowing])]);
}

/** The values of what is set aside. */
function instead(
	at: SiteNodes,
	other: SiteNodes | undefined,
	s: number
): Record<string, HostTensor> {
	const { dIn, dSae } = at.sae.spec;
	const tokens = other ? other.x.length / dIn : 1;
	const fixed = new Float32Array(tokens * dSae);
	if (other) {
		const { offsets, features, activations } = other.codes;
		for (let t = 0; t < tokens; t++)
			for (let i = offsets[t]!; i < offsets[t + 1]!; i++)
				fixed[t * dSae + features[i]!] = activations[i]!;
	}
	return {
		[`fixed.${s}`]: { data: fixed, dims: [1, tokens, dSae] },
		[`fixed.error.${s}`]: {
			data: other?.error ?? new Float32Array(dIn),
			dims: [1, tokens, dIn]
		}
	};
}

/** 1 for what flows on. */
function masks(
	at: SiteNodes,
	s: number,
	sets: NodeSet[],
	tokens: number
): Record<string, HostTensor> {
	const { dSae } = at.sae.spec;
	const keep = new Float32Array(sets.length * tokens * dSae);
	const errors = new Float32Array(sets.length * tokens);
	sets.forEach(({ rest, errors: all, nodes }, r) => {
		if (rest) keep.fill(1, r * tokens * dSae, (r + 1) * tokens * dSae);
		if (rest || all) errors.fill(1, r * tokens, (r + 1) * tokens);
		for (const node of nodes) {
			if (node.at !== at) continue;
			const row = r * tokens + node.position;
			if (node.index !== null) keep[row * dSae + node.index] = rest ? 0 : 1;
			else if (!all) errors[row] = rest ? 0 : 1;
		}
	});
	return {
		[`keep.${s}`]: { data: keep, dims: [sets.length, tokens, dSae] },
		[`keep.error.${s}`]: { data: errors, dims: [sets.length, tokens, 1] }
	};
}
