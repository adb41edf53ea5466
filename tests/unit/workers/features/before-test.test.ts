/** What a feature does is known as soon as the pack is there: its card does not wait for the model's self-test. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { LocalEngine } from '../../../../workers/engine';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { FIXTURES } from '../../../golden/fixture';

const ID = 'blocks.1.hook_resid_post/3';
const engineOf = () => new LocalEngine({ open: ({ address }) => FolderSource.open(address) });

it('answers while the model is being tested, with the same card as afterwards', async () => {
	const engine = engineOf();
	const order: string[] = [];
	const address = path.join(FIXTURES, 'gpt2');
	const opening = engine.calls.open({ address, backend: 'wasm' }).then(() => order.push('open'));
	const early = await engine.calls.feature(ID);
	order.push('card');
	await opening;
	expect(order).toEqual(['card', 'open']);
	expect(await engine.calls.feature(ID)).toEqual(early);
});

it('says why where the pack cannot be opened, and answers when another is', async () => {
	const engine = engineOf();
	const opening = engine.calls.open({ address: path.join(FIXTURES, 'none'), backend: 'wasm' });
	await Promise.all([
		expect(opening).rejects.toThrow(/There is no pack in/),
		expect(engine.calls.feature(ID)).rejects.toThrow(/There is no pack in/)
	]);
	const again = engine.calls.open({ address: path.join(FIXTURES, 'gpt2'), backend: 'wasm' });
	expect((await engine.calls.feature(ID)).id).toBe(ID);
	await again;
});

it('refuses a call before any pack is opened', async () => {
	await expect(engineOf().calls.feature(ID)).rejects.toThrow(/No model is open yet/);
});

it('ends for a pack that another was opened after', async () => {
	const { promise, resolve } = deferred();
	const engine = new LocalEngine({
		open: async ({ address }) => {
			if (address.endsWith('qwen2')) await promise;
			return FolderSource.open(address);
		}
	}).calls;
	const open = (name: string) =>
		engine.open({ address: path.join(FIXTURES, name), backend: 'wasm' });
	const one = open('qwen2');
	const early = engine.feature(ID);
	const other = open('gpt2');
	expect((await engine.feature(ID)).id).toBe(ID);
	await other;
	resolve();
	await Promise.all([one, early]);
});

function deferred() {
	let resolve: () => void = () => undefined;
	const promise = new Promise<void>((done) => (resolve = done));
	return { promise, resolve };
}
