/** `pack --stats`: statistics of a pack in a folder over a whole text, by one process or by shards. */
import path from 'node:path';
import { runOf } from '../../../src/core/calls';
import type { SaeId } from '../../../src/core/names/ids';
import { prune } from '../../../src/core/corpus/corpus-tally';
import { ensureRuntime } from '../../runtime/session';
import { checkText, CorpusPass, type Shard } from '../../corpus/pass';
import { writeStatistics, type Counted } from '../../corpus/write-statistics';
import { Workbench } from '../../packs/open-pack';
import { usage } from '../arguments';
import { FolderSource } from '../folders/pack-source';
import { PackFolder } from '../folders/pack-writer';
import { printedProgress } from '../progress';
import { readShards, writeShard } from './shards';
import { openText } from './text-file';

export interface StatisticsRequest {
	pack: string;
	corpus: string;
	/** All of the pack's when there are none. */
	saes: SaeId[];
	/** `i/n`, from 1 on; null for the whole text. */
	shard: string | null;
	/** Where a shard is written. */
	out: string | null;
}

/** Reads a text, or a shard of it. The whole text's statistics go into the pack at once. */
export async function textStatistics(request: StatisticsRequest): Promise<unknown> {
	const part = request.shard === null ? { shard: 1, of: 1 } : parseShard(request.shard);
	const { bench, source } = await open(request.pack);
	const ids = request.saes.length > 0 ? request.saes : bench.saeIds;
	const unknown = ids.find((id) => !bench.info(id));
	if (unknown !== undefined) throw usage(`The pack has no SAE "${unknown.slice(0, 80)}"`);
	const file = await openText(request.corpus, '--corpus');
	const pass = await CorpusPass.begin(bench, ids);
	const onProgress = printedProgress();
	for await (const done of pass.read(file, undefined, part))
		onProgress({ phase: 'read', what: file.name, done, total: file.file.size });
	const { tally, tokens } = pass;
	if (request.shard === null) return revise(bench, request.pack, { tally, text: file.facts });
	const folder = path.join(request.out ?? '.', `shard-${part.shard}-of-${part.of}`);
	prune(tally);
	const saes = ids.map((id) => ({
		id,
		dSae: bench.info(id)!.cfg.dSae,
		dIn: bench.info(id)!.cfg.dOut
	}));
	const vocab = bench.model.shape.vocabSize;
	await writeShard(folder, tally, { ...part, pack: source.hash, text: file.facts, saes, vocab });
	return { shard: folder, documents: tally.documents, tokens };
}

/** Merges shards into the pack that they were made with. */
export async function mergeShards(pack: string, shards: string[]): Promise<unknown> {
	const { bench, source } = await open(pack);
	const saes = source.pack.saes.map(({ id, cfg: { dSae, dOut } }) => ({ id, dSae, dIn: dOut }));
	const into = { hash: source.hash, vocab: bench.model.shape.vocabSize, saes };
	const { tally, head } = await readShards(shards, into);
	checkText(tally);
	return revise(bench, pack, { tally, text: head.text });
}

async function open(folder: string): Promise<{ bench: Workbench; source: FolderSource }> {
	const source = await FolderSource.open(folder);
	await ensureRuntime();
	return { source, bench: await Workbench.open(source, false) };
}

async function revise(bench: Workbench, folder: string, counted: Counted): Promise<unknown> {
	const out = await PackFolder.revise(folder);
	const manifest = { ...out.base };
	const run = runOf({ onProgress: printedProgress() });
	const summary = await writeStatistics({ out, manifest }, bench, counted, run);
	await out.finish(manifest);
	return { out: folder, ...summary };
}

function parseShard(text: string): Shard {
	const [, shard = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
	if (shard >= 1 && shard <= of) return { shard, of };
	throw usage(`--shard "${text.slice(0, 20)}" is not of the form 3/8`);
}
