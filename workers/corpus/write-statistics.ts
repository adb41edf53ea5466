/** What a pass over a corpus counted, written into a pack: statistics, names, metrics and example texts. */
import type { SaeId } from '../../src/core/names/ids';
import type { Run } from '../../src/core/calls';
import { isStep } from '../../src/core/flow/flow';
import type { PackWriter } from '../../src/core/packs/writer';
import { integers, parseSafetensors } from '../../src/core/files/safetensors';
import { isMain, siteOf } from '../../src/core/names/site';
import { prune, windowsIn, type CorpusTally } from '../../src/core/corpus/corpus-tally';
import { joinTexts, spelled, type ScoredPatterns } from '../../src/core/corpus/patterns';
import type { StatsText, TextFacts } from '../../src/core/corpus/source';
import type { SaeMetrics } from '../../src/core/packs/metrics';
import { densitiesOf, metricsOf } from '../../src/core/corpus/sae-tally';
import { SafetensorsWriter } from '../import/files/safetensors-writer';
import { gzipped } from '../import/gzip';
import { codesOfTexts } from '../sae/encode-texts';
import { SaeEvaluator } from '../sae/evaluator';
import { Pairs } from '../flow/sae-pairs';
import type { Workbench } from '../packs/open-pack';
import { namesOf, type SampleCodes } from './names';
import { statisticsFile, type ExampleWindows, type StatisticsParts } from './statistics-file';

/** Windows on which the loss is measured: held-out ones as far as there are enough. */
const LOSS_WINDOWS = 24;

/** An SAE as `pack.json` lists it. */
export type SaeEntry = Record<string, unknown> & { id: SaeId };

/** What was counted, and in which text. */
export interface Counted {
	tally: CorpusTally;
	text: TextFacts;
}

/** What the pack then states. */
export interface StatisticsSummary {
	text: TextFacts & Pick<StatsText, 'documents' | 'held_out'>;
	metrics: Record<SaeId, SaeMetrics>;
}

/** Writes the files, and describes them in the manifest, `pack.json` without its `files`, which lists the SAEs. */
export async function writeStatistics(
	{ out, manifest }: { out: PackWriter; manifest: Record<string, unknown> },
	bench: Workbench,
	{ tally, text }: Counted,
	run: Run
): Promise<StatisticsSummary> {
	const { signal } = run;
	prune(tally);
	const saes = await bench.saes([...tally.saes.keys()], signal);
	const [fitted, held] = [windowsIn(tally.fit), windowsIn(tally.scored)];
	const total = fitted.length + held.length;
	const sample = async (windows: number[][], before: number): Promise<SampleCodes> => ({
		texts: joinTexts(windows.map((window) => window.slice(tally.first))),
		codes: await codesOfTexts(bench, saes, windows, { signal }, (n) =>
			run.progress({ phase: 'read', what: 'texts for names', done: before + n, total })
		)
	});
	const samples = { fit: await sample(fitted, 0), scored: await sample(held, fitted.length) };
	const onStep = (done: number, of: number) =>
		run.progress({ phase: 'match', what: 'names', done, total: of });
	const names = await namesOf(bench, saes, tally, samples, onStep, signal);
	const windows = await writeTexts(out, bench, tally);
	manifest.examples = 'examples.safetensors';
	const pairs = new Pairs(bench);
	const evaluator = new SaeEvaluator(bench, [...held, ...fitted].slice(0, LOSS_WINDOWS));
	const { documents, held: held_out } = tally;
	const summary: StatisticsSummary = { text: { ...text, documents, held_out }, metrics: {} };
	try {
		for (const [i, [id, sae]] of [...saes].entries()) {
			run.progress({ phase: 'measure', what: id, done: i, total: saes.size });
			const own = tally.saes.get(id)!;
			const parts: StatisticsParts = {
				tally: own,
				windows,
				before: await bench.statistics(id),
				sample: samples.fit.codes.get(id)!,
				matches: await upstreamMatches(bench, pairs, id, run)
			};
			const [stats, labels] = [`stats/${id}.safetensors.gz`, `labels/${id}.json.gz`];
			const file = await statisticsFile(sae, parts, bench, signal);
			await out.write(stats, await gzipped(file.toBytes()));
			const json = await namesFile(bench, id, names.get(id)!, held.length > 0);
			await out.write(labels, await gzipped(new TextEncoder().encode(json)));
			const { ce_clean, ce_sae, ce_zero, ce_recovered, ...loss } = await evaluator.evaluate(sae, {
				signal
			});
			const counted = metricsOf(own);
			const { tokens } = own;
			const metrics = {
				...counted,
				...{ ce_clean, ce_sae, ce_zero, ce_recovered },
				explained_variance: 1 - counted.fvu,
				density_histogram: densitiesOf(own)
			};
			summary.metrics[id] = metrics;
			Object.assign(
				(manifest.saes as SaeEntry[]).find((entry) => entry.id === id)!,
				{
					...{ stats, labels, stats_tokens: tokens, metrics },
					stats_text: { ...summary.text, tokens, loss_tokens: loss.tokens }
				}
			);
		}
	} finally {
		await evaluator.release();
	}
	signal.throwIfAborted();
	return summary;
}

/** Adds the windows that examples are from to the pack's example texts, after those of other SAEs' examples. */
async function writeTexts(
	out: PackWriter,
	bench: Workbench,
	{ texts }: CorpusTally
): Promise<ExampleWindows> {
	const path = bench.pack.examples;
	const before = path === null ? null : parseSafetensors(await out.read(path));
	const list = (name: string) => (before?.has(name) ? Array.from(integers(before, name)) : []);
	const [ids, starts, kinds] = [list('tokens'), list('documents'), list('kind')];
	while (kinds.length < starts.length) kinds.push(2);
	const windows: ExampleWindows = new Map();
	for (const [digest, window] of [...texts].sort(([a], [b]) => a - b)) {
		windows.set(digest, { length: window.length, start: ids.length });
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
	return windows;
}

/** Patterns replace those of the pack; names of another source stay. */
async function namesFile(
	bench: Workbench,
	id: SaeId,
	found: Map<number, ScoredPatterns>,
	isScored: boolean
): Promise<string> {
	const known = await bench.labels(id);
	const text = (token: number) => bench.tokenizer.text(token);
	const rounded = (x: number) => Math.round(x * 1e4) / 1e4;
	const labels: unknown[] = [];
	for (const [f, label] of known ?? []) {
		const { source, score, precision, recall, chance } = label;
		if (source !== 'pattern')
			labels.push([f, source, label.text, score, precision, recall, chance]);
	}
	const patterns: unknown[] = [];
	for (const [f, { patterns: listed, f1, precision, recall, passes }] of found) {
		const name = spelled(listed, text).slice(0, 400);
		// Without held-out documents it is not known how good they are.
		const scores = [f1, precision, recall].map((x) => (isScored ? rounded(x) : null));
		patterns.push([f, name, ...scores]);
		const named = known?.get(f) && known.get(f)!.source !== 'pattern';
		if (isScored && passes && !named) labels.push([f, 'pattern', name, ...scores, null]);
	}
	return JSON.stringify({ labels, patterns });
}

/** Best matches in the main SAE of each upstream site, where both are in one space. */
async function upstreamMatches(bench: Workbench, pairs: Pairs, id: SaeId, run: Run) {
	const matches: StatisticsParts['matches'] = new Map();
	const width = bench.info(id)!.cfg.dOut;
	for (const other of bench.saeIds) {
		if (!isMain(other) || !isStep(siteOf(other), siteOf(id))) continue;
		if (bench.info(other)!.cfg.dOut === width) matches.set(other, await pairs.best(id, other, run));
	}
	return matches;
}
