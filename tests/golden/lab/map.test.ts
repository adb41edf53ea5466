/** The map's parts against scikit-learn and NumPy, on planted lobes and random directions, and on the default pack. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../../src/core/calls';
import { settingsOf } from '../../../src/core/lab/method';
import {
	adjustedMutualInformation,
	blocksOf,
	byDirection,
	coActivity,
	positivePart,
	spectralClusters
} from '../../../src/core/lab/methods/map/lobes';
import { MAP, type MapFound } from '../../../src/core/lab/methods/map/map';
import {
	nearestByCosine,
	nearestInPlane,
	preserved
} from '../../../src/core/lab/methods/map/neighbours';
import { covariance, slopeOf } from '../../../src/core/lab/methods/map/spectrum';
import { eigenvaluesOf } from '../../../src/core/math/eigen';
import { unitRows } from '../../../src/core/math/matrix';
import { normals, seeded } from '../../../src/core/math/random';
import { map } from '../../../workers/lab/map';
import { FolderSource } from '../../../workers/node/folders/pack-source';
import { Workbench } from '../../../workers/packs/open-pack';
import { startRuntime } from '../../../workers/runtime/session';

interface Golden {
	a: number[];
	b: number[];
	c: number[];
	ami: number[];
	rows: number[];
	eigenvalues: number[];
	slope: number;
	blocks: number[][];
	phi: number[];
}
let golden: Golden;
beforeAll(async () => {
	const file = path.join(import.meta.dirname, 'map.json');
	golden = JSON.parse(await readFile(file, 'utf8')) as Golden;
});

const near = (found: ArrayLike<number>, expected: number[], within = 1e-5) =>
	expected.forEach((x, i) => expect(Math.abs(found[i]! - x), `${i}`).toBeLessThan(within));
const still = () => Promise.resolve();
const random = (rows: number, columns: number, seed: number) => {
	const normal = normals(seeded(seed));
	const data = Float32Array.from({ length: rows * columns }, () => normal());
	return unitRows({ rows, columns, data });
};

describe('the parts, against scikit-learn and NumPy', () => {
	it('measure agreement alike', () => {
		const { a, b, c, ami } = golden;
		near(
			[b, c, a].map((other) => adjustedMutualInformation(a, other)),
			ami,
			1e-9
		);
	});

	it('have the same spectrum and slope', () => {
		const data = Float32Array.from(golden.rows);
		const values = eigenvaluesOf(covariance({ rows: 60, columns: 24, data }), 24);
		near(values, golden.eigenvalues);
		expect(slopeOf(golden.eigenvalues)).toMatchObject({ ranks: [10, 24] });
		near([slopeOf(values)!.slope], [golden.slope]);
	});

	it('have the φ of the definition', () => {
		const { features, phi } = coActivity(golden.blocks, 6);
		expect(features).toEqual([0, 1, 2, 3, 4, 5]);
		near(phi, golden.phi);
	});

	it('cut texts into blocks within each text', () => {
		const text = {
			offsets: Uint32Array.of(0, 1, 2, 4, 5, 6),
			features: Uint32Array.of(3, 3, 1, 2, 4, 5),
			activations: new Float32Array(6)
		};
		expect(blocksOf([text, text], 2)).toEqual([[3], [1, 2, 4], [3], [1, 2, 4]]);
	});
});

describe('neighbours', () => {
	it('are those of all pairs, and kept where nothing is moved', async () => {
		const m = random(50, 2, 5);
		const found = await nearestByCosine(m, 5, still);
		for (let i = 0; i < 50; i++) {
			const cosine = (j: number) =>
				m.data[2 * i]! * m.data[2 * j]! + m.data[2 * i + 1]! * m.data[2 * j + 1]!;
			const others = Array.from({ length: 50 }, (_, j) => j).filter((j) => j !== i);
			const best = others.toSorted((a, b) => cosine(b) - cosine(a)).slice(0, 5);
			expect(new Set(found.indices.subarray(5 * i, 5 * i + 5))).toEqual(new Set(best));
		}
		const x = Array.from({ length: 50 }, (_, i) => m.data[2 * i]!);
		const y = Array.from({ length: 50 }, (_, i) => m.data[2 * i + 1]!);
		expect(preserved(found, nearestInPlane(x, y, 5), 5)).toBeGreaterThan(0.99);
	});
});

describe('lobes', () => {
	/** Two topics: features 0 to 29 are active in some blocks, 30 to 59 in the others, a few everywhere. */
	const topics = (seed: number, planted: boolean) => {
		const uniform = seeded(seed);
		return Array.from({ length: 400 }, () => {
			const half = uniform() < 0.5 ? 0 : 30;
			return Array.from({ length: 60 }, (_, f) => f).filter((f) => {
				const own = !planted || f >= 30 === (half === 30);
				return uniform() < (own ? 0.3 : 0.03);
			});
		});
	};
	const truth = Uint8Array.from({ length: 60 }, (_, f) => (f < 30 ? 0 : 1));

	it('of two planted topics are found', () => {
		const together = coActivity(topics(3, true), 60);
		const of = spectralClusters(positivePart(together), together.n, 2, seeded(1));
		expect(adjustedMutualInformation(of, truth)).toBeGreaterThan(0.9);
	});

	it('of features that have nothing to do with one another have φ near 0', () => {
		const { phi } = coActivity(topics(4, false), 60);
		const mean = phi.reduce((sum, x) => sum + x, 0) / (60 * 59);
		expect(Math.abs(mean)).toBeLessThan(3 / Math.sqrt(400));
	});

	it('agree with random directions no more than chance: AMI within 0.01 of 0', () => {
		const sums = Array.from({ length: 12 }, (_, seed) => {
			const uniform = seeded(seed);
			const rows = random(600, 32, seed).data;
			const clusters = spectralClusters(byDirection(rows, 600), 600, 3, uniform);
			const lobes = Uint8Array.from({ length: 600 }, () => Math.floor(3 * uniform()));
			return adjustedMutualInformation(lobes, clusters);
		});
		expect(Math.abs(sums.reduce((a, b) => a + b, 0) / sums.length)).toBeLessThan(0.01);
	});

	it('of directions that lie in two cones are the cones', () => {
		const m = random(80, 16, 9);
		const data = m.data.map((x, i) => x + (i % 16 === Math.floor(i / 16) % 2 ? 3 : 0));
		const rows = unitRows({ ...m, data }).data;
		const of = spectralClusters(byDirection(rows, 80), 80, 2, seeded(2));
		const cones = Uint8Array.from({ length: 80 }, (_, i) => i % 2);
		expect(adjustedMutualInformation(of, cones)).toBeGreaterThan(0.9);
	});
});

describe('on the default pack', () => {
	let bench: Workbench;
	let found: MapFound;
	const parts: MapFound[] = [];
	const settings = settingsOf(
		MAP.options,
		{ epochs: '60', tokens: '3000' },
		{ sae: 'blocks.0.hook_resid_pre', prompt: '' }
	);
	beforeAll(async () => {
		await startRuntime(null);
		bench = await Workbench.open(await FolderSource.open('models/default'), false);
		found = await map(settings, bench, runOf({ onPart: (part) => parts.push(part) }));
	});

	it('keeps more neighbours than chance, and shows the layout as it grows', () => {
		expect(found.n).toBe(1024);
		expect(found.preservation!.share).toBeGreaterThan(5 * found.preservation!.chance);
		expect(parts.length).toBeGreaterThan(2);
		expect(found.x.every(Number.isFinite) && found.y.every(Number.isFinite)).toBe(true);
	});

	it('has a spectrum steeper than Gaussian directions have, and lobes with both nulls', () => {
		const { slope, gaussian } = found.spectrum!;
		expect(slope).toBeLessThan(Math.min(...gaussian));
		expect(found.lobes!.permuted).toHaveLength(99);
		expect(Math.abs(found.lobes!.permuted[49]!)).toBeLessThan(0.01);
		expect(found.lobes!.gaussian.every((x) => Math.abs(x) < 0.02)).toBe(true);
	});

	it('gives the same again', async () => {
		const again = await map(settings, bench, runOf());
		expect({ ...again, first_ms: 0 }).toEqual({ ...found, first_ms: 0 });
	});
});
