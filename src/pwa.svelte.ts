/** The installed page: whether it starts without a network, and whether a newer one waits. */
import { registerSW } from 'virtual:pwa-register';

export class Shell {
	#ready = $state(false);
	#updateAvailable = $state(false);
	#replaced = $state(false);
	#asked = false;
	readonly #activate: (reload?: boolean) => Promise<void>;

	constructor() {
		const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
		const look = () => (this.#ready = Boolean(serviceWorker?.controller));
		serviceWorker?.addEventListener('controllerchange', look);
		look();
		this.#activate = registerSW({
			immediate: true,
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

	/** Changes to the newer version by reloading; the address keeps what is on the screen. */
	update(): Promise<void> {
		this.#asked = true;
		return this.#activate(true);
	}
}
