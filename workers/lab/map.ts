/** Map: see `src/core/lab/methods/map`. */
import type { Run } from '../../src/core/calls';
import {
	adjustedMutualInformation,
	blocksOf,
	byDirection,
	coActivity,
	positivePart,
	spectralClusters
} from '../../src/core/lab/methods/map/lobes';
import type {
	FeatureLobes,
	MapFound,
	MapSettings,
	Spectrum
} from '../../src/core/lab/methods/map/map';
import {
	nearestByCosine,
	nearestInPlane,
	preserved
} from '../../src/core/lab/methods/map/neighbours';
import { covariance, slopeOf } from '../../src/core/lab/methods/map/spectrum';
import { eigenvaluesOf } from '../../src/core/math/eigen';
import { row, unitRows, type Matrix } from '../../src/core/math/matrix';
import { quantile } from '../../src/core/math/quantile';
import { normals, seeded, shuffle } from '../../src/core/math/random';
import { Problem } from '../../src/core/names/errors';
import type { Workbench } from '../packs/open-pack';
import { timeSlices } from '../runtime/time-slices';
import { openSae } from './sae';
import { readTexts } from './texts';

const NEIGHBOURS = 15;
/** Of which the share that the plane keeps is stated. */
const KEPT = 10;
const PERMUTATIONS = 99;
const GAUSSIANS = 3;
const SLICE_MS = 20;
/** Milliseconds between two layouts that are shown. */
const SHOW_MS = 400;

/** Throws a Problem for an SAE of too few features. */
export async function map(
	settings: MapSettings,
	bench: Workbench,
	run: Run<MapFound>
): Promise<MapFound> {
	const { sae: id, epochs, seed } = settings;
	const begun = Date.now();
	const sae = await openSae(bench, id, run.signal);
	const { unit } = sae;
	if (unit.rows <= NEIGHBOURS)
		throw new Problem(
			'unsupported',
			`This SAE has ${unit.rows} features, too few for a map.`,
			'Choose a larger one.'
		);
	const pause = timeSlices(SLICE_MS, run.signal);
	const report = (what: string) => async (done: number, total: number) => {
		run.progress({ phase: 'measure', what, done, total });
		await pause();
	};
	const near = await nearestByCosine(unit, NEIGHBOURS, report('comparing directions'));
	const uniform = seeded(seed);
	// Nothing else needs the library of layouts, so it is loaded when the first map is drawn.
	const { layoutOf } = await import('./umap');
	const layout = layoutOf(near, unit.rows, epochs, uniform);
	const facts = await factsOf(bench, id, unit.rows);
	let found: MapFound = {
		...{ sae: id, n: unit.rows, unit: 'features' },
		...layout.plane(),
		...{ steps: { done: 0, of: epochs }, ...facts },
		...{ preservation: null, lobes: null, spectrum: null, first_ms: 0 },
		control: { chance: KEPT / (unit.rows - 1), permuted: null, gaussian: null, slope: null }
	};
	let shown = 0;
	for (let step = 0; step < epochs;) {
		step = layout.step();
		await report('laying out')(step, epochs);
		if (Date.now() - shown < SHOW_MS && step < epochs) continue;
		shown = Date.now();
		found = { ...found, ...layout.plane(), steps: { done: step, of: epochs } };
		found.first_ms ||= shown - begun;
		run.part(found);
	}
	const plane = nearestInPlane(found.x, found.y, KEPT);
	const share = preserved(near, plane, KEPT);
	found = { ...found, preservation: { k: KEPT, share, chance: found.control.chance } };
	run.part(found);
	found = { ...found, spectrum: await spectrumOf(unit, uniform, report('taking the spectrum')) };
	run.part(found);
	if (settings.tokens > 0 && bench.pack.examples)
		found = { ...found, lobes: await lobesOf(settings, unit, bench, run, report) };
	const { lobes, spectrum } = found;
	const most = (of: number[]) => quantile(Float64Array.from(of).sort(), 0.99);
	return {
		...found,
		control: {
			...found.control,
			permuted: lobes && most(lobes.permuted),
			gaussian: lobes && most(lobes.gaussian),
			slope: spectrum && spectrum.gaussian.reduce((a, b) => a + b, 0) / spectrum.gaussian.length
		}
	};
}

async function factsOf(bench: Workbench, id: string, size: number) {
	const statistics = await bench.statistics(id);
	const labels = await bench.labels(id);
	const all = Array.from({ length: size }, (_, i) => i);
	return {
		density: all.map((i) => statistics?.density[i] ?? null),
		source: all.map((i) => labels?.get(i)?.source ?? null)
	};
}

type Report = (done: number, total: number) => Promise<void>;

async function spectrumOf(
	unit: Matrix,
	uniform: () => number,
	report: Report
): Promise<Spectrum | null> {
	const of = (m: Matrix) => eigenvaluesOf(covariance(m), m.columns);
	await report(0, GAUSSIANS + 1);
	const eigenvalues = of(unit);
	const own = slopeOf(eigenvalues);
	if (!own) return null;
	const gaussian: number[] = [];
	for (let i = 0; i < GAUSSIANS; i++) {
		await report(i + 1, GAUSSIANS + 1);
		gaussian.push(slopeOf(of(gaussianLike(unit, uniform)))?.slope ?? 0);
	}
	return { eigenvalues: Array.from(eigenvalues), ...own, gaussian };
}

/** Random rows of length 1 and the same shape. */
function gaussianLike(m: Matrix, uniform: () => number): Matrix {
	const normal = normals(uniform);
	return unitRows({ ...m, data: m.data.map(() => normal()) });
}

async function lobesOf(
	{ sae, lobes, block, tokens, seed }: MapSettings,
	unit: Matrix,
	bench: Workbench,
	run: Run<MapFound>,
	report: (what: string) => Report
): Promise<FeatureLobes | null> {
	const texts = await readTexts(bench, { sae, text: null, tokens }, run);
	const step = report('finding lobes');
	const total = 2 + GAUSSIANS;
	await step(0, total);
	const blocks = blocksOf(
		texts.map(({ codes }) => codes),
		block
	);
	const together = coActivity(blocks, unit.rows);
	if (together.n < 10 * lobes) return null;
	const uniform = seeded(seed + 1);
	const { features, n } = together;
	const own = spectralClusters(positivePart(together), n, lobes, uniform);
	await step(1, total);
	const rowsOf = (m: Matrix) => {
		const rows = new Float32Array(n * m.columns);
		features.forEach((feature, i) => rows.set(row(m, feature), i * m.columns));
		return rows;
	};
	const clusters = spectralClusters(byDirection(rowsOf(unit), n), n, lobes, uniform);
	const ami = adjustedMutualInformation(own, clusters);
	const gaussian: number[] = [];
	for (let i = 0; i < GAUSSIANS; i++) {
		await step(2 + i, total);
		const rows = rowsOf(gaussianLike(unit, uniform));
		const random = spectralClusters(byDirection(rows, n), n, lobes, uniform);
		gaussian.push(adjustedMutualInformation(own, random));
	}
	const permuted: number[] = [];
	for (let i = 0; i < PERMUTATIONS; i++)
		permuted.push(adjustedMutualInformation(dealt(own, uniform), clusters));
	const of = new Array<number>(unit.rows).fill(-1);
	features.forEach((feature, i) => (of[feature] = own[i]!));
	return {
		...{ lobes, features: n, blocks: blocks.length, tokens: block, of, ami },
		permuted: permuted.toSorted((a, b) => a - b),
		gaussian,
		p: (1 + permuted.filter((x) => x >= ami).length) / (1 + PERMUTATIONS)
	};
}

/** The same values in a random order. */
function dealt(values: Uint16Array, uniform: () => number): Uint16Array {
	const out = values.slice();
	shuffle(out, uniform);
	return out;
}
