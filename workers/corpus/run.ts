/** Statistics from a reader's text in the page: a pass that can pause, survives a reload, and ends as a stored pack. */
import { runOf, type Handlers, type Run } from '../../src/core/calls';
import type { FeatureId, SaeId } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import { parseFeatureId } from '../../src/core/names/site';
import type { Imported } from '../../src/core/packs/stored';
import { boundsOf, shownOf } from '../../src/core/corpus/examples';
import type {
	TextFeature,
	CorpusCalls,
	PendingText,
	TextPart,
	TextRequest
} from '../../src/core/corpus/requests';
import { histogramOf } from '../../src/core/corpus/histogram';
import { densitiesOf, examplesOf, metricsOf } from '../../src/core/corpus/sae-tally';
import { tokensOf } from '../../src/core/corpus/corpus-tally';
import { openPendingStatistics, type PendingStatistics } from '../storage/pending-statistics';
import type { Context } from '../calls/context';
import type { Workbench } from '../packs/open-pack';
import { CorpusPass } from './pass';
import { TextFile } from './text-file';
import { writeStatistics } from './write-statistics';

/** Milliseconds between two reports of what has been found. */
const REPORT = 1000;
/** Milliseconds between two saves, and how many times as long as a save takes. */
const SAVE = 15_000;
const SAVE_SHARE = 20;

/** The pass that was begun or continued last. */
interface Current {
	record: PendingStatistics;
	pass: CorpusPass;
	bench: Workbench;
	/** Finished or given up: it is not saved any more. */
	dropped: boolean;
}

export class CorpusRun implements Handlers<CorpusCalls> {
	#current: Current | null = null;
	/** A cancelled pass ends between two windows; the next call waits for that. */
	#running: { signal: AbortSignal; ended: Promise<unknown> } | null = null;
	/** Saves follow one another. */
	#saved: Promise<unknown> = Promise.resolve();

	constructor(readonly around: Context) {}

	readonly corpusStatistics = (
		request: TextRequest | null,
		run: Run<TextPart>
	): Promise<Imported> => {
		const statistics = this.#statistics(request, run);
		this.#running = { signal: run.signal, ended: statistics.catch(() => undefined) };
		return statistics;
	};

	readonly pendingStatistics = async (): Promise<PendingText | null> => {
		await this.#settled();
		const record = await (await openPendingStatistics()).get();
		if (record?.pack !== this.around.bench().source.hash) return null;
		const { file, name, saes, done, tally } = record;
		return { name, bytes: file.size, done, tokens: tally ? tokensOf(tally) : 0, saes };
	};

	readonly discardStatistics = async (): Promise<void> => {
		await this.#settled();
		if (this.#current) await this.#drop(this.#current);
		else await (await openPendingStatistics()).remove();
	};

	readonly featureSoFar = (id: FeatureId): TextFeature | null => {
		const { sae, index } = parseFeatureId(id) ?? { sae: '', index: 0 };
		const isRead = this.#current?.pass.tally.saes.has(sae);
		return isRead ? featureOf(this.#current!, id, sae, index) : null;
	};

	async #statistics(request: TextRequest | null, run: Run<TextPart>): Promise<Imported> {
		await this.#settled();
		const current = await this.#begin(request, this.around.bench(), run.signal);
		const file = new TextFile(current.record.file, current.record.name);
		try {
			await this.#read(current, file, run);
		} catch (error) {
			if (run.signal.aborted) await this.#save(current);
			throw error;
		}
		const imported = await this.#store(current, file, run);
		await this.#drop(current);
		return imported;
	}

	async #begin(
		request: TextRequest | null,
		bench: Workbench,
		signal: AbortSignal
	): Promise<Current> {
		const pack = bench.source.hash;
		const before = request ? null : await (await openPendingStatistics()).get();
		if (!request && before?.pack !== pack) throw nothingPending();
		const record = before ?? { ...request!, pack, done: 0, tally: null };
		const pass = await CorpusPass.begin(bench, record.saes, record.tally, signal);
		return (this.#current = { record, pass, bench, dropped: false });
	}

	async #settled(): Promise<void> {
		if (this.#running?.signal.aborted) await this.#running.ended;
		await this.#saved;
	}

	async #read(current: Current, file: TextFile, { signal, part }: Run<TextPart>): Promise<void> {
		const { record, pass } = current;
		let reported = 0;
		let saved = { at: Date.now(), took: 0 };
		for await (const bytes of pass.read(file, signal)) {
			record.done = bytes;
			if (Date.now() - reported > REPORT) {
				part(partOf(current));
				reported = Date.now();
			}
			if (Date.now() - saved.at > Math.max(SAVE, SAVE_SHARE * saved.took)) {
				const from = Date.now();
				await this.#save(current);
				saved = { at: Date.now(), took: Date.now() - from };
			}
		}
		record.done = record.file.size;
		part(partOf(current));
	}

	/** The open pack with what was found, as a stored pack beside it. */
	async #store(
		current: Current,
		file: TextFile,
		{ signal, part }: Run<TextPart>
	): Promise<Imported> {
		const { record, pass, bench } = current;
		const last = partOf(current);
		const run = runOf({ signal, onProgress: (progress) => part({ ...last, progress }) });
		const counted = { tally: pass.tally, text: file.facts };
		const library = await this.around.library();
		return library.writePack(
			{ base: bench.source.hash, file: record.name },
			async (out) => {
				const manifest = { ...out.base };
				await writeStatistics({ out, manifest }, bench, counted, run);
				await out.finish(manifest);
			},
			signal
		);
	}

	/** Where the browser has no room for it, a reload loses the pass, and nothing else. */
	#save(current: Current): Promise<unknown> {
		const save = async () => {
			if (current.dropped) return;
			const { record, pass } = current;
			await (await openPendingStatistics()).put({ ...record, tally: pass.tally });
		};
		return (this.#saved = this.#saved.then(save).catch(() => undefined));
	}

	#drop(current: Current): Promise<unknown> {
		current.dropped = true;
		if (this.#current === current) this.#current = null;
		return (this.#saved = this.#saved.then(async () => (await openPendingStatistics()).remove()));
	}
}

function partOf({ record, pass }: Current): TextPart {
	const { documents, saes } = pass.tally;
	return {
		progress: {
			...{ phase: 'read', what: record.name },
			...{ done: Math.round(record.done), total: record.file.size }
		},
		documents,
		tokens: pass.tokens,
		saes: [...saes].map(([id, tally]) => {
			const { l0, fvu, dead } = metricsOf(tally);
			const features = tally.count.length;
			const seen = Math.round((1 - dead) * features);
			return { id, features, seen, l0, fvu, density: densitiesOf(tally) };
		})
	};
}

function featureOf(
	{ pass, bench }: Current,
	id: FeatureId,
	sae: SaeId,
	index: number
): TextFeature {
	const { saes, texts } = pass.tally;
	const tally = saes.get(sae)!;
	const count = tally.count[index];
	if (count === undefined)
		throw new Problem('unknown-feature', `There is no feature ${id}.`, 'Choose a smaller number.');
	return {
		id,
		tokens: tally.tokens,
		density: count / Math.max(1, tally.tokens),
		max: tally.max[index]!,
		mean: tally.sum[index]! / Math.max(1, count),
		histogram: histogramOf(tally.histograms, index),
		examples: examplesOf(tally, index).map((example) => {
			const ids = texts.get(example.window)!;
			const { start, end } = boundsOf(example.position, ids.length);
			return {
				tokens: ids.slice(start, end).map((token) => bench.tokenizer.text(token)),
				activations: Array.from(shownOf(example, ids.length)),
				quantile: example.quantile,
				source: 'text'
			};
		})
	};
}

function nothingPending(): Problem {
	return new Problem(
		'unsupported',
		'There is no unfinished text for this pack.',
		'Choose a text file.'
	);
}
