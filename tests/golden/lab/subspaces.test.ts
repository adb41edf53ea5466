/** Subspaces against NumPy and SciPy, on planted subspaces and Gaussian tokens, and on the default pack. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../../src/core/calls';
import { settingsOf } from '../../../src/core/lab/method';
import {
	dimensionsFor,
	effectiveRank,
	energyIn,
	massiveIn,
	rankMeasure,
	spectrumOf,
	TokenMoments,
	withoutCoordinates
} from '../../../src/core/lab/methods/subspaces/ranks';
import {
	SUBSPACES,
	type RankMeasure,
	type SubspacesFound
} from '../../../src/core/lab/methods/subspaces/subspaces';
import { normals, seeded } from '../../../src/core/math/random';
import { mannWhitney } from '../../../src/core/math/ranks';
import { rotated, haar } from '../../../src/core/math/rotation';
import { subspaces } from '../../../workers/lab/subspaces';
import { FolderSource } from '../../../workers/node/folders/pack-source';
import { Workbench } from '../../../workers/packs/open-pack';
import { startRuntime } from '../../../workers/runtime/session';

interface Golden {
	x: number[];
	all: RankMeasure;
	without: RankMeasure;
	directions: number[];
	energy: number[];
	values: number[];
	vectors: number[];
}
let golden: Golden;
beforeAll(async () => {
	const file = path.join(import.meta.dirname, 'subspaces.json');
	golden = JSON.parse(await readFile(file, 'utf8')) as Golden;
});

const near = (found: ArrayLike<number>, expected: ArrayLike<number>, within = 1e-6) => {
	expect(found.length).toBe(expected.length);
	for (let i = 0; i < expected.length; i++)
		expect(Math.abs(found[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!))).toBeLessThan(
			within
		);
};
const same = (found: RankMeasure, expected: RankMeasure) => {
	expect([found.for90, found.for99]).toEqual([expected.for90, expected.for99]);
	near([found.effective, found.first], [expected.effective, expected.first]);
};
const momentsOf = (x: ArrayLike<number>, width: number) => {
	const moments = new TokenMoments(width);
	moments.add(Float32Array.from(x));
	return moments;
};
const measured = (x: ArrayLike<number>, width: number) =>
	rankMeasure(spectrumOf(momentsOf(x, width).covariance(), width).values);

describe('the parts, against NumPy and SciPy', () => {
	it('have the same eigenvalues, eigenvectors, ranks and energies', () => {
		const spectrum = spectrumOf(momentsOf(golden.x, 12).covariance(), 12);
		near(spectrum.values, golden.values);
		near(spectrum.vectors.map(Math.abs), golden.vectors, 1e-5);
		same(rankMeasure(spectrum.values), golden.all);
		near(energyIn(spectrum, 5, Float32Array.from(golden.directions), 12), golden.energy, 1e-5);
	});

	it('leave out the same massive coordinate', () => {
		const covariance = momentsOf(golden.x, 12).covariance();
		expect(massiveIn(covariance, 12)).toEqual([4]);
		const rest = withoutCoordinates(covariance, 12, [4]);
		same(rankMeasure(spectrumOf(rest.covariance, rest.width).values), golden.without);
	});

	it('gather halves as the whole', () => {
		const x = Float32Array.from(golden.x);
		const [a, b] = [new TokenMoments(12), new TokenMoments(12)];
		const origin = Float64Array.from(x.subarray(0, 12));
		a.add(x.subarray(0, 40 * 12), origin);
		b.add(x.subarray(40 * 12), origin);
		expect(a.plus(b).n).toBe(90);
		near(a.plus(b).covariance(), momentsOf(x, 12).covariance());
	});
});

describe('ranks', () => {
	const gaussian = (n: number, width: number, seed: number) => {
		const normal = normals(seeded(seed));
		return Float32Array.from({ length: n * width }, () => normal());
	};

	it('of isotropic noise are all dimensions', () => {
		expect(measured(gaussian(4000, 32, 1), 32).effective).toBeGreaterThan(0.97);
	});

	it('of tokens in a plane of few dimensions are no more than these', () => {
		const few = gaussian(500, 3, 2);
		const mix = gaussian(3, 20, 3);
		const x = Float32Array.from({ length: 500 * 20 }, (_, at) => {
			const [t, c] = [Math.floor(at / 20), at % 20];
			return [0, 1, 2].reduce((sum, k) => sum + few[t * 3 + k]! * mix[k * 20 + c]!, 0);
		});
		const { effective, for99 } = measured(x, 20);
		expect(effective * 20).toBeLessThanOrEqual(3.001);
		expect(for99).toBeLessThanOrEqual(3);
	});

	it('do not change when tokens are turned, moved or scaled', () => {
		const data = gaussian(300, 16, 4).map((x, i) => x * (1 + (i % 16)));
		const plain = measured(data, 16);
		const turned = rotated({ rows: 300, columns: 16, data }, haar(16, 5)).data;
		same(
			measured(
				turned.map((x) => 7 * x + 3),
				16
			),
			plain
		);
	});

	it('of tokens that are all alike are 0, and numbers that are not finite are refused', () => {
		expect(measured(new Float32Array(40).fill(2), 4)).toEqual({
			...{ effective: 0, for90: 0, for99: 0, first: 0 }
		});
		expect([effectiveRank([]), dimensionsFor(0.9, [0, 0])]).toEqual([0, 0]);
		const moments = new TokenMoments(2);
		expect([moments.add(Float32Array.of(1, NaN)), moments.n]).toEqual([false, 0]);
	});
});

describe('dead features', () => {
	const WIDTH = 16;
	/** Tokens fill 8 of 16 dimensions. */
	const spectrum = () => {
		const normal = normals(seeded(6));
		const x = Float32Array.from({ length: 400 * WIDTH }, (_, i) => (i % WIDTH < 8 ? normal() : 0));
		return spectrumOf(momentsOf(x, WIDTH).covariance(), WIDTH);
	};
	const rows = (n: number, seed: number, scale: (c: number) => number) => {
		const normal = normals(seeded(seed));
		return Float32Array.from({ length: n * WIDTH }, (_, i) => scale(i % WIDTH) * normal());
	};

	it('that are planted outside of the active subspace have less energy in it', () => {
		const alive = energyIn(
			spectrum(),
			8,
			rows(60, 1, (c) => (c < 8 ? 1 : 0.2)),
			WIDTH
		);
		const dead = energyIn(
			spectrum(),
			8,
			rows(20, 2, (c) => (c < 8 ? 0.2 : 1)),
			WIDTH
		);
		const { effect, p } = mannWhitney(alive, dead);
		expect(effect).toBeGreaterThan(0.95);
		expect(p).toBeLessThan(0.01);
	});

	it('drawn at random are told apart in 1 % at most, and have the energy of chance', () => {
		let [found, sum] = [0, 0];
		const runs = 400;
		const plain = spectrum();
		for (let seed = 0; seed < runs; seed++) {
			const energy = energyIn(
				plain,
				8,
				rows(80, 100 + seed, () => 1),
				WIDTH
			);
			if (mannWhitney(energy.slice(20), energy.slice(0, 20)).p <= 0.01) found++;
			sum += energy.reduce((a, b) => a + b, 0) / energy.length;
		}
		expect(Math.abs(sum / runs - 0.5)).toBeLessThan(0.005);
		// Four of 400 are 1 %; nine or fewer come in 99 of 100 such runs.
		expect(found).toBeLessThanOrEqual(9);
	});
});

describe('on the default pack', () => {
	let bench: Workbench;
	const run = (given: Record<string, string>, onPart?: (part: SubspacesFound) => void) =>
		subspaces(
			settingsOf(
				SUBSPACES.options,
				{ tokens: '1500', ...given },
				{ sae: 'blocks.3.hook_resid_post', prompt: '' }
			),
			bench,
			runOf(onPart ? { onPart } : {})
		);
	beforeAll(async () => {
		await startRuntime(null);
		bench = await Workbench.open(await FolderSource.open('models/default'), false);
	});

	it('finds attention in fewer dimensions than MLPs in the layers between the first and the last', async () => {
		const parts: SubspacesFound[] = [];
		const found = await run({}, (part) => parts.push(part));
		expect(found.sites.map(({ site }) => site)).toEqual(bench.model.sites);
		expect(parts).toHaveLength(found.sites.length);
		expect(found.control.gaussian).toBeGreaterThan(0.9);
		for (const layer of [1, 2, 3, 4]) {
			const of = (kind: string) =>
				found.sites.find((one) => one.layer === layer && one.kind === kind)!;
			expect(of('attn').effective).toBeLessThan(of('mlp').effective);
			expect(of('attn').halves![1]).toBeLessThan(of('mlp').halves![0]);
		}
		const { features } = found;
		expect(features!.alive + features!.dead).toBe(2048);
		expect(features!.energy.every((x) => x > 0 && x <= 1 + 1e-6)).toBe(true);
		expect(features!.test === null).toBe(features!.dead === 0);
	});

	it.each([
		[{ tokens: '100' }, 'not more than the 256 dimensions'],
		[{ corpus: 'The fox.' }, 'not more than the 256 dimensions'],
		[{ corpus: ' \n ' }, 'nothing to read'],
		[{ sae: 'blocks.9.hook_resid_post' }, 'There is no SAE']
	])('says in a sentence what is wrong with %j', async (given, sentence) => {
		await expect(run(given as Record<string, string>)).rejects.toThrow(sentence);
	});

	it('says so when all tokens are alike', async () => {
		const corpus = Array.from({ length: 300 }, () => 'The').join('\n\n');
		await expect(run({ corpus })).rejects.toThrow('All tokens of this text are alike');
	});
});
