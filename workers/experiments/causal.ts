/**
 * What a feature does to others on the very token where it is active: the deactivation experiment of
 * arXiv 2502.03032, appendix A.2. h += (r − 1)·a·w at the feature's own site and token, and the rest of the
 * model is run again on that token. The paper measures the loss of the whole text; here it is that of the
 * next token, the only one that the push can reach through this token's own stream.
 */
import type { SaeId, Site } from '../../src/core/names/ids';
import type { Change } from '../../src/core/experiments/edge';
import { row } from '../../src/core/math/matrix';
import { normals } from '../../src/core/math/random';
import { surprise } from '../../src/core/math/sampling';
import { activationAt } from '../../src/core/math/sparse';
import type { Cache, Step } from '../model/language-model';
import { tapsOf, type Sae } from '../sae/sae';
import type { Workbench } from '../packs/open-pack';

/** Something added to the stream at one site, and the feature that is watched. */
export interface Push {
	adds: Map<Site, Float32Array>;
	watched: { sae: SaeId; index: number };
}

/** The vector (factor − 1)·a·w that rescales a feature with activation `a`. */
export function rescaling(sae: Sae, index: number, a: number, factor: number): Float32Array {
	return row(sae.wDec, index).map((w) => (factor - 1) * a * w);
}

/** A vector as long as `v` in a random direction. */
export function likeRandom(v: Float32Array, normal: () => number): Float32Array {
	const drawn = v.map(() => normal());
	const scale = Math.sqrt(squared(v) / squared(drawn));
	return drawn.map((x) => x * scale);
}

export function directions(uniform: () => number): (v: Float32Array) => Float32Array {
	const normal = normals(uniform);
	return (v) => likeRandom(v, normal);
}

const squared = (v: Float32Array) => v.reduce((sum, x) => sum + x * x, 0);

/**
 * What each push changes on the token `id` that follows what `cache` holds; `next` is the token after it,
 * null at the end. All SAEs that are watched must be in `saes`. Leaves the cache as it is.
 */
export async function changes(
	bench: Workbench,
	cache: Cache,
	id: number,
	next: number | null,
	pushes: Push[],
	saes: Map<SaeId, Sae>,
	signal?: AbortSignal
): Promise<Change[]> {
	if (pushes.length === 0) return [];
	const watched = [...new Set(pushes.map((push) => push.watched.sae))];
	const sites = tapsOf(watched.map((sae) => saes.get(sae)!));
	const still: Push['adds'] = new Map();
	const all = [still, ...pushes.map((push) => push.adds)];
	const variants = await bench.model.readVariants(cache, id, all, sites, signal);
	const loss = variants.map((variant) => (next === null ? null : surprise(variant.logits, next)));
	const out: Change[] = [];
	for (const sae of watched) {
		// Only the variants in which it is watched: encoding all of them would cost more than the model.
		const own = pushes.flatMap((push, i) => (push.watched.sae === sae ? [i] : []));
		const open = saes.get(sae)!;
		const seen = [variants[0]!, ...own.map((i) => variants[i + 1]!)];
		const codes = await open.encode(stacked(seen, open.tap), signal);
		own.forEach((i, at) => {
			const { index } = pushes[i]!.watched;
			const before = activationAt(codes, 0, index);
			const after = activationAt(codes, at + 1, index);
			out[i] = {
				before,
				after,
				change: before > 0 ? 1 - after / before : 0,
				off: after === 0,
				loss: loss[0]!,
				lossAfter: loss[i + 1]!
			};
		});
	}
	return out;
}

function stacked(variants: Step[], site: Site): Float32Array {
	const width = variants[0]!.taps.get(site)!.length;
	const out = new Float32Array(variants.length * width);
	variants.forEach((variant, w) => out.set(variant.taps.get(site)!, w * width));
	return out;
}
