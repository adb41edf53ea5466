/** One shard of a walk over a text as Parquet tables in a folder, and shards joined again. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SaeId } from '../../../src/core/names/ids';
import { Problem } from '../../../src/core/names/errors';
import { drawn, offer, stronger } from '../../../src/core/corpus/examples';
import { addGathered, newGathered, type Gathered } from '../../../src/core/corpus/tallies';
import { BINS } from '../../../src/core/corpus/histogram';
import { countPair, eachPair } from '../../../src/core/corpus/token-counts';
import { readTable, writeTable, type RowOf } from './parquet';

/** What shards must share to be parts of one walk. */
export interface ShardOf {
	/** sha256 of the pack.json that was walked with. */
	pack: string;
	text: { name: string; bytes: number; sha256: string };
	saes: { id: SaeId; dSae: number; dIn: number }[];
	/** From 1 on, of how many. */
	shard: number;
	of: number;
	vocab: number;
}

type Head = ShardOf & Pick<Gathered, 'documents' | 'held' | 'windows' | 'first'>;

const KINDS = { strongest: stronger, drawn } as const;
const SAMPLES = ['texts', 'fit', 'scored'] as const;

/** Columns of each table. */
const COLUMNS = {
	sums: [
		['sae', 'STRING'],
		['tokens', 'DOUBLE'],
		['error', 'DOUBLE'],
		['square', 'DOUBLE'],
		['ratio', 'DOUBLE'],
		['total', 'BYTE_ARRAY'],
		['pairs', 'INT32']
	],
	features: [
		['sae', 'STRING'],
		['feature', 'INT32'],
		['count', 'DOUBLE'],
		['sum', 'DOUBLE'],
		['max', 'FLOAT'],
		['exponent', 'INT32']
	],
	bins: [
		['sae', 'STRING'],
		['feature', 'INT32'],
		['bin', 'INT32'],
		['count', 'DOUBLE']
	],
	places: [
		['sae', 'STRING'],
		['kind', 'STRING'],
		['feature', 'INT32'],
		['window', 'DOUBLE'],
		['position', 'INT32'],
		['a', 'FLOAT'],
		['view', 'BYTE_ARRAY']
	],
	tokens: [
		['sae', 'STRING'],
		['feature', 'INT32'],
		['token', 'INT32'],
		['count', 'DOUBLE']
	],
	windows: [
		['sample', 'STRING'],
		['window', 'DOUBLE'],
		['ids', 'BYTE_ARRAY']
	]
} as const;

type Tables = { [T in keyof typeof COLUMNS]: RowOf<(typeof COLUMNS)[T]>[] };

export async function writeShard(folder: string, gathered: Gathered, of: ShardOf): Promise<void> {
	await mkdir(folder, { recursive: true });
	const tables: Tables = {
		sums: [],
		features: [],
		bins: [],
		places: [],
		tokens: [],
		windows: []
	};
	for (const [sae, tally] of gathered.tallies) {
		const { error, square, ratio, total } = tally.errors;
		const pairs = tally.byToken.pairs;
		tables.sums.push({
			sae,
			tokens: tally.tokens,
			error,
			square,
			ratio,
			total: bytesOf(total),
			pairs
		});
		tally.count.forEach((count, feature) => {
			if (count === 0) return;
			const exponent = tally.histograms.exponents[feature]!;
			const [sum, max] = [tally.sum[feature]!, tally.max[feature]!];
			tables.features.push({ sae, feature, count, sum, max, exponent });
			for (let bin = 0; bin < BINS; bin++) {
				const n = tally.histograms.counts[feature * BINS + bin]!;
				if (n > 0) tables.bins.push({ sae, feature, bin, count: n });
			}
		});
		for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
			const kept = tally[kind];
			kept.windows.forEach((window, slot) => {
				if (window === -1) return;
				const feature = Math.floor(slot / kept.most);
				const [position, a] = [kept.positions[slot]!, kept.peaks[slot]!];
				const width = kept.views.length / kept.windows.length;
				const view = bytesOf(kept.views.slice(slot * width, (slot + 1) * width));
				tables.places.push({ sae, kind, feature, window, position, a, view });
			});
		}
		eachPair(tally.byToken, (pair, count) => {
			const feature = Math.floor(pair / of.vocab);
			tables.tokens.push({ sae, feature, token: pair % of.vocab, count });
		});
	}
	for (const sample of SAMPLES) {
		const kept = sample === 'texts' ? gathered.texts : gathered[sample].windows;
		for (const [window, ids] of kept)
			tables.windows.push({ sample, window, ids: bytesOf(Int32Array.from(ids)) });
	}
	const save = <T extends keyof Tables>(name: T) =>
		writeTable(path.join(folder, `${name}.parquet`), COLUMNS[name], tables[name] as never);
	for (const name of Object.keys(tables) as (keyof Tables)[]) await save(name);
	const { documents, held, windows: seen, first } = gathered;
	const head: Head = { ...of, documents, held, windows: seen, first };
	await writeFile(path.join(folder, 'shard.json'), `${JSON.stringify(head, null, '\t')}\n`);
}

/** All shards of one walk, in any order. Throws a Problem where one is missing, twice there, or of another walk. */
export async function joinShards(folders: string[]): Promise<{ gathered: Gathered; of: ShardOf }> {
	const heads = await Promise.all(folders.map(readHead));
	const [one] = heads;
	const same = ({ pack, text, saes, of, vocab, first }: Head) =>
		JSON.stringify([pack, text.sha256, saes, of, vocab, first]);
	if (!one || heads.some((head) => same(head) !== same(one)))
		throw unlike('are not of one walk: pack, text, SAEs or the number of shards differ');
	const numbers = new Set(heads.map(({ shard }) => shard));
	if (numbers.size !== heads.length) throw unlike('hold one of them twice');
	if (heads.length !== one.of) throw unlike(`are ${heads.length} of ${one.of}`);
	const gathered = newGathered(one.saes, one.first);
	// In the order of their numbers, so that sums of decimal numbers are always the same.
	const order = [...heads.keys()].sort((a, b) => heads[a]!.shard - heads[b]!.shard);
	for (const i of order) addGathered(gathered, await readShard(folders[i]!, heads[i]!));
	return { gathered, of: one };
}

async function readShard(folder: string, head: Head): Promise<Gathered> {
	const out = newGathered(head.saes, head.first);
	Object.assign(out, { documents: head.documents, held: head.held, windows: head.windows });
	const rowsOf = async <T extends keyof Tables>(name: T): Promise<Tables[T]> =>
		(await readTable(path.join(folder, `${name}.parquet`), COLUMNS[name])) as never;
	const tallyOf = ({ sae, feature = 0 }: { sae: string; feature?: number }) => {
		const tally = out.tallies.get(sae);
		if (tally && feature >= 0 && feature < tally.count.length) return tally;
		throw unlike('name an SAE or a feature that does not exist');
	};
	for (const row of await rowsOf('sums')) {
		const tally = tallyOf(row);
		tally.tokens = row.tokens;
		const total = new Float64Array(ownBuffer(row.total));
		Object.assign(tally.errors, { error: row.error, square: row.square, ratio: row.ratio, total });
		if (row.pairs < 0) countPair(tally.byToken, 0, 1, 0);
	}
	for (const row of await rowsOf('features')) {
		const tally = tallyOf(row);
		const f = row.feature;
		tally.count[f] = row.count;
		tally.sum[f] = row.sum;
		tally.max[f] = row.max;
		tally.histograms.exponents[f] = row.exponent;
	}
	for (const row of await rowsOf('bins'))
		tallyOf(row).histograms.counts[row.feature * BINS + row.bin] = row.count;
	for (const row of await rowsOf('places')) {
		const kind = row.kind as keyof typeof KINDS;
		const view = new Float32Array(ownBuffer(row.view));
		const place = { window: row.window, position: row.position, a: row.a };
		offer(tallyOf(row)[kind], KINDS[kind], row.feature, place, (into) => into.set(view));
	}
	for (const row of await rowsOf('tokens'))
		countPair(tallyOf(row).byToken, row.feature * head.vocab + row.token, row.count);
	for (const row of await rowsOf('windows')) {
		const sample = row.sample as (typeof SAMPLES)[number];
		const ids = Array.from(new Int32Array(ownBuffer(row.ids)));
		(sample === 'texts' ? out.texts : out[sample].windows).set(row.window, ids);
	}
	return out;
}

async function readHead(folder: string): Promise<Head> {
	const text = await readFile(path.join(folder, 'shard.json'), 'utf8').catch(() => null);
	if (text === null)
		throw new Problem(
			'pack-missing',
			`There is no shard in "${folder.slice(-120)}" (it has no shard.json).`,
			'Give --merge the folders that --shard wrote.'
		);
	return JSON.parse(text) as Head;
}

function unlike(what: string): Problem {
	return new Problem(
		'pack-invalid',
		`The shards ${what}.`,
		'Give --merge each shard of one walk once, all of them.'
	);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
	new Uint8Array(buffer, byteOffset, byteLength);

/** Parquet hands bytes out as views of its pages. */
const ownBuffer = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer;
