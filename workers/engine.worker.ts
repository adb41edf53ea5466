/** The worker's entry: listens, says that it lives, and answers. */
import { expose } from 'comlink';
import { serve } from './calls/serve';
import { LocalEngine } from './engine';
import { browserPacks } from './storage/browser-packs';

const engine = new LocalEngine(browserPacks);
expose(serve((name, request, watch) => engine.carry(name, request, watch)));

// Held for life: when the page gets this lock, the worker is gone (`terminate()` raises no event).
const lock = `undercurrent-engine-${crypto.randomUUID()}`;
if ('locks' in navigator)
	void navigator.locks.request(lock, () => {
		postMessage({ kind: 'alive', lock });
		return new Promise<never>(() => undefined);
	});
else postMessage({ kind: 'alive', lock: '' });
