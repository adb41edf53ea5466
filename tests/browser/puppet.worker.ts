/** An engine without a model, that hangs, fails or dies when a text says so. */
import { expose } from 'comlink';
import { runOf, type Handlers, type Run } from '../../src/core/calls';
import type { Calls } from '../../src/core/engine';
import { serve } from '../../workers/calls/serve';
import type { Opened } from '../../src/core/packs/info';
import type { Token } from '../../src/core/names/tokens';
import { Problem } from '../../src/core/names/errors';
import type { StorageReport } from '../../src/core/packs/stored';

const token = (text: string): Token => ({ id: 1, text, special: false });
const never = new Promise<never>(() => undefined);
let address = '';
let cancelled = 0;

const puppet: Partial<Handlers<Calls>> = {
	async open(request) {
		address = request.address;
		const refused = request.threads?.refused;
		if (address.includes('no-threads') && !refused)
			throw new Problem('no-threads', 'None started.', 'One works.');
		return { reason: refused ?? address } as Opened;
	},
	async tokenize(text) {
		if (text === 'hang') return never;
		const end = performance.now() + (text === 'spin' ? 600 : 0);
		while (performance.now() < end);
		if (text === 'slower') postMessage({ kind: 'one-thread', reason: 'Another program runs.' });
		if (text === 'throw') setTimeout(() => (undefined as never as () => void)());
		if (text === 'throw') return never;
		const answers: Record<string, string> = { 'cancelled?': String(cancelled), 'opened?': address };
		return { tokens: (answers[text] ?? text).split(' ').map(token), leftOut: [] };
	},
	async read({ text }, { part }) {
		part({ kind: 'tokens', tokens: [token(text)], leftOut: [] });
		part({ kind: 'next', next: [], lens: [], surprise: new Float32Array(0) });
		if (text === 'hang') await never;
	},
	async feature(id) {
		if (id === 'hang') return never;
		throw new Problem('unknown-feature', 'There is none.', 'Choose another.');
	},
	storage: async () => ({ packs: [] }) as unknown as StorageReport
};

type Handler = (request: unknown, run: Run<unknown>) => unknown;
const handlers = puppet as unknown as Record<string, Handler>;
const { call, cancel } = serve(async (name, request, watch) =>
	handlers[name]!(request, runOf(watch))
);
expose({
	call,
	cancel(job: number) {
		cancelled++;
		cancel(job);
	}
});
addEventListener('message', ({ data }: MessageEvent<{ kind?: unknown } | null>) => {
	if (data?.kind === 'ping') postMessage({ kind: 'pong' });
});
const lock = `puppet-${crypto.randomUUID()}`;
void navigator.locks.request(lock, () => {
	postMessage({ kind: 'alive', lock });
	return never;
});
