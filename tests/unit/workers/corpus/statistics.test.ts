/** Statistics added to a pack that has some of its own, shards that do not fit, and files that are not text. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { mergeShards, textStatistics } from '../../../../workers/node/corpus/statistics';
import { TextFile } from '../../../../workers/corpus/text-file';
import { Workbench } from '../../../../workers/packs/open-pack';
import { FIXTURES } from '../../../golden/fixture';
import { SAES, TEXT } from './small-corpus';

let folder: string;
const at = (name: string) => path.join(folder, name);
const request = (pack: string) => ({
	...{ pack: at(pack), corpus: at('text.txt'), saes: SAES, shard: null, out: folder }
});

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	for (const pack of ['whole', 'other'])
		await cp(path.join(FIXTURES, 'llama-tied'), at(pack), { recursive: true });
	await writeFile(at('text.txt'), TEXT);
	await textStatistics(request('whole'));
	for (const shard of ['2/3', '1/3']) await textStatistics({ ...request('other'), shard });
}, 120_000);

afterAll(() => rm(folder, { recursive: true }));

describe('shards', () => {
	it.each([
		['some are missing', ['shard-1-of-3'], 'are 1 of 3'],
		[
			'one is there twice',
			['shard-1-of-3', 'shard-1-of-3', 'shard-2-of-3'],
			'include one of them twice'
		],
		['there are none', ['nowhere'], 'There is no shard']
	])('are refused where %s', async (_, shards, sentence) => {
		await expect(mergeShards(at('whole'), shards.map(at))).rejects.toThrow(sentence);
	});
});

it('leaves the pack whole, and its features readable', async () => {
	const source = await FolderSource.open(at('whole'));
	for (const file of Object.keys(source.pack.files)) await source.bytes(file);
	const bench = await Workbench.open(source, false);
	const [statistics, texts] = [(await bench.statistics(SAES[1]!))!, (await bench.texts())!];
	const f = statistics.density.indexOf(Math.max(...statistics.density));
	const examples = statistics.examples(f, texts, bench.tokenizer);
	expect(examples.length).toBeGreaterThan(5);
	expect(Math.max(...examples[0]!.activations)).toBe(statistics.max[f]);
	expect(examples[0]!.quantile).toBe(1);
	expect(examples.map((e) => Math.max(...e.activations))).toEqual(
		examples.map((e) => Math.max(...e.activations)).toSorted((x, y) => y - x)
	);
	const { counts, edges } = statistics.histogram(f);
	const tokens = source.pack.saes.find(({ id }) => id === SAES[1])!.statsTokens!;
	expect(counts.reduce((n, c) => n + c, 0)).toBe(Math.round(statistics.density[f]! * tokens));
	expect(edges.at(-1)).toBeGreaterThan(statistics.max[f]!);
	// Those of the SAEs that were not walked still show what they showed.
	const other = (await bench.statistics('blocks.0.hook_resid_post'))!;
	const before = await Workbench.open(
		await FolderSource.open(path.join(FIXTURES, 'llama-tied')),
		false
	);
	const old = (await before.statistics('blocks.0.hook_resid_post'))!;
	expect(other.examples(3, texts, bench.tokenizer)).toEqual(
		old.examples(3, (await before.texts())!, before.tokenizer)
	);
});

describe('a file', () => {
	const read = async (bytes: Uint8Array | string, name = 'a.txt') => {
		const file = new TextFile(new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
		const found: string[] = [];
		for await (const { documents } of file.portions()) found.push(...documents);
		return found;
	};
	const utf16 = (text: string) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));

	it.each([
		['as it is', new TextEncoder().encode('один\n<|endoftext|>\n二')],
		['packed', new Uint8Array(gzipSync('один\n<|endoftext|>\n二'))],
		['in UTF-16', utf16('один\n<|endoftext|>\n二')]
	])('is read %s', async (_, bytes) => expect(await read(bytes)).toEqual(['один', '二']));

	it('has its sha256 when it has been read', async () => {
		const file = new TextFile(new Blob(['abc']), 'a.txt');
		for await (const { documents } of file.portions()) expect(documents).toEqual(['abc']);
		expect(file.facts.sha256).toBe(
			'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
		);
	});

	it('may be empty', async () => expect(await read('')).toEqual([]));

	it('is refused where it is packed and damaged', async () => {
		const packed = gzipSync(TEXT);
		await expect(read(new Uint8Array(packed.subarray(0, 200)))).rejects.toThrow('damaged');
	});

	it('is refused where it unpacks without end', async () => {
		const bomb = gzipSync('a'.repeat(100 << 20), { level: 9 });
		await expect(read(new Uint8Array(bomb))).rejects.toThrow('more than 100 times');
	});
});
