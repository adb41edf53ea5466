/** `pack --stats`: statistics of a pack in a folder over a whole text, by one process or by shards. */
import { runOf, type Progress } from '../../../src/core/calls';
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SaeId } from '../../../src/core/names/ids';
import { Problem } from '../../../src/core/names/errors';
import type { Gathered } from '../../../src/core/corpus/tallies';
import { prune } from '../../../src/core/corpus/tallies';
import { startRuntime } from '../../runtime/session';
import { TextFile } from '../../corpus/reader';
import { reviseWith } from '../../corpus/revise';
import { TextWalk } from '../../corpus/walk';
import { Workbench } from '../../packs/open-pack';
import { usage } from '../arguments';
import { FolderSource } from '../folders/pack-source';
import { PackFolder } from '../folders/pack-writer';
import { joinShards, writeShard } from './shards';

export interface TextRequest {
	pack: string;
	corpus: string;
	/** All of the pack's when there are none. */
	saes: SaeId[];
	/** `i/n`, from 1 on; null walks all of it. */
	shard: string | null;
	/** Where a shard goes. */
	out: string | null;
}

interface Read {
	bench: Workbench;
	source: FolderSource;
}

/** Walks a text, or the shard of it; without a shard the pack gets the statistics at once. */
export async function textStatistics(request: TextRequest): Promise<unknown> {
	const { shard, of } = parseShard(request.shard);
	const read = await open(request.pack);
	const { bench, source } = read;
	const saes = request.saes.length > 0 ? request.saes : bench.saeIds;
	const unknown = saes.find((id) => !bench.info(id));
	if (unknown !== undefined) throw usage(`The pack has no SAE "${unknown.slice(0, 80)}"`);
	const corpus = await openAsBlob(request.corpus).catch(() => null);
	if (!corpus)
		throw new Problem(
			'pack-missing',
			`The corpus "${request.corpus}" cannot be read.`,
			'Give --corpus a text file.'
		);
	const file = new TextFile(corpus, path.basename(request.corpus));
	const walk = await TextWalk.begin(bench, saes, null);
	let number = 0;
	let said = -1;
	for await (const { documents, bytes } of file.portions())
		for (const document of documents) {
			if (number++ % of === shard - 1) await walk.take(document);
			const percent = Math.floor((100 * bytes) / corpus.size);
			if (percent > said) say(`read ${(said = percent)} %, ${walk.tokens} tokens`);
		}
	const { gathered } = walk;
	const text = { name: file.name, bytes: corpus.size, sha256: file.sha256! };
	if (request.shard === null) {
		checkText(gathered);
		return revise(read, request.pack, gathered, text);
	}
	const folder = path.join(request.out ?? '.', `shard-${shard}-of-${of}`);
	prune(gathered);
	await writeShard(folder, gathered, {
		...{ pack: source.hash, text, shard, of, vocab: bench.model.shape.vocabSize },
		saes: saes.map((id) => {
			const { dSae, dIn } = bench.info(id)!.cfg;
			return { id, dSae, dIn };
		})
	});
	return { shard: folder, documents: gathered.documents, tokens: walk.tokens };
}

/** Joins shards into the pack that they were walked with. */
export async function mergeShards(pack: string, shards: string[]): Promise<unknown> {
	const { gathered, of } = await joinShards(shards);
	const read = await open(pack);
	if (read.source.hash !== of.pack)
		throw new Problem(
			'pack-invalid',
			'The shards were walked with another pack, or with this one as it was before.',
			'Give --pack the pack that the shards were made with.'
		);
	checkText(gathered);
	return revise(read, pack, gathered, of.text);
}

async function open(folder: string): Promise<Read> {
	const source = await FolderSource.open(folder);
	await startRuntime(null);
	return { source, bench: await Workbench.open(source, false) };
}

async function revise(
	{ bench }: Read,
	folder: string,
	gathered: Gathered,
	text: { name: string; bytes: number; sha256: string }
): Promise<unknown> {
	const writer = await PackFolder.revise(folder);
	const source = { ...text, documents: gathered.documents, held_out: gathered.held };
	let said = '';
	const onProgress = ({ what, done, total }: Progress) => {
		const line = `${what} ${Math.floor(done)} of ${total}`;
		if (line !== said) say((said = line));
	};
	await reviseWith(writer, bench, gathered, source, runOf({ onProgress }));
	const manifest = JSON.parse(await readFile(path.join(folder, 'pack.json'), 'utf8')) as {
		saes: { id: SaeId; metrics: unknown }[];
	};
	const saes = manifest.saes.filter(({ id }) => gathered.tallies.has(id));
	const metrics = Object.fromEntries(saes.map(({ id, metrics: found }) => [id, found]));
	return { out: folder, text: source, metrics };
}

function parseShard(text: string | null): { shard: number; of: number } {
	if (text === null) return { shard: 1, of: 1 };
	const [, shard = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
	if (shard >= 1 && shard <= of) return { shard, of };
	throw usage(`--shard "${text.slice(0, 20)}" is not of the form 3/8`);
}

function checkText({ tallies }: Gathered): void {
	if ([...tallies.values()].some(({ tokens }) => tokens > 0)) return;
	throw new Problem(
		'pack-invalid',
		'The corpus holds no text.',
		'Give a text file with some pages.'
	);
}

const say = (what: string): void => void process.stderr.write(`${what}\n`);
