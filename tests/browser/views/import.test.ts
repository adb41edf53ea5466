import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { foundModel, foundSae, foundThings } from '../../fakes/workshop';
import { storedPack } from '../../fakes/store';
import { Problem } from '../../../src/core/names/errors';
import Models from '../../../src/views/models/Models.svelte';
import { barriers, leaveRoom, openRoom } from './room';

afterEach(leaveRoom);

const button = (name: string) => page.getByRole('button', { name, exact: true });
const card = () => page.getByRole('region', { name: 'Add a model, SAEs or a pack' });

async function bring(over: Parameters<typeof foundThings>[0] = {}, packs = [storedPack()]) {
	const room = await openRoom(Models, '#/models');
	room.engine.packs = packs;
	await room.explorer.packs.look();
	room.engine.workshop.found = foundThings(over);
	const input = document.querySelector<HTMLInputElement>('input[aria-label^="Files of a model"]')!;
	const data = new DataTransfer();
	data.items.add(new File(['{}'], 'config.json'));
	input.files = data.files;
	input.dispatchEvent(new Event('change', { bubbles: true }));
	return { ...room, workshop: room.engine.workshop };
}

beforeEach(() => page.viewport(1280, 900));

describe('importing a model and SAEs', () => {
	it('says what was recognised, what it takes, and makes what is chosen', async () => {
		const { workshop } = await bring();
		await expect.element(page.getByText(/gpt2: 12 layers, 768 wide, 50,257 tokens/)).toBeVisible();
		await expect.element(page.getByText('2 of 2 SAEs chosen')).toBeVisible();
		await expect.element(card().getByText('800 MB')).toBeVisible();
		await page.getByRole('checkbox', { name: /blocks\.6/ }).click();
		await expect.element(card().getByText('649 MB')).toBeVisible();
		await page.getByRole('radio', { name: /float16/ }).click();
		await expect.element(card().getByText('325 MB')).toBeVisible();
		await page.getByRole('textbox', { name: 'Title' }).fill('GPT-2 small');
		const { promise, resolve } = Promise.withResolvers<void>();
		workshop.gate = promise;
		await button('Make the pack').click();
		const bar = page.getByRole('progressbar', { name: 'Make the pack' });
		await expect.element(bar).toHaveAttribute('aria-valuenow', '25');
		await expect.element(page.getByText('200 MB of 800 MB')).toBeVisible();
		resolve();
		const link = page.getByRole('link', { name: 'Explore GPT-2 small' });
		await expect.element(link).toHaveAttribute('href', expect.stringContaining('made-cccc'));
		expect(workshop.made).toMatchObject([
			{
				model: { path: '' },
				saes: [{ path: 'saes/blocks.8.hook_resid_pre' }],
				dtype: 'f16',
				title: 'GPT-2 small'
			}
		]);
		expect(await barriers()).toEqual([]);
	});

	it('refuses by name what does not fit the model, and tells what is not recognised', async () => {
		const saes = [foundSae(3), foundSae(6, { dIn: 512 }), foundSae(40)];
		const unusable = [{ path: 'x/net.bin', reason: 'It is of no known format of SAEs.' }];
		const { workshop } = await bring({ saes, unusable });
		await expect.element(page.getByText('1 of 3 SAEs chosen')).toBeVisible();
		await expect.element(page.getByText(/reads 512 numbers.*768 wide/)).toBeVisible();
		await expect.element(page.getByText(/layer 39, which the model does not have/)).toBeVisible();
		await page.getByText('1 not recognised').click();
		await expect.element(page.getByText('It is of no known format of SAEs.')).toBeVisible();
		await button('Make the pack').click();
		expect(workshop.made[0]!.saes).toHaveLength(1);
	});

	it('asks for a site that the files do not tell, and uses it', async () => {
		const asking = { ...foundSae(0), facts: null, missing: 'site' as const };
		const { workshop } = await bring({
			saes: [{ ...asking, path: 'mine', reason: 'The SAE in "mine" does not say where it sits.' }]
		});
		await expect.element(page.getByText(/does not say where it sits/)).toBeVisible();
		await page.getByRole('spinbutton', { name: 'Layer' }).fill('5');
		await page.getByRole('combobox', { name: 'It reads' }).selectOptions('hook_mlp_out');
		expect(await barriers()).toEqual([]);
		await button('Use this').click();
		await expect.element(page.getByText('blocks.5.hook_mlp_out')).toBeVisible();
		await button('Make the pack').click();
		expect(workshop.made[0]!.saes).toMatchObject([
			{ path: 'mine', overrides: { site: 'blocks.5.hook_mlp_out' } }
		]);
	});

	it('offers SAEs alone to a stored model', async () => {
		const { workshop } = await bring({ models: [] });
		await expect
			.element(page.getByRole('combobox', { name: 'Make' }))
			.toHaveValue(storedPack().hash);
		await expect
			.element(page.getByRole('textbox', { name: 'Title' }))
			.toHaveValue('An old model with gpt2');
		await button('Make the pack').click();
		expect(workshop.made[0]!.model).toEqual({ pack: storedPack().hash });
	});

	it('says that SAEs need a model, and that nothing was known', async () => {
		await bring({ models: [] }, []);
		await expect.element(page.getByText(/These SAEs need a model/)).toBeVisible();
		leaveRoom();
		await bring({ models: [], saes: [], otherFiles: 4 });
		await expect.element(page.getByText(/No model and no SAE.*4 other files/)).toBeVisible();
	});

	it('says when it does not fit, and why it failed', async () => {
		const large = { f32: 5e9, f16: 3e9, q8: 1e8 };
		const { workshop } = await bring({ models: [foundModel({ stored: large })] });
		await expect.element(page.getByText(/choose fewer SAEs or a smaller type/)).toBeVisible();
		await expect.element(button('Make the pack')).toBeDisabled();
		await page.getByRole('radio', { name: /int8/ }).click();
		workshop.failure = new Problem('storage-full', 'The browser has no room.', 'Delete a pack.');
		await button('Make the pack').click();
		await expect
			.element(page.getByRole('alert').filter({ hasText: 'The browser has no room.' }))
			.toBeVisible();
	});

	it('stays inside a phone', async () => {
		await page.viewport(360, 740);
		await bring();
		await expect.element(page.getByText('2 of 2 SAEs chosen')).toBeVisible();
		expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
	});
});
