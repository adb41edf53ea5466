/** The engine on WebAssembly against PyTorch on the default pack: 1,000 tokens of its example texts. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseEdit } from '../../src/core/steering/edits';
import { argmax } from '../../src/core/math/sampling';
import {
	float32,
	integers,
	parseSafetensors,
	type Safetensors
} from '../../src/core/files/safetensors';
import { EMBEDDING, parseFeatureId, tapOf } from '../../src/core/names/site';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { startRuntime } from '../../workers/runtime/session';
import { steeringOf } from '../../workers/steering/steering';
import { Workbench } from '../../workers/packs/open-pack';
import { worst } from './fixture';

const PACK = path.resolve(import.meta.dirname, '../../models/default');
const GOLDEN = path.resolve(import.meta.dirname, 'default.safetensors');
/** The k-th and the next pre-activation must lie this share of the spread apart for a set to be decided. */
const DECIDED = 2e-4;
const NONE = 65535;

interface Header {
	sha256: Record<string, string>;
	prefix: number[];
	write: { edits: string[]; ids: number[] }[];
}

describe('the default pack', () => {
	let bench: Workbench;
	let tensors: Safetensors;
	let header: Header;
	let windows: number[][];
	const taps: Map<string, Float32Array>[] = [];

	beforeAll(async () => {
		const bytes = new Uint8Array(await readFile(GOLDEN));
		tensors = parseSafetensors(bytes);
		header = metadata(bytes);
		await startRuntime(null);
		bench = await Workbench.open(await FolderSource.open(PACK), false);
		const ids = integers(tensors, 'ids');
		const [n, w] = tensors.tensor('ids').shape as [number, number];
		windows = Array.from({ length: n }, (_, i) => Array.from(ids.subarray(i * w, (i + 1) * w)));
		for (const window of windows)
			taps.push((await bench.model.read(bench.model.begin(), window, bench.model.sites)).taps);
	}, 120_000);

	it('is the pack that the golden was computed from', () => {
		for (const [file, sha256] of Object.entries(header.sha256))
			expect(bench.pack.files[file]?.sha256, file).toBe(sha256);
	});

	it('has the same logits and taps', async () => {
		const points = integers(tensors, 'points');
		const width = windows[0]!.length;
		const d = bench.model.shape.dModel;
		const vocab = bench.model.shape.vocabSize;
		const rowOf = (site: string, point: number) =>
			taps[Math.floor(point / width)]!.get(site)!.subarray(
				(point % width) * d,
				((point % width) + 1) * d
			);
		for (const site of bench.model.sites) {
			if (!tensors.has(`tap.${site}`)) continue;
			const expected = float32(tensors, `tap.${site}`).data;
			points.forEach((point, i) =>
				expect(worst(rowOf(site, point), expected.subarray(i * d, (i + 1) * d)), site).toBeLessThan(
					1
				)
			);
		}
		const expected = float32(tensors, 'logits').data;
		for (const [i, point] of points.entries()) {
			const logits = await bench.lens.logits(
				Float32Array.from(rowOf(bench.model.sites.at(-1)!, point))
			);
			expect(worst(logits, expected.subarray(i * vocab, (i + 1) * vocab))).toBeLessThan(1);
		}
	});

	it('has the same codes: sets on at least 99.9 % of the decided tokens, activations within 1e-3', async () => {
		const rows = integers(tensors, 'rows');
		for (const id of bench.saeIds) {
			const sae = await bench.sae(id);
			const features = integers(tensors, `code.${id}.features`);
			const gap = float32(tensors, `code.${id}.gap`).data;
			const activations = float32(tensors, `code.${id}.activations`).data;
			const k = sae.spec.k!;
			let [decided, equal, token] = [0, 0, 0];
			let off = 0;
			for (const window of taps) {
				const codes = await sae.encode(window.get(tapOf(sae.info.site))!);
				for (let t = 0; t + 1 < codes.offsets.length; t++, token++) {
					const found = new Map<number, number>();
					for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++)
						found.set(codes.features[i]!, codes.activations[i]!);
					const expected = features.subarray(token * k, (token + 1) * k).filter((f) => f !== NONE);
					const spread = Math.max(...found.values());
					if (gap[token]! <= DECIDED * spread) continue;
					decided++;
					if (expected.length === found.size && expected.every((f) => found.has(f))) equal++;
					const row = rows.indexOf(token);
					if (row < 0) continue;
					expected.forEach((f, i) => {
						const a = activations[row * k + i]!;
						off = Math.max(off, Math.abs((found.get(f) ?? 0) - a) / Math.max(1, Math.abs(a)));
					});
				}
			}
			// A word's embedding is the same wherever it stands: a few words that decide nothing weigh much.
			const least = tapOf(sae.info.site) === EMBEDDING ? 600 : 800;
			expect(decided, id).toBeGreaterThan(least);
			expect(equal / decided, id).toBeGreaterThanOrEqual(0.999);
			expect(off, id).toBeLessThan(1e-3);
		}
	}, 120_000);

	it('writes the same text, steered and not', async () => {
		const { model } = bench;
		for (const { edits: lines, ids } of header.write) {
			const edits = lines.map((line) => parseEdit(line)!);
			const saes = await bench.saes(edits.map((e) => parseFeatureId(e.id)!.sae));
			const cache = model.begin(steeringOf(edits, saes));
			let { logits } = await model.read(cache, header.prefix, []);
			for (const id of ids) {
				expect(argmax(logits), lines.join(' ')).toBe(id);
				({ logits } = await model.read(cache, [id], []));
			}
		}
	}, 120_000);
});

function metadata(bytes: Uint8Array): Header {
	const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
	const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
	const fields = JSON.parse(text) as { __metadata__: { golden: string } };
	return JSON.parse(fields.__metadata__.golden) as Header;
}
