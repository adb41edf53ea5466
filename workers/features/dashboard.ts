/** Everything there is to say about one feature. */
import type {
	FeatureCard,
	KronPlace,
	Label,
	Match,
	TokenLogit
} from '../../src/core/features/feature';
import type { FeatureId } from '../../src/core/names/ids';
import { isStep } from '../../src/core/flow/flow';
import { kronShape } from '../../src/core/sae/architectures/kron';
import { kronIndex, kronSiblings } from '../../src/core/sae/kron';
import { bestMatches, isHigh, zScore } from '../../src/core/flow/matching';
import { row, times } from '../../src/core/math/matrix';
import { largest } from '../../src/core/math/sampling';
import { featureId, isInStream, isMain, siteOf } from '../../src/core/names/site';
import type { Flows } from '../flow/flows';
import type { Sae } from '../sae/sae';
import type { Workbench } from '../packs/open-pack';

const LISTED = 10;
const NEAREST = 8;
const MATCHES = 3;

export async function featureCard(id: FeatureId, flows: Flows): Promise<FeatureCard> {
	const { bench } = flows;
	const { sae, index } = await bench.feature(id);
	const near = (site: string) => isStep(site, sae.info.site) || isStep(sae.info.site, site);
	const neighbours = bench.saeIds.filter((id) => isMain(id) && near(siteOf(id)));
	await Promise.all([bench.saes(neighbours), bench.statistics(sae.id), bench.texts()]);
	const writes = isInStream(sae.info.site);
	const promotes = writes ? throughUnembedding(bench, row(sae.wDec, index)) : new Float32Array();
	const suppresses = promotes.map((x) => -x);
	return {
		id,
		sae: sae.id,
		label: await bench.label(id),
		packLabel: bench.own.has(id) ? await bench.packLabel(id) : null,
		namesSought: (await bench.labels(sae.id)) !== null,
		...(await measured(bench, sae, index)),
		promoted: ranked(bench, promotes),
		suppressed: ranked(bench, suppresses).map((t) => ({ ...t, logit: -t.logit })),
		// What is read elsewhere than in the stream has no direction in common with the embedding.
		reads: isInStream(sae.tap) ? ranked(bench, alongEmbedding(bench, sae, index)) : [],
		nearest: await nearest(bench, sae, index),
		origin: await flows.origin(id),
		upstream: await matches(flows, sae, index, (site) => isStep(site, sae.info.site)),
		downstream: await matches(flows, sae, index, (site) => isStep(sae.info.site, site)),
		kron: await kronPlace(bench, sae, index)
	};
}

/** What the pack's statistics hold; null, or no example, where it has none. */
async function measured(bench: Workbench, sae: Sae, index: number) {
	const statistics = await bench.statistics(sae.id);
	const texts = await bench.texts();
	const together = statistics?.together(index) ?? null;
	return {
		density: statistics?.density[index] ?? null,
		max: statistics?.max[index] ?? null,
		mean: statistics?.mean[index] ?? null,
		tokens: sae.info.statsTokens ?? sae.info.metrics?.tokens ?? null,
		text: sae.info.statsText,
		pattern: (await bench.patterns(sae.id))?.get(index) ?? null,
		histogram: statistics?.histogram(index) ?? null,
		tokenEntropy: statistics?.tokenEntropy(index) ?? null,
		observed: statistics?.observed(index) ?? null,
		together:
			together &&
			(await Promise.all(
				together.map(async ({ index, correlation }) => ({
					...(await labelled(bench, sae, index)),
					correlation
				}))
			)),
		examples: (statistics && texts && statistics.examples(index, texts, bench.tokenizer)) ?? []
	};
}

async function labelled(
	bench: Workbench,
	sae: Sae,
	index: number
): Promise<{ id: FeatureId; label: Label | null }> {
	const id = featureId(sae.id, index);
	return { id, label: await bench.label(id) };
}

function nearest(bench: Workbench, sae: Sae, index: number) {
	const near = bestMatches(sae.unit, row(sae.unit, index), NEAREST + 1);
	return Promise.all(
		near
			.filter((n) => n.index !== index)
			.slice(0, NEAREST)
			.map(async (n) => ({ ...(await labelled(bench, sae, n.index)), cosine: n.cosine }))
	);
}

/** Best matches at the main SAE of every site that `joins` accepts. */
async function matches(
	flows: Flows,
	sae: Sae,
	index: number,
	joins: (site: string) => boolean
): Promise<Match[]> {
	const { bench } = flows;
	const found: Match[] = [];
	for (const id of bench.saeIds.filter((id) => isMain(id) && joins(siteOf(id)))) {
		const target = await bench.sae(id);
		const chance = await flows.pairs.null(id);
		for (const { index: best, cosine } of bestMatches(target.unit, row(sae.unit, index), MATCHES))
			found.push({
				...(await labelled(bench, target, best)),
				cosine,
				z: zScore(cosine, chance),
				high: isHigh(cosine, chance)
			});
	}
	return found;
}

async function kronPlace(bench: Workbench, sae: Sae, index: number): Promise<KronPlace | null> {
	const shape = kronShape(sae.info.cfg);
	if (!shape) return null;
	const siblings = kronSiblings(index, shape);
	const all = (others: number[]) => Promise.all(others.map((other) => labelled(bench, sae, other)));
	return {
		...kronIndex(index, shape),
		sameRow: await all(siblings.row),
		sameColumn: await all(siblings.column)
	};
}

/** What a direction does to the logits, centred over the vocabulary: row × final gain × unembedding. */
function throughUnembedding(bench: Workbench, w: Float32Array): Float32Array {
	const gain = bench.finalGain;
	return centred(
		times(
			bench.unembedding,
			w.map((x, i) => x * gain[i]!)
		)
	);
}

/**
 * How far each token's embedding points along a feature's encoder, centred over the vocabulary; of a kron
 * feature along both its parents, joined as the encoder joins them.
 */
function alongEmbedding(bench: Workbench, sae: Sae, index: number): Float32Array {
	const [p, q] = sae.encoder
		.directions(index)
		.map((direction) => centred(times(bench.embedding, direction)));
	return q ? p!.map((x, i) => Math.sqrt(Math.max(0, x) * Math.max(0, q[i]!))) : p!;
}

function ranked(bench: Workbench, values: Float32Array): TokenLogit[] {
	return largest(values, LISTED).map((id) => ({
		token: bench.tokenizer.text(id),
		id,
		logit: values[id]!
	}));
}

function centred(values: Float32Array): Float32Array {
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	return values.map((x) => x - mean);
}
