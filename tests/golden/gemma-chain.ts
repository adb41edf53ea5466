/**
 * A chain of features that the paper prints (arXiv 2502.03032, Table 5 and appendix E), checked on published
 * decoders: top-1 matches between neighbouring layers, matches in the MLPs, and four scores.
 */
import type { Site } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import { bestMatches, type Best } from '../../src/core/flow/matching';
import { row, unitRows, type Matrix } from '../../src/core/math/matrix';
import { mlpOut, residPost } from '../../src/core/names/site';

export interface GoldenChain {
	model: string;
	source: string;
	/** Residual feature of each layer from 0 on. */
	resid: readonly number[];
	/** Backward from here to layer 0; above it forward. */
	start: number;
	/** A match in the MLP of a layer up to `start` is attached from this cosine on. */
	least: number;
	/** By layer: the MLP feature attached there; the other layers up to `start` have none. */
	mlp: Readonly<Record<number, number>>;
	scores: readonly { layer: number; kind: 'resid' | 'mlp'; cosine: number }[];
}

export const GEMMA_CHAIN: GoldenChain = {
	model: 'Gemma 2 2B with Gemma Scope 16k (canonical)',
	source: 'arXiv 2502.03032 v3, Table 5 and appendix E',
	resid: [
		14403, 13755, 12939, 16138, 11935, 14558, 2452, 16335, 9666, 8318, 13754, 7614, 2812, 4955,
		5262, 9388, 10649, 8130, 11987, 15694, 12523, 14511, 11460, 9592, 14548, 1646
	],
	start: 24,
	least: 0.25,
	mlp: {
		0: 12987,
		1: 16168,
		7: 6110,
		17: 8454,
		20: 601,
		21: 594,
		22: 14728,
		23: 6936,
		24: 11342
	},
	scores: [
		{ layer: 7, kind: 'mlp', cosine: 0.82 },
		{ layer: 7, kind: 'resid', cosine: 0.3 },
		{ layer: 17, kind: 'mlp', cosine: 0.79 },
		{ layer: 17, kind: 'resid', cosine: 0.48 }
	]
};

/** The decoder at a site, `[features × d]`; null where there is none. */
export type Decoders = (site: Site) => Promise<Matrix | null>;

/** One match: `expected` as printed (null: none is attached), `found` as computed. */
export interface CheckedMatch {
	/** Of the feature that is matched. */
	layer: number;
	feature: number;
	into: Site;
	expected: number | null;
	/** null with `cosine` null: a decoder is missing, so it is not measured. */
	found: number | null;
	cosine: number | null;
	agrees: boolean;
}

export interface CheckedScore {
	layer: number;
	kind: 'resid' | 'mlp';
	expected: number;
	found: number | null;
	agrees: boolean;
}

export interface ChainCheck {
	model: string;
	source: string;
	/** Each from the feature that is printed, so that one miss does not bring all below it down. */
	links: CheckedMatch[];
	attachments: CheckedMatch[];
	scores: CheckedScore[];
	/** Of what was measured. */
	summary: Record<
		'links' | 'attachments' | 'scores',
		{ agree: number; measured: number; of: number }
	>;
}

/** Printed scores have two digits. */
const TOLERANCE = 0.01;

/** Throws a Problem for a decoder that is too small to hold the chain's feature. */
export async function checkChain(golden: GoldenChain, decoders: Decoders): Promise<ChainCheck> {
	const { resid, start, least } = golden;
	const unit = async (site: Site) => {
		const decoder = await decoders(site);
		return decoder && unitRows(decoder);
	};
	const links: CheckedMatch[] = [];
	const attachments: CheckedMatch[] = [];
	let below: Matrix | null = null;
	for (const [layer, feature] of resid.entries()) {
		const own = await unit(residPost(layer));
		if (layer > 0) {
			// Above the start the printed match runs forward, from the layer below.
			const [from, to] = layer > start ? [below, own] : [own, below];
			const matched = layer > start ? layer - 1 : layer;
			const other = layer > start ? layer : layer - 1;
			const best = bestOf(from, resid[matched]!, to);
			links.push(compared(matched, resid[matched]!, residPost(other), resid[other]!, best));
		}
		if (layer <= start) {
			const best = bestOf(own, feature, await unit(mlpOut(layer)));
			const expected = golden.mlp[layer] ?? null;
			attachments.push(compared(layer, feature, mlpOut(layer), expected, best, least));
		}
		below = own;
	}
	const scores = golden.scores.map(({ layer, kind, cosine: expected }) => {
		const list = kind === 'mlp' ? attachments : links;
		const into = kind === 'mlp' ? mlpOut(layer) : residPost(layer - 1);
		const found =
			list.find((match) => match.into === into && match.layer === layer)?.cosine ?? null;
		const agrees = found !== null && Math.abs(found - expected) <= TOLERANCE;
		return { layer, kind, expected, found, agrees };
	});
	return {
		model: golden.model,
		source: golden.source,
		links,
		attachments,
		scores,
		summary: {
			links: counted(links, ({ cosine }) => cosine !== null),
			attachments: counted(attachments, ({ cosine }) => cosine !== null),
			scores: counted(scores, ({ found }) => found !== null)
		}
	};
}

function bestOf(from: Matrix | null, feature: number, to: Matrix | null): Best | null {
	if (!from || !to) return null;
	if (feature >= from.rows || from.columns !== to.columns)
		throw new Problem(
			'unsupported',
			`The dictionaries are not those of the printed chain: one has ${from.rows} features of ${from.columns} dimensions, its neighbour ${to.columns} dimensions.`,
			'Give the dictionaries that the paper names, all of one width.'
		);
	return bestMatches(to, row(from, feature), 1)[0]!;
}

/** With a threshold a match below it counts as none. */
function compared(
	layer: number,
	feature: number,
	into: Site,
	expected: number | null,
	best: Best | null,
	least = -1
): CheckedMatch {
	const found = best && best.cosine >= least ? best.index : null;
	const cosine = best?.cosine ?? null;
	return {
		layer,
		feature,
		into,
		expected,
		found,
		cosine,
		agrees: best !== null && found === expected
	};
}

function counted<T extends { agrees: boolean }>(list: T[], measured: (item: T) => boolean) {
	return {
		agree: list.filter(({ agrees }) => agrees).length,
		measured: list.filter(measured).length,
		of: list.length
	};
}
