/** A verdict and its button in the real worker and storage: planted, found, undone. */
import { afterEach, expect, it } from 'vitest';
import type { SaeFit } from '../../src/core/experiments/fit';
import { EngineClient } from '../../src/engine/client';

const at = (path: string) => new URL(`/tests/fixtures/${path}`, location.href).href;
const [RIGHT, WRONG] = ['blocks.1.hook_attn_out', 'blocks.0.hook_attn_out'] as const;

let client: EngineClient;
afterEach(() => client.kill());

const openStored = (stored: string) =>
	client.calls.open({ address: at('nowhere/'), backend: 'wasm', stored });

async function examined(sae: string): Promise<SaeFit> {
	const parts: SaeFit[] = [];
	const request = { text: null, saes: [sae] };
	const { saes } = await client.calls.fit(request, {
		onPart: (verdict) => parts.push(verdict)
	});
	expect(parts).toEqual(saes);
	return saes[0]!;
}

it('finds an SAE at the wrong site, and stores a second pack in which it fits', async () => {
	client = new EngineClient();
	const { pack } = await client.calls.open({ address: at('verdict-gpt2/'), backend: 'wasm' });
	await client.calls.keep();
	const moved = await client.calls.repairSae({
		...{ pack: pack.hash, sae: RIGHT },
		repair: { kind: 'site', site: WRONG }
	});
	await openStored(moved.hash);
	const verdict = await examined(WRONG);
	expect(verdict).toMatchObject({
		word: 'does not fit',
		repair: { kind: 'site', site: RIGHT }
	});
	const { repair } = verdict;
	const undone = await client.calls.repairSae({ pack: moved.hash, sae: WRONG, repair: repair! });
	// Weights stay where they are: a description is all that is new.
	expect(undone.added).toBe(0);
	const { pack: whole } = await openStored(undone.hash);
	expect(whole.saes.map(({ id }) => id).sort()).toEqual(pack.saes.map(({ id }) => id).sort());
	expect((await examined(RIGHT)).word).toBe('fits');
	const stored = (await client.calls.storage()).packs.map(({ hash }) => hash);
	expect(stored).toEqual(expect.arrayContaining([pack.hash, moved.hash, undone.hash]));
	for (const hash of [pack.hash, moved.hash, undone.hash]) await client.calls.deletePack(hash);
});

it('is cancelled on the way', async () => {
	client = new EngineClient();
	const { pack } = await client.calls.open({ address: at('verdict-gpt2/'), backend: 'wasm' });
	const controller = new AbortController();
	const all = client.calls.fit(
		{ text: null, saes: null },
		{
			signal: controller.signal,
			onPart: () => controller.abort()
		}
	);
	await expect(all).rejects.toMatchObject({ name: 'AbortError' });
	await client.calls.deletePack(pack.hash);
});
