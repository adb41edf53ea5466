/** A trained SAE as a full member of its pack: weights, chance, statistics, names, metrics. */
import { runOf, type Progress } from '../../src/core/calls';
import type { SaeId, Site } from '../../src/core/names/ids';
import type { PackWriter } from '../../src/core/packs/writer';
import { saeConfigJson } from '../../src/core/sae/config';
import { rawTensors, type SaeState } from '../../src/core/train/sae-state';
import type { TrainingResult } from '../../src/core/train/training';
import { CorpusPass } from '../corpus/pass';
import { TextFile } from '../corpus/text-file';
import { writeStatistics, type SaeEntry } from '../corpus/write-statistics';
import { Matcher } from '../flow/matcher';
import { SafetensorsWriter } from '../import/files/safetensors-writer';
import { unfinishedPack } from '../import/unfinished-pack';
import type { Workbench } from '../packs/open-pack';
import { breathe } from '../runtime/session';
import { trainedConfig } from './sae-lens-folder';

/** Characters of text that statistics are from: about 100,000 tokens. */
const READ = 400_000;

export interface TrainedSae {
	site: Site;
	state: SaeState;
	/** Mean of the activations, [d]. */
	mean: Float32Array;
	result: TrainingResult;
	text: TextFile;
}

/** Adds the SAE to the pack that is revised, and returns its id. `bench`: that pack at work. */
export async function addTrained(
	out: PackWriter,
	bench: Workbench,
	{ site, state, mean, result, text }: TrainedSae,
	onProgress: (progress: Progress) => void,
	signal?: AbortSignal
): Promise<SaeId> {
	const manifest: Record<string, unknown> = { ...out.base };
	const before = (manifest.saes ?? []) as SaeEntry[];
	const id = freeName(
		site,
		before.map((entry) => entry.id)
	);
	const { curve, tokens, seconds } = result;
	const training = { text: text.name, tokens, seconds, control_fvu: result.control_fvu, curve };
	const cfg = trainedConfig(state, { hook_name: site, model_name: bench.pack.name, training });
	const weights = `saes/${id}.safetensors`;
	await out.write(weights, weightsOf(state, mean));
	const entry: SaeEntry = { id, site, cfg: saeConfigJson(cfg), weights, stats: null };
	manifest.saes = [...before, entry];
	const measured = bench.withSaesOf(unfinishedPack(out, manifest));
	try {
		const read = await beginningOf(text);
		const pass = await CorpusPass.begin(measured, [id], null, signal);
		for await (const done of pass.read(read, signal))
			onProgress({ phase: 'read', what: text.name, done, total: read.file.size });
		const run = runOf({ signal, onProgress });
		const counted = { tally: pass.tally, text: { ...read.facts, name: text.name } };
		await writeStatistics({ out, manifest }, measured, counted, run);
		entry.null = await new Matcher().null((await measured.sae(id)).unit, signal);
	} finally {
		await measured.releaseSaes();
	}
	await out.finish(manifest);
	return id;
}

function weightsOf(state: SaeState, mean: Float32Array): Uint8Array {
	const { d, features } = state;
	const { W_enc, W_dec, b_enc, b_dec } = rawTensors(state);
	return new SafetensorsWriter()
		.floats('W_enc', { shape: [d, features], data: W_enc }, 'f32')
		.floats('W_dec', { shape: [features, d], data: W_dec }, 'f32')
		.floats('b_enc', { shape: [features], data: b_enc }, 'f32')
		.floats('b_dec', { shape: [d], data: b_dec }, 'f32')
		.floats('mean', { shape: [d], data: mean }, 'f32')
		.toBytes();
}

/** The first documents of a text, as a text. */
async function beginningOf(text: TextFile): Promise<TextFile> {
	const lines: string[] = [];
	let length = 0;
	read: for await (const { documents } of text.portions())
		for (const document of documents) {
			lines.push(JSON.stringify({ text: document }));
			if ((length += document.length) > READ) break read;
			await breathe();
		}
	return new TextFile(new Blob([lines.join('\n')]), 'beginning.jsonl');
}

/** The site's name, or another of the site where that is taken. */
function freeName(site: Site, taken: SaeId[]): SaeId {
	if (!taken.includes(site)) return site;
	for (let n = 1; ; n++) {
		const name = `${site}@trained${n > 1 ? `-${n}` : ''}`;
		if (!taken.includes(name)) return name;
	}
}
