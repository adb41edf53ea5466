/** What the model and its SAEs make of the prompt, as the parts arrive. */
import type { FeatureId, SaeId } from '../../core/names/ids';
import type { LensReading, ReadingPart, SiteReading } from '../../core/prompt/reading';
import type { Token, TokenProbability } from '../../core/names/tokens';
import { isAbort } from '../../core/names/errors';
import { parseFeatureId } from '../../core/names/site';
import type { Engine } from '../../core/engine';
import { asError } from '../calls/resource.svelte';

/** Time for the next key before a prompt is read. */
const PAUSE_MS = 40;

export interface Stored {
	prompt: string;
	tokens: Token[];
	sites: SiteReading[];
	next: TokenProbability[];
	lens: LensReading[];
}

export class Reading {
	/** Called when everything asked for has arrived. */
	onSettled: () => void = () => undefined;
	/** The text that is read, or was read last. */
	text = $state.raw<string | null>(null);
	tokens = $state.raw<Token[]>([]);
	/** Tokens of the prompt beyond the context. */
	leftOut = $state.raw<Token[]>([]);
	/**
	 * By SAE. While a new prompt is read a site may cover the first tokens only: those that did not
	 * change, since no token sees a later one. `rowsOf` says how many.
	 */
	sites = $state.raw<ReadonlyMap<SaeId, SiteReading>>(new Map());
	lens = $state.raw<LensReading[]>([]);
	next = $state.raw<TokenProbability[]>([]);
	/** −ln p of each token in nats, NaN for the first; of the first tokens only while a new prompt is read. */
	surprise = $state.raw<Float32Array>(new Float32Array(0));
	busy = $state(false);
	error = $state.raw<Error | null>(null);
	/** `example`: stored with the model, before an engine has read anything. */
	source = $state<'none' | 'example' | 'engine'>('none');
	#running: AbortController | null = null;
	/** Whether the tokens of `text` have come. */
	#started = false;
	#pause: ReturnType<typeof setTimeout> | undefined;
	readonly #engine: Engine;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	/** Reads a prompt unless that is done or under way; the newest wins. `first`: SAEs in view. */
	ask(text: string, first: SaeId[] = []): void {
		if (text === this.text && this.source !== 'example' && !this.error) return;
		this.#running?.abort();
		clearTimeout(this.#pause);
		this.text = text;
		this.error = null;
		this.busy = text.trim() !== '';
		if (!this.busy) return this.#empty();
		const wait = this.source === 'engine' ? PAUSE_MS : 0;
		this.#pause = setTimeout(() => void this.#read(text, first), wait);
	}

	again(): void {
		const { text } = this;
		this.text = null;
		if (text !== null) this.ask(text);
	}

	/** Forgets everything: it was of another model. */
	clear(): void {
		this.#running?.abort();
		clearTimeout(this.#pause);
		this.#empty();
		this.source = 'none';
		this.text = null;
		this.busy = false;
		this.error = null;
	}

	/** Shows a stored reading until the engine's own replaces it. */
	show(stored: Stored): void {
		if (this.source !== 'none') return;
		this.source = 'example';
		this.text = stored.prompt;
		this.tokens = stored.tokens;
		this.sites = new Map(stored.sites.map((site) => [site.sae, site]));
		this.next = stored.next;
		this.lens = stored.lens;
	}

	/** Activations of a feature on every token read so far, or null when its SAE has not answered. */
	activationsOf(id: FeatureId): number[] | null {
		const parsed = parseFeatureId(id);
		const site = parsed && this.sites.get(parsed.sae);
		if (!parsed || !site) return null;
		return Array.from({ length: rowsOf(site) }, (_, t) => {
			const at = site.features.subarray(site.offsets[t], site.offsets[t + 1]).indexOf(parsed.index);
			return at < 0 ? 0 : site.activations[site.offsets[t]! + at]!;
		});
	}

	async #read(text: string, first: SaeId[]): Promise<void> {
		const running = (this.#running = new AbortController());
		const { signal } = running;
		this.#started = false;
		try {
			await this.#engine.read(
				{ text, first },
				{ signal, onPart: (part) => !signal.aborted && this.#take(part) }
			);
			if (!signal.aborted) this.busy = false;
			if (!signal.aborted) this.onSettled();
		} catch (error) {
			if (signal.aborted) return;
			this.busy = false;
			if (isAbort(error)) this.text = null;
			else this.error = asError(error);
			// What was read before is of another text.
			if (this.error && !this.#started) this.#empty();
		}
	}

	#take(part: ReadingPart): void {
		if (part.kind === 'tokens') this.#start(part.tokens, part.leftOut);
		else if (part.kind === 'site') this.sites = new Map(this.sites).set(part.site.sae, part.site);
		else {
			this.next = part.next;
			if (part.lens.length > 0) [this.lens, this.surprise] = [part.lens, part.surprise];
		}
	}

	/** What the unchanged beginning has already told stays. */
	#start(tokens: Token[], leftOut: Token[]): void {
		const kept = this.source === 'engine' ? commonLength(this.tokens, tokens) : 0;
		if (kept < tokens.length || kept < this.tokens.length) {
			this.sites = new Map([...this.sites].map(([id, site]) => [id, firstRows(site, kept)]));
			this.lens = this.lens.map((lens) => ({ ...lens, top: lens.top.slice(0, kept) }));
			this.next = [];
			this.surprise = this.surprise.slice(0, kept);
		}
		this.#started = true;
		this.source = 'engine';
		this.tokens = tokens;
		this.leftOut = leftOut;
	}

	#empty(): void {
		this.source = 'engine';
		this.tokens = [];
		this.leftOut = [];
		this.sites = new Map();
		this.lens = [];
		this.next = [];
		this.surprise = new Float32Array(0);
	}
}

/** Number of tokens that a site's reading covers. */
export const rowsOf = (site: SiteReading): number => site.offsets.length - 1;

function commonLength(before: Token[], after: Token[]): number {
	const changed = after.findIndex((token, i) => token.id !== before[i]?.id);
	return changed < 0 ? after.length : changed;
}

function firstRows(site: SiteReading, rows: number): SiteReading {
	const n = Math.min(rows, rowsOf(site));
	const end = site.offsets[n]!;
	return {
		...site,
		offsets: site.offsets.slice(0, n + 1),
		features: site.features.slice(0, end),
		activations: site.activations.slice(0, end),
		l0: site.l0.slice(0, n),
		fvu: site.fvu.slice(0, n)
	};
}
