import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import Steer from '../../../src/views/steer/Steer.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const ID = 'blocks.1.hook_resid_post/7';
const HASH = `#/steer?prompt=a+little+fox&length=12&steer=${ID}=add:1`;
const text = (name: string) =>
	page.getByRole('region', { name, exact: true }).element().textContent.trim();
const slider = () => page.getByRole('slider', { name: ID });

afterEach(leaveRoom);

describe('Steer', () => {
	it('writes both texts, alike while the push is weak', async () => {
		const { explorer } = await openRoom(Steer, HASH);
		expect(text('Unsteered')).toBe(explorer.steering.plain.text!.trim());
		expect(text('Steered')).toBe(text('Unsteered'));
		await expect.element(page.getByText('The texts do not differ')).toBeVisible();
	});

	it('rewrites the steered text when the slider goes to its end', async () => {
		const { explorer } = await openRoom(Steer, HASH);
		const plain = text('Unsteered');
		(slider().element() as HTMLElement).focus();
		await userEvent.keyboard('{End}');
		await vi.waitFor(() => expect(explorer.steering.busy).toBe(false));
		expect(text('Steered')).not.toBe(plain);
		expect(text('Unsteered')).toBe(plain);
		const { max } = (await explorer.labels.fetch(ID))!;
		expect(explorer.address.steer[0]!.value).toBeCloseTo(3 * max!);
		await expect.element(page.getByText(/The texts differ from token/)).toBeVisible();
	});

	it('changes the mode, and explains it with its formula', async () => {
		const { explorer } = await openRoom(Steer, HASH);
		await page.getByRole('combobox', { name: `Mode of ${ID}` }).selectOptions('ablate');
		expect(explorer.address.steer[0]).toEqual({ id: ID, mode: 'ablate', value: 0 });
		await expect.element(page.getByText('h ← h − a·w')).toBeVisible();
		expect(slider().elements()).toHaveLength(0);
	});

	it('adds a feature by its id, and says what is wrong with others', async () => {
		const { explorer } = await openRoom(Steer, HASH);
		const field = page.getByRole('textbox', { name: 'Add a feature by its id' });
		const add = page.getByRole('button', { name: 'Add', exact: true });
		for (const [id, why] of [
			['nonsense', 'not a feature id'],
			['blocks.9.hook_mlp_out/1', 'no SAE'],
			['blocks.0.hook_mlp_out/64', '0 to 63'],
			[ID, 'already']
		] as const) {
			await field.fill(id);
			await add.click();
			await expect.element(page.getByRole('alert')).toHaveTextContent(why);
		}
		await field.fill('blocks.0.hook_mlp_out/63');
		await add.click();
		await vi.waitFor(() => expect(explorer.address.steer).toHaveLength(2));
	});

	it('adds a whole chain, and removes one of it', async () => {
		const { explorer } = await openRoom(Steer, HASH);
		await page.getByRole('button', { name: `Whole chain of ${ID}` }).click();
		await vi.waitFor(() => expect(explorer.address.steer).toHaveLength(3));
		await page.getByRole('button', { name: `Remove ${ID}` }).click();
		expect(explorer.isSteered(ID)).toBe(false);
	});

	it('stops and writes again', async () => {
		const { explorer } = await openRoom(Steer, HASH.replace('length=12', 'length=120'), {
			pace: 4
		});
		await page.getByRole('button', { name: 'Write again' }).click();
		await page.getByRole('button', { name: 'Stop' }).click();
		expect(explorer.steering.busy).toBe(false);
		expect(explorer.steering.plain.stop).toBe('stopped');
	});

	it('keeps nobody out', async () => {
		await openRoom(Steer, HASH);
		expect(await barriers()).toEqual([]);
	});
});
