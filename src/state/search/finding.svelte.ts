/** What was searched for and found, and all features of an SAE. */
import type { AddressState } from '../../core/address';
import type { Engine } from '../../core/engine';
import { isAbort } from '../../core/names/errors';
import type { SaeId } from '../../core/names/ids';
import type { FeatureTable, FoundFeature, SearchRequest } from '../../core/search/search';
import { asError, Resource, same } from '../calls/resource.svelte';

const TOP = 40;
/** Quiet time after a prompt is read before what searching needs is read too. */
const QUIET_MS = 1500;

export class Finding {
	/** What was asked last; null: nothing is searched for. */
	asked = $state.raw<SearchRequest | null>(null);
	/** What is found so far, best first. */
	found = $state.raw<readonly FoundFeature[]>([]);
	busy = $state(false);
	error = $state.raw<Error | null>(null);
	/** Milliseconds from the question to the first answer. */
	firstAfter = $state<number | null>(null);
	/** Counts how often the search box was asked for. */
	wanted = $state(0);
	readonly table: Resource<{ sae: SaeId; origins: boolean }, FeatureTable>;
	#running: AbortController | null = null;
	#quiet: ReturnType<typeof setTimeout> | undefined;
	#prepared = false;
	readonly #engine: Engine;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.table = new Resource((request, signal) => engine.featureTable(request, { signal }));
	}

	/** Searches for what the address says. `near`: the SAE that is looked at. */
	follow({ find, by, against, within, maxDensity }: AddressState, near: SaeId | null): void {
		const sae = within ?? near;
		if (sae !== null && this.table.asked?.sae !== sae) void this.table.ask({ sae, origins: false });
		this.#prepare();
		const text = find ?? '';
		if (text.trim() === '' || (by === 'contrast' && (against ?? '').trim() === '')) {
			this.#stop();
			this.asked = null;
			this.found = [];
			return;
		}
		const request: SearchRequest = {
			...{ text, top: TOP },
			...(by !== null && { by }),
			...(by === 'contrast' && against !== null && { against }),
			...(within !== null && { sae: within }),
			...(near !== null && { near }),
			...(maxDensity !== null && { maxDensity })
		};
		if (!same(request, this.asked)) void this.#ask(request);
	}

	/** Searches again for the same: names have changed. */
	renew(): void {
		if (this.asked) void this.#ask(this.asked);
		void this.table.renew();
	}

	/** Reads what searching needs once the page is quiet, so that the first key is answered at once. */
	prepareSoon(): void {
		clearTimeout(this.#quiet);
		if (!this.#prepared) this.#quiet = setTimeout(() => this.#prepare(), QUIET_MS);
	}

	clear(): void {
		clearTimeout(this.#quiet);
		this.#stop();
		this.#prepared = false;
		this.asked = null;
		this.found = [];
		this.table.clear();
	}

	async #ask(request: SearchRequest): Promise<void> {
		this.#running?.abort();
		const running = (this.#running = new AbortController());
		const { signal } = running;
		const began = performance.now();
		this.asked = request;
		this.busy = true;
		this.error = null;
		this.firstAfter = null;
		const take = (found: readonly FoundFeature[]) => {
			if (signal.aborted) return;
			this.firstAfter ??= performance.now() - began;
			this.found = found;
		};
		try {
			take(await this.#engine.search(request, { signal, onPart: take }));
		} catch (error) {
			if (signal.aborted || isAbort(error)) return;
			this.found = [];
			this.error = asError(error);
		}
		if (!signal.aborted) this.busy = false;
	}

	#prepare(): void {
		if (this.#prepared) return;
		this.#prepared = true;
		this.#engine.prepareSearch().catch(() => (this.#prepared = false));
	}

	#stop(): void {
		this.#running?.abort();
		this.#running = null;
		this.busy = false;
		this.error = null;
	}
}
