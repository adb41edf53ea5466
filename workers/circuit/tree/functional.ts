/** A number as a linear function of what stands at a site and token, and the parts that it is a sum of. */
import { kron } from '../../../src/core/sae/architectures/kron';
import type { FeatureId, Site } from '../../../src/core/names/ids';
import type { TreeWay } from '../../../src/core/circuit/tree';
import { attnOut, EMBEDDING, mlpOut, placeOf, residBefore } from '../../../src/core/names/site';
import { shortFeature } from '../../../src/core/names/site-words';
import { INPUT_NORMALIZATIONS } from '../../sae/normalization';
import type { Sae } from '../../sae/sae';
import { dot } from '../../../src/core/math/dot';
import type { SiteNodes } from '../reading';
import type { Frozen } from './frozen';

/** What a query and a key give. */
export interface Score {
	layer: number;
	head: number;
	query: number;
	key: number;
}

/** `vector` · what stands at `site` and token `position`. */
export interface Functional {
	site: Site;
	position: number;
	vector: Float64Array;
	/** The feature whose activation this is a multiple of; it is not opened into itself. */
	feature: FeatureId | null;
}

export interface TreePart {
	key: string;
	label: string;
	position: number | null;
	value: number;
	/** Null for a leaf. */
	opens: Functional | null;
	/** Of what a head brings from a token. */
	score?: Score;
}

/** One reading of a prompt. */
export interface Prompt {
	ids: number[];
	/** What stands at each site, `[tokens × dModel]`. */
	streams: ReadonlyMap<Site, Float32Array>;
	/** What the SAE of a site makes of it; null where there is none. */
	nodes(site: Site): Promise<SiteNodes | null>;
	/** The activation of a feature as a functional of what its SAE reads. */
	encoder(at: SiteNodes, position: number, index: number): Promise<Float64Array>;
}

export function rowAt(x: Float32Array, position: number, width: number): Float32Array {
	return x.subarray(position * width, (position + 1) * width);
}

export function valueOf({ site, position, vector }: Functional, { streams }: Prompt): number {
	return dot(vector, rowAt(streams.get(site)!, position, vector.length));
}

const isStream = (site: Site): boolean => ['resid', 'mid'].includes(placeOf(site)!.kind);

/** How what stands at a site can be opened. */
export async function waysOf(of: Functional, prompt: Prompt): Promise<TreeWay[]> {
	const { kind } = placeOf(of.site)!;
	const own: TreeWay[] = isStream(of.site)
		? ['writers']
		: kind === 'attn'
			? ['heads']
			: kind === 'mlp'
				? ['gates']
				: [];
	return of.feature === null && (await prompt.nodes(of.site)) ? [...own, 'features'] : own;
}

/** The sites whose values sum to the stream at one, in the order of computation. */
function writersOf(site: Site): Site[] {
	const { layer, kind } = placeOf(site)!;
	if (kind === 'embed') return [EMBEDDING];
	const whole = kind === 'resid' ? layer + 1 : layer;
	const before = Array.from({ length: whole }, (_, l) => [attnOut(l), mlpOut(l)]).flat();
	return [EMBEDDING, ...before, ...(kind === 'mid' ? [attnOut(layer)] : [])];
}

export function byWriters({ site, position, vector }: Functional, { streams }: Prompt): TreePart[] {
	return writersOf(site).map((writer) => {
		const value = dot(vector, rowAt(streams.get(writer)!, position, vector.length));
		const opens = writer === EMBEDDING ? null : { site: writer, position, vector, feature: null };
		return { key: writer, label: writerInWords(writer), position, value, opens };
	});
}

function writerInWords(site: Site): string {
	const { kind, layer } = placeOf(site)!;
	if (kind === 'embed') return 'embedding';
	return kind === 'attn' ? `attention ${layer}` : `MLP ${layer}`;
}

/** What attention writes, by head and source token; and its biases, which are what these leave. */
export async function byHeads(
	{ site, position, vector }: Functional,
	prompt: Prompt,
	frozen: Frozen,
	signal?: AbortSignal
): Promise<TreePart[]> {
	const { ids, streams } = prompt;
	const { layer } = placeOf(site)!;
	const { heads, dHead, dModel } = frozen.model.shape;
	const before = residBefore(layer);
	const x = streams.get(before)!;
	const seed = new Float32Array(ids.length * dModel);
	seed.set(vector, position * dModel);
	const { back } = await frozen.run('attn', layer, ids, x, seed, signal);
	const wide = heads * dHead;
	const each = new Float32Array(heads * ids.length * wide);
	for (let h = 0; h < heads; h++) {
		const from = position * wide + h * dHead;
		each.set(back.subarray(from, from + dHead), h * ids.length * wide + from);
	}
	const ways = (await frozen.run('heads', layer, ids, x, each, signal)).back;
	const parts: TreePart[] = [];
	for (let h = 0; h < heads; h++)
		for (let s = 0; s <= position; s++) {
			const own = Float64Array.from(rowAt(ways, h * ids.length + s, dModel));
			if (own.every((v) => v === 0)) continue;
			parts.push({
				key: `head ${h} from ${s}`,
				label: `head ${layer}.${h}`,
				position: s,
				value: dot(own, rowAt(x, s, dModel)),
				opens: { site: before, position: s, vector: own, feature: null },
				score: { layer, head: h, query: position, key: s }
			});
		}
	const whole = dot(vector, rowAt(streams.get(site)!, position, dModel));
	return withBias(parts, whole);
}

/** What the MLP writes with its gates frozen: one functional of the stream that it reads; and its biases. */
export async function throughGates(
	{ site, position, vector }: Functional,
	prompt: Prompt,
	frozen: Frozen,
	signal?: AbortSignal
): Promise<{ inner: Functional; bias: number }> {
	const { ids, streams } = prompt;
	const { layer } = placeOf(site)!;
	const { dModel } = frozen.model.shape;
	const read = frozen.reads('mlp', layer);
	const x = streams.get(read)!;
	const seed = new Float32Array(ids.length * dModel);
	seed.set(vector, position * dModel);
	const { back } = await frozen.run('mlp', layer, ids, x, seed, signal);
	const own = Float64Array.from(rowAt(back, position, dModel));
	const inner = { site: read, position, vector: own, feature: null };
	const whole = dot(vector, rowAt(streams.get(site)!, position, dModel));
	return { inner, bias: whole - valueOf(inner, prompt) };
}

/** Features, what the SAE makes of no feature, and what it leaves. */
export async function byFeatures(of: Functional, prompt: Prompt): Promise<TreePart[]> {
	const { position, vector } = of;
	const at = (await prompt.nodes(of.site))!;
	const d = vector.length;
	const { offsets, features, activations } = at.codes;
	const parts: TreePart[] = [];
	for (let i = offsets[position]!; i < offsets[position + 1]!; i++) {
		const index = features[i]!;
		const id = `${at.sae.id}/${index}`;
		const slope = dot(vector, at.write(position, index));
		const value = activations[i]! * slope;
		const opens = canOpen(at.sae)
			? {
					site: of.site,
					position,
					vector: (await prompt.encoder(at, position, index)).map((v) => v * slope),
					feature: id
				}
			: null;
		parts.push({ key: id, label: shortFeature(id), position, value, opens });
	}
	const leaf = (key: string, label: string, x: Float32Array): TreePart => {
		return { key, label, position, value: dot(vector, rowAt(x, position, d)), opens: null };
	};
	return [
		...parts,
		leaf('error', 'error of the SAE', at.error),
		leaf('bias', 'bias of the SAE', at.base)
	];
}

/** Whether a feature's activation is linear in what its SAE reads, once it is known to be active. */
export const canOpen = ({ spec }: Sae): boolean =>
	spec.architecture !== kron.name && spec.normalizeActivations in INPUT_NORMALIZATIONS;

/** With what is missing to the whole: biases, which need no reading of their own. */
export function withBias(parts: TreePart[], whole: number): TreePart[] {
	const value = whole - parts.reduce((sum, part) => sum + part.value, 0);
	return [...parts, { key: 'bias', label: 'bias', position: null, value, opens: null }];
}
