/** The flow of a prompt without a model: real merging of made-up activations, with made-up matches. */
import type { SaeInfo } from '../../src/core/packs/info';
import type { SiteReading } from '../../src/core/prompt/reading';
import type { Token } from '../../src/core/names/tokens';
import type { Active, PromptFlow, PromptFlowRequest } from '../../src/core/flow/prompt';
import type { NullRow } from '../../src/core/flow/matches';
import type { Decoders } from '../../src/core/flow/flow';
import {
	alignedToken,
	chosenResiduals,
	largestDifferences,
	matchesOf,
	mergeActive,
	promptNode,
	wholeSaes,
	type ActiveOn
} from '../../src/core/flow/prompt-flow';
import { byDepth, featureId, isMain, parseFeatureId, tapOf } from '../../src/core/names/site';
import { fakeLabel, noise } from './pack';

const CHANCE = { median: 0.25, std: 0.05, q999: 0.4, draws: 20_000, seed: 1 };

export function fakePromptFlow(
	request: PromptFlowRequest,
	infos: SaeInfo[],
	tokensOf: (text: string) => Token[],
	read: (sae: string, tokens: Token[]) => SiteReading
): PromptFlow {
	const saes = infos.map(({ id }) => id).filter(isMain);
	const texts = [request.text, ...(request.beside === undefined ? [] : [request.beside])];
	const [first] = texts.map(tokensOf);
	const prompts = texts.map(tokensOf).map((tokens) => ({
		tokens,
		leftOut: 0,
		token: request.token === null ? null : alignedToken(first!, tokens, request.token)
	}));
	const active = mergeActive(
		prompts.map(({ tokens, token }) => activeOn(saes, tokens, token, read))
	);
	const decoders: Decoders = {
		at: (site) => saes.find((sae) => tapOf(sae) === site) ?? null,
		best: (id, target) => {
			const there = [...(active.get(target)?.keys() ?? [])];
			const index = there[Math.floor(noise(`${id}${target}`) * there.length)] ?? 0;
			return { index, cosine: 0.3 + 0.6 * noise(`${id}${target}c`) };
		},
		cosine: () => 0,
		null: () => CHANCE
	};
	const ids = new Set(
		chosenResiduals(active, request.most).map(({ sae, index }) => featureId(sae, index))
	);
	const edges = [...ids].flatMap((id) =>
		matchesOf(id, active, decoders, request).filter(({ from }) => {
			if (ids.size < request.most) ids.add(from);
			return ids.has(from);
		})
	);
	const nodes = [...ids]
		.toSorted((a, b) => byDepth(parseFeatureId(a)!.sae, parseFeatureId(b)!.sae))
		.map((id) => {
			const { sae, index } = parseFeatureId(id)!;
			return {
				...promptNode(id, active.get(sae)!.get(index)!, decoders),
				label: fakeLabel(id, false)
			};
		});
	return {
		prompts,
		nodes,
		edges,
		null: Object.fromEntries(
			edges.map(({ from, to }) => [
				`${parseFeatureId(from)!.sae}→${parseFeatureId(to)!.sae}`,
				{ median: CHANCE.median, q999: CHANCE.q999 }
			])
		),
		active: [...active.values()].reduce((n, features) => n + features.size, 0),
		whole: wholeSaes(active, ids),
		differences: prompts.length > 1 ? largestDifferences(active, 40) : [],
		apart: []
	};
}

/** Whatever the activation, the largest elsewhere is 8. */
function activeOn(
	saes: string[],
	tokens: Token[],
	token: number | null,
	read: (sae: string, tokens: Token[]) => SiteReading
): ActiveOn {
	return new Map(
		saes.map((sae) => {
			const { offsets, features, activations } = read(sae, tokens);
			const found = new Map<number, Active>();
			tokens.forEach(({ special }, at) => {
				if (special || (token !== null && at !== token)) return;
				for (let i = offsets[at]!; i < offsets[at + 1]!; i++) {
					const [f, peak] = [features[i]!, activations[i]!];
					if (peak > (found.get(f)?.peak ?? 0)) found.set(f, { peak, at, share: peak / 8 });
				}
			});
			return [sae, found];
		})
	);
}

/** Turned at random, the dictionary reaches higher until the mean is taken off. */
export function fakeNulls(): NullRow[] {
	return [false, true].flatMap((centred) =>
		(['isotropic', 'rotated'] as const).map((draw) => ({
			draw,
			centred,
			median: draw === 'rotated' && !centred ? 0.3 : 0.25,
			q999: draw === 'rotated' && !centred ? 0.45 : 0.4,
			draws: draw === 'isotropic' ? 20_000 : 64,
			high: draw === 'rotated' && !centred ? 0.5 : 0.75
		}))
	);
}
