/** Training SAEs: what a reader chose, what it will take, the training under way, and the one that can go on. */
import type { Engine } from '../../core/engine';
import type { SaeId, Site } from '../../core/names/ids';
import { attnOut, EMBEDDING, mlpOut, residPost } from '../../core/names/site';
import type { Exported, Imported } from '../../core/packs/stored';
import type { TrainSettings } from '../../core/train/plan';
import type {
	Trained,
	TrainingCost,
	TrainingPart,
	TrainingSoFar,
	TrainRequest
} from '../../core/train/training';
import { Pace } from '../calls/pace';
import { asError, Resource } from '../calls/resource.svelte';
import { Task } from '../calls/task.svelte';
import type { Model } from '../packs/model.svelte';
import type { Packs } from '../packs/packs.svelte';

type Begun = TrainRequest | 'continue' | 'finish';

/** What is shown of a training; `trained` once it has ended. */
export interface TrainingShown {
	part: TrainingPart | null;
	trained: Trained | null;
}

/** What a trial is of: a text goes by its name and length. */
interface Question {
	pack: string;
	site: Site;
	settings: TrainSettings;
	text: { name: string; size: number } | null;
}

/** Milliseconds without a change before a trial begins. */
const QUIET = 700;

const USUAL: TrainSettings = { features: 2048, k: 32, tokens: 200_000, seed: 0, control: false };

export class Trainings {
	readonly run: Task<Begun, TrainingShown>;
	/** The training that can go on; asked by the pack's name. */
	readonly pending: Resource<string, TrainingSoFar | null>;
	readonly cost: Resource<Question, TrainingCost>;
	settings = $state.raw<TrainSettings>(USUAL);
	/** The reader's text; null: the texts that the pack brings. */
	text = $state.raw<{ file: File; name: string } | null>(null);
	#site = $state.raw<Site | null>(null);
	#layers = $state.raw(0);
	#pack: string | null = null;
	/** Tokens a second lately; null at the beginning. */
	rate = $state.raw<number | null>(null);
	/** Why the last SAE was not exported or deleted. */
	error = $state.raw<Error | null>(null);
	readonly #engine: Engine;
	readonly #packs: Packs;

	constructor(engine: Engine, packs: Packs) {
		this.#engine = engine;
		this.#packs = packs;
		this.pending = new Resource((_, signal) => engine.pendingTraining(undefined, { signal }));
		this.cost = new Resource(async (_, signal) => {
			await new Promise((resolve) => setTimeout(resolve, QUIET));
			signal.throwIfAborted();
			return engine.trainingCost(this.#request(), { signal });
		});
		this.run = new Task(async (request, { signal, onPart }) => {
			const pace = new Pace();
			let part: TrainingPart | null = null;
			const take = (next: TrainingPart) => {
				part = next;
				this.rate = next.storing ? null : pace.at(next.tokens, performance.now());
				onPart({ part, trained: null });
			};
			const trained = await engine.train(request, { signal, onPart: take });
			return { part, trained };
		});
	}

	/** Where an SAE can be trained, in the order of computation. */
	get sites(): Site[] {
		const layers = Array.from({ length: this.#layers }, (_, layer) => layer);
		return [EMBEDDING, ...layers.flatMap((l) => [attnOut(l), mlpOut(l), residPost(l)])];
	}

	/** The chosen site; at first the stream in the middle. */
	get site(): Site {
		return this.#site ?? residPost(this.#layers >> 1);
	}

	/** Looks what can go on with this pack, and what a training would take. */
	follow({ pack, packName }: Pick<Model, 'pack' | 'packName'>): void {
		if (!pack || packName === null) return;
		this.#pack = packName;
		this.#layers = pack.layers;
		void this.pending.ask(packName);
		this.#estimate();
	}

	choose(choice: {
		site?: Site;
		settings?: Partial<TrainSettings>;
		text?: { file: File; name: string } | null;
	}): void {
		if (choice.site !== undefined) this.#site = choice.site;
		if (choice.settings) this.settings = { ...this.settings, ...choice.settings };
		if (choice.text !== undefined) this.text = choice.text;
		this.#estimate();
	}

	/** Begins anew, or goes on with what is pending, or ends that where it is. */
	async start(how: 'anew' | 'continue' | 'finish'): Promise<void> {
		if (how === 'anew') this.run.clear();
		await this.run.start(how === 'anew' ? this.#request() : how);
		await Promise.all([this.pending.again(), this.#packs.look()]);
	}

	/** Ends the training so that it can go on later, after a reload too. */
	async pause(): Promise<void> {
		this.run.stop();
		await this.pending.again();
	}

	/** Ends the training early, and stores the SAE as it is. */
	async finish(): Promise<void> {
		this.run.stop();
		await this.start('finish');
	}

	/** Ends the training, or forgets the one that is pending. */
	async giveUp(): Promise<void> {
		this.run.clear();
		await this.#engine.discardTraining();
		await this.pending.again();
	}

	/** A trained SAE as SAELens saves one; null where that failed. */
	exported(id: SaeId): Promise<Exported | null> {
		return this.#tried(() => this.#engine.exportSae(id));
	}

	/** The pack without an SAE; null where that failed. */
	async removed(id: SaeId): Promise<Imported | null> {
		const imported = await this.#tried(() => this.#engine.removeSae(id));
		await this.#packs.look();
		return imported;
	}

	clear(): void {
		this.run.clear();
		this.pending.clear();
		this.cost.clear();
		this.#site = null;
	}

	#request(): TrainRequest {
		const { site, settings, text } = this;
		return { site, settings, text };
	}

	#estimate(): void {
		if (this.#pack === null || this.run.busy) return;
		const { site, settings, text } = this;
		const file = text && { name: text.name, size: text.file.size };
		void this.cost.ask({ pack: this.#pack, site, settings, text: file });
	}

	async #tried<T>(work: () => Promise<T>): Promise<T | null> {
		this.error = null;
		try {
			return await work();
		} catch (error) {
			this.error = asError(error);
			return null;
		}
	}
}
