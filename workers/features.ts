/** Everything there is to say about one feature, and about where features come from. */
import type {
	FeatureCard,
	FeatureId,
	FeatureLine,
	FlowGraph,
	FlowRequest,
	Match,
	OriginRow,
	SaeId,
	TokenLogit
} from '../src/core/contract';
import { flowGraph, hasOrigin, isStep, originRow, type Decoders } from '../src/core/flow';
import { bestMatches, cosineOf, isHigh, zScore, type Best, type Null } from '../src/core/matching';
import { column, row, times } from '../src/core/matrix';
import { largest } from '../src/core/sampling';
import { featureId, parseFeatureId, siteOf, tapOf } from '../src/core/site';
import { Matcher } from './matcher';
import type { Sae } from './sae';
import { unknownFeature, type Workbench } from './workbench';

const LISTED = 10;
const NEAREST = 8;
const MATCHES = 3;

export class Features {
	readonly #matcher = new Matcher();
	readonly #nulls = new Map<SaeId, Promise<Null>>();

	constructor(readonly bench: Workbench) {}

	async card(id: FeatureId): Promise<FeatureCard> {
		const { bench } = this;
		const { sae, index } = await bench.feature(id);
		const statistics = await bench.statistics(sae.id);
		const texts = await bench.texts();
		const measured = statistics && {
			density: statistics.density[index]!,
			max: statistics.max[index]!,
			mean: statistics.mean[index]!,
			histogram: statistics.histogram(index)
		};
		const examples = statistics && texts && statistics.examples(index, texts, bench.tokenizer);
		const promotes = this.#throughUnembedding(row(sae.wDec, index));
		const near = bestMatches(sae.unit, row(sae.unit, index), NEAREST + 1);
		const nearest = near.filter((n) => n.index !== index).slice(0, NEAREST);
		return {
			id,
			sae: sae.id,
			label: await bench.label(id),
			density: measured?.density ?? null,
			max: measured?.max ?? null,
			mean: measured?.mean ?? null,
			tokens: sae.info.statsTokens ?? sae.info.metrics?.tokens ?? null,
			histogram: measured?.histogram ?? null,
			examples: examples ?? [],
			promoted: this.#ranked(promotes, LISTED),
			suppressed: this.#ranked(
				promotes.map((x) => -x),
				LISTED
			).map((t) => ({
				...t,
				logit: -t.logit
			})),
			reads: this.#ranked(this.#alongEmbedding(sae, index), LISTED),
			nearest: await Promise.all(
				nearest.map(async (n) => {
					const other = featureId(sae.id, n.index);
					return { id: other, cosine: n.cosine, label: await bench.label(other) };
				})
			),
			upstream: await this.#matches(sae, index, (site) => isStep(site, sae.info.site)),
			downstream: await this.#matches(sae, index, (site) => isStep(sae.info.site, site))
		};
	}

	/** Labels and densities of features, for lists. */
	lines(ids: FeatureId[]): Promise<FeatureLine[]> {
		return Promise.all(
			ids.map(async (id) => {
				const parsed = parseFeatureId(id);
				if (!parsed) throw unknownFeature(id);
				const statistics = await this.bench.statistics(parsed.sae);
				const known = statistics && parsed.index < statistics.density.length;
				return {
					id,
					label: known ? await this.bench.label(id) : null,
					density: known ? statistics.density[parsed.index]! : null,
					max: known ? statistics.max[parsed.index]! : null
				};
			})
		);
	}

	async flow(request: FlowRequest): Promise<FlowGraph> {
		await this.bench.feature(request.id);
		const named = parseFeatureId(request.id)!.sae;
		const ids = this.bench.saeIds.filter((id) => id === siteOf(id) || id === named);
		const decoders = await this.#decoders(ids, named);
		const graph = flowGraph(request.id, request, decoders);
		const nodes = await Promise.all(
			graph.nodes.map(async (node) => {
				const [line] = await this.lines([node.id]);
				return { ...node, label: line!.label, density: line!.density };
			})
		);
		return { ...graph, nodes };
	}

	/** Origins of every feature of a residual site. Throws a Problem for a site without an SAE. */
	async origins(site: SaeId, signal?: AbortSignal): Promise<Record<FeatureId, OriginRow>> {
		const info = this.bench.pack.saes.find((s) => s.id === site);
		if (!info) throw unknownFeature(site);
		const sae = await this.bench.sae(site);
		const upstream = this.bench.saeIds.filter(
			(id) => id === siteOf(id) && isStep(siteOf(id), info.site)
		);
		const decoders = await this.#decoders([site, ...upstream], site);
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
		const stored = this.bench.pack.saes.find((s) => s.id === id)?.null;
		if (stored) return Promise.resolve(stored);
		let drawn = this.#nulls.get(id);
		if (!drawn) {
			drawn = this.bench.sae(id).then((sae) => this.#matcher.null(sae.unit));
			this.#nulls.set(id, drawn);
			drawn.catch(() => this.#nulls.delete(id));
		}
		return drawn;
	}

	async #decoders(ids: SaeId[], named: SaeId): Promise<Decoders> {
		const saes = await this.bench.saes(ids);
		const nulls = new Map<SaeId, Null>();
		for (const id of saes.keys()) nulls.set(id, await this.null(id));
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

	/** Best matches at every site that `joins` accepts. */
	async #matches(sae: Sae, index: number, joins: (site: string) => boolean): Promise<Match[]> {
		const targets = this.bench.saeIds.filter((id) => id === siteOf(id) && joins(siteOf(id)));
		const matches: Match[] = [];
		for (const id of targets) {
			const target = await this.bench.sae(id);
			const chance = await this.null(id);
			for (const best of bestMatches(target.unit, row(sae.unit, index), MATCHES)) {
				const match = featureId(id, best.index);
				matches.push({
					id: match,
					cosine: best.cosine,
					z: zScore(best.cosine, chance),
					high: isHigh(best.cosine, chance),
					label: await this.bench.label(match)
				});
			}
		}
		return matches;
	}

	/** What a direction does to the logits, centred over the vocabulary: row × final gain × unembedding. */
	#throughUnembedding(w: Float32Array): Float32Array {
		const gain = this.bench.finalGain;
		return centred(
			times(
				this.bench.unembedding,
				w.map((x, i) => x * gain[i]!)
			)
		);
	}

	/** How far each token's embedding points along a feature's encoder, centred over the vocabulary. */
	#alongEmbedding(sae: Sae, index: number): Float32Array {
		return centred(times(this.bench.embedding, column(sae.wEnc, index)));
	}

	#ranked(values: Float32Array, count: number): TokenLogit[] {
		return largest(values, count).map((id) => ({
			token: this.bench.tokenizer.text(id),
			id,
			logit: values[id]!
		}));
	}
}

function centred(values: Float32Array): Float32Array {
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	return values.map((x) => x - mean);
}
