/** Where the features of an open pack come from and where they go. */
import type { Run } from '../../src/core/calls';
import type { FeatureId, SaeId } from '../../src/core/names/ids';
import type { FlowEdge, FlowGraph, FlowNode, FlowRequest } from '../../src/core/flow/graph';
import type { OriginRow } from '../../src/core/flow/origin';
import { matchesOf } from '../../src/core/flow/prompt-flow';
import type { OnPrompts, PromptFlow, PromptFlowRequest } from '../../src/core/flow/prompt';
import { flowGraph, hasOrigin, isStep, originRow, type Decoders } from '../../src/core/flow/flow';
import { bestMatches, cosineOf, type Best, type Null } from '../../src/core/flow/matching';
import { row } from '../../src/core/math/matrix';
import { featureId, isMain, parseFeatureId, siteOf, tapOf } from '../../src/core/names/site';
import { featureLines } from '../features/lines';
import type { Matches } from './matcher';
import { Pairs } from './sae-pairs';
import { promptFlow } from './prompt-flow';
import { unknownFeature, type Workbench } from '../packs/open-pack';

export class Flows {
	readonly pairs: Pairs;

	constructor(readonly bench: Workbench) {
		this.pairs = new Pairs(bench);
	}

	async flow(request: FlowRequest): Promise<FlowGraph> {
		await this.bench.feature(request.id);
		const named = parseFeatureId(request.id)!.sae;
		const ids = this.bench.saeIds.filter((id) => isMain(id) || id === named);
		const decoders = await this.#decoders(named, ids);
		const graph = flowGraph(request.id, request, decoders);
		return { ...graph, nodes: await Promise.all(graph.nodes.map((node) => this.#described(node))) };
	}

	/** The flow of all features active on a prompt. */
	async promptFlow(request: PromptFlowRequest, { signal }: Run): Promise<PromptFlow> {
		const main = this.bench.saeIds.filter(isMain);
		const graph = await promptFlow(request, this.bench, await this.#decoders(null, main), signal);
		return { ...graph, nodes: await Promise.all(graph.nodes.map((node) => this.#described(node))) };
	}

	/** The matches between these features from one step to the next, where they count as high. */
	async steps(ids: FeatureId[]): Promise<FlowEdge[]> {
		const active = new Map<SaeId, Map<number, OnPrompts>>();
		for (const { sae, index } of ids.map((id) => parseFeatureId(id)!)) {
			if (!this.bench.info(sae)) throw unknownFeature(sae);
			active.set(
				sae,
				(active.get(sae) ?? new Map<number, OnPrompts>()).set(index, [{ share: 1, peak: 1, at: 0 }])
			);
		}
		const main = this.bench.saeIds.filter(isMain);
		const decoders = await this.#decoders(null, main);
		return ids.flatMap((id) => matchesOf(id, active, decoders, {}));
	}

	/** Origin of one feature, all null or empty for one that has none. */
	async origin(id: FeatureId): Promise<OriginRow> {
		const { sae } = parseFeatureId(id)!;
		const known = hasOrigin(siteOf(sae), { at: (site) => this.bench.saeAt(site) });
		return originRow(id, await this.#decoders(sae, known ? this.#upstream(siteOf(sae)) : []));
	}

	/** Origins of every feature of a residual site. Throws a Problem for a site without an SAE. */
	async origins(site: SaeId, run: Run): Promise<Record<FeatureId, OriginRow>> {
		const info = this.bench.info(site);
		if (!info) throw unknownFeature(site);
		const upstream = this.#upstream(info.site);
		const decoders = await this.#decoders(site, upstream);
		const best = new Map<SaeId, Matches>();
		if (hasOrigin(info.site, decoders))
			for (const id of upstream) best.set(id, await this.pairs.best(site, id, run));
		const rows: Record<FeatureId, OriginRow> = {};
		for (let index = 0; index < info.cfg.dSae; index++) {
			const id = featureId(site, index);
			rows[id] = originRow(id, {
				...decoders,
				best: (_, target) => ({
					index: best.get(target)!.indices[index * best.get(target)!.k]!,
					cosine: best.get(target)!.cosines[index * best.get(target)!.k]!
				})
			});
		}
		return rows;
	}

	/** Main SAEs of the sites from which a site's features can come. */
	#upstream(site: string): SaeId[] {
		return this.bench.saeIds.filter((id) => isMain(id) && isStep(siteOf(id), site));
	}

	async #described<T extends FlowNode>(node: T): Promise<T> {
		const [line] = await featureLines([node.id], this.bench);
		const { sae, index } = parseFeatureId(node.id)!;
		const observed = (await this.bench.statistics(sae))?.observed(index) ?? null;
		return { ...node, label: line!.label, density: line!.density, observed };
	}

	/** What the flow of `named`'s features, or of main SAEs' only, needs to know, with `targets` to match into. */
	async #decoders(named: SaeId | null, targets: SaeId[]): Promise<Decoders> {
		const saes = await this.bench.saes(named === null ? targets : [named, ...targets]);
		const width =
			(named === null ? undefined : saes.get(named)?.wDec.columns) ?? this.bench.model.shape.dModel;
		// In another space nothing can be matched: as if it were not there.
		for (const [id, sae] of saes) if (sae.wDec.columns !== width) saes.delete(id);
		const nulls = new Map<SaeId, Null>();
		for (const id of targets) if (saes.has(id)) nulls.set(id, await this.pairs.null(id));
		const memory = new Map<string, Best>();
		return {
			at: (site) => {
				if (named !== null && tapOf(siteOf(named)) === site) return named;
				const main = this.bench.saeAt(site);
				return main !== null && saes.has(main) ? main : null;
			},
			null: (target) => nulls.get(target)!,
			best: (id, target) => {
				const key = `${id} ${target}`;
				let best = memory.get(key);
				if (!best) {
					const { sae, index } = parseFeatureId(id)!;
					const v = row(saes.get(sae)!.unit, index);
					memory.set(key, (best = bestMatches(saes.get(target)!.unit, v, 1)[0]!));
				}
				return best;
			},
			cosine: (a, b) => {
				const [x, y] = [parseFeatureId(a)!, parseFeatureId(b)!];
				return cosineOf(saes.get(x.sae)!.unit, x.index, saes.get(y.sae)!.unit, y.index);
			}
		};
	}
}
