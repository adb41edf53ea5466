/** What the fake engine's model is: dictionaries, names and measurements, the same for the same name. */
import type { Check } from '../../src/core/packs/check';
import type { Label } from '../../src/core/features/feature';
import type { PackInfo, SaeInfo } from '../../src/core/packs/info';
import { byDepth, parseFeatureId, placeOf, siteOf } from '../../src/core/names/site';

export interface FakeShape {
	layers: number;
	dSae: number;
	/** Active features per token. */
	k: number;
	/** Also what newer packs hold: an SAE of the embedding, a KronSAE, names, more measurements. */
	rich: boolean;
}

const WORDS =
	' the fox a little sea boat ran found her old king and then was to said he she it day'.split(
		/(?= )/
	);
const KINDS = ['attn_out', 'mlp_out', 'resid_post'] as const;
const KRON = 'blocks.1.hook_resid_post@kron';

export function fakeSaes(shape: FakeShape): SaeInfo[] {
	const sites = Array.from({ length: shape.layers }, (_, layer) =>
		KINDS.map((kind) => `blocks.${layer}.hook_${kind}`)
	).flat();
	const ids = shape.rich ? ['blocks.0.hook_resid_pre', ...sites, KRON] : sites;
	return ids.toSorted(byDepth).map((id) => fakeSae(id, shape));
}

function fakeSae(id: string, { dSae, k, rich }: FakeShape): SaeInfo {
	const site = siteOf(id);
	const metrics = {
		l0: k - noise(id) * 2,
		nmse: 0.1 + noise(`${id}n`) / 5,
		fvu: 0.1 + noise(`${id}f`) / 5,
		ce_clean: 2.8,
		ce_sae: 2.8 + noise(`${id}s`) / 3,
		ce_zero: 7,
		ce_recovered: 1 - noise(`${id}s`) / 3 / 4.2,
		dead: noise(`${id}d`) / 20,
		tokens: 400_000
	};
	return {
		id,
		site,
		...placeOf(site)!,
		architecture: id === KRON ? 'kron' : 'topk',
		dIn: 256,
		dSae,
		k,
		kron: id === KRON ? { heads: dSae / 8, rows: 2, columns: 4 } : null,
		metrics: rich ? { ...metrics, ...measuredOf(id, dSae) } : metrics
	};
}

/** The measurements that older packs lack. */
function measuredOf(id: string, dSae: number) {
	const edges = [-6, -5, -4, -3, -2, -1, 0];
	const shares = edges.slice(1).map((_, i) => noise(`${id}h${i}`) / 6);
	return {
		explained_variance: 0.9 - noise(`${id}f`) / 5,
		density_histogram: { edges, counts: shares.map((share) => Math.round(share * dSae)) },
		effective_rank: 120 + 80 * noise(`${id}r`),
		labelled: { truth: noise(`${id}t`) / 2, pattern: 0.1, alive: dSae - 3, control: 0.012 }
	};
}

/** What a rich pack states on the texts that ship: of all its SAEs but the last. */
export function fakeCheck(shape: FakeShape): Check | null {
	if (!shape.rich) return null;
	const stated = fakeSaes(shape)
		.slice(0, -1)
		.map(({ id, metrics }) => {
			const { l0, nmse, ce_clean, ce_sae, ce_zero, ce_recovered } = metrics!;
			return [id, { l0, nmse, ce_clean, ce_sae, ce_zero, ce_recovered }] as const;
		});
	return { texts: 2, tokens: 240, saes: Object.fromEntries(stated) };
}

/** What a rich pack's model can do. */
export function abilities(rich: boolean): Pick<PackInfo, 'probes' | 'fluency'> {
	if (!rich) return { probes: {}, fluency: null };
	return {
		probes: {
			agreement: { accuracy: 0.93, chance: 0.5, n: 500 },
			'greater-than': { accuracy: 0.61, chance: 0.48, n: 500 }
		},
		fluency: { stories: 200, sentences: 4120, parsed: 0.962, novel: 0.58 }
	};
}

/** A rich pack knows the names of odd features by truth, of every fourth by a pattern. */
export function fakeLabel(id: string, rich: boolean): Label {
	const { index } = parseFeatureId(id)!;
	const text = [0, 1, 2].map((i) => `“${word(`${id}${i}`).trim()}”`).join(' ');
	if (!rich || index % 4 === 2) return { text, source: 'tokens', score: null };
	const scores = { score: 0.83, precision: 0.9, recall: 0.77 };
	return index % 2 === 1
		? { text: 'animal, named', source: 'truth', ...scores, chance: 0.05 }
		: { text: '“a little”', source: 'pattern', ...scores, chance: null };
}

export const word = (key: string): string => WORDS[Math.floor(noise(key) * WORDS.length)]!;

/** The same number between 0 and 1 for the same text (FNV-1a). */
export function noise(text: string): number {
	let hash = 2166136261;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
	hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
	return ((hash ^ (hash >>> 13)) >>> 0) / 4294967296;
}
