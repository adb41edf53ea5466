/** Texts, and shards of a pass over one. */
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newCorpusTally } from '../../../src/core/corpus/corpus-tally';
import { TextFile } from '../../../workers/corpus/text-file';
import { GraphReader } from '../../../src/core/circuit/graph-file/graph-reader';
import { graphFile } from '../../../src/core/circuit/graph-file/graph-writing';
import { rawGraph } from '../../attribution-graph';
import { readShards, writeShard } from '../../../workers/node/corpus/shards';
import type { Draws } from '../../draws';
import { damagedBytes, hostileGzip } from '../hostile-bytes';
import { hostileJson, hostileText } from '../hostile-json';
import type { Parser } from '../parser';

const TEXT = 'The bell rang.\n\n<|endoftext|>\nThe old fox — ναί 🙂 sold 4,305 apples.\n'.repeat(8);
const LINES = Array.from({ length: 6 }, (_, i) => ({ text: `Line ${i} of this text.`, id: i }));

async function read(name: string, bytes: Uint8Array): Promise<void> {
	const file = new TextFile(new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
	for await (const { documents } of file.portions()) if (documents.length < 0) return;
}

const encoded = (text: string) => new TextEncoder().encode(text);

function hostileLines(draws: Draws): string {
	const changed = draws.integer(0, LINES.length - 1);
	return LINES.map((line, i) =>
		i === changed ? hostileJson(draws, line) : JSON.stringify(line)
	).join('\n');
}

const SAES = [{ id: 'blocks.0.hook_resid_post', dSae: 6, dIn: 4 }];

/** A shard with something in each of its tables. */
async function soundShard(folder: string): Promise<void> {
	const tally = newCorpusTally(SAES, 1);
	const own = tally.saes.get(SAES[0]!.id)!;
	own.tokens = 9;
	own.count[2] = 3;
	own.sum[2] = 4;
	own.max[2] = 2;
	own.histograms.counts[2] = 1;
	own.strongest.windows[2 * own.strongest.size] = 77;
	tally.texts.set(77, [0, 5, 6, 7]);
	tally.fit.windows.set(78, [0, 1, 2]);
	const text = { name: 'a.txt', bytes: 100, sha256: 'a'.repeat(64) };
	await writeShard(folder, tally, {
		shard: 1,
		of: 1,
		pack: 'f'.repeat(64),
		text,
		saes: SAES,
		vocab: 64
	});
}

export const textParsers: Parser[] = [
	{
		name: 'text',
		prepare: () => (draws) => {
			const bytes = draws.chance(0.5)
				? encoded(hostileText(draws, TEXT))
				: damagedBytes(draws, encoded(TEXT));
			return read(draws.pick(['a.txt', 'a.jsonl', 'a']), bytes);
		}
	},
	{
		name: 'text, in lines of JSON',
		prepare: () => (draws) => read('a.jsonl', encoded(hostileLines(draws)))
	},
	{
		name: 'text, compressed',
		prepare: () => (draws) => read('a.txt.gz', hostileGzip(draws, encoded(TEXT)))
	},
	{
		name: 'attribution graph',
		prepare: () => (draws) => {
			const graph = rawGraph({ influence: draws.chance(0.5) }, draws.integer(0, 9));
			const text = draws.chance(0.5)
				? hostileJson(draws, graph)
				: hostileText(draws, JSON.stringify(graph));
			const reader = new GraphReader();
			const piece = draws.integer(1, 500);
			for (let at = 0; at < text.length; at += piece) reader.push(text.slice(at, at + piece));
			const read = structuredClone(reader.finish());
			JSON.stringify(graphFile(read, read));
		}
	},
	{
		name: 'shards',
		async prepare() {
			const sound = mkdtempSync(path.join(tmpdir(), 'fuzz-shard-'));
			process.once('exit', () => rmSync(sound, { recursive: true, force: true }));
			await soundShard(path.join(sound, 'sound'));
			const head = JSON.parse(
				readFileSync(path.join(sound, 'sound/shard.json'), 'utf8')
			) as unknown;
			const tables = readdirSync(path.join(sound, 'sound')).filter((name) =>
				name.endsWith('.parquet')
			);
			return async (draws) => {
				const folder = path.join(sound, 'hostile');
				rmSync(folder, { recursive: true, force: true });
				mkdirSync(folder);
				cpSync(path.join(sound, 'sound'), folder, { recursive: true });
				if (draws.chance(0.6))
					writeFileSync(path.join(folder, 'shard.json'), hostileJson(draws, head));
				else {
					const table = path.join(folder, draws.pick(tables));
					writeFileSync(table, damagedBytes(draws, readFileSync(table)));
				}
				await readShards([folder], { hash: 'f'.repeat(64), vocab: 64, saes: SAES });
			};
		}
	}
];
