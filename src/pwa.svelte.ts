/** The installed page: whether it starts without a network, and whether a newer one waits. */
import { registerSW } from 'virtual:pwa-register';

export class Shell {
	#ready = $state(false);
	#updateAvailable = $state(false);
	readonly #activate: (reload?: boolean) => Promise<void>;

	constructor() {
		const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
		const look = () => (this.#ready = Boolean(serviceWorker?.controller));
		serviceWorker?.addEventListener('controllerchange', look);
		look();
		this.#activate = registerSW({
			immediate: true,
			onNeedRefresh: () => (this.#updateAvailable = true)
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

	/** Changes to the newer version by reloading; the address keeps what is on the screen. */
	update(): Promise<void> {
		return this.#activate(true);
	}
}
