/** What a walk over a reader's text gathered, written into a pack: statistics, names, metrics, and where from. */
import type { SaeId } from '../../src/core/names/ids';
import type { Run } from '../../src/core/calls';
import { isStep } from '../../src/core/flow/flow';
import type { PackWriter } from '../../src/core/packs/writer';
import { integers, parseSafetensors } from '../../src/core/files/safetensors';
import { isMain, siteOf } from '../../src/core/names/site';
import { prune, windowsIn, type Gathered } from '../../src/core/corpus/tallies';
import { spelt, type Scored } from '../../src/core/corpus/patterns';
import type { TextSource } from '../../src/core/corpus/source';
import { densitiesOf, metricsOf, type Tally } from '../../src/core/corpus/tally';
import { SaeEvaluator } from '../sae/evaluator';
import { Pairs } from '../flow/sae-pairs';
import { SafetensorsWriter } from '../import/files/safetensors-writer';
import type { Sae } from '../sae/sae';
import type { Workbench } from '../packs/open-pack';
import { namesOf, readSamples } from './names';
import { statisticsFile, type Known, type Places } from './statistics-file';
import { gzipped } from '../import/gzip';

/** Windows on which the loss is measured. */
const SPLICED = 24;

type Entry = Record<string, unknown> & { id: SaeId };

/** Writes and finishes the pack. `source` is what the walk was over, and stays with every number. */
export async function reviseWith(
	out: PackWriter,
	bench: Workbench,
	gathered: Gathered,
	source: TextSource,
	run: Run
): Promise<void> {
	const { signal } = run;
	prune(gathered);
	const saes = await bench.saes([...gathered.tallies.keys()], signal);
	const [fitted, held] = [windowsIn(gathered.fit), windowsIn(gathered.scored)];
	const total = fitted.length + held.length;
	const { first } = gathered;
	const read = (windows: number[][], before: number) =>
		readSamples(
			bench,
			saes,
			{ windows, first },
			(done) =>
				run.progress({ phase: 'read', what: 'texts for names', done: before + done, total }),
			signal
		);
	const samples = { fit: await read(fitted, 0), scored: await read(held, fitted.length) };
	const step = (done: number, of: number) =>
		run.progress({ phase: 'match', what: 'names', done, total: of });
	const names = await namesOf(bench, saes, gathered, samples, step, signal);
	const places = await addTexts(out, bench, gathered);
	const pairs = new Pairs(bench);
	const manifest: Record<string, unknown> = { ...out.base, examples: 'examples.safetensors' };
	const entries = manifest.saes as Entry[];
	const spliced = (held.length > 0 ? held : fitted).slice(0, SPLICED);
	const evaluator = new SaeEvaluator(bench, spliced);
	try {
		for (const [i, [id, sae]] of [...saes].entries()) {
			run.progress({ phase: 'measure', what: id, done: i, total: saes.size });
			const entry = entries.find((one) => one.id === id)!;
			const tally = gathered.tallies.get(id)!;
			const known: Known = {
				gathered,
				places,
				before: await bench.statistics(id),
				sample: samples.fit.codes.get(id)!,
				matches: await upstreamMatches(bench, pairs, id, run)
			};
			const [stats, labels] = [`stats/${id}.safetensors.gz`, `labels/${id}.json.gz`];
			const file = await statisticsFile(sae, tally, bench, known, signal);
			await out.write(stats, await gzipped(file.toBytes()));
			const text = await namesFile(bench, id, names.get(id)!, held.length > 0);
			await out.write(labels, await gzipped(new TextEncoder().encode(text)));
			const metrics = await metricsFor(sae, tally, evaluator, signal);
			const from = { ...source, tokens: tally.tokens, loss_tokens: metrics.tokens };
			Object.assign(entry, { stats, labels, stats_tokens: tally.tokens, stats_text: from });
			entry.metrics = { ...metrics.found, tokens: tally.tokens };
		}
	} finally {
		await evaluator.release();
	}
	signal?.throwIfAborted();
	await out.finish(manifest);
}

async function metricsFor(sae: Sae, tally: Tally, evaluator: SaeEvaluator, signal?: AbortSignal) {
	const { ce_clean, ce_sae, ce_zero, ce_recovered, tokens } = await evaluator.evaluate(sae, {
		...(signal && { signal })
	});
	const known = metricsOf(tally);
	const loss = { ce_clean, ce_sae, ce_zero, ce_recovered };
	const more = { explained_variance: 1 - known.fvu, density_histogram: densitiesOf(tally) };
	return { found: { ...known, ...loss, ...more }, tokens };
}

/** Adds the windows to the pack's example texts, behind those that other SAEs' examples lie in. */
async function addTexts(out: PackWriter, bench: Workbench, gathered: Gathered): Promise<Places> {
	const path = bench.pack.examples;
	const before = path === null ? null : parseSafetensors(await out.read(path));
	const list = (name: string) => (before?.has(name) ? Array.from(integers(before, name)) : []);
	const [ids, starts, kinds] = [list('tokens'), list('documents'), list('kind')];
	while (kinds.length < starts.length) kinds.push(2);
	const places: Places = new Map();
	for (const [digest, window] of [...gathered.texts].sort(([a], [b]) => a - b)) {
		places.set(digest, ids.length);
		starts.push(ids.length);
		kinds.push(2);
		for (const id of window) ids.push(id);
	}
	const wide = ids.some((id) => id > 65535);
	const file = new SafetensorsWriter()
		.integers('tokens', [ids.length], wide ? Uint32Array.from(ids) : Uint16Array.from(ids))
		.integers('documents', [starts.length], Int32Array.from(starts))
		.integers('kind', [kinds.length], Uint8Array.from(kinds));
	await out.write('examples.safetensors', file.toBytes());
	return places;
}

/** Names that the pack has of what is true of a text stay; patterns give way to the new ones. */
async function namesFile(
	bench: Workbench,
	id: SaeId,
	found: Map<number, Scored>,
	isScored: boolean
): Promise<string> {
	const kept = await bench.labels(id);
	const text = (token: number) => bench.tokenizer.text(token);
	const rounded = (x: number) => Math.round(x * 1e4) / 1e4;
	const labels: unknown[] = [];
	for (const [f, label] of kept ?? []) {
		const { source, score, precision, recall, chance } = label;
		if (source !== 'pattern')
			labels.push([f, source, label.text, score, precision, recall, chance]);
	}
	const patterns: unknown[] = [];
	for (const [f, { patterns: listed, f1, precision, recall, passes }] of found) {
		const name = spelt(listed, text).slice(0, 400);
		// Without a document held out nothing is known of how good they are.
		const scores = [f1, precision, recall].map((x) => (isScored ? rounded(x) : null));
		patterns.push([f, name, ...scores]);
		const named = kept?.get(f) && kept.get(f)!.source !== 'pattern';
		if (isScored && passes && !named) labels.push([f, 'pattern', name, ...scores, null]);
	}
	return JSON.stringify({ labels, patterns });
}

/** Best matches in the main SAE of each upstream site that lies in the same space. */
async function upstreamMatches(bench: Workbench, pairs: Pairs, id: SaeId, run: Run) {
	const matches: Known['matches'] = new Map();
	const width = bench.info(id)!.cfg.dIn;
	for (const other of bench.saeIds) {
		if (!isMain(other) || !isStep(siteOf(other), siteOf(id))) continue;
		if (bench.info(other)!.cfg.dIn === width) matches.set(other, await pairs.best(id, other, run));
	}
	return matches;
}
