/** A feature card of the right shape. */
import type { FeatureCard, FeatureLine } from '../../src/core/features/feature';
import type { FeatureId } from '../../src/core/names/ids';
import { featureId, parseFeatureId } from '../../src/core/names/site';
import type { SaeInfo } from '../../src/core/packs/info';
import { kronIndex, kronSiblings } from '../../src/core/sae/kron';
import { word } from './pack';

type Lines = (ids: FeatureId[]) => Promise<FeatureLine[]>;

const NOTHING_MORE = {
	observed: null,
	together: null,
	tokenEntropy: null,
	namesSought: false,
	kron: null
};

export async function fakeCard(
	id: FeatureId,
	shape: SaeInfo,
	rich: boolean,
	lines: Lines
): Promise<FeatureCard> {
	const line = (await lines([id]))[0]!;
	const tokens = Array.from({ length: 24 }, (_, i) => word(`${id}${i}`));
	const logits = (sign: number) =>
		Array.from({ length: 8 }, (_, i) => ({
			token: word(`${id}p${sign}${i}`),
			id: i,
			logit: sign * (4 - i / 3)
		}));
	return {
		id,
		sae: shape.id,
		label: line.label,
		density: line.density,
		max: line.max,
		mean: 2,
		tokens: 400_000,
		histogram: {
			edges: Array.from({ length: 17 }, (_, i) => (i * line.max!) / 16),
			counts: Array.from({ length: 16 }, (_, i) => Math.round(4000 * Math.exp(-i / 3)))
		},
		examples: Array.from({ length: 12 }, (_, i) => ({
			tokens,
			activations: tokens.map((_, t) => (t === 15 ? line.max! - i / 4 : t === 16 ? 1 : 0)),
			quantile: 1 - i / 12,
			source: i % 3 === 0 ? ('model' as const) : ('generator' as const)
		})),
		promoted: logits(1),
		suppressed: logits(-1),
		reads: logits(1),
		nearest: Array.from({ length: 5 }, (_, i) => ({
			id: featureId(shape.id, i),
			cosine: 0.8 - i / 10,
			label: null
		})),
		upstream: [],
		downstream: [],
		origin: {
			origin: 'processed',
			from: ['resid', 'mlp'],
			missing: [],
			scores: { resid: 0.8, mlp: 0.6, attn: 0.2 },
			z: { resid: 9, mlp: 6, attn: 0 }
		},
		...(rich ? await moreOf(parseFeatureId(id)!.index, shape, lines) : NOTHING_MORE)
	};
}

/** What a card tells of a newer pack. */
async function moreOf(index: number, { id: sae, dSae, kron: shape }: SaeInfo, lines: Lines) {
	const siblings = shape && kronSiblings(index, shape);
	const named = async (others: number[]) =>
		(await lines(others.map((other) => featureId(sae, other % dSae)))).map(({ id, label }) => ({
			id,
			label
		}));
	return {
		observed: shape ? null : [0.05, 0.3, 0.1, 0, 0.4, 0.05, 0, 0.1],
		together: (await named([index + 1, index + 2, index + 3])).map((other, i) => ({
			...other,
			correlation: 0.6 - i / 10
		})),
		tokenEntropy: 2.25,
		namesSought: true,
		kron: siblings && {
			...kronIndex(index, shape),
			sameRow: await named(siblings.row),
			sameColumn: await named(siblings.column)
		}
	};
}
