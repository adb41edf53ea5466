/**
 * A flow map used as a layer (arXiv 2502.03032, appendix F): codes of one residual site, carried to the matches of
 * their features in the next, decoded there, against what the layer really wrote. Two rows that the paper has not
 * stand beside: the stream of before as it was, and the next dictionary's own codes, between which a map must lie
 * to be worth anything.
 */
import type { SaeId } from '../../../src/core/names/ids';
import type { Run } from '../../../src/core/calls';
import { row } from '../../../src/core/math/matrix';
import type { Transition } from '../../../src/core/experiments/reproduction';
import type { SparseRows } from '../../../src/core/math/sparse';
import type { Activity, SaeActivity } from '../../features/activations';
import type { Flows } from '../../flow/flows';
import type { Layer } from '../../flow/layers';
import { tapsOf, type Sae } from '../../sae/sae';

/** Tokens walked again for the stream itself; the first half fits the scale, the other is measured. */
const TOKENS = 4000;
const SEVERAL = [1, 2, 5];

/** For each feature of one dictionary the features of another that stand for it. */
type FlowMap = (feature: number) => number[];

export async function transitions(
	layers: Layer[],
	{ bench, pairs }: Flows,
	activity: Activity,
	run: Run
): Promise<Transition[]> {
	const out: Transition[] = [];
	for (const { target: to, upstream } of layers) {
		const from = upstream.find(({ kind }) => kind === 'resid')?.sae;
		if (!from) continue;
		const [before, after] = [await bench.sae(from), await bench.sae(to)];
		const active = await activity.of([from, to], run);
		const data = await streamsOf(before, after, activity, run.signal);
		const add = (map: Transition['map'], k: number, flow: FlowMap) => {
			for (const [scale, explained] of measured(flow, data, before, after, active))
				out.push({ from, to, map, k, scale, explained, tokens: data.rest });
		};
		const forward = await pairs.best(from, to, run);
		for (const k of SEVERAL.filter((k) => k <= forward.k))
			add('cosine', k, (f) =>
				Array.from(forward.indices.subarray(f * forward.k, f * forward.k + k))
			);
		const pearson = await activity.correlated(from, to, run);
		add('pearson', 1, (f) => (pearson[f]! < 0 ? [] : [pearson[f]!]));
		const partners = await pairs.partnersOrNone(from, to, run);
		if (partners) add('permutation', 1, (f) => [partners[f]!]);
		const bounds = [
			['none', data.before],
			['own codes', reconstructed(data, after)]
		] as const;
		for (const [map, found] of bounds) {
			const explained = explainedBy(found, data);
			out.push({ from, to, map, k: 0, scale: 'as written', explained, tokens: data.rest });
		}
	}
	return out;
}

interface Streams {
	/** [tokens × d] after the layer, and before it. */
	after: Float32Array;
	before: Float32Array;
	/** Codes of the stream before, and after. */
	codes: SparseRows;
	own: SparseRows;
	d: number;
	tokens: number;
	/** The tokens that are measured, from `tokens − rest` on. */
	rest: number;
}

async function streamsOf(
	before: Sae,
	after: Sae,
	activity: Activity,
	signal?: AbortSignal
): Promise<Streams> {
	const { model, tokenizer } = activity.bench;
	const { dModel } = model.shape;
	const parts: Map<Sae, Float32Array>[] = [];
	let tokens = 0;
	for (const document of await activity.documents()) {
		if (tokens >= TOKENS) break;
		const { taps } = await model.readOnce(document, tapsOf([before, after]), signal);
		const start = tokenizer.isSpecial(document[0]!) ? 1 : 0;
		const stream = (sae: Sae) => taps.get(sae.tap)!.subarray(start * dModel);
		parts.push(new Map([before, after].map((sae) => [sae, stream(sae)])));
		tokens += document.length - start;
	}
	const all = (sae: Sae) => {
		const out = new Float32Array(tokens * dModel);
		let at = 0;
		for (const part of parts) {
			out.set(part.get(sae)!, at);
			at += part.get(sae)!.length;
		}
		return out;
	};
	const [x, y] = [all(before), all(after)];
	return {
		before: x,
		after: y,
		codes: await before.encode(x, signal),
		own: await after.encode(y, signal),
		d: dModel,
		tokens,
		rest: tokens - (tokens >> 1)
	};
}

/** Explained shares of a map at each scale. */
function measured(
	flow: FlowMap,
	data: Streams,
	before: Sae,
	after: Sae,
	active: Map<SaeId, SaeActivity>
): [Transition['scale'], number][] {
	const [from, to] = [active.get(before.id)!.moments, active.get(after.id)!.moments];
	const usual = ({ sum, count }: { sum: number; count: number }) => (count > 0 ? sum / count : 0);
	const folded = (i: number, j: number) =>
		usual(from[i]!) > 0 ? usual(to[j]!) / usual(from[i]!) : 0;
	const written = carried(flow, data, after, () => 1);
	const scaled = carried(flow, data, after, folded);
	const factor = fitted(written, data, after.bDec);
	const explained = (x: Float32Array) => explainedBy(plus(x, after.bDec), data);
	return [
		['as written', explained(written)],
		['folded', explained(scaled)],
		['fitted', explained(written.map((x) => factor * x))]
	];
}

/** Σ over active i and its matches j of z_i · scale(i, j) · w_j, `[tokens × d]`, without b_dec. */
function carried(
	flow: FlowMap,
	{ codes, tokens, d }: Streams,
	after: Sae,
	scale: (i: number, j: number) => number
): Float32Array {
	const out = new Float32Array(tokens * d);
	for (let t = 0; t < tokens; t++)
		for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
			const f = codes.features[i]!;
			for (const j of flow(f)) {
				const z = codes.activations[i]! * scale(f, j);
				const w = row(after.wDec, j);
				for (let c = 0; c < d; c++) out[t * d + c]! += z * w[c]!;
			}
		}
	return out;
}

/** The stream after, as its own SAE writes it. */
function reconstructed({ own, after: x, d, tokens }: Streams, after: Sae): Float32Array {
	const out = new Float32Array(tokens * d);
	for (let t = 0; t < tokens; t++)
		out.set(after.decode(own, t, x.subarray(t * d, (t + 1) * d)), t * d);
	return out;
}

function plus(x: Float32Array, bias: Float32Array): Float32Array {
	return x.map((value, i) => value + bias[i % bias.length]!);
}

/** The factor that brings Σ‖h − b − c·x‖² to its least on the first half. */
function fitted(x: Float32Array, { after, d, tokens, rest }: Streams, bias: Float32Array): number {
	let [across, square] = [0, 0];
	for (let i = 0; i < (tokens - rest) * d; i++) {
		across += x[i]! * (after[i]! - bias[i % d]!);
		square += x[i]! * x[i]!;
	}
	return square > 0 ? across / square : 0;
}

/** 1 − ‖h − ĥ‖² / ‖h − mean‖² over the second half. */
function explainedBy(found: Float32Array, { after, d, tokens, rest }: Streams): number {
	const mean = new Float64Array(d);
	for (let i = (tokens - rest) * d; i < tokens * d; i++) mean[i % d]! += after[i]! / rest;
	let [error, spread] = [0, 0];
	for (let i = (tokens - rest) * d; i < tokens * d; i++) {
		error += (after[i]! - found[i]!) ** 2;
		spread += (after[i]! - mean[i % d]!) ** 2;
	}
	return 1 - error / spread;
}
