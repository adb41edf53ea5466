/**
 * The flow of all features active on a prompt, or on either of two: reads them through every main SAE, then
 * matches what is active.
 */
import type { FeatureId, SaeId } from '../../src/core/names/ids';
import type { Active, PromptFlow, PromptFlowRequest, PromptRead } from '../../src/core/flow/prompt';
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
import { byDepth, featureId, isMain, parseFeatureId } from '../../src/core/names/site';
import { tapsOf } from '../sae/sae';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';

/** The most features that are told of as differing. */
const DIFFERENCES = 40;

/** Throws a Problem where a prompt is empty. */
export async function promptFlow(
	request: PromptFlowRequest,
	bench: Workbench,
	decoders: Decoders,
	signal?: AbortSignal
): Promise<PromptFlow> {
	const saes = await bench.saes(bench.saeIds.filter(isMain), signal);
	const apart = [...saes].flatMap(([id, sae]) => (fits(sae, bench) ? [] : [id]));
	for (const id of apart) saes.delete(id);
	const prompts = readOf(request, bench);
	const each: ActiveOn[] = [];
	for (const prompt of prompts) each.push(await activeOn(prompt, [...saes.keys()], bench, signal));
	const active = mergeActive(each);
	const ids = new Set<FeatureId>();
	const edges: PromptFlow['edges'] = [];
	const strongest = chosenResiduals(active, request.most).map(({ sae, index }) =>
		featureId(sae, index)
	);
	for (const id of strongest) ids.add(id);
	for (const id of strongest) {
		for (const edge of matchesOf(id, active, decoders, request)) {
			if (!ids.has(edge.from) && ids.size >= request.most) continue;
			ids.add(edge.from);
			edges.push(edge);
		}
		await breathe();
		signal?.throwIfAborted();
	}
	// Residual features that were drawn in only as matches have matches of their own.
	const drawn = new Set(strongest);
	for (const id of [...ids].filter((id) => !drawn.has(id)))
		for (const edge of matchesOf(id, active, decoders, request))
			if (ids.has(edge.from)) edges.push(edge);
	const nulls: PromptFlow['null'] = {};
	for (const { from, to } of edges) {
		const [a, b] = [parseFeatureId(from)!.sae, parseFeatureId(to)!.sae];
		const { median, q999 } = decoders.null(a);
		nulls[`${a}→${b}`] = { median, q999 };
	}
	const of = (id: FeatureId) => {
		const { sae, index } = parseFeatureId(id)!;
		return active.get(sae)!.get(index)!;
	};
	return {
		prompts,
		nodes: [...ids]
			.sort((a, b) => byDepth(parseFeatureId(a)!.sae, parseFeatureId(b)!.sae))
			.map((id) => promptNode(id, of(id), decoders)),
		edges,
		null: nulls,
		active: [...active.values()].reduce((n, features) => n + features.size, 0),
		whole: wholeSaes(active, ids),
		differences: prompts.length > 1 ? largestDifferences(active, DIFFERENCES) : [],
		apart
	};
}

type OpenSae = Awaited<ReturnType<Workbench['sae']>>;

const fits = (sae: OpenSae, bench: Workbench): boolean =>
	sae.wDec.columns === bench.model.shape.dModel;

function readOf({ text, beside, token }: PromptFlowRequest, bench: Workbench): PromptRead[] {
	const [first, ...others] = [text, ...(beside === undefined ? [] : [beside])].map((prompt) =>
		bench.tokenize(prompt)
	);
	return [
		{ tokens: first!.tokens, leftOut: first!.leftOut.length, token },
		...others.map(({ tokens, leftOut }) => ({
			tokens,
			leftOut: leftOut.length,
			token: token === null ? null : alignedToken(first!.tokens, tokens, token)
		}))
	];
}

/** The features active on the prompt, or on one token of it, by main SAE; special tokens are left out. */
async function activeOn(
	{ tokens, token }: PromptRead,
	ids: SaeId[],
	bench: Workbench,
	signal?: AbortSignal
): Promise<ActiveOn> {
	const saes = await bench.saes(ids, signal);
	const sites = tapsOf(saes.values());
	const { taps } = await bench.model.readOnce(
		tokens.map(({ id }) => id),
		sites,
		signal
	);
	const active = new Map<SaeId, Map<number, Active>>();
	for (const id of ids) {
		const sae = saes.get(id)!;
		const statistics = await bench.statistics(id);
		const codes = await sae.encode(taps.get(sae.tap)!, signal);
		const found = new Map<number, Active>();
		for (let t = 0; t < tokens.length; t++) {
			if (tokens[t]!.special || (token !== null && t !== token)) continue;
			for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
				const [f, peak] = [codes.features[i]!, codes.activations[i]!];
				if (peak <= (found.get(f)?.peak ?? 0)) continue;
				found.set(f, { peak, at: t, share: peak / Math.max(statistics?.max[f] ?? 0, peak) });
			}
		}
		active.set(id, found);
		await breathe();
		signal?.throwIfAborted();
	}
	return active;
}
