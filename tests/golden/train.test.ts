/** Learning against PyTorch's autograd and Adam in float64 (`train.py`), and against directions that were planted. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { normals, seeded } from '../../src/core/math/random';
import { unitRows } from '../../src/core/math/matrix';
import { geometricMedian, scaleAround } from '../../src/core/train/fitting';
import { planOf, rateAt } from '../../src/core/train/plan';
import { newSaeState } from '../../src/core/train/sae-state';
import { startRuntime } from '../../workers/runtime/session';
import { HostLearner } from '../../workers/train/learning/host-learner';
import { TopEncoder } from '../../workers/train/learning/top-encoder';
import { tenSteps } from '../learning-steps';
import { FIXTURES } from './fixture';

beforeAll(() => startRuntime(null));

describe('ten steps', () => {
	it('turn every parameter as autograd and Adam do, dead features too', async () => {
		const bytes = await readFile(path.join(FIXTURES, 'train/steps.safetensors'));
		const { state, silent, parameters } = await tenSteps(new Uint8Array(bytes));
		expect([...state.silent]).toEqual([...silent]);
		for (const { name, moved, off } of parameters) {
			expect(moved, name).toBe(true);
			expect(off, name).toBeLessThan(1e-4);
		}
	});
});

describe('planted directions', () => {
	const [d, directions, features, k, active] = [64, 64, 128, 4, 0.06];
	const tokens = 200_000;

	it('are found, at least 95 in a hundred at a cosine of 0.95', async () => {
		const uniform = seeded(5);
		const draw = normals(uniform);
		const gaussian = Float32Array.from({ length: directions * d }, draw);
		const planted = unitRows({ rows: directions, columns: d, data: gaussian });
		const batch = (n: number) => {
			const x = new Float32Array(n * d);
			for (let t = 0; t < n; t++)
				for (let f = 0; f < directions; f++) {
					if (uniform() >= active) continue;
					const strength = 1 + Math.abs(draw());
					for (let i = 0; i < d; i++) x[t * d + i]! += strength * planted.data[f * d + i]!;
				}
			return x;
		};
		const first = batch(4096);
		const centre = geometricMedian(first, d);
		const fit = { centre, scale: scaleAround(first, centre) };
		const plan = planOf({ tokens });
		const state = newSaeState({ features, k }, fit, 1);
		const learner = new HostLearner(state, new TopEncoder(d), plan.deadAfter);
		for (let step = 0, done = 0; done < tokens; step++, done += plan.batch)
			await learner.step(batch(plan.batch), rateAt(plan, step, done / tokens));
		const best = Array.from({ length: directions }, (_, f) => {
			let most = -1;
			for (let g = 0; g < features; g++) {
				let cosine = 0;
				for (let i = 0; i < d; i++)
					cosine += planted.data[f * d + i]! * state.decoder.value[g * d + i]!;
				most = Math.max(most, cosine);
			}
			return most;
		});
		const found = best.filter((cosine) => cosine >= 0.95).length;
		expect(found / directions, best.map((c) => c.toFixed(2)).join(' ')).toBeGreaterThanOrEqual(
			0.95
		);
	});
});
