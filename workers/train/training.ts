/**
 * A training: text → activations of one site → a buffer that mixes them → steps. It can stop after any step and go on
 * later, also from what was stored of it.
 */
import { Problem } from '../../src/core/names/errors';
import type { Site } from '../../src/core/names/ids';
import { seeded } from '../../src/core/math/random';
import { tapOf } from '../../src/core/names/site';
import { geometricMedian, meanOfRows, scaleAround } from '../../src/core/train/fitting';
import {
	checkSettings,
	planOf,
	rateAt,
	type TrainPlan,
	type TrainSettings
} from '../../src/core/train/plan';
import { newSaeState, type SaeState } from '../../src/core/train/sae-state';
import { shuffledColumns, ShuffleBuffer } from '../../src/core/train/shuffle-buffer';
import { checkSurvey, warningsOf } from '../../src/core/train/text-warnings';
import type { CurvePoint, TrainingResult, TrainingSoFar } from '../../src/core/train/training';
import type { TextFile } from '../corpus/text-file';
import { windowStart } from '../corpus/windows';
import type { Workbench } from '../packs/open-pack';
import { breathe } from '../runtime/session';
import { HeldOut } from './held-out';
import type { Learner } from './learning/learner';
import { learnerOf } from './learning/learners';
import { TopEncoder } from './learning/top-encoder';
import { surveyOf, trainingWindows, type HeldOutText, type TrainingWindow } from './training-text';

/** Rows of the buffer, as far as they take no more bytes than these. */
const [ROWS, MOST_BYTES] = [16_384, 256 << 20];
/** Rows from which the centre is found. */
const FITTED = 4096;
/** Points of the curve at least and at most, tokens between two, and at every which of them CE recovered is measured. */
const [FEWEST_POINTS, MOST_POINTS, BETWEEN, LOSS_EVERY] = [10, 40, 4096, 5];
/** The share of their squares by which activations must differ at least. */
const SAME = 1e-10;

/** All of a training but its text. */
export interface TrainingState {
	site: Site;
	settings: TrainSettings;
	plan: TrainPlan;
	learner: SaeState;
	control: SaeState | null;
	/** Mean of the first activations, [d]. */
	mean: Float32Array;
	/** Tokens learned from, and documents read since the text began, once more or for the first time. */
	tokens: number;
	document: number;
	seconds: number;
	curve: CurvePoint[];
}

export interface TrainingOrder {
	site: Site;
	settings: TrainSettings;
	/** In the place of what follows from the settings. */
	plan?: Partial<TrainPlan>;
}

export class Training {
	readonly #windows: AsyncGenerator<TrainingWindow>;
	readonly #buffer: ShuffleBuffer;
	readonly #uniform: () => number;
	readonly #encoder: TopEncoder;
	readonly #tap: Site;
	readonly #first: number;
	#learner: Learner | null = null;
	#control: Learner | null = null;
	#gallery: TrainingSoFar['gallery'] = [];

	private constructor(
		readonly bench: Workbench,
		readonly file: TextFile,
		readonly text: HeldOutText,
		readonly heldOut: HeldOut,
		readonly state: Omit<TrainingState, 'learner' | 'control'>
	) {
		const { site, settings, plan, tokens, document } = state;
		this.#tap = tapOf(site);
		this.#first = windowStart(bench).start.length;
		const d = bench.model.width(this.#tap);
		this.#uniform = seeded(settings.seed + 1 + tokens);
		this.#buffer = bufferOf(bufferRows(d, plan, text.tokens), d, this.#uniform);
		this.#encoder = new TopEncoder(d);
		this.#windows = trainingWindows(bench, file, text.also, document);
	}

	/** A new training, or one that goes on from `before`. Throws a Problem for a site, settings or a text that will not do. */
	static async begin(
		bench: Workbench,
		file: TextFile,
		order: TrainingOrder | TrainingState,
		signal?: AbortSignal
	): Promise<Training> {
		const { site, settings } = order;
		checkSite(bench, site);
		const tap = tapOf(site);
		const d = bench.model.width(tap);
		checkSettings(settings, d);
		const text = await surveyOf(bench, file, signal);
		checkSurvey(text);
		const heldOut = await HeldOut.read(bench, tap, text.heldOut, signal);
		if ('learner' in order) {
			const { learner, control, ...state } = order;
			const before = { ...state, curve: [...state.curve] };
			const training = new Training(bench, file, text, heldOut, before);
			training.#start(learner, control);
			return training;
		}
		const plan = { ...planOf(settings), ...order.plan };
		const blank = { tokens: 0, document: 0, seconds: 0, curve: [], mean: new Float32Array(d) };
		const training = new Training(bench, file, text, heldOut, { site, settings, plan, ...blank });
		await training.#fill(signal);
		await training.#fit();
		return training;
	}

	/** Learns until all tokens are done; yields after each step whether a point was added to the curve. */
	async *run(signal?: AbortSignal): AsyncGenerator<boolean> {
		const { state } = this;
		const { plan, settings } = state;
		while (state.tokens < settings.tokens) {
			const start = performance.now();
			const buffer = this.#buffer;
			if (buffer.count < buffer.capacity / 2 + plan.batch) await this.#fill(signal);
			const x = buffer.draw(plan.batch);
			const learner = this.#learner!;
			const rate = rateAt(plan, learner.state.steps, state.tokens / settings.tokens);
			if (!(await learner.step(x, rate, signal))) throw overflowed(state.tokens);
			if (this.#control) {
				const shuffled = shuffledColumns(x, buffer.d, this.#uniform);
				await this.#control.step(shuffled, rate, signal);
			}
			state.tokens += plan.batch;
			const share = pointsOf(settings) / settings.tokens;
			const points = Math.floor(share * state.tokens);
			const isPoint = points > Math.floor(share * (state.tokens - plan.batch));
			if (isPoint) await this.#measure(points % LOSS_EVERY === 0, signal);
			state.seconds += (performance.now() - start) / 1000;
			await breathe();
			signal?.throwIfAborted();
			yield isPoint;
		}
	}

	get soFar(): TrainingSoFar {
		const { site, settings, tokens, seconds, curve } = this.state;
		return {
			...{ site, settings, tokens, seconds, curve: [...curve], text: this.file.name },
			...{ gallery: this.#gallery, warnings: warningsOf(this.text, settings) },
			unexplained: this.#learner!.unexplained
		};
	}

	/** Brings what has been learned from where it is learned; `sae` and `whole` are as they were then. */
	async bring(): Promise<void> {
		await this.#learner?.bring();
		await this.#control?.bring();
	}

	/** What it takes to go on later. */
	get whole(): TrainingState {
		return { ...this.state, learner: this.sae, control: this.#control?.state ?? null };
	}

	/** The SAE as it is. */
	get sae(): SaeState {
		return this.#learner!.state;
	}

	/** Measures the SAE as it is on all held-out windows. */
	async result(signal?: AbortSignal): Promise<TrainingResult> {
		await this.bring();
		const { state, heldOut } = this;
		const all = { all: true, signal };
		const { tokens, ...measured } = await heldOut.measure(this.sae, this.#encoder, state.mean, all);
		const loss = await heldOut.recovered(this.sae, this.#encoder, all);
		const control = this.#control && (await this.#controlOn(true, signal));
		const { seconds, curve } = state;
		return {
			...measured,
			...{ ce_recovered: loss.ce_recovered, tokens: state.tokens, curve, seconds },
			...{ held_out_tokens: tokens, loss_tokens: loss.tokens, control_fvu: control },
			warnings: warningsOf(this.text, state.settings)
		};
	}

	async release(): Promise<void> {
		await this.#learner?.release();
		await this.#control?.release();
		await this.heldOut.release();
		await this.#encoder.release();
	}

	async #measure(withLoss: boolean, signal?: AbortSignal): Promise<void> {
		await this.bring();
		const { state, heldOut } = this;
		const { fvu, l0, dead } = await heldOut.measure(this.sae, this.#encoder, state.mean, {
			signal
		});
		const loss = withLoss ? await heldOut.recovered(this.sae, this.#encoder, { signal }) : null;
		this.#gallery = heldOut.gallery(this.sae);
		const control = this.#control && (await this.#controlOn(false, signal));
		const ce_recovered = loss?.ce_recovered ?? null;
		state.curve.push({ tokens: state.tokens, fvu, l0, dead, ce_recovered, control });
	}

	async #controlOn(all: boolean, signal?: AbortSignal): Promise<number> {
		const { state } = this.#control!;
		const options = { all, shuffled: true, signal };
		return (await this.heldOut.measure(state, this.#encoder, this.state.mean, options)).fvu;
	}

	/** Fills the buffer as far as whole windows fit. */
	async #fill(signal?: AbortSignal): Promise<void> {
		const buffer = this.#buffer;
		for (;;) {
			const { value } = (await this.#windows.next()) as { value: TrainingWindow };
			const taps = await this.bench.model.texts([value.ids], [this.#tap], signal);
			const rows = taps.get(this.#tap)!.subarray(this.#first * buffer.d);
			const all = rows.length / buffer.d;
			this.state.document = value.document;
			if (buffer.add(rows) < all || buffer.count === buffer.capacity) return;
			await breathe();
			signal?.throwIfAborted();
		}
	}

	/** Begins with the activations in the buffer. */
	async #fit(): Promise<void> {
		const { rows, d } = this.#buffer;
		const { settings } = this.state;
		const mean = meanOfRows(rows, d);
		let [squares, spread] = [0, 0];
		for (let i = 0; i < rows.length; i++) {
			squares += rows[i]! ** 2;
			spread += (rows[i]! - mean[i % d]!) ** 2;
		}
		if (!Number.isFinite(squares)) throw overflowed(0);
		if (!(spread > SAME * squares)) throw alwaysTheSame(this.state.site);
		this.state.mean.set(mean);
		await breathe();
		const sample = rows.subarray(0, FITTED * d);
		const centre = geometricMedian(sample, d);
		const fit = { centre, scale: scaleAround(sample, centre) };
		const begin = (seed: number) => newSaeState(settings, fit, seed);
		this.#start(begin(settings.seed), settings.control ? begin(settings.seed + 1) : null);
	}

	#start(sae: SaeState, control: SaeState | null): void {
		const { deadAfter } = this.state.plan;
		const learner = (state: SaeState) => learnerOf(state, this.#encoder, deadAfter);
		this.#learner = learner(sae);
		this.#control = control && learner(control);
	}
}

/** Points of the curve. */
export const pointsOf = ({ tokens }: Pick<TrainSettings, 'tokens'>): number =>
	Math.max(FEWEST_POINTS, Math.min(MOST_POINTS, Math.floor(tokens / BETWEEN)));

/** Activations that the buffer of a training holds. */
export function bufferRows(d: number, { batch }: TrainPlan, tokens: number): number {
	return Math.max(4 * batch, Math.min(ROWS, Math.floor(MOST_BYTES / (4 * d)), tokens));
}

/** Throws a Problem where the model has no such site. */
export function checkSite({ model: { sites } }: Pick<Workbench, 'model'>, site: Site): void {
	if (sites.includes(tapOf(site))) return;
	throw new Problem(
		'usage',
		`The model has no site "${site.slice(0, 80)}" to train on.`,
		`Choose one from ${sites[0]} to ${sites.at(-1)}.`
	);
}

function bufferOf(rows: number, d: number, uniform: () => number): ShuffleBuffer {
	try {
		return new ShuffleBuffer(rows, d, uniform);
	} catch (cause) {
		throw new Problem(
			'out-of-memory',
			`There is no memory for the buffer of ${rows} activations (${Math.ceil((4 * rows * d) / 2 ** 20)} MB).`,
			'Close other tabs, or choose a smaller model.',
			{ cause }
		);
	}
}

function alwaysTheSame(site: Site): Problem {
	return new Problem(
		'unsupported',
		`The activations at ${site} are the same on every token of this text, so there is nothing to learn.`,
		'Choose another site or another text.'
	);
}

function overflowed(tokens: number): Problem {
	return new Problem(
		'unsupported',
		`After ${tokens.toLocaleString('en')} tokens a number is no longer finite, so training stopped.`,
		'Keep the SAE as it is, or begin again with another text or site.'
	);
}
