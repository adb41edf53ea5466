/** Statistics from a reader's text on a micro pack: whole, in shards, and from files that are no such thing. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePack } from '../../../../src/core/packs/manifest';
import { float32, integers, parseSafetensors } from '../../../../src/core/files/safetensors';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { mergeShards, textStatistics } from '../../../../workers/node/corpus/statistics';
import { TextFile } from '../../../../workers/corpus/reader';
import { Workbench } from '../../../../workers/packs/open-pack';
import { FIXTURES } from '../../../golden/fixture';

const SAES = ['blocks.1.hook_attn_out', 'blocks.1.hook_resid_post'];
const WORDS = 'the old clockmaker mended brass keys because a bell had rung twice near seven'.split(
	' '
);
const TEXT = Array.from({ length: 90 }, (_, i) =>
	Array.from(
		{ length: 20 + (i % 30) },
		(_, w) => WORDS[(i * 7 + w * w + 3 * w) % WORDS.length]
	).join(' ')
).join('\n<|endoftext|>\n');
let folder: string;
const at = (name: string) => path.join(folder, name);
const request = (pack: string) => ({
	...{ pack: at(pack), corpus: at('text.txt'), saes: SAES, shard: null, out: folder }
});

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	for (const pack of ['whole', 'merged'])
		await cp(path.join(FIXTURES, 'llama-tied'), at(pack), { recursive: true });
	await writeFile(at('text.txt'), TEXT);
	await textStatistics(request('whole'));
	for (const shard of ['2/3', '1/3', '3/3']) await textStatistics({ ...request('merged'), shard });
	await mergeShards(at('merged'), ['shard-1-of-3', 'shard-3-of-3', 'shard-2-of-3'].map(at));
}, 120_000);

afterAll(() => rm(folder, { recursive: true }));

const statsOf = async (pack: string, sae: string) =>
	parseSafetensors(
		new Uint8Array(gunzipSync(await readFile(at(`${pack}/stats/${sae}.safetensors.gz`))))
	);

describe('shards joined', () => {
	it.each(SAES)('are what the whole walk is: %s', async (sae) => {
		const [whole, merged] = [await statsOf('whole', sae), await statsOf('merged', sae)];
		expect(merged.names).toEqual(whole.names);
		for (const name of whole.names.filter((n) => n !== 'mean'))
			expect(Buffer.from(merged.tensor(name).bytes).equals(whole.tensor(name).bytes), name).toBe(
				true
			);
		const [a, b] = [float32(merged, 'mean').data, float32(whole, 'mean').data];
		a.forEach((x, f) => expect(Math.abs(x - b[f]!)).toBeLessThanOrEqual(1e-6 * b[f]!));
		expect(Array.from(integers(whole, 'hist_counts')).reduce((n, c) => n + c, 0)).toBeGreaterThan(
			5000
		);
	});

	it('give the same names', async () => {
		for (const sae of SAES) {
			const [a, b] = ['whole', 'merged'].map((pack) => at(`${pack}/labels/${sae}.json.gz`));
			const found = gunzipSync(await readFile(a!)).toString();
			expect(gunzipSync(await readFile(b!)).toString()).toBe(found);
			expect((JSON.parse(found) as { patterns: unknown[] }).patterns.length).toBeGreaterThan(20);
		}
	});

	it('give the same metrics, and say which text they are from', async () => {
		const [a, b] = await Promise.all(
			['merged', 'whole'].map(async (pack) =>
				parsePack(
					JSON.parse(await readFile(at(`${pack}/pack.json`), 'utf8')) as unknown
				).saes.filter(({ id }) => SAES.includes(id))
			)
		);
		expect(a!.map((sae) => sae.statsText)).toEqual(b!.map((sae) => sae.statsText));
		expect(a![0]!.statsText).toMatchObject({ name: 'text.txt', documents: 90, bytes: TEXT.length });
		expect(a![0]!.statsText!.held_out).toBeGreaterThan(2);
		a!.forEach(({ metrics }, i) => {
			for (const key of ['l0', 'dead', 'tokens', 'ce_sae', 'ce_recovered'] as const)
				expect(metrics![key]).toBe(b![i]!.metrics![key]);
			for (const key of ['nmse', 'fvu'] as const)
				expect(Math.abs(metrics![key] / b![i]!.metrics![key] - 1)).toBeLessThan(1e-12);
		});
	});

	it.each([
		['some are missing', ['shard-1-of-3'], 'are 1 of 3'],
		[
			'one is there twice',
			['shard-1-of-3', 'shard-1-of-3', 'shard-2-of-3'],
			'hold one of them twice'
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
		for await (const _ of file.portions()) expect(file.sha256).not.toBe('');
		expect(file.sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
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
