/** The worker's entry: listens, says that it lives, and answers. */
import { expose } from 'comlink';
import { browserLibrary } from './storage/browser-library';
import { LocalEngine } from './engine';

expose(new LocalEngine(browserLibrary()));

// Held for life: when the page gets this lock, the worker is gone (`terminate()` raises no event).
const lock = `undercurrent-engine-${crypto.randomUUID()}`;
if ('locks' in navigator)
	void navigator.locks.request(lock, () => {
		postMessage({ kind: 'alive', lock });
		return new Promise<never>(() => undefined);
	});
else postMessage({ kind: 'alive', lock: '' });
