/** Circles against scikit-learn, SciPy and PyTorch, on planted planes and shuffled activations, and on the default pack. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../../src/core/calls';
import { settingsOf } from '../../../src/core/lab/method';
import { CIRCLES, type CirclesFound } from '../../../src/core/lab/methods/circles/circles';
import { connected, spectralByAngle } from '../../../src/core/lab/methods/circles/clusters';
import {
	aroundInOrder,
	mixture,
	roundTest,
	separability
} from '../../../src/core/lab/methods/circles/measures';
import {
	againstShuffled,
	clusterOf,
	componentsOf,
	inOwnBasis,
	scorePlanes,
	type ActiveTokens
} from '../../../src/core/lab/methods/circles/planes';
import { nearestByCosine } from '../../../src/core/lab/methods/map/neighbours';
import { unitRows } from '../../../src/core/math/matrix';
import { normals, seeded, shuffle } from '../../../src/core/math/random';
import { circles } from '../../../workers/lab/circles';
import { FolderSource } from '../../../workers/node/folders/pack-source';
import { Workbench } from '../../../workers/packs/open-pack';
import { startRuntime } from '../../../workers/runtime/session';

type Name = 'ring' | 'gaussian' | 'lines';
interface Golden {
	sets: Record<Name, number[]>;
	separability: Record<Name, number>;
	mixture: Record<Name, number>;
	z: number[];
	rows: number[];
	pca: number[];
	variance: number[];
	unit: number[];
	groups: number[][];
}
let golden: Golden;
beforeAll(async () => {
	const file = path.join(import.meta.dirname, 'circles.json');
	golden = JSON.parse(await readFile(file, 'utf8')) as Golden;
});

const still = () => Promise.resolve();
const axis = (of: ArrayLike<number>, which: 0 | 1) =>
	Float64Array.from({ length: of.length / 2 }, (_, i) => of[2 * i + which]!);
const turned = (x: Float64Array, y: Float64Array, angle: number) =>
	[
		x.map((value, i) => Math.cos(angle) * value - Math.sin(angle) * y[i]!),
		y.map((value, i) => Math.cos(angle) * value + Math.sin(angle) * x[i]!)
	] as const;
/** Of a matrix of activations, `[tokens × features]`, where each feature is active. */
const activeIn = (z: ArrayLike<number>, features: number): ActiveTokens[] =>
	Array.from({ length: features }, (_, i) => {
		const all = Array.from({ length: z.length / features }, (__, t) => t);
		const on = all.filter((t) => z[t * features + i]! !== 0);
		return {
			tokens: Uint32Array.from(on),
			activations: Float32Array.from(on, (t) => z[t * features + i]!)
		};
	});

describe('the parts, against scikit-learn, SciPy and PyTorch', () => {
	it.each(['ring', 'gaussian', 'lines'] as const)('measure %s alike', (name) => {
		const [x, y] = [axis(golden.sets[name], 0), axis(golden.sets[name], 1)];
		expect(Math.abs(separability(x, y) - golden.separability[name])).toBeLessThan(1e-9);
		// The grid finds at least what gradient ascent finds, but for one step of the grid.
		expect(mixture(x, y)).toBeGreaterThan(golden.mixture[name] - 0.01);
		expect(mixture(x, y)).toBeLessThan(golden.mixture[name] + 0.05);
	});

	it('have the same principal components', () => {
		const rows = [0, 1, 2, 3].map((i) => golden.rows.slice(7 * i, 7 * i + 7));
		const cluster = clusterOf(activeIn(golden.z, 4), 1000, seeded(0));
		const directions = inOwnBasis(rows);
		expect(directions.basis).toBe(4);
		// Tokens on which nothing is active are no points, and PCA knows all: so all are.
		const all = Uint32Array.from({ length: 60 }, (_, t) => t);
		const activations = Float64Array.from(golden.z);
		const found = componentsOf({ ...cluster, points: all, activations }, directions);
		found.coordinates.forEach((values, k) =>
			values.forEach((value, t) =>
				expect(Math.abs(Math.abs(value) - golden.pca[60 * k + t]!)).toBeLessThan(1e-4)
			)
		);
		found.variance.forEach((x, k) => expect(Math.abs(x - golden.variance[k]!)).toBeLessThan(1e-6));
	});

	it('have the same connected clusters', async () => {
		const m = { rows: 40, columns: 5, data: Float32Array.from(golden.unit) };
		const found = connected(await nearestByCosine(m, 2, still), 0.9);
		const sorted = (groups: number[][]) => groups.map((g) => g.join(' ')).sort();
		expect(sorted(found)).toEqual(sorted(golden.groups));
	});
});

describe('planes', () => {
	const normal = normals(seeded(7));
	const uniform = seeded(8);
	const points = (n: number, of: () => [number, number]) => {
		const all = Array.from({ length: n }, of);
		return [axis(all.flat(), 0), axis(all.flat(), 1)] as const;
	};
	const ring = points(4000, () => {
		const angle = 2 * Math.PI * uniform();
		return [Math.cos(angle) + 0.05 * normal(), Math.sin(angle) + 0.05 * normal()];
	});
	const gaussian = points(4000, () => [normal(), 0.4 * normal()]);
	const lines = points(4000, () => {
		const far = -Math.log(1 - uniform());
		return uniform() < 0.5 ? [far, 0.01 * normal()] : [0.01 * normal(), far];
	});

	it('of a ring cannot be separated and are no mixture; of Gaussians can; of two lines are one', () => {
		expect(separability(...ring)).toBeGreaterThan(0.5);
		expect(mixture(...ring)).toBeLessThan(0.3);
		expect(separability(...gaussian)).toBeLessThan(0.05);
		expect(mixture(...lines)).toBeGreaterThan(0.3);
	});

	it('measure the same however they are turned', () => {
		const step = Math.PI / 50;
		for (const set of [ring, gaussian]) {
			const other = turned(...set, 3 * step);
			expect(Math.abs(separability(...other) - separability(...set))).toBeLessThan(1e-6);
			expect(Math.abs(mixture(...turned(...set, 0.3)) - mixture(...set))).toBeLessThan(0.01);
		}
	});

	it('that are all alike, or a line, have no mutual information, and no number is missing', () => {
		const [zeros, line] = [new Float64Array(50), Float64Array.from({ length: 50 }, (_, i) => i)];
		expect([separability(zeros, zeros), mixture(zeros, zeros)]).toEqual([0, 1]);
		expect(separability(line, zeros)).toBe(0);
		const found = componentsOf(
			clusterOf(activeIn(new Float64Array(40).fill(1), 2), 100, uniform),
			inOwnBasis([
				[1, 0],
				[0, 1]
			])
		);
		expect(scorePlanes(found)).toEqual({ planes: [], score: 0 });
	});
});

describe('clusters', () => {
	/** Tokens with a place on a circle; six features around it, each active near its own place. */
	function planted(tokens: number, seed: number): ActiveTokens[] {
		const uniform = seeded(seed);
		const z = new Float64Array(tokens * 6);
		for (let t = 0; t < tokens; t++) {
			if (uniform() < 0.7) continue;
			const angle = 2 * Math.PI * uniform();
			for (let i = 0; i < 6; i++)
				z[t * 6 + i] = Math.max(0, Math.cos(angle - (2 * Math.PI * i) / 6) - 0.3);
		}
		return activeIn(z, 6);
	}
	const around = inOwnBasis(
		Array.from({ length: 6 }, (_, i) => [
			Math.cos((2 * Math.PI * i) / 6),
			Math.sin((2 * Math.PI * i) / 6),
			0.2
		])
	);
	const test = async (features: ActiveTokens[], seed: number, all: number, directions = around) => {
		const uniform = seeded(seed);
		const { score } = scorePlanes(componentsOf(clusterOf(features, 300, uniform), directions));
		return againstShuffled(features, { all, most: 300, score }, directions, uniform, still);
	};

	it('around a planted circle stand out', async () => {
		const { p, found, scores } = await test(planted(1000, 3), 4, 1000);
		expect([p, found, scores.length]).toEqual([0.01, true, 99]);
	});

	it('of independent features stand out in 1 % at most', async () => {
		let found = 0;
		const clusters = 300;
		for (let seed = 0; seed < clusters; seed++) {
			const uniform = seeded(1000 + seed);
			const z = Float64Array.from({ length: 2000 }, () => (uniform() < 0.15 ? uniform() : 0));
			const rows = Array.from({ length: 4 }, () =>
				Array.from({ length: 4 }, () => uniform() - 0.5)
			);
			if ((await test(activeIn(z, 4), seed, 500, inOwnBasis(rows))).found) found++;
		}
		// Three of 300 are 1 %; seven or fewer come in 99 of 100 such runs.
		expect(found).toBeLessThanOrEqual(7);
	});

	it('by spectral angle are planted cones', async () => {
		const normal = normals(seeded(2));
		const data = Float32Array.from(
			{ length: 90 * 12 },
			(_, i) => normal() + (i % 12 === Math.floor(i / 12) % 3 ? 8 : 0)
		);
		const found = await spectralByAngle(
			unitRows({ rows: 90, columns: 12, data }),
			3,
			seeded(1),
			still
		);
		expect(found.map((group) => [group.length, new Set(group.map((i) => i % 3)).size])).toEqual([
			[30, 1],
			[30, 1],
			[30, 1]
		]);
	});
});

describe('the order around a circle', () => {
	const places = Array.from({ length: 7 }, (_, j) => (2 * Math.PI * j) / 7 + 1);
	it('is found where words lie in order, either way', () => {
		for (const way of [1, -1]) {
			const x = places.map((angle) => 5 + Math.cos(way * angle));
			const { r, angles } = aroundInOrder(
				x,
				places.map((angle) => Math.sin(way * angle))
			);
			expect(r).toBeCloseTo(1, 9);
			const found = roundTest([angles], seeded(1), shuffle);
			expect(found.p).toBeLessThanOrEqual(0.01);
		}
		expect(aroundInOrder([0, 1], [0, 1]).r).toBe(0);
	});

	it('is found in 1 % of random places at most', () => {
		const uniform = seeded(11);
		let found = 0;
		for (let i = 0; i < 400; i++) {
			const planes = [0, 1].map(() => places.map(() => 2 * Math.PI * uniform()));
			if (roundTest(planes, uniform, shuffle).p <= 0.01) found++;
		}
		// Nine or fewer come in 99 of 100 such runs.
		expect(found).toBeLessThanOrEqual(9);
	});
});

describe('on the default pack', () => {
	let bench: Workbench;
	const run = (given: Record<string, string>, onPart?: (part: CirclesFound) => void) =>
		circles(
			settingsOf(
				CIRCLES.options,
				{ tokens: '3000', tested: '3', points: '200', ...given },
				{ sae: 'blocks.3.hook_resid_post', prompt: '' }
			),
			bench,
			runOf(onPart ? { onPart } : {})
		);
	beforeAll(async () => {
		await startRuntime(null);
		bench = await Workbench.open(await FolderSource.open('models/default'), false);
	});

	it('measures clusters, tests the best, and gives the same again', async () => {
		const parts: CirclesFound[] = [];
		const found = await run({}, (part) => parts.push(part));
		expect(found.clusters.length + found.small + found.large).toBe(found.all);
		expect(found.tested).toBe(3);
		expect(parts.length).toBe(4);
		for (const { shuffled, found: out, score } of found.clusters.slice(0, 3)) {
			expect(out).toBe(shuffled!.p <= 0.01 && score > found.control.random.at(-1)!);
			expect(shuffled!.shuffles).toBeGreaterThanOrEqual(3);
		}
		expect(found.clusters.slice(3).every((one) => one.shuffled === null && !one.found)).toBe(true);
		expect(await run({})).toEqual(found);
	});

	it('takes the words of a reader in their order, from a text of theirs', async () => {
		const corpus = Array.from(
			{ length: 40 },
			(_, i) => `On ${['Monday', 'Tuesday', 'Friday', 'Sunday'][i % 4]} the fox slept.`
		).join('\n\n');
		const words = 'Monday, Tuesday, Friday, Sunday';
		const found = await run({ by: 'words', words, corpus, least: '20' });
		expect(found.n).toBe(40);
		expect(found.clusters[0]!.round!.words.map(({ word, n }) => [word, n])).toEqual(
			words.split(', ').map((word) => [word, 10])
		);
	});

	it.each([
		[{ cosine: '1' }, 'No two directions'],
		[{ tokens: '100', least: '20000' }, 'clusters is active on 20000 tokens'],
		[{ by: 'words', words: 'one, two' }, 'There are 2 words here'],
		[{ by: 'words', words: ' , ' }, 'list of words is empty'],
		[{ by: 'words', words: 'xylograph, zymurgy, quokka' }, 'are not on 100 tokens'],
		[{ corpus: ' ' }, 'nothing to read'],
		[{ sae: 'blocks.9.hook_resid_post' }, 'There is no SAE']
	])('says in a sentence what is wrong with %j', async (given, sentence) => {
		await expect(run(given as Record<string, string>)).rejects.toThrow(sentence);
	});
});
