/** Training in the page: it can pause, survives a reload, and ends as a stored pack. */
import { runOf, type Handlers, type Progress, type Run } from '../../src/core/calls';
import { Problem } from '../../src/core/names/errors';
import { isSound } from '../../src/core/train/sae-state';
import type {
	TrainCalls,
	Trained,
	TrainingPart,
	TrainingSoFar,
	TrainRequest
} from '../../src/core/train/training';
import type { Context } from '../calls/context';
import { TextFile } from '../corpus/text-file';
import type { Workbench } from '../packs/open-pack';
import { openPending } from '../storage/pending-work';
import { packSamples } from './pack-samples';
import { addTrained } from './store-sae';
import { Training, type TrainingState } from './training';
import { trialOf } from './trial';

/** Milliseconds between two reports, and between two saves at least and at most. */
const [REPORT, SAVE, LONGEST] = [500, 10_000, 30_000];
/** How many times as long as a save takes lies between two. */
const SAVE_SHARE = 20;

/** What is stored of a training. */
interface Pending {
	/** Hash of the pack whose model is read. */
	pack: string;
	file: Blob;
	name: string;
	state: TrainingState;
	soFar: TrainingSoFar;
}

interface Current {
	training: Training;
	bench: Workbench;
	pack: string;
	/** Finished or given up: it is not saved any more. */
	dropped: boolean;
}

const store = () => openPending<Pending>('training');

export class TrainingRun implements Omit<Handlers<TrainCalls>, 'exportSae' | 'removeSae'> {
	#current: Current | null = null;
	/** A cancelled training ends between two steps; the next call waits for that. */
	#running: { signal: AbortSignal; ended: Promise<unknown> } | null = null;
	#saved: Promise<unknown> = Promise.resolve();

	constructor(readonly around: Context) {}

	readonly trainingCost: Handlers<TrainCalls>['trainingCost'] = async (
		{ text, ...request },
		{ signal }
	) => {
		const bench = this.around.bench();
		return trialOf(bench, await fileOf(text, bench), request, signal);
	};

	readonly train = (
		request: TrainRequest | 'continue' | 'finish',
		run: Run<TrainingPart>
	): Promise<Trained> => {
		const trained = this.#train(request, run);
		this.#running = { signal: run.signal, ended: trained.catch(() => undefined) };
		return trained;
	};

	readonly pendingTraining = async (): Promise<TrainingSoFar | null> => {
		await this.#settled();
		const pending = await (await store()).get();
		return pending?.pack === this.around.bench().source.hash ? pending.soFar : null;
	};

	readonly discardTraining = async (): Promise<void> => {
		await this.#settled();
		if (this.#current) await this.#drop(this.#current);
		else await (await store()).remove();
	};

	async #train(
		request: TrainRequest | 'continue' | 'finish',
		run: Run<TrainingPart>
	): Promise<Trained> {
		await this.#settled();
		const current = await this.#begin(request, run.signal);
		const { training } = current;
		run.part({ ...training.soFar, storing: null });
		try {
			if (request !== 'finish') await this.#learn(current, run);
			const trained = await this.#store(current, run);
			await this.#drop(current);
			return trained;
		} catch (error) {
			// A failed step teaches nothing, so that what is kept is the state before it.
			await this.#save(current);
			if (!run.signal.aborted && this.#current === current) this.#current = null;
			throw error;
		}
	}

	async #begin(
		request: TrainRequest | 'continue' | 'finish',
		signal: AbortSignal
	): Promise<Current> {
		const bench = this.around.bench();
		const pack = bench.source.hash;
		if (typeof request === 'string') {
			const paused = this.#current;
			if (paused && paused.bench === bench) return paused;
			const pending = await (await store()).get();
			if (pending?.pack !== pack) throw nothingPending();
			const file = new TextFile(pending.file, pending.name);
			const training = await Training.begin(bench, file, pending.state, signal);
			return (this.#current = { training, bench, pack, dropped: false });
		}
		await this.#current?.training.release();
		this.#current = null;
		const file = await fileOf(request.text, bench);
		const training = await Training.begin(bench, file, request, signal);
		return (this.#current = { training, bench, pack, dropped: false });
	}

	async #settled(): Promise<void> {
		if (this.#running?.signal.aborted) await this.#running.ended;
		await this.#saved;
	}

	async #learn(current: Current, { signal, part }: Run<TrainingPart>): Promise<void> {
		const { training } = current;
		let reported = 0;
		let saved = { at: Date.now(), took: 0 };
		for await (const isPoint of training.run(signal)) {
			const now = Date.now();
			if (isPoint || now - reported > REPORT) {
				part({ ...training.soFar, storing: null });
				reported = now;
			}
			const wait = Math.min(LONGEST, Math.max(SAVE, SAVE_SHARE * saved.took));
			if (now - saved.at > wait) {
				await this.#save(current);
				saved = { at: Date.now(), took: Date.now() - now };
			}
		}
	}

	/** The open pack with the SAE, stored in its place unless it has an address. */
	async #store(
		{ training, bench }: Current,
		{ signal, part }: Run<TrainingPart>
	): Promise<Trained> {
		const { soFar } = training;
		const told = ({ what, done, total }: Progress) =>
			part({ ...soFar, storing: { what, done, total } });
		told({ phase: 'measure', what: 'held-out text', done: 0, total: 1 });
		const result = await training.result(signal);
		const { site, mean } = training.state;
		const trained = { site, mean, state: training.sae, result, text: training.file };
		const run = runOf({ signal, onProgress: told });
		const library = await this.around.library();
		let sae = '';
		const imported = await library.writePack(
			{ base: bench.source.hash, replace: true, file: training.file.name },
			async (out) => {
				sae = await addTrained(out, bench, trained, run.progress, signal);
			},
			signal
		);
		return { sae, result, imported };
	}

	/** Where the browser has no room for it, a reload loses the training, and nothing else. */
	#save(current: Current): Promise<unknown> {
		const save = async () => {
			const { training, pack, dropped } = current;
			if (dropped) return;
			await training.bring();
			if (!isSound(training.sae)) return;
			const { file, name } = training.file;
			const { whole: state, soFar } = training;
			await (await store()).put({ pack, file, name, state, soFar });
		};
		return (this.#saved = this.#saved.then(save).catch(() => undefined));
	}

	#drop(current: Current): Promise<unknown> {
		current.dropped = true;
		if (this.#current === current) this.#current = null;
		return (this.#saved = this.#saved.then(async () => {
			await current.training.release();
			await (await store()).remove();
		}));
	}
}

async function fileOf(text: TrainRequest['text'], bench: Workbench): Promise<TextFile> {
	return text ? new TextFile(text.file, text.name) : packSamples(bench);
}

function nothingPending(): Problem {
	return new Problem(
		'unsupported',
		'There is no unfinished training for this pack.',
		'Begin a new one.'
	);
}
