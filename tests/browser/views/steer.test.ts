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
		// The fake engine doses every feature at 12.
		const dose = page.getByRole('status', { name: `Dose of ${ID}` });
		await expect.element(dose).toHaveTextContent('× 0.0833 of its default strength, 12');
		(slider().element() as HTMLElement).focus();
		await userEvent.keyboard('{End}');
		await vi.waitFor(() => expect(explorer.steering.busy).toBe(false));
		expect(text('Steered')).not.toBe(plain);
		expect(text('Unsteered')).toBe(plain);
		expect(explorer.address.steer[0]!.value).toBe(36);
		// Somebody who opens the address sees the same number, also before the dose is known there.
		expect((slider().element() as HTMLInputElement).valueAsNumber).toBe(36);
		await expect
			.element(slider())
			.toHaveAttribute('aria-valuetext', '3 times its default strength');
		await expect.element(page.getByText(/The texts differ from token/)).toBeVisible();
	});

	it('gives a new feature its dose, unless somebody has moved it meanwhile', async () => {
		const { explorer } = await openRoom(Steer, HASH);
		const valueOf = (id: string) => explorer.address.steer.find((one) => one.id === id)?.value;
		await explorer.edits.add(['blocks.0.hook_mlp_out/5']);
		await vi.waitFor(() => expect(valueOf('blocks.0.hook_mlp_out/5')).toBe(12));
		await explorer.edits.add(['blocks.0.hook_mlp_out/6']);
		explorer.edits.change('blocks.0.hook_mlp_out/6', { value: 5 });
		await vi.waitFor(() => expect(explorer.doses.of('blocks.0.hook_mlp_out/6')?.add).toBe(12));
		expect(valueOf('blocks.0.hook_mlp_out/6')).toBe(5);
		expect(valueOf(ID)).toBe(1);
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
		expect(explorer.edits.has(ID)).toBe(false);
	});

	it('stops and writes again', async () => {
		const { explorer } = await openRoom(Steer, HASH.replace('length=12', 'length=120'), {
			pace: 25
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
