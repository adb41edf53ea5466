/** The installed page: whether it starts without a network, and whether a newer one waits. */
import { registerSW } from 'virtual:pwa-register';
import type { Surroundings } from './state/page/isolation';

/** Milliseconds that a page which asks for threads waits for the service worker. */
const PATIENCE = 10_000;

export class Shell {
	#ready = $state(false);
	#updateAvailable = $state(false);
	#replaced = $state(false);
	#asked = false;
	/** Done when no service worker will come. */
	readonly #refused = Promise.withResolvers<void>();
	readonly #activate: (reload?: boolean) => Promise<void>;
	readonly #container = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
	/** This page came from the service worker, which isolates what it answers. */
	readonly #answered = Boolean(this.#container?.controller);

	constructor() {
		const look = () => (this.#ready = Boolean(this.#container?.controller));
		this.#container?.addEventListener('controllerchange', look);
		look();
		this.#activate = registerSW({
			immediate: true,
			onRegisterError: () => this.#refused.resolve(),
			onNeedRefresh: () => (this.#updateAvailable = true),
			// Only the tab whose reader asked for it reloads: another may be in the middle of something.
			onNeedReload: () => {
				if (this.#asked) location.reload();
				else [this.#replaced, this.#updateAvailable] = [true, false];
			}
		});
	}

	/** The page's own files are stored and will be served from there. */
	get ready(): boolean {
		return this.#ready;
	}

	/** A newer version is stored and waits for `update`. */
	get updateAvailable(): boolean {
		return this.#updateAvailable;
	}

	/** Another tab has changed to the newer version: this one runs on, and is the older one until it is reloaded. */
	get replaced(): boolean {
		return this.#replaced;
	}

	/** What decides whether the engine may have threads. */
	get surroundings(): Surroundings {
		const possible = this.#container && !this.#answered;
		return {
			isolated: crossOriginIsolated,
			framed: self !== top,
			secure: isSecureContext,
			serviceWorker: this.#answered ? 'answered' : possible ? 'possible' : 'none'
		};
	}

	/** A reload would isolate the page: it came from its host, and the service worker has taken over since. */
	get reloadIsolates(): boolean {
		const { isolated, framed, serviceWorker } = this.surroundings;
		return !isolated && !framed && serviceWorker === 'possible' && this.#ready;
	}

	/**
	 * Before anything has begun, where the address asks for threads: waits for the service worker and reloads. A page that
	 * was reloaded does not do so again, so there is no loop, whatever the browser forgets. Resolves where a reload does
	 * not help or the service worker keeps it waiting.
	 */
	async isolate(): Promise<void> {
		const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
		const { isolated, framed, secure, serviceWorker } = this.surroundings;
		if (isolated || framed || !secure || serviceWorker !== 'possible' || visit?.type === 'reload')
			return;
		const taken = new Promise((resolve) => {
			this.#container?.addEventListener('controllerchange', resolve, { once: true });
			setTimeout(resolve, PATIENCE);
		});
		await Promise.race([taken, this.#refused.promise]);
		if (!this.reloadIsolates) return;
		location.reload();
		await new Promise(() => undefined);
	}

	/** Changes to the newer version by reloading; the address keeps what is on the screen. */
	update(): Promise<void> {
		this.#asked = true;
		return this.#activate(true);
	}
}
