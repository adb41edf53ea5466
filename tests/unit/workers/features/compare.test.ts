/** Comparisons on the default pack: cosines and places beside float64, co-activation beside another computation of it. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runOf } from '../../../../src/core/calls';
import type { FeatureComparison } from '../../../../src/core/features/comparison';
import { parseFeatureId } from '../../../../src/core/names/site';
import { LocalEngine } from '../../../../workers/engine';
import { Activity } from '../../../../workers/features/activations';
import { COMPARED_TOKENS } from '../../../../workers/features/compare';
import { FolderSource } from '../../../../workers/node/folders/pack-source';

const local = new LocalEngine({ open: ({ address }) => FolderSource.open(address) });
let texts: Activity;
const A = 'blocks.3.hook_resid_post/442';

beforeAll(async () => {
	await local.calls.open({ address: 'models/default', backend: 'wasm' });
	texts = new Activity(local.bench(), COMPARED_TOKENS);
}, 120_000);

async function cosines(from: string, sae: string): Promise<number[]> {
	const { sae: source, index } = await local.bench().feature(from);
	const { wDec } = await local.bench().sae(sae);
	const row = (data: Float32Array, r: number, n: number) =>
		Float64Array.from(data.subarray(r * n, (r + 1) * n));
	const own = row(source.wDec.data, index, source.wDec.columns);
	const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, v, c) => sum + v * y[c]!, 0);
	return Array.from({ length: wDec.rows }, (_, r) => {
		const w = row(wDec.data, r, wDec.columns);
		return dot(own, w) / Math.sqrt(dot(own, own) * dot(w, w));
	});
}

describe('compareFeatures', () => {
	it.each([
		'blocks.3.hook_resid_post/87',
		'blocks.4.hook_resid_post/1143',
		'blocks.2.hook_mlp_out/5'
	])('of a residual feature and %s', async (b) => {
		const found = await local.calls.compareFeatures({ a: A, b });
		const [own, other] = [parseFeatureId(A)!, parseFeatureId(b)!];
		const towards = await cosines(A, other.sae);
		expect(found.cosine).toBeCloseTo(towards[other.index]!, 5);
		const same = own.sae === other.sae;
		const nearer = towards.filter(
			(cosine, i) => !(same && i === own.index) && cosine > towards[other.index]! + 1e-6
		);
		expect(found.placeOfB!.place).toBe(nearer.length + 1);
		expect(found.placeOfB!.among).toBe(towards.length - Number(same));
		const { scores, tokens } = await texts.alike('pearson', own, other.sae, runOf());
		expect(found.stored!.tokens).toBe(tokens);
		expect(found.stored!.correlation ?? 0).toBeCloseTo(scores[other.index]!, 4);
		const shared = found.stored!.shared.reduce((sum, { times }) => sum + times, 0);
		expect(shared).toBeLessThanOrEqual(found.stored!.both);
	});

	it('counts on the texts read so far, and ends with all of them', async () => {
		const fresh = new LocalEngine({ open: ({ address }) => FolderSource.open(address) });
		await fresh.calls.open({ address: 'models/default', backend: 'wasm' });
		const clock = vi.spyOn(performance, 'now');
		let now = 0;
		clock.mockImplementation(() => (now += 1000));
		const parts: FeatureComparison[] = [];
		const b = 'blocks.3.hook_resid_post/87';
		const whole = await fresh.calls.compareFeatures(
			{ a: A, b },
			{ onPart: (part) => parts.push(part) }
		);
		clock.mockRestore();
		expect(parts[0]!.stored).toBeUndefined();
		const counted = parts.slice(1).map(({ stored }) => stored!);
		expect(counted.length).toBeGreaterThan(10);
		for (const key of ['tokens', 'a', 'b', 'both'] as const) {
			const values = counted.map((stored) => stored[key]);
			expect(values).toEqual(values.toSorted((x, y) => x - y));
		}
		// The last part has read all, and says what the answer says.
		expect(counted.at(-1)).toEqual(whole.stored);
		expect(counted[0]!.tokens).toBeLessThan(whole.stored!.tokens / 5);
	}, 120_000);

	it('of a feature and itself: one direction, first place, every token', async () => {
		const found = await local.calls.compareFeatures({ a: A, b: A });
		expect(found.cosine).toBeCloseTo(1, 6);
		expect(found.stored!.both).toBe(found.stored!.a);
		expect(found.stored!.a).toBeGreaterThan(5);
		expect(found.stored!.shared.length).toBeGreaterThan(0);
		expect(found.stored!.correlation).toBeCloseTo(1, 6);
	});
});
