/** One shard of a pass over a corpus as Parquet tables in a folder, and shards merged again. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SaeId } from '../../../src/core/names/ids';
import { Problem } from '../../../src/core/names/errors';
import * as j from '../../../src/core/files/json';
import { excerptsOf, insertPeak, newPeakSample } from '../../../src/core/corpus/examples';
import {
	mergeCorpusTallies,
	newCorpusTally,
	type CorpusTally
} from '../../../src/core/corpus/corpus-tally';
import { BINS } from '../../../src/core/corpus/histogram';
import type { TextFacts } from '../../../src/core/corpus/source';
import { countPair, eachPair } from '../../../src/core/corpus/token-counts';
import type { Shard } from '../../corpus/pass';
import { within } from '../folders/within';
import { readTable, writeTable, type RowOf } from './parquet';

/** Which part of which pass a shard is: all but `shard` must be the same in shards that are merged. */
export interface ShardHead extends Shard {
	/** sha256 of the pack.json of the pack that was used. */
	pack: string;
	text: TextFacts;
	saes: { id: SaeId; dSae: number; dIn: number }[];
	vocab: number;
}

type Head = ShardHead & Pick<CorpusTally, 'documents' | 'held' | 'windows' | 'first'>;

const KINDS = ['strongest', 'drawn'] as const;
const SAMPLES = ['texts', 'fit', 'scored'] as const;

const [str, int, f32, f64, bytes] = ['STRING', 'INT32', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY'] as const;
const owner = { sae: str, feature: int };

/** Columns of each table. */
const COLUMNS = {
	sums: { sae: str, tokens: f64, error: f64, square: f64, ratio: f64, total: bytes, pairs: int },
	features: { ...owner, count: f64, sum: f64, max: f32, exponent: int },
	bins: { ...owner, bin: int, count: f64 },
	peaks: {
		...owner,
		kind: str,
		window: f64,
		position: int,
		activation: f32,
		rank: int,
		view: bytes
	},
	tokens: { ...owner, token: int, count: f64 },
	windows: { sample: str, window: f64, ids: bytes }
};

const size = j.integer(0);
const parseHead: j.Parse<Head> = j.object({
	...j.each(['shard', 'of', 'vocab'], j.integer(1)),
	...j.each(['documents', 'held', 'windows', 'first'], size),
	pack: j.text,
	text: j.object({ name: j.text, bytes: size, sha256: j.text }),
	saes: j.list(j.object({ id: j.text, dSae: j.integer(1), dIn: j.integer(1) }))
});

/** Bytes of the activations around a peak, and what no exponent of a float32 reaches. */
const VIEW = 4 * newPeakSample('drawn', 1, 1).views.length;
const EXPONENTS = 200;

const isCount = (n: number): boolean => n >= 0 && n < Infinity;

type Tables = { [T in keyof typeof COLUMNS]: RowOf<(typeof COLUMNS)[T]>[] };

export async function writeShard(
	folder: string,
	tally: CorpusTally,
	shard: ShardHead
): Promise<void> {
	await mkdir(folder, { recursive: true });
	const tables: Tables = { sums: [], features: [], bins: [], peaks: [], tokens: [], windows: [] };
	for (const [sae, own] of tally.saes) {
		const { tokens, errors, byToken, count, sum, max, histograms } = own;
		const total = bytesOf(errors.total);
		tables.sums.push({ sae, tokens, ...errors, total, pairs: byToken.pairs });
		count.forEach((times, feature) => {
			if (times === 0) return;
			const exponent = histograms.exponents[feature]!;
			const sums = { count: times, sum: sum[feature]!, max: max[feature]! };
			tables.features.push({ sae, feature, ...sums, exponent });
			for (let bin = 0; bin < BINS; bin++) {
				const n = histograms.counts[feature * BINS + bin]!;
				if (n > 0) tables.bins.push({ sae, feature, bin, count: n });
			}
			for (const kind of KINDS)
				for (const { view, ...peak } of excerptsOf(own[kind], feature))
					tables.peaks.push({ sae, kind, feature, ...peak, view: bytesOf(view) });
		});
		eachPair(byToken, (pair, times) => {
			const feature = Math.floor(pair / shard.vocab);
			tables.tokens.push({ sae, feature, token: pair % shard.vocab, count: times });
		});
	}
	for (const sample of SAMPLES)
		for (const [window, ids] of windowsOf(tally, sample))
			tables.windows.push({ sample, window, ids: bytesOf(Int32Array.from(ids)) });
	const save = async <T extends keyof Tables>(name: T) =>
		writeTable(await within(folder, `${name}.parquet`), COLUMNS[name], tables[name] as never);
	for (const name of Object.keys(tables) as (keyof Tables)[]) await save(name);
	const { documents, held, windows, first } = tally;
	const head: Head = { ...shard, documents, held, windows, first };
	await writeFile(await within(folder, 'shard.json'), `${JSON.stringify(head, null, '\t')}\n`);
}

/** The pack that shards are merged into: what they say of it must be so, because memory is taken by it. */
export interface ShardedPack {
	hash: string;
	vocab: number;
	saes: { id: SaeId; dSae: number; dIn: number }[];
}

/**
 * Merges all shards of a pass, given in any order. Throws a Problem if any is missing, damaged, given twice, of another
 * pass or of another pack.
 */
export async function readShards(
	folders: string[],
	pack: ShardedPack
): Promise<{ tally: CorpusTally; head: ShardHead }> {
	const heads = await Promise.all(folders.map(readHead));
	const [one] = heads;
	const shared = ({ pack, text, saes, of, vocab, first }: Head) =>
		JSON.stringify([pack, text.sha256, saes, of, vocab, first]);
	if (!one || heads.some((head) => shared(head) !== shared(one)))
		throw unmergeable('are not of one pass: pack, text, SAEs or the number of shards differ');
	const numbers = new Set(heads.map(({ shard }) => shard));
	if (numbers.size !== heads.length) throw unmergeable('include one of them twice');
	if (heads.length !== one.of) throw unmergeable(`are ${heads.length} of ${one.of}`);
	checkPack(one, pack);
	const tally = newCorpusTally(one.saes, one.first);
	// In the order of their numbers, so that sums of float64 are the same each time.
	const order = [...heads.keys()].sort((a, b) => heads[a]!.shard - heads[b]!.shard);
	for (const i of order) mergeCorpusTallies(tally, await readShard(folders[i]!, heads[i]!));
	return { tally, head: one };
}

function checkPack({ pack, vocab, saes }: Head, into: ShardedPack): void {
	if (pack !== into.hash)
		throw new Problem(
			'pack-invalid',
			'The shards were made with another pack, or with this one before it was changed.',
			'Give --pack the pack that the shards were made with.'
		);
	const isThere = ({ id, dSae, dIn }: ShardHead['saes'][number]) =>
		into.saes.some((sae) => sae.id === id && sae.dSae === dSae && sae.dIn === dIn);
	const names = new Set(saes.map(({ id }) => id));
	if (vocab !== into.vocab || names.size < saes.length || !saes.every(isThere))
		throw unmergeable('count features or tokens that the pack does not have');
}

async function readShard(folder: string, head: Head): Promise<CorpusTally> {
	const out = newCorpusTally(head.saes, head.first);
	Object.assign(out, { documents: head.documents, held: head.held, windows: head.windows });
	const rowsOf = async <T extends keyof Tables>(name: T): Promise<Tables[T]> =>
		(await readTable(path.join(folder, `${name}.parquet`), COLUMNS[name])) as never;
	const check = (isSound: boolean) => {
		if (!isSound) throw unmergeable('hold numbers that no pass counts');
	};
	const tallyOf = ({ sae, feature = 0 }: { sae: string; feature?: number }) => {
		const tally = out.saes.get(sae);
		if (tally && feature >= 0 && feature < tally.count.length) return tally;
		throw unmergeable('name an SAE or a feature that does not exist');
	};
	for (const row of await rowsOf('sums')) {
		const { tokens, pairs, error, square, ratio } = row;
		const tally = tallyOf(row);
		check([tokens, error, square, ratio].every(isCount));
		check(row.total.length === tally.errors.total.byteLength);
		tally.tokens = tokens;
		tally.errors = { error, square, ratio, total: new Float64Array(ownBuffer(row.total)) };
		if (pairs < 0) countPair(tally.byToken, 0, 1, 0);
	}
	for (const row of await rowsOf('features')) {
		const tally = tallyOf(row);
		const f = row.feature;
		check([row.count, row.sum, row.max].every(isCount) && Math.abs(row.exponent) < EXPONENTS);
		tally.count[f] = row.count;
		tally.sum[f] = row.sum;
		tally.max[f] = row.max;
		tally.histograms.exponents[f] = row.exponent;
	}
	for (const row of await rowsOf('bins')) {
		check(isCount(row.count) && row.bin >= 0 && row.bin < BINS);
		tallyOf(row).histograms.counts[row.feature * BINS + row.bin] = row.count;
	}
	for (const row of await rowsOf('peaks')) {
		const kind = KINDS.find((known) => known === row.kind);
		check([row.window, row.position, row.activation, row.rank].every(isCount));
		if (!kind || row.view.length !== VIEW) throw unmergeable('hold an example of no known kind');
		const sample = tallyOf(row)[kind];
		insertPeak(sample, row.feature, row)?.set(new Float32Array(ownBuffer(row.view)));
	}
	const isToken = (id: number) => id >= 0 && id < head.vocab;
	for (const row of await rowsOf('tokens')) {
		check(isToken(row.token) && isCount(row.count));
		countPair(tallyOf(row).byToken, row.feature * head.vocab + row.token, row.count);
	}
	for (const row of await rowsOf('windows')) {
		const sample = SAMPLES.find((known) => known === row.sample);
		if (!sample || row.ids.length % 4 !== 0 || !isCount(row.window))
			throw unmergeable('hold a window of no known kind');
		const ids = Array.from(new Int32Array(ownBuffer(row.ids)));
		check(ids.every(isToken));
		windowsOf(out, sample).set(row.window, ids);
	}
	return out;
}

const windowsOf = (tally: CorpusTally, sample: (typeof SAMPLES)[number]) =>
	sample === 'texts' ? tally.texts : tally[sample].windows;

async function readHead(folder: string): Promise<Head> {
	const text = await readFile(path.join(folder, 'shard.json'), 'utf8').catch(() => null);
	if (text === null)
		throw new Problem(
			'pack-missing',
			`There is no shard in "${folder.slice(-120)}" (it has no shard.json).`,
			'Give --merge the folders that --shard wrote.'
		);
	return j.parseText(
		text,
		parseHead,
		`The shard's description (shard.json)`,
		'Make this shard again.'
	);
}

function unmergeable(what: string): Problem {
	return new Problem(
		'pack-invalid',
		`The shards ${what}.`,
		'Give --merge all shards of one pass, each of them once.'
	);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
	new Uint8Array(buffer, byteOffset, byteLength);

/** Parquet returns bytes as views of its pages. */
const ownBuffer = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer;
