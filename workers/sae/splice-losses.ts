/** The model's loss on texts: as it is, and with other values in the place of one site's. */
import { surprise } from '../../src/core/math/sampling';
import type { Site } from '../../src/core/names/ids';
import type { Workbench } from '../packs/open-pack';

type Splice = Awaited<ReturnType<Workbench['model']['splice']>>;

/** Losses are sums over a window of −ln p(next token) in nats; special tokens need not be predicted. */
export class SpliceLosses {
	/** Those that every SAE, or every SAE of a site, is compared with: by site, '' for the model as it is. */
	readonly #known = new Map<Site, Map<number[], number>>();
	#splice: { site: Site; splice: Splice } | null = null;

	constructor(private readonly bench: Pick<Workbench, 'model' | 'lens' | 'tokenizer'>) {}

	/** `last`: the window's last residual, `[tokens × dModel]`. Computed once a window. */
	clean(
		window: number[],
		last: () => Promise<Float32Array>,
		signal?: AbortSignal
	): Promise<number> {
		return this.#once('', window, async () => this.#loss(window, await last(), signal));
	}

	/** With `zeros()` at the site. Computed once a site and window. */
	zeroed(
		site: Site,
		window: number[],
		zeros: () => Float32Array,
		signal?: AbortSignal
	): Promise<number> {
		return this.#once(site, window, () => this.spliced(site, window, zeros(), signal));
	}

	/** With `value`, `[tokens × width]`, at the site. */
	async spliced(
		site: Site,
		window: number[],
		value: Float32Array,
		signal?: AbortSignal
	): Promise<number> {
		signal?.throwIfAborted();
		if (this.#splice?.site !== site) {
			await this.release();
			this.#splice = { site, splice: await this.bench.model.splice(site) };
		}
		return this.#loss(window, await this.#splice.splice.run(window, value), signal);
	}

	/** Frees the session that is kept while one site is spliced. */
	async release(): Promise<void> {
		await this.#splice?.splice.release();
		this.#splice = null;
	}

	async #once(key: Site, window: number[], compute: () => Promise<number>): Promise<number> {
		const known = this.#known.get(key) ?? new Map<number[], number>();
		this.#known.set(key, known);
		const loss = known.get(window) ?? (await compute());
		known.set(window, loss);
		return loss;
	}

	async #loss(window: number[], last: Float32Array, signal?: AbortSignal): Promise<number> {
		const { lens, model, tokenizer } = this.bench;
		const logits = await lens.logits(last, signal);
		const { vocabSize } = model.shape;
		let sum = 0;
		for (const [t, next] of window.slice(1).entries())
			if (!tokenizer.isSpecial(next))
				sum += surprise(logits.subarray(t * vocabSize, (t + 1) * vocabSize), next);
		return sum;
	}
}
