/** Features of all SAEs: their cards and lines, and where they come from and go to. */
import type {
	FeatureCard,
	FeatureId,
	FeatureLine,
	FlowGraph,
	FlowRequest,
	OriginRow,
	SaeId
} from '../src/core/contract';
import { flowGraph, hasOrigin, isStep, originRow, type Decoders } from '../src/core/flow';
import { bestMatches, cosineOf, type Best, type Null } from '../src/core/matching';
import { row } from '../src/core/matrix';
import { featureId, isMain, parseFeatureId, siteOf, tapOf } from '../src/core/site';
import { featureCard } from './card';
import { Matcher } from './matcher';
import { unknownFeature, type Workbench } from './workbench';

export class Features {
	readonly #matcher = new Matcher();
	readonly #nulls = new Map<SaeId, Promise<Null>>();

	constructor(readonly bench: Workbench) {}

	card(id: FeatureId): Promise<FeatureCard> {
		return featureCard(id, this);
	}

	/** Labels and densities of features, for lists. */
	lines(ids: FeatureId[]): Promise<FeatureLine[]> {
		return Promise.all(
			ids.map(async (id) => {
				const parsed = parseFeatureId(id);
				if (!parsed) throw unknownFeature(id);
				const { sae, index } = parsed;
				const statistics = await this.bench.statistics(sae);
				const exists = index < (this.bench.info(sae)?.cfg.dSae ?? 0);
				return {
					id,
					label: exists ? await this.bench.label(id) : null,
					density: statistics?.density[index] ?? null,
					max: statistics?.max[index] ?? null
				};
			})
		);
	}

	async flow(request: FlowRequest): Promise<FlowGraph> {
		await this.bench.feature(request.id);
		const named = parseFeatureId(request.id)!.sae;
		const ids = this.bench.saeIds.filter((id) => isMain(id) || id === named);
		const decoders = await this.#decoders(named, ids);
		const graph = flowGraph(request.id, request, decoders);
		const nodes = await Promise.all(
			graph.nodes.map(async (node) => {
				const [line] = await this.lines([node.id]);
				const { sae, index } = parseFeatureId(node.id)!;
				const observed = (await this.bench.statistics(sae))?.observed(index) ?? null;
				return { ...node, label: line!.label, density: line!.density, observed };
			})
		);
		return { ...graph, nodes };
	}

	/** Origin of one feature, all null or empty for one that has none. */
	async origin(id: FeatureId): Promise<OriginRow> {
		const { sae } = parseFeatureId(id)!;
		const known = hasOrigin(siteOf(sae), { at: (site) => this.bench.saeAt(site) });
		return originRow(id, await this.#decoders(sae, known ? this.#upstream(siteOf(sae)) : []));
	}

	/** Origins of every feature of a residual site. Throws a Problem for a site without an SAE. */
	async origins(site: SaeId, signal?: AbortSignal): Promise<Record<FeatureId, OriginRow>> {
		const info = this.bench.info(site);
		if (!info) throw unknownFeature(site);
		const sae = await this.bench.sae(site);
		const upstream = this.#upstream(info.site);
		const decoders = await this.#decoders(site, upstream);
		const best = new Map<SaeId, { indices: Int32Array; cosines: Float32Array }>();
		if (hasOrigin(info.site, decoders))
			for (const id of upstream)
				best.set(
					id,
					await this.#matcher.best(sae.unit, (await this.bench.sae(id)).unit, 1, signal)
				);
		const rows: Record<FeatureId, OriginRow> = {};
		for (let index = 0; index < info.cfg.dSae; index++) {
			const id = featureId(site, index);
			rows[id] = originRow(id, {
				...decoders,
				best: (_, target) => ({
					index: best.get(target)!.indices[index]!,
					cosine: best.get(target)!.cosines[index]!
				})
			});
		}
		return rows;
	}

	/** The null of a target SAE: the pack's, or drawn once. */
	null(id: SaeId): Promise<Null> {
		const stored = this.bench.info(id)?.null;
		if (stored) return Promise.resolve(stored);
		let drawn = this.#nulls.get(id);
		if (!drawn) {
			drawn = this.bench.sae(id).then((sae) => this.#matcher.null(sae.unit));
			this.#nulls.set(id, drawn);
			drawn.catch(() => this.#nulls.delete(id));
		}
		return drawn;
	}

	/** Main SAEs of the sites from which a site's features can come. */
	#upstream(site: string): SaeId[] {
		return this.bench.saeIds.filter((id) => isMain(id) && isStep(siteOf(id), site));
	}

	/** What the flow of `named`'s features needs to know, with `targets` to match into. */
	async #decoders(named: SaeId, targets: SaeId[]): Promise<Decoders> {
		const saes = await this.bench.saes([named, ...targets]);
		const nulls = new Map<SaeId, Null>();
		for (const id of targets) nulls.set(id, await this.null(id));
		const memory = new Map<string, Best>();
		return {
			at: (site) => {
				if (tapOf(siteOf(named)) === site) return named;
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
