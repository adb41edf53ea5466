/** Subspaces: see `src/core/lab/methods/subspaces`. */
import type { Run } from '../../src/core/calls';
import {
	dimensionsFor,
	effectiveRank,
	energyIn,
	massiveIn,
	rankMeasure,
	spectrumOf,
	TokenMoments,
	withoutCoordinates
} from '../../src/core/lab/methods/subspaces/ranks';
import type {
	FeatureEnergy,
	SiteRank,
	SubspacesFound,
	SubspacesSettings
} from '../../src/core/lab/methods/subspaces/subspaces';
import { eigenvaluesOf } from '../../src/core/math/eigen';
import { normals, seeded } from '../../src/core/math/random';
import { mannWhitney, spearman } from '../../src/core/math/ranks';
import { Problem } from '../../src/core/names/errors';
import type { Site } from '../../src/core/names/ids';
import { placeOf, tapOf } from '../../src/core/names/site';
import type { Workbench } from '../packs/open-pack';
import { timeSlices } from '../runtime/time-slices';
import type { Sae } from '../sae/sae';
import { openSae } from './sae';
import { chosenDocuments, firstOf } from './texts';

const SLICE_MS = 20;
/** Share of the variance that the active subspace holds. */
const ACTIVE = 0.99;

type Halves = [TokenMoments, TokenMoments];

/** Throws a Problem for fewer tokens than dimensions, and for activations that are not finite or all alike. */
export async function subspaces(
	{ sae: id, tokens, seed, corpus }: SubspacesSettings,
	bench: Workbench,
	run: Run<SubspacesFound>
): Promise<SubspacesFound> {
	const sae = await openSae(bench, id, run.signal);
	const written = bench.info(id)!.cfg.heads ? tapOf(bench.info(id)!.site) : sae.target;
	const sites = [...new Set([...bench.model.sites, written])];
	const read = await readMoments({ sites, corpus, tokens }, bench, run);
	const pause = timeSlices(SLICE_MS, run.signal);
	const report = async (what: string, done: number, total: number) => {
		run.progress({ phase: 'measure', what, done, total });
		await pause();
	};
	const { dModel } = bench.model.shape;
	await report('drawing the control', 0, 1);
	const gaussian = gaussianRank(read.n, dModel, seed);
	const found = (ranks: SiteRank[], features: FeatureEnergy | null): SubspacesFound => ({
		...{ sae: id, n: read.n, unit: 'tokens', documents: read.documents },
		...{ sites: ranks, features },
		control: { gaussian, random: features && features.active / features.dimensions }
	});
	const ranks: SiteRank[] = [];
	let features: FeatureEnergy | null = null;
	for (const [i, site] of sites.entries()) {
		await report(site, i, sites.length);
		const halves = read.moments.get(site)!;
		const { width } = halves[0];
		const covariance = halves[0].plus(halves[1]).covariance();
		const spectrum = spectrumOf(covariance, width);
		if (spectrum.values[0] === 0)
			throw new Problem(
				'unsupported',
				`All tokens of this text are alike at ${site}.`,
				'Give a text with several different words.'
			);
		const massive = massiveIn(covariance, width);
		const rest = massive.length > 0 ? withoutCoordinates(covariance, width, massive) : null;
		const place = placeOf(site);
		ranks.push({
			...{ site, kind: place?.kind ?? 'resid', layer: place?.layer ?? 0, dimensions: width },
			...rankMeasure(spectrum.values),
			massive,
			without: rest && rankMeasure(spectrumOf(rest.covariance, rest.width).values),
			halves: halvesOf(halves)
		});
		if (site === written) {
			features = await energyOf(sae, bench, site, width, (directions) => {
				const active = dimensionsFor(ACTIVE, spectrum.values);
				return { active, energy: energyIn(spectrum, active, directions, width) };
			});
		}
		run.part(found(ranks.slice(), features));
	}
	return found(ranks, features);
}

interface MomentsRead {
	n: number;
	documents: number;
	moments: Map<Site, Halves>;
}

async function readMoments(
	{ sites, corpus, tokens }: { sites: Site[]; corpus: string | null; tokens: number },
	bench: Workbench,
	{ signal, progress }: Run<SubspacesFound>
): Promise<MomentsRead> {
	const documents = await chosenDocuments(bench, corpus, tokens);
	const lengths = documents.map((ids) => ids.length - firstOf(bench, ids));
	const n = lengths.reduce((a, b) => a + b, 0);
	const { dModel } = bench.model.shape;
	if (n <= dModel)
		throw new Problem(
			'unsupported',
			`${n} tokens are not more than the ${dModel} dimensions: the rank would be that of the text.`,
			'Read more tokens, or give a longer text.'
		);
	const pause = timeSlices(SLICE_MS, signal);
	const moments = new Map<Site, Halves>(
		sites.map((site) => {
			const width = bench.model.width(site);
			return [site, [new TokenMoments(width), new TokenMoments(width)]];
		})
	);
	const origins = new Map<Site, Float64Array>();
	let done = 0;
	for (const [i, ids] of documents.entries()) {
		progress({ phase: 'read', what: 'reading texts', done, total: n });
		const taps = await bench.model.texts([ids], sites, signal);
		for (const site of sites) {
			const width = bench.model.width(site);
			const x = taps.get(site)!.subarray(firstOf(bench, ids) * width);
			if (!origins.has(site)) origins.set(site, Float64Array.from(x.subarray(0, width)));
			if (!moments.get(site)![i % 2]!.add(x, origins.get(site)))
				throw new Problem(
					'unsupported',
					`The model gives numbers at ${site} that are not finite.`,
					'Read another text, or open another model.'
				);
			await pause();
		}
		done += lengths[i]!;
	}
	return { n, documents: documents.length, moments };
}

function halvesOf(halves: Halves): [number, number] | null {
	if (halves.some(({ n, width }) => n <= width)) return null;
	const [a, b] = halves.map((half) => {
		const values = eigenvaluesOf(half.covariance(), half.width);
		return effectiveRank(values) / half.width;
	}) as [number, number];
	return a < b ? [a, b] : [b, a];
}

function gaussianRank(n: number, width: number, seed: number): number {
	const normal = normals(seeded(seed));
	const moments = new TokenMoments(width);
	const token = new Float32Array(width);
	for (let t = 0; t < n; t++) moments.add(token.map(() => normal()));
	return effectiveRank(eigenvaluesOf(moments.covariance(), width)) / width;
}

/** Null where the pack has no statistics, or the SAE's rows are of another width. */
async function energyOf(
	sae: Sae,
	bench: Workbench,
	site: Site,
	dimensions: number,
	measure: (directions: Float32Array) => { active: number; energy: number[] }
): Promise<FeatureEnergy | null> {
	const statistics = await bench.statistics(sae.id);
	if (!statistics || sae.wDec.columns !== dimensions) return null;
	const { active, energy } = measure(sae.wDec.data);
	const density = Array.from(statistics.density);
	const [alive, dead] = [true, false].map((on) => energy.filter((_, i) => density[i]! > 0 === on));
	const mean = (of: number[]) => of.reduce((a, b) => a + b, 0) / of.length;
	const both = alive!.length > 0 && dead!.length > 0;
	const { effect: auc, p } = mannWhitney(alive!, dead!);
	return {
		...{ site, dimensions, active, energy, density },
		...{ alive: alive!.length, dead: dead!.length },
		energyAlive: alive!.length > 0 ? mean(alive!) : 0,
		energyDead: dead!.length > 0 ? mean(dead!) : null,
		test: both ? { auc, p } : null,
		withDensity: spearman(
			alive!,
			density.filter((x) => x > 0)
		)
	};
}
