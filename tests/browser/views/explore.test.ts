import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import Explore from '../../../src/views/explore/Explore.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const HASH = '#/explore?prompt=a+little+fox+ran';
const tokens = () => page.getByRole('list', { name: 'Tokens', exact: true }).getByRole('listitem');
const features = () =>
	page.getByRole('list', { name: 'Features', exact: true }).getByRole('listitem');

afterEach(leaveRoom);

describe('Explore', () => {
	it('shows one item a token and the strongest features of the last', async () => {
		const { explorer } = await openRoom(Explore, HASH);
		await expect.element(tokens().last()).toHaveTextContent('ran');
		expect(tokens().elements()).toHaveLength(5);
		expect(features().elements()).toHaveLength(6);
		await expect.element(features().first()).toHaveTextContent(explorer.strongest[0]!.id);
	});

	it('reads what is typed, without a button', async () => {
		await openRoom(Explore, HASH);
		await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('the old king');
		await vi.waitFor(() => expect(tokens().elements()).toHaveLength(4));
		await vi.waitFor(() => expect(location.hash).toContain('prompt=the+old+king'));
	});

	it('walks over the tokens with arrow keys', async () => {
		const { explorer } = await openRoom(Explore, HASH);
		await tokens().nth(2).getByRole('button').click();
		await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}');
		expect(explorer.token).toBe(3);
		await expect.element(tokens().nth(3).getByRole('button')).toHaveFocus();
		await userEvent.keyboard('{Home}');
		expect(explorer.token).toBe(0);
	});

	it('walks over the map of sites, and the features follow', async () => {
		const { explorer } = await openRoom(Explore, HASH);
		const cell = page.getByRole('gridcell');
		await expect.element(cell).toHaveAccessibleName(/R1.*token 4.*6 active.*FVU/);
		(cell.element() as HTMLElement).focus();
		await userEvent.keyboard('{ArrowUp}{ArrowLeft}');
		expect([explorer.site, explorer.token]).toEqual(['blocks.1.hook_mlp_out', 3]);
		await expect.element(features().first()).toHaveTextContent('blocks.1.hook_mlp_out/');
		await expect.element(cell).toHaveFocus();
	});

	it('steers a feature from the list', async () => {
		const { explorer } = await openRoom(Explore, HASH);
		await features().first().getByRole('button').click();
		await vi.waitFor(() => expect(explorer.address.steer).toHaveLength(1));
		expect(explorer.address.steer[0]!.id).toBe(explorer.strongest[0]!.id);
	});

	it('says in a sentence that the prompt is empty, or too long', async () => {
		await openRoom(Explore, '#/explore?prompt=a+b+c+d+e+f', { context: 4 });
		await expect.element(page.getByText(/the last 3 are left out, from “ d e f”/)).toBeVisible();
		await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('');
		await expect.element(page.getByText('The prompt is empty.')).toBeVisible();
		expect(page.getByRole('alert').elements()).toHaveLength(0);
	});

	it('keeps nobody out', async () => {
		await openRoom(Explore, HASH);
		expect(await barriers()).toEqual([]);
	});
});
