import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkChain, GEMMA_CHAIN, type Decoders, type GoldenChain } from './gemma-chain';
import { randomDirections } from '../../src/core/flow/matching';
import { row, type Matrix } from '../../src/core/math/matrix';
import { mlpOut, residPost } from '../../src/core/names/site';
import { decodersIn } from './gemma-decoders';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';

const F = 60;
const D = 128;
/** Printed: 3 ← 2 ← 1 ← 0 backward from layer 3, and 3 → 4 forward. */
const CHAIN: GoldenChain = {
	model: 'planted',
	source: 'this test',
	resid: [7, 3, 11, 20, 5],
	start: 3,
	least: 0.5,
	mlp: { 2: 9 },
	scores: [
		{ layer: 2, kind: 'mlp', cosine: 0.8 },
		{ layer: 3, kind: 'resid', cosine: 0.9 }
	]
};

/** Random dictionaries with the chain planted: each feature has the cosine asked for with the one before it. */
function planted(): Map<string, Matrix> {
	const decoders = new Map<string, Matrix>();
	CHAIN.resid.forEach((_, layer) => {
		decoders.set(residPost(layer), randomDirections(F, D, 10 + layer));
		decoders.set(mlpOut(layer), randomDirections(F, D, 50 + layer));
	});
	for (let layer = 1; layer < CHAIN.resid.length; layer++)
		plant(decoders, residPost(layer), CHAIN.resid[layer]!, [
			[residPost(layer - 1), CHAIN.resid[layer - 1]!, 0.9]
		]);
	// The MLP feature is built from the residual one, so as not to move the chain.
	plant(decoders, mlpOut(2), 9, [[residPost(2), 11, 0.8]]);
	// Lengths must not matter.
	for (const { data } of decoders.values()) data.forEach((x, i) => (data[i] = 3 * x));
	return decoders;
}

function plant(
	decoders: Map<string, Matrix>,
	site: string,
	feature: number,
	[[from, index, cosine]]: [[string, number, number]]
) {
	const own = row(decoders.get(site)!, feature);
	const other = row(decoders.get(from)!, index);
	const along = own.reduce((sum, x, i) => sum + x * other[i]!, 0);
	const rest = own.map((x, i) => x - along * other[i]!);
	const length = Math.hypot(...rest);
	own.forEach(
		(_, i) => (own[i] = cosine * other[i]! + (Math.sqrt(1 - cosine ** 2) * rest[i]!) / length)
	);
}

const reading =
	(decoders: Map<string, Matrix>): Decoders =>
	(site) =>
		Promise.resolve(decoders.get(site) ?? null);

describe('checkChain', () => {
	it('finds a planted chain, its attachment and its scores', async () => {
		const check = await checkChain(CHAIN, reading(planted()));
		expect(check.summary).toEqual({
			links: { agree: 4, measured: 4, of: 4 },
			attachments: { agree: 4, measured: 4, of: 4 },
			scores: { agree: 2, measured: 2, of: 2 }
		});
		expect(
			check.links.map(({ layer, feature, into, found }) => [layer, feature, into, found])
		).toEqual([
			[1, 3, residPost(0), 7],
			[2, 11, residPost(1), 3],
			[3, 20, residPost(2), 11],
			[3, 20, residPost(4), 5]
		]);
		expect(check.attachments.map(({ found }) => found)).toEqual([null, null, 9, null]);
	});

	it('names what does not agree, and goes on from what is printed', async () => {
		const wrong = { ...CHAIN, resid: [7, 4, 11, 20, 5], mlp: { 2: 10, 3: 1 } };
		const { links, attachments, summary } = await checkChain(wrong, reading(planted()));
		expect(links.map(({ agrees }) => agrees)).toEqual([false, false, true, true]);
		expect(links[1]).toMatchObject({ expected: 4, found: 3 });
		expect(attachments.map(({ agrees }) => agrees)).toEqual([true, true, false, false]);
		expect(summary.scores).toEqual({ agree: 2, measured: 2, of: 2 });
	});

	it('does not count what a missing dictionary leaves unmeasured', async () => {
		const decoders = planted();
		decoders.delete(residPost(1));
		decoders.delete(mlpOut(2));
		const { summary, links } = await checkChain(CHAIN, reading(decoders));
		expect(summary.links).toEqual({ agree: 2, measured: 2, of: 4 });
		expect(summary.attachments.measured).toBe(2);
		expect(summary.scores).toEqual({ agree: 1, measured: 1, of: 2 });
		expect(links[0]).toMatchObject({ found: null, cosine: null, agrees: false });
	});

	it('refuses dictionaries that cannot hold the chain', async () => {
		await expect(checkChain({ ...CHAIN, resid: [7, 300] }, reading(planted()))).rejects.toThrow(
			/not those of the printed chain/
		);
	});
});

it('has the printed chain whole', () => {
	expect(GEMMA_CHAIN.resid).toHaveLength(26);
	expect(GEMMA_CHAIN.resid[GEMMA_CHAIN.start]).toBe(14548);
	expect(Object.keys(GEMMA_CHAIN.mlp)).toHaveLength(9);
	for (const index of [...GEMMA_CHAIN.resid, ...Object.values(GEMMA_CHAIN.mlp)])
		expect(index).toBeLessThan(16_384);
});

it('reads decoders from folders of SAEs, by site', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	try {
		const decoders = planted();
		for (const site of [residPost(0), residPost(1), mlpOut(0)]) {
			const own = path.join(folder, 'some', site);
			await mkdir(own, { recursive: true });
			const file = new SafetensorsWriter();
			const tensor = (name: string, shape: number[], data: Float32Array) =>
				file.floats(name, { shape, data }, 'f32');
			tensor('W_enc', [D, F], new Float32Array(D * F).fill(0.1));
			tensor('W_dec', [F, D], decoders.get(site)!.data);
			tensor('b_enc', [F], new Float32Array(F));
			tensor('b_dec', [D], new Float32Array(D));
			await writeFile(path.join(own, 'sae_weights.safetensors'), file.toBytes());
			const cfg = { architecture: 'standard', d_in: D, d_sae: F, metadata: { hook_name: site } };
			await writeFile(path.join(own, 'cfg.json'), JSON.stringify(cfg));
		}
		const read = await decodersIn(folder);
		expect(await read(mlpOut(0))).toEqual(decoders.get(mlpOut(0)));
		expect(await read(mlpOut(1))).toBeNull();
		const { links } = await checkChain(CHAIN, read);
		expect(links.map(({ found }) => found)).toEqual([7, null, null, null]);
		await expect(decodersIn(path.join(folder, 'none'))).rejects.toThrow(/There is no SAE in/);
	} finally {
		await rm(folder, { recursive: true });
	}
});
