/** Models and SAEs on a hub or another host: where to look, with which token, and what was begun and not ended. */
import type { BuildRequest } from '../../core/import/build-request';
import type { RemoteSource } from '../../core/import/remote';
import { parseRemoteAddress } from '../../core/import/remote-address';
import type { ModelImport } from './import.svelte';
import type { Engine } from '../../core/engine';
import type { Packs } from '../packs/packs.svelte';
import { Resource } from '../calls/resource.svelte';

const UNFINISHED = 'undercurrent-unfinished';
const TOKENS = 'undercurrent-token ';

/** An order whose files were not all here when it ended; its token is not written down. */
export type Unfinished = Omit<BuildRequest, 'source'> & { place: string };

export class RemoteImport {
	/** What the reader typed. */
	typed = $state('');
	unfinished = $state.raw<Unfinished | null>(null);
	/** Bytes that have arrived and were not used yet. */
	readonly waiting: Resource<'now', number>;
	/** By hosts: those of this visit. */
	#tokens = $state.raw<Readonly<Record<string, string>>>({});
	/** By hosts: whether the reader wants their token written down. */
	#remembered = $state.raw<Readonly<Record<string, boolean>>>({});
	readonly #engine: Engine;
	readonly #modelImport: ModelImport;
	readonly #packs: Packs;

	constructor(engine: Engine, modelImport: ModelImport, packs: Packs) {
		this.#engine = engine;
		this.#modelImport = modelImport;
		this.#packs = packs;
		this.waiting = new Resource((_, signal) => engine.pendingDownloads(undefined, { signal }));
		this.unfinished = readUnfinished();
		modelImport.onBuild = (order) => this.#begun(order);
		modelImport.onBuilt = () => this.#ended();
	}

	/** The host that a token would go to; null where what is typed is no address. */
	readonly host: string | null = $derived.by(() => {
		try {
			const place = parseRemoteAddress(this.typed);
			return place.kind === 'hub' ? place.origin : new URL(place.url).origin;
		} catch {
			return null;
		}
	});

	/** The token for that host, as far as one was given. */
	readonly token: string = $derived.by(() => {
		const { host } = this;
		return host === null ? '' : (this.#tokens[host] ?? stored(TOKENS + host) ?? '');
	});

	/** Whether that token outlives the page, on this machine. */
	readonly remember: boolean = $derived.by(() => {
		const { host } = this;
		return host !== null && (this.#remembered[host] ?? stored(TOKENS + host) !== null);
	});

	setToken(value: string): void {
		const { host } = this;
		if (host === null) return;
		this.#tokens = { ...this.#tokens, [host]: value.trim() };
		this.#writeToken(host);
	}

	setRemember(remember: boolean): void {
		const { host } = this;
		if (host === null) return;
		// What was read from storage so far lasts as long as the page.
		this.#tokens = { ...this.#tokens, [host]: this.token };
		this.#remembered = { ...this.#remembered, [host]: remember };
		this.#writeToken(host);
	}

	/** Asks the host; a pack that lies there is fetched as it is. */
	async look(): Promise<void> {
		const source = this.#sourceAt(this.typed);
		// Descriptions of what was looked at before and not taken.
		if (this.unfinished === null) await this.#engine.discardDownloads();
		await this.#modelImport.begin(source);
		if (this.#modelImport.source === source && this.#modelImport.found?.isPack)
			await this.#packs.start({ kind: 'fetch', source });
	}

	/** Goes on with what was begun, on another day as well. */
	async resume(): Promise<void> {
		const { unfinished } = this;
		if (!unfinished || this.#modelImport.making.busy) return;
		const { place, ...order } = unfinished;
		this.typed = place;
		await this.#modelImport.making.start({ ...order, source: this.#sourceAt(place) });
		await Promise.all([this.#packs.look(), this.count()]);
	}

	/** Deletes what has arrived, and forgets what it was for. */
	async discard(): Promise<void> {
		this.#ended();
		await this.#engine.discardDownloads();
		await this.count();
	}

	/** Counts what has arrived. */
	count(): Promise<void> {
		return this.waiting.asked === null ? this.waiting.ask('now') : this.waiting.again();
	}

	#sourceAt(address: string): RemoteSource {
		const { host, token } = this;
		return {
			kind: 'remote',
			address,
			token: host !== null && token !== '' ? { origin: host, value: token } : null
		};
	}

	#begun({ source, ...order }: BuildRequest): void {
		if (source.kind !== 'remote') return;
		this.unfinished = { ...order, place: source.address };
		// The query of an address may be a secret: such an order lasts as long as the page.
		if (!source.address.includes('?')) store(UNFINISHED, JSON.stringify(this.unfinished));
	}

	#ended(): void {
		this.unfinished = null;
		store(UNFINISHED, null);
	}

	#writeToken(host: string): void {
		store(TOKENS + host, this.remember && this.token !== '' ? this.token : null);
	}
}

/** Storage is not to be trusted: another version, or a person, may have written it. */
function readUnfinished(): Unfinished | null {
	try {
		const value = JSON.parse(stored(UNFINISHED) ?? 'null') as Partial<Unfinished> | null;
		const whole =
			typeof value?.place === 'string' &&
			typeof value.title === 'string' &&
			typeof value.model === 'object' &&
			Array.isArray(value.saes) &&
			value.saes.every(({ overrides }) => typeof overrides === 'object') &&
			['f32', 'f16', 'q8'].includes(value.dtype ?? '');
		return whole ? (value as Unfinished) : null;
	} catch {
		return null;
	}
}

function stored(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

function store(key: string, value: string | null): void {
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// Storage may be forbidden; it then lasts as long as the page.
	}
}
