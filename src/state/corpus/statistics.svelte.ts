/** Statistics from the reader's own text: the pass under way, what it has found, and the one that can go on. */
import type { FeatureId, SaeId } from '../../core/names/ids';
import type { Imported } from '../../core/packs/stored';
import type { TextFeature, PendingText, TextPart, TextRequest } from '../../core/corpus/requests';
import type { Engine } from '../../core/engine';
import { Pace } from '../calls/pace';
import type { Packs } from '../packs/packs.svelte';
import { Resource } from '../calls/resource.svelte';
import { Task } from '../calls/task.svelte';

/** What is shown of a pass; `imported` once it has ended. */
export interface TextFound {
	part: TextPart | null;
	imported: Imported | null;
}

export class TextStatistics {
	readonly pass: Task<TextRequest | null, TextFound>;
	/** The pass that can go on; asked by the pack's name. */
	readonly pending: Resource<string, PendingText | null>;
	/** A feature as far as the text is read. */
	readonly feature: Resource<FeatureId, TextFeature | null>;
	/** SAEs that the reader chose; null: those of the layer in sight. */
	chosen = $state.raw<SaeId[] | null>(null);
	/** Bytes of the file a second; null at the beginning. */
	rate = $state.raw<number | null>(null);
	readonly #engine: Engine;
	readonly #packs: Packs;

	constructor(engine: Engine, packs: Packs) {
		this.#engine = engine;
		this.#packs = packs;
		this.pending = new Resource((_, signal) => engine.pendingStatistics(undefined, { signal }));
		this.feature = new Resource((id, signal) => engine.featureSoFar(id, { signal }));
		this.pass = new Task(async (request, { signal, onProgress, onPart }) => {
			const pace = new Pace();
			let part: TextPart | null = null;
			const take = (next: TextPart) => {
				const { progress } = (part = next);
				const reading = progress.phase === 'read' && progress.what !== 'texts for names';
				this.rate = reading ? pace.at(progress.done, performance.now()) : null;
				onProgress(progress);
				onPart({ part, imported: null });
			};
			const imported = await engine.corpusStatistics(request, { signal, onPart: take });
			return { part, imported };
		});
	}

	/** Starts with a file, or with null goes on with the pass that is pending. */
	async start(request: TextRequest | null): Promise<void> {
		this.feature.clear();
		if (request) this.pass.clear();
		await this.pass.start(request);
		await Promise.all([this.pending.again(), this.#packs.look()]);
	}

	/** Ends the pass so that it can go on later, after a reload too. */
	async pause(): Promise<void> {
		this.pass.stop();
		await this.pending.again();
	}

	/** Ends the pass, or forgets the one that is pending. */
	async giveUp(): Promise<void> {
		this.pass.clear();
		this.feature.clear();
		await this.#engine.discardStatistics();
		await this.pending.again();
	}

	clear(): void {
		this.pass.clear();
		this.pending.clear();
		this.feature.clear();
		this.chosen = null;
	}
}
