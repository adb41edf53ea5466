/** The worker's entry: listens, says that it lives, and answers. */
import './calls/no-eval';
import { expose } from 'comlink';
import { serve } from './calls/serve';
import { LocalEngine } from './engine';
import { browserPacks } from './storage/browser-packs';

const engine = new LocalEngine(browserPacks);
engine.onUselessThreads = (reason) => postMessage({ kind: 'one-thread', reason });
expose(serve((name, request, watch) => engine.carry(name, request, watch)));

// The page asks now and then whether anything is heard of a long piece of work.
addEventListener('message', ({ data }: MessageEvent<{ kind?: unknown } | null>) => {
	if (data?.kind === 'ping') postMessage({ kind: 'pong' });
});

// Held for life: when the page gets this lock, the worker is gone (`terminate()` raises no event).
// There are no locks on plain http, and where the reader has blocked the site's data they reject.
const lock = `undercurrent-engine-${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
const listens = (held: string) => postMessage({ kind: 'alive', lock: held });
const locks = (navigator as { locks?: LockManager }).locks;
if (locks)
	locks
		.request(lock, () => {
			listens(lock);
			return new Promise<never>(() => undefined);
		})
		.catch(() => listens(''));
else listens('');
