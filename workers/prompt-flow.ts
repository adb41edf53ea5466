/** The flow of all features active on a prompt: reads it through every main SAE, then matches what is active. */
import type { FeatureId, FlowEdge, SaeId } from '../src/core/contract';
import type { PromptFlow, PromptFlowRequest } from '../src/core/experiments';
import type { Decoders } from '../src/core/flow';
import { chosenResiduals, matchesOf, promptNode, type Active } from '../src/core/prompt-flow';
import { byDepth, featureId, isMain, parseFeatureId, tapOf } from '../src/core/site';
import { tapsOf } from './sae';
import { breathe } from './session';
import type { Workbench } from './workbench';

export async function promptFlow(
	request: PromptFlowRequest,
	bench: Workbench,
	decoders: Decoders,
	signal?: AbortSignal
): Promise<Omit<PromptFlow, 'nodes'> & { nodes: ReturnType<typeof promptNode>[] }> {
	const active = await activeOn(request, bench, signal);
	const ids = new Set<FeatureId>();
	const edges: FlowEdge[] = [];
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
	const more = [...ids].filter((id) => !strongest.includes(id));
	for (const id of more)
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
		nodes: [...ids]
			.sort((a, b) => byDepth(parseFeatureId(a)!.sae, parseFeatureId(b)!.sae))
			.map((id) => promptNode(id, of(id), decoders)),
		edges,
		null: nulls,
		active: [...active.values()].reduce((n, features) => n + features.size, 0)
	};
}

/** The features active on the prompt, or on one token of it, by main SAE; special tokens are left out. */
async function activeOn(
	{ text, token }: PromptFlowRequest,
	bench: Workbench,
	signal?: AbortSignal
): Promise<Map<SaeId, Map<number, Active>>> {
	const { tokens } = bench.tokenize(text);
	const main = bench.saeIds.filter(isMain);
	const saes = await bench.saes(main, signal);
	const sites = tapsOf(saes.values());
	const ids = tokens.map(({ id }) => id);
	const { taps } = await bench.model.readOnce(ids, sites, signal);
	const active = new Map<SaeId, Map<number, Active>>();
	for (const id of main) {
		const sae = saes.get(id)!;
		const statistics = await bench.statistics(id);
		const codes = await sae.encode(taps.get(tapOf(sae.info.site))!, signal);
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
