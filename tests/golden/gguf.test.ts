/** Models and tokenizers read from GGUF files, against transformers, tokenizers and sentencepiece on the same. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { float32, integers, parseSafetensors } from '../../src/core/files/safetensors';
import { packFolders } from '../../workers/node/folders/pack';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { Workbench } from '../../workers/packs/open-pack';
import { FIXTURES, worst } from './fixture';

const FILES = path.join(FIXTURES, 'gguf');
const NAMES = [
	...['llama-3', 'llama-pieces', 'smollm', 'qwen2', 'gemma2', 'gemma3', 'gpt2', 'gptneox']
] as const;

let folder: string;
const golden = readFile(path.join(FILES, 'golden.json'), 'utf8').then(
	(text) => JSON.parse(text) as { texts: string[]; ids: Record<string, number[][]> }
);

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
});
afterAll(() => rm(folder, { recursive: true }));

it.each(NAMES)('reads %s as its makers do', async (name) => {
	const out = path.join(folder, name);
	const model = path.join(FILES, `${name}.gguf`);
	await packFolders({ model, saes: [], out, corpus: null, dtype: 'f32' });
	const bench = await Workbench.open(await FolderSource.open(out), false);
	const { texts, ids } = await golden;
	texts.forEach((text, i) => {
		const found = bench.tokenizer.encode(text).map(({ id }) => id);
		expect(found, JSON.stringify(text)).toEqual(ids[name]![i]);
	});
	const bytes = await readFile(path.join(FILES, 'golden.safetensors'));
	const expected = parseSafetensors(new Uint8Array(bytes));
	const read = [...integers(expected, `${name}.ids`)];
	const site = 'blocks.0.hook_resid_post';
	const { taps } = await bench.model.readOnce(read, [site]);
	expect(worst(taps.get(site)!, float32(expected, `${name}.${site}`).data)).toBeLessThan(1);
	const { shape, data } = float32(expected, `${name}.logits`);
	const cache = bench.model.begin();
	for (const [at, id] of read.entries()) {
		const { logits } = await bench.model.read(cache, [id], []);
		const row = data.subarray(at * shape[1]!, (at + 1) * shape[1]!);
		expect(worst(logits, row), `after token ${at}`).toBeLessThan(1);
	}
});
