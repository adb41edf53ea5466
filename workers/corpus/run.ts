/** Statistics from a reader's text in the page: a walk that can pause, survives a reload, and ends as a stored pack. */
import { runOf, type Handlers, type Run } from '../../src/core/calls';
import type { FeatureId } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import { parseFeatureId } from '../../src/core/names/site';
import type { Imported } from '../../src/core/packs/stored';
import { boundsOf, BEFORE } from '../../src/core/corpus/examples';
import type {
	GatheredFeature,
	CorpusCalls,
	PendingText,
	TextPart,
	TextRequest
} from '../../src/core/corpus/requests';
import { histogramOf, quantileOf } from '../../src/core/corpus/histogram';
import { densitiesOf, metricsOf } from '../../src/core/corpus/tally';
import { openPendingStatistics, type PendingStatistics } from '../storage/pending-statistics';
import type { Context } from '../calls/context';
import type { Workbench } from '../packs/open-pack';
import { TextFile } from './reader';
import { reviseWith } from './revise';
import { shownOf } from './statistics-file';
import { TextWalk } from './walk';

/** Milliseconds between two looks at what has been found. */
const NEWS = 1000;
/** Milliseconds between two times of keeping it, and how many times as long as keeping it takes. */
const KEEPING = 15_000;
const SPARE = 20;

interface Live {
	record: PendingStatistics;
	walk: TextWalk;
	bench: Workbench;
	given: boolean;
}

export class TextGathering implements Handlers<CorpusCalls> {
	#live: Live | null = null;
	/** A walk that has been cancelled ends between two windows; what comes after it waits for that. */
	#running: { signal: AbortSignal; ended: Promise<unknown> } | null = null;
	/** Keeping, one time after the other. */
	#kept: Promise<unknown> = Promise.resolve();

	constructor(readonly around: Context) {}

	readonly corpusStatistics = (
		request: TextRequest | null,
		run: Run<TextPart>
	): Promise<Imported> => {
		const gathering = this.#gather(request, run);
		this.#running = { signal: run.signal, ended: gathering.catch(() => undefined) };
		return gathering;
	};

	readonly pendingStatistics = async (): Promise<PendingText | null> => {
		await this.#settled();
		const record = await (await openPendingStatistics()).get();
		if (record?.pack !== this.around.bench().source.hash) return null;
		const { file, name, saes, done, gathered } = record;
		const tokens = [...(gathered?.tallies.values() ?? [])][0]?.tokens ?? 0;
		return { name, bytes: file.size, done, tokens, saes };
	};

	readonly discardStatistics = async (): Promise<void> => {
		await this.#settled();
		if (this.#live) await this.#drop(this.#live);
		else await (await openPendingStatistics()).remove();
	};

	readonly featureSoFar = (id: FeatureId): GatheredFeature | null => {
		const live = this.#live;
		const { sae, index } = parseFeatureId(id) ?? { sae: '', index: 0 };
		return live && live.walk.gathered.tallies.has(sae) ? featureOf(live, id, sae, index) : null;
	};

	async #gather(request: TextRequest | null, { signal, part }: Run<TextPart>): Promise<Imported> {
		await this.#settled();
		const bench = this.around.bench();
		const live = await this.#begin(request, bench, signal);
		const file = new TextFile(live.record.file, live.record.name);
		try {
			await this.#read(live, file, part, signal);
		} catch (error) {
			if (signal.aborted) await this.#keep(live);
			throw error;
		}
		const imported = await this.#store(live, file, part, signal);
		await this.#drop(live);
		return imported;
	}

	async #begin(request: TextRequest | null, bench: Workbench, signal: AbortSignal): Promise<Live> {
		const walks = await openPendingStatistics();
		const pack = bench.source.hash;
		const before = request ? null : await walks.get();
		if (!request && before?.pack !== pack) throw nothingPending();
		const record = before ?? { ...request!, pack, done: 0, gathered: null };
		const walk = await TextWalk.begin(bench, record.saes, record.gathered, signal);
		this.#live = { record, walk, bench, given: false };
		return this.#live;
	}

	async #settled(): Promise<void> {
		if (this.#running?.signal.aborted) await this.#running.ended;
		await this.#kept;
	}

	async #read(
		live: Live,
		file: TextFile,
		send: (part: TextPart) => void,
		signal: AbortSignal
	): Promise<void> {
		const { record, walk } = live;
		const skipped = walk.gathered.documents;
		const total = record.file.size;
		let number = 0;
		let told = 0;
		let kept = { at: Date.now(), took: 0 };
		for await (const { documents, bytes } of file.portions())
			for (const [i, document] of documents.entries()) {
				signal.throwIfAborted();
				if (number++ < skipped) continue;
				await walk.take(document, signal);
				// Between two readings of the file the documents themselves show how far it is.
				record.done += ((i + 1) / documents.length) * Math.max(0, bytes - record.done);
				if (Date.now() - told > NEWS) {
					send(partOf(walk, record.name, record.done, total));
					told = Date.now();
				}
				if (Date.now() - kept.at > Math.max(KEEPING, SPARE * kept.took)) {
					const from = Date.now();
					await this.#keep(live);
					kept = { at: Date.now(), took: Date.now() - from };
				}
			}
		if (walk.tokens === 0)
			throw new Problem('unsupported', 'This file holds no text.', 'Choose one with some pages.');
		send(partOf(walk, record.name, total, total));
	}

	/** The pack that is open with what was found, as a stored pack beside it. */
	async #store(
		{ record, walk, bench }: Live,
		file: TextFile,
		send: (part: TextPart) => void,
		signal: AbortSignal
	): Promise<Imported> {
		const { name } = record;
		const { documents, held } = walk.gathered;
		const source = {
			...{ name, bytes: record.file.size, sha256: file.sha256!, documents },
			held_out: held
		};
		const last = partOf(walk, name, record.file.size, record.file.size);
		const library = await this.around.library();
		return library.writePack(
			{ base: bench.source.hash, file: name },
			(writer) =>
				reviseWith(
					writer,
					bench,
					walk.gathered,
					source,
					runOf({ signal, onProgress: (progress) => send({ ...last, progress }) })
				),
			signal
		);
	}

	/** A browser without room for it loses the walk at a reload, and nothing else. */
	#keep(live: Live): Promise<unknown> {
		const keep = async () => {
			if (live.given) return;
			const { record, walk } = live;
			await (await openPendingStatistics()).put({ ...record, gathered: walk.gathered });
		};
		return (this.#kept = this.#kept.then(keep).catch(() => undefined));
	}

	#drop(live: Live): Promise<unknown> {
		live.given = true;
		if (this.#live === live) this.#live = null;
		return (this.#kept = this.#kept.then(async () => (await openPendingStatistics()).remove()));
	}
}

function partOf(walk: TextWalk, what: string, done: number, total: number): TextPart {
	const { documents, tallies } = walk.gathered;
	return {
		progress: { phase: 'read', what, done: Math.round(done), total },
		documents,
		tokens: walk.tokens,
		saes: [...tallies].map(([id, tally]) => {
			const { l0, fvu, dead } = metricsOf(tally);
			const features = tally.count.length;
			const seen = Math.round((1 - dead) * features);
			return { id, features, seen, l0, fvu, density: densitiesOf(tally) };
		})
	};
}

function featureOf({ walk, bench }: Live, id: FeatureId, sae: string, f: number): GatheredFeature {
	const { gathered } = walk;
	const tally = gathered.tallies.get(sae)!;
	if (f >= tally.count.length)
		throw new Problem('unknown-feature', `There is no feature ${id}.`, 'Choose a smaller number.');
	const count = tally.count[f]!;
	return {
		id,
		tokens: tally.tokens,
		density: count / Math.max(1, tally.tokens),
		max: tally.max[f]!,
		mean: tally.sum[f]! / Math.max(1, count),
		histogram: histogramOf(tally.histograms, f),
		examples: shownOf(tally, f).map(({ window, position, a, view }) => {
			const ids = gathered.texts.get(window)!;
			const { start, end } = boundsOf(position, gathered.first, ids.length);
			const from = start - position + BEFORE;
			return {
				tokens: ids.slice(start, end).map((token) => bench.tokenizer.text(token)),
				activations: Array.from(view.subarray(from, from + end - start)),
				quantile: a === tally.max[f] ? 1 : quantileOf(tally.histograms, f, a),
				source: 'text' as const
			};
		})
	};
}

function nothingPending(): Problem {
	return new Problem(
		'unsupported',
		'There is no text left to go on with for this pack.',
		'Choose a text file.'
	);
}
