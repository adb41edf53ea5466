/** Flow with known parents: decoders drawn so that it is known where each feature came from. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runOf } from '../../src/core/calls';
import type { OriginRow } from '../../src/core/flow/origin';
import { randomDirections } from '../../src/core/flow/matching';
import { row, type Matrix } from '../../src/core/math/matrix';
import { normals, seeded } from '../../src/core/math/random';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { packFolders } from '../../workers/node/folders/pack';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { Flows } from '../../workers/flow/flows';
import { Workbench } from '../../workers/packs/open-pack';
import { FIXTURES } from './fixture';

const D = 64;
const EACH = 300;
const PARENTS = 1500;
const [BEFORE, ATTN, MLP, AFTER] = [
	'blocks.0.hook_resid_post',
	'blocks.1.hook_attn_out',
	'blocks.1.hook_mlp_out',
	'blocks.1.hook_resid_post'
] as const;
/** Cosine to a parent in each upstream decoder, by the origin that must be found. */
const PLANTED = [
	{ origin: 'translated', from: ['resid'], cosines: { [BEFORE]: 0.9 } },
	{ origin: 'newborn', from: ['mlp'], cosines: { [MLP]: 0.8 } },
	{ origin: 'newborn', from: ['attn'], cosines: { [ATTN]: 0.8 } },
	{ origin: 'processed', from: ['resid', 'mlp'], cosines: { [BEFORE]: 0.7, [MLP]: 0.7 } },
	{ origin: 'unexplained', from: [], cosines: {} }
] as const;

let folder: string;
let origins: OriginRow[];

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	await mkdir(path.join(folder, 'model'));
	const source = await FolderSource.open(path.join(FIXTURES, 'llama-tied'));
	for (const file of ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
		await writeFile(
			path.join(folder, 'model', file),
			await readFile(path.join(source.folder, file))
		);
	await writeFile(path.join(folder, 'model/config.json'), JSON.stringify(source.pack.model.config));
	const upstream = {
		[BEFORE]: randomDirections(PARENTS, D, 1),
		[ATTN]: randomDirections(PARENTS, D, 2),
		[MLP]: randomDirections(PARENTS, D, 3)
	};
	const decoders = { ...upstream, [AFTER]: planted(upstream) };
	for (const [site, decoder] of Object.entries(decoders)) await putSae(site, decoder);
	await packFolders({
		model: path.join(folder, 'model'),
		saes: Object.keys(decoders).map((site) => path.join(folder, site)),
		out: path.join(folder, 'pack'),
		corpus: null,
		dtype: 'f32'
	});
	const bench = await Workbench.open(await FolderSource.open(path.join(folder, 'pack')), false);
	const found = await new Flows(bench).origins(AFTER, runOf());
	origins = PLANTED.flatMap((_, g) =>
		Array.from({ length: EACH }, (_, i) => found[`${AFTER}/${g * EACH + i}`]!)
	);
});

afterAll(() => rm(folder, { recursive: true }));

it('finds where at least 99 in 100 features came from', () => {
	const right = origins.filter(({ origin, from }, i) => {
		const planted = PLANTED[Math.floor(i / EACH)]!;
		return origin === planted.origin && from.join() === planted.from.join();
	});
	expect(right.length / origins.length).toBeGreaterThanOrEqual(0.99);
});

it('calls at most 5 in 1,000 scores of noise high', () => {
	let [high, scores] = [0, 0];
	origins.forEach(({ from }, i) => {
		const planted: readonly string[] = PLANTED[Math.floor(i / EACH)]!.from;
		// Only what has no parent there is noise there.
		high += from.filter((kind) => !planted.includes(kind)).length;
		scores += 3 - planted.length;
	});
	expect(scores).toBe(EACH * (2 + 2 + 2 + 1 + 3));
	expect(high / scores).toBeLessThanOrEqual(0.005);
});

/** Rows with the planted cosines, the rest of their length in a random direction across them. */
function planted(upstream: Record<string, Matrix>): Matrix {
	const normal = normals(seeded(4));
	const data = new Float32Array(PLANTED.length * EACH * D);
	PLANTED.forEach(({ cosines }, g) => {
		for (let i = 0; i < EACH; i++) {
			const parents = Object.entries(cosines).map(([site, cosine]) => ({
				cosine,
				w: row(upstream[site]!, (g * EACH + i) % PARENTS)
			}));
			data.set(withCosines(parents, normal), (g * EACH + i) * D);
		}
	});
	return { rows: PLANTED.length * EACH, columns: D, data };
}

/** A vector of random length whose cosines to one vector, or to two, are as given. */
function withCosines(parents: { cosine: number; w: Float32Array }[], normal: () => number) {
	const out = Float64Array.from({ length: D }, normal);
	const across = (w: ArrayLike<number>) => out.reduce((sum, x, c) => sum + x * w[c]!, 0);
	const [a, b] = parents;
	// Two parents are nearly at right angles: what the second has of the first is taken off.
	const overlap = a && b ? a.w.reduce((sum, x, c) => sum + x * b.w[c]!, 0) : 0;
	const second = b && Float64Array.from(b.w, (x, c) => x - overlap * a!.w[c]!);
	const norm = second ? Math.sqrt(second.reduce((sum, x) => sum + x * x, 0)) : 1;
	const basis = [...(a ? [a.w] : []), ...(second ? [second.map((x) => x / norm)] : [])];
	for (const e of basis) {
		const part = across(e);
		for (let c = 0; c < D; c++) out[c]! -= part * e[c]!;
	}
	const length = Math.sqrt(out.reduce((sum, x) => sum + x * x, 0));
	const along = [a?.cosine ?? 0, b ? (b.cosine - (a?.cosine ?? 0) * overlap) / norm : 0];
	const rest = Math.sqrt(Math.max(0, 1 - along[0]! ** 2 - along[1]! ** 2));
	const scale = 0.5 + Math.abs(normal());
	return Float32Array.from(
		out,
		(x, c) =>
			scale * ((rest * x) / length + basis.reduce((sum, e, i) => sum + along[i]! * e[c]!, 0))
	);
}

async function putSae(site: string, decoder: Matrix) {
	const { rows, data } = decoder;
	const encoder = new Float32Array(D * rows);
	for (let r = 0; r < rows; r++)
		for (let c = 0; c < D; c++) encoder[c * rows + r] = data[r * D + c]!;
	const file = new SafetensorsWriter()
		.floats('W_dec', { shape: [rows, D], data }, 'f32')
		.floats('W_enc', { shape: [D, rows], data: encoder }, 'f32')
		.floats('b_enc', { shape: [rows], data: new Float32Array(rows) }, 'f32')
		.floats('b_dec', { shape: [D], data: new Float32Array(D) }, 'f32');
	await mkdir(path.join(folder, site));
	await writeFile(path.join(folder, site, 'sae_weights.safetensors'), file.toBytes());
	const cfg = { architecture: 'standard', d_in: D, d_sae: rows, metadata: { hook_name: site } };
	await writeFile(path.join(folder, site, 'cfg.json'), JSON.stringify(cfg));
}
