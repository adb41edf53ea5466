/** Whether a page may have threads, and what stands against it: https://web.dev/articles/coop-coep. */

export interface Surroundings {
	/** `crossOriginIsolated`: the page may share memory between threads. */
	isolated: boolean;
	/** It is shown inside another page. */
	framed: boolean;
	/** `isSecureContext`: https, or this machine itself. */
	secure: boolean;
	/** The service worker, which isolates the page where its host does not: it answered for this page, may yet, or cannot be. */
	serviceWorker: 'answered' | 'possible' | 'none';
}

/** One sentence: why the engine has one thread here; null where it may have more. */
export function whyOneThread({
	isolated,
	framed,
	secure,
	serviceWorker
}: Surroundings): string | null {
	if (isolated) return null;
	if (framed) return 'One thread: inside another page browsers allow no more.';
	if (!secure) return 'One thread: browsers allow more over https only.';
	if (serviceWorker === 'possible')
		return 'One thread on a first visit; more after a reload, where the browser keeps a service worker.';
	if (serviceWorker === 'none')
		return 'One thread: this browser keeps no service worker here (as in some private windows), which more would take.';
	return 'One thread: this browser does not isolate the page, which more would take.';
}
