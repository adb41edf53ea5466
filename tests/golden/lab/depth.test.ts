/** Depth against NumPy, SciPy and scikit-learn, on planted rows, and on the default pack beside random weights. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../../src/core/calls';
import { settingsOf } from '../../../src/core/lab/method';
import { DEPTH, type DepthFound } from '../../../src/core/lab/methods/depth/depth';
import {
	curvatureOf,
	depthMeasure,
	matrixEntropy
} from '../../../src/core/lab/methods/depth/measures';
import { ridgeScores } from '../../../src/core/lab/methods/depth/ridge';
import { normals, seeded } from '../../../src/core/math/random';
import { haar, rotated } from '../../../src/core/math/rotation';
import { depth } from '../../../workers/lab/depth';
import { FolderSource } from '../../../workers/node/folders/pack-source';
import { Workbench } from '../../../workers/packs/open-pack';
import { startRuntime } from '../../../workers/runtime/session';

type Name = 'tall' | 'wide';
interface Golden extends Record<Name, number[]> {
	entropy: Record<Name, [centred: number, plain: number]>;
	curvature: Record<Name, number>;
	x: number[];
	y: number[][];
	held: number[];
	r2: number[];
}
let golden: Golden;
beforeAll(async () => {
	const file = path.join(import.meta.dirname, 'depth.json');
	golden = JSON.parse(await readFile(file, 'utf8')) as Golden;
});

const WIDTHS: Record<Name, number> = { tall: 6, wide: 14 };
const gaussian = (n: number, d: number, seed: number) => {
	const normal = normals(seeded(seed));
	return Float32Array.from({ length: n * d }, () => normal());
};

describe('the parts, against NumPy, SciPy and scikit-learn', () => {
	it.each(['tall', 'wide'] as const)('measure a %s text alike', (name) => {
		const [x, d] = [golden[name], WIDTHS[name]];
		const [centred, plain] = golden.entropy[name];
		expect(Math.abs(matrixEntropy(x, d, true) - centred)).toBeLessThan(1e-9);
		expect(Math.abs(matrixEntropy(x, d, false) - plain)).toBeLessThan(1e-9);
		expect(Math.abs(curvatureOf(x, d)! - golden.curvature[name])).toBeLessThan(1e-6);
	});

	it('read targets from rows alike', () => {
		const rows = { x: Float32Array.from(golden.x), width: 6, held: Uint8Array.from(golden.held) };
		const found = ridgeScores(
			rows,
			golden.y.map((y) => Float32Array.from(y))
		);
		found.forEach((r2, k) => expect(Math.abs(r2 - golden.r2[k]!)).toBeLessThan(1e-6));
	});
});

describe('a text', () => {
	it('of one token over and over has no entropy, and no curvature', () => {
		const same = new Float32Array(5 * 8).fill(0.3);
		expect(depthMeasure(same, 8, true)).toEqual({ entropy: 0, rank: 1, curvature: null });
		expect(depthMeasure(same, 8, false).entropy).toBeCloseTo(0, 9);
		expect(depthMeasure(new Float32Array(8), 8, true)).toEqual({
			...{ entropy: 0, rank: 1, curvature: null }
		});
	});

	it('of tokens on a line has no entropy, of orthogonal ones all there is', () => {
		const line = Float32Array.from({ length: 6 * 4 }, (_, i) => (1 + Math.floor(i / 4)) * (i % 4));
		expect(depthMeasure(line, 4, false).entropy).toBeCloseTo(0, 9);
		const eye = Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 3 : 0));
		expect(depthMeasure(eye, 8, false)).toMatchObject({ entropy: expect.closeTo(1, 9) as number });
		expect(depthMeasure(gaussian(3000, 12, 1), 12, true).entropy).toBeGreaterThan(0.99);
	});

	it('that goes straight on has no curvature, that turns back has 180 degrees', () => {
		const straight = Float32Array.from({ length: 10 }, (_, i) => Math.floor(i / 2) * (1 + (i % 2)));
		expect(curvatureOf(straight, 2)).toBeCloseTo(0, 4);
		expect(curvatureOf([0, 0, 1, 1, 0, 0, 1, 1], 2)).toBeCloseTo(180, 4);
	});

	it('of unrelated tokens turns by 120 degrees', () => {
		expect(Math.abs(curvatureOf(gaussian(2000, 64, 2), 64)! - 120)).toBeLessThan(1);
	});

	it('measures the same when its space is turned', () => {
		const data = gaussian(20, 16, 3);
		const turned = rotated({ rows: 20, columns: 16, data }, haar(16, 4)).data;
		const [a, b] = [depthMeasure(data, 16, true), depthMeasure(turned, 16, true)];
		expect(Math.abs(a.entropy - b.entropy)).toBeLessThan(1e-6);
		expect(Math.abs(a.curvature! - b.curvature!)).toBeLessThan(1e-3);
	});
});

describe('features', () => {
	it('that are planted in a layer are read from it, and others are not', () => {
		const x = gaussian(600, 10, 5);
		const held = Uint8Array.from({ length: 600 }, (_, t) => (t % 4 === 0 ? 1 : 0));
		const planted = Float32Array.from(held, (_, t) => 2 * x[t * 10 + 3]! - x[t * 10 + 7]!);
		const still = new Float32Array(600).fill(1);
		const [found, other, none] = ridgeScores({ x, width: 10, held }, [
			planted,
			gaussian(600, 1, 6),
			still
		]);
		expect(found).toBeGreaterThan(0.99);
		expect(other).toBeLessThan(0.05);
		expect(none).toBeNaN();
	});
});

describe('on the default pack', () => {
	let bench: Workbench;
	const text = 'Once upon a time there was a little fox who lived near the sea.';
	const run = (given: Record<string, string>, onPart?: (part: DepthFound) => void) =>
		depth(
			settingsOf(
				DEPTH.options,
				{ tokens: '2500', text, features: '12', ...given },
				{ sae: 'blocks.2.hook_resid_post', prompt: '' }
			),
			bench,
			runOf(onPart ? { onPart } : {})
		);
	beforeAll(async () => {
		await startRuntime(null);
		bench = await Workbench.open(await FolderSource.open('models/default'), false);
	});

	it('turns less sharply in depth than with tokens in an order of chance, and with random weights', async () => {
		const parts: DepthFound[] = [];
		const found = await run({}, (part) => parts.push(part));
		expect(found.layers.map(({ depth }) => depth)).toEqual([0, 1, 2, 3, 4, 5, 6]);
		expect(parts).toHaveLength(7);
		const { corpus, shuffled, random, text } = found.layers[4]!;
		expect(corpus.curvature!.interval[1]).toBeLessThan(shuffled!.interval[0]);
		expect(corpus.curvature!.interval[1]).toBeLessThan(random!.curvature!.interval[0]);
		expect(text.rank).toBeLessThanOrEqual(found.tokens);
		for (const layer of found.layers)
			expect(layer.corpus.entropy.mean >= 0 && layer.corpus.entropy.mean <= 1).toBe(true);
	});

	it('reads features better from their own layer than from the embedding, and shuffled ones from none', async () => {
		const { features, control } = await run({});
		expect(features.length).toBeGreaterThan(5);
		const mean = (at: number) =>
			features.reduce((sum, { r2 }) => sum + r2.at(at)!, 0) / features.length;
		expect(features[0]!.r2).toHaveLength(4);
		expect(mean(-1)).toBeGreaterThan(mean(0));
		expect(control.shuffled).toBeLessThan(0.05);
		expect(features.every(({ complexity }) => complexity >= 0 && complexity <= 1)).toBe(true);
	});

	it('gives the same again', async () => {
		expect(await run({ features: '0' })).toEqual(await run({ features: '0' }));
	});

	it.each([
		[{ text: 'The' }, 'fewer than 3 tokens'],
		[{ text: ' ' }, 'prompt is empty'],
		[{ corpus: 'The old fox.' }, 'fewer than two texts'],
		[{ corpus: ' ' }, 'nothing to read'],
		[{ sae: 'blocks.9.hook_resid_post' }, 'There is no SAE']
	])('says in a sentence what is wrong with %j', async (given, sentence) => {
		await expect(run(given as Record<string, string>)).rejects.toThrow(sentence);
	});
});
