/** A score of attention as a sum over pairs: what wrote the stream of the query, times what wrote that of the key (QK). */
import type { TreeWay } from '../../../src/core/circuit/tree';
import { residBefore } from '../../../src/core/names/site';
import { dot } from '../../../src/core/math/dot';
import type { Frozen } from './frozen';
import { byFeatures, byWriters, rowAt, type TreePart, type Prompt, type Score } from './functional';

/** One side: a linear map of the stream at a token to the head's query or key, and what is left when the stream is 0. */
interface Side {
	position: number;
	/** `[dHead × dModel]` */
	map: Float64Array[];
	/** `[dHead]` */
	whole: Float64Array;
}

/** The score, and the pairs that sum to it; those with a bias are called so. */
export async function byPairs(
	{ layer, head, query, key }: Score,
	way: TreeWay,
	prompt: Prompt,
	frozen: Frozen,
	signal?: AbortSignal
): Promise<{ value: number; parts: TreePart[] }> {
	const q = await sideOf('queries', layer, head, query, prompt, frozen, signal);
	const k = await sideOf('keys', layer, head, key, prompt, frozen, signal);
	const scale = frozen.scale(layer);
	const [left, right] = [
		await partsOf(q, layer, way, prompt),
		await partsOf(k, layer, way, prompt)
	];
	const parts = left.flatMap((a) =>
		right.map((b) => ({
			key: `${a.key} × ${b.key}`,
			label: `${a.label} × ${b.label}`,
			position: null,
			value: scale * dot(a.image, b.image),
			opens: null
		}))
	);
	return { value: scale * dot(q.whole, k.whole), parts };
}

async function sideOf(
	step: 'queries' | 'keys',
	layer: number,
	head: number,
	position: number,
	{ ids, streams }: Prompt,
	frozen: Frozen,
	signal?: AbortSignal
): Promise<Side> {
	const { heads, kvHeads, dHead, dModel } = frozen.model.shape;
	const own = step === 'queries' ? head : Math.floor((head * kvHeads) / heads);
	const blocks = step === 'queries' ? heads : kvHeads;
	const at = (own * ids.length + position) * dHead;
	const size = blocks * ids.length * dHead;
	const seeds = new Float32Array(dHead * size);
	for (let c = 0; c < dHead; c++) seeds[c * size + at + c] = 1;
	const x = streams.get(residBefore(layer))!;
	const { back, written } = await frozen.run(step, layer, ids, x, seeds, signal);
	const map = Array.from({ length: dHead }, (_, c) =>
		Float64Array.from(rowAt(back, c * ids.length + position, dModel))
	);
	return { position, map, whole: Float64Array.from(written.subarray(at, at + dHead)) };
}

/** What each part of the stream adds to the query or key, `[dHead]`; and the bias. */
async function partsOf(
	{ position, map, whole }: Side,
	layer: number,
	way: TreeWay,
	prompt: Prompt
) {
	const site = residBefore(layer);
	const images: { key: string; label: string; image: Float64Array }[] = [];
	for (const [c, vector] of map.entries()) {
		const of = { site, position, vector, feature: null };
		const parts = way === 'features' ? await byFeatures(of, prompt) : byWriters(of, prompt);
		parts.forEach(({ key, label, value }, i) => {
			images[i] ??= { key, label, image: new Float64Array(map.length) };
			images[i].image[c] = value;
		});
	}
	const bias = whole.map((v, c) => v - images.reduce((sum, { image }) => sum + image[c]!, 0));
	return [...images, { key: 'bias of it', label: 'bias', image: bias }];
}
