/** Statistics of one corpus on every way to them: with the pack as it is made, afterwards, in shards, in the page. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { float32, integers, parseSafetensors } from '../../../../src/core/files/safetensors';
import { runOf } from '../../../../src/core/calls';
import type { TextPart } from '../../../../src/core/corpus/requests';
import { parsePack } from '../../../../src/core/packs/manifest';
import type { Context } from '../../../../workers/calls/context';
import { CorpusRun } from '../../../../workers/corpus/run';
import type { Library } from '../../../../workers/storage/library';
import { featureCard } from '../../../../workers/features/dashboard';
import { Flows } from '../../../../workers/flow/flows';
import { mergeShards, textStatistics } from '../../../../workers/node/corpus/statistics';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { PackFolder } from '../../../../workers/node/folders/pack-writer';
import { packFolders } from '../../../../workers/node/folders/pack';
import { Workbench } from '../../../../workers/packs/open-pack';
import { writeSources } from '../../../hugging-face-folder';
import { SAES, TEXT } from './small-corpus';

/** All are held against the first: the statistics of a pack in one go. */
const WAYS = ['whole', 'merged', 'page', 'made'];
let folder: string;
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	await writeFile(at('text.txt'), TEXT);
	const corpus = at('text.txt');
	const order = { ...(await writeSources(folder, SAES)), dtype: 'f32' };
	await packFolders({ ...order, out: at('made'), corpus });
	await packFolders({ ...order, out: at('whole'), corpus: null });
	for (const copy of ['merged', 'page']) await cp(at('whole'), at(copy), { recursive: true });
	const request = { corpus, saes: [], shard: null, out: folder };
	await textStatistics({ ...request, pack: at('whole') });
	for (const shard of ['2/3', '1/3', '3/3'])
		await textStatistics({ ...request, pack: at('merged'), shard });
	await mergeShards(at('merged'), ['shard-1-of-3', 'shard-3-of-3', 'shard-2-of-3'].map(at));
	await inPage(at('page'));
}, 180_000);

afterAll(() => rm(folder, { recursive: true }));

/** As the page does it, paused once. */
async function inPage(pack: string): Promise<void> {
	const bench = await Workbench.open(await FolderSource.open(pack), false);
	const library = async () =>
		({
			writePack: async (_: unknown, write: (out: PackFolder) => Promise<void>) =>
				write(await PackFolder.revise(pack))
		}) as unknown as Library;
	const texts = new CorpusRun({ bench: () => bench, library } as Context);
	const request = { file: new Blob([TEXT]), name: 'text.txt', saes: SAES };
	const stop = new AbortController();
	const onPart = ({ tokens }: TextPart) => tokens > 0 && stop.abort();
	const begun = texts.corpusStatistics(request, runOf({ signal: stop.signal, onPart }));
	await expect(begun).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
	const pending = (await texts.pendingStatistics())!;
	expect(pending.tokens).toBeGreaterThan(0);
	expect(pending.done).toBeLessThan(TEXT.length);
	await texts.corpusStatistics(null, runOf());
	expect(await texts.pendingStatistics()).toBeNull();
}

const unzipped = async (file: string) => new Uint8Array(gunzipSync(await readFile(at(file))));
const statisticsOf = async (way: string, sae: string) =>
	parseSafetensors(await unzipped(`${way}/stats/${sae}.safetensors.gz`));
const packOf = async (way: string) =>
	parsePack(JSON.parse(await readFile(at(`${way}/pack.json`), 'utf8')) as unknown);

describe.each(WAYS.slice(1))('%s', (way) => {
	it.each(SAES)('has the same statistics of %s to the last bit, but for sums', async (sae) => {
		const [found, whole] = [await statisticsOf(way, sae), await statisticsOf('whole', sae)];
		expect(found.names).toEqual(whole.names);
		for (const name of whole.names.filter((n) => n !== 'mean'))
			expect(Buffer.from(found.tensor(name).bytes).equals(whole.tensor(name).bytes), name).toBe(
				true
			);
		const [a, b] = [float32(found, 'mean').data, float32(whole, 'mean').data];
		a.forEach((x, f) => expect(Math.abs(x - b[f]!)).toBeLessThanOrEqual(1e-6 * b[f]!));
	});

	it('has the same names and example texts', async () => {
		for (const sae of SAES) {
			const file = `labels/${sae}.json.gz`;
			expect(await unzipped(`${way}/${file}`)).toEqual(await unzipped(`whole/${file}`));
		}
		const file = 'examples.safetensors';
		expect(await readFile(at(`${way}/${file}`))).toEqual(await readFile(at(`whole/${file}`)));
	});

	it('has the same metrics, and says which text they are from', async () => {
		const [found, whole] = [await packOf(way), await packOf('whole')];
		expect(found.saes.map((sae) => sae.statsText)).toEqual(whole.saes.map((sae) => sae.statsText));
		found.saes.forEach(({ metrics }, i) => {
			const { nmse, fvu, explained_variance: explained, ...exact } = metrics!;
			const expected = whole.saes[i]!.metrics!;
			expect(expected).toMatchObject(exact);
			expect(Math.abs(nmse / expected.nmse - 1)).toBeLessThan(1e-12);
			expect(Math.abs(fvu / expected.fvu - 1)).toBeLessThan(1e-12);
			expect(explained).toBe(1 - fvu);
		});
	});
});

it('counts all of the text', async () => {
	const { saes } = await packOf('whole');
	expect(saes[0]!.statsText).toMatchObject({ name: 'text.txt', documents: 90, bytes: TEXT.length });
	expect(saes[0]!.statsText!.held_out).toBeGreaterThan(2);
	const statistics = await statisticsOf('whole', SAES[0]!);
	const counts = Array.from(integers(statistics, 'hist_counts'));
	expect(counts.reduce((a, b) => a + b, 0)).toBeGreaterThan(5000);
	const names = JSON.parse(
		Buffer.from(await unzipped(`whole/labels/${SAES[0]}.json.gz`)).toString()
	) as { patterns: unknown[] };
	expect(names.patterns.length).toBeGreaterThan(20);
});

describe('a pack that is made with a text', () => {
	it('holds the mean of each site, which the FVU of a prompt is against', async () => {
		const { saes } = await packOf('made');
		for (const { id, weights } of saes) {
			const [made, bare] = await Promise.all(
				['made', 'whole'].map(async (way) =>
					parseSafetensors(await readFile(at(`${way}/${weights}`)))
				)
			);
			expect(made!.names.filter((name) => name !== 'mean').sort()).toEqual([...bare!.names].sort());
			const { data } = float32(made!, 'mean');
			expect(data.some((x) => x !== 0)).toBe(true);
			const bench = await Workbench.open(await FolderSource.open(at('made')), false);
			expect((await bench.sae(id)).mean).toEqual(data);
		}
	});

	it('shows at least ten examples of every feature that is active that often', async () => {
		const bench = await Workbench.open(await FolderSource.open(at('made')), false);
		const flows = new Flows(bench);
		for (const { id, statsTokens } of (await packOf('made')).saes) {
			const { density } = (await bench.statistics(id))!;
			const often = Array.from(density.keys()).filter((f) => density[f]! * statsTokens! >= 100);
			expect(often.length).toBeGreaterThan(10);
			for (const f of often.slice(0, 40)) {
				const { examples } = await featureCard(`${id}/${f}`, flows);
				expect(examples.length, `${id}/${f}`).toBeGreaterThanOrEqual(10);
			}
		}
	});
});
