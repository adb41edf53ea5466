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

	it('leads to the flow of the prompt, of the token that was chosen if one was', async () => {
		const { explorer } = await openRoom(Explore, HASH);
		const link = page.getByRole('link', { name: 'Flow of this prompt' });
		await expect.element(link).toHaveAttribute('href', '#/flow?prompt=a+little+fox+ran');
		await tokens().nth(2).getByRole('button').click();
		location.hash = link.element().getAttribute('href')!;
		await vi.waitFor(() => expect(explorer.address.view).toBe('flow'));
		expect(explorer.address.id).toBeNull();
		expect(explorer.address.token).toBe(2);
	});

	it('reads what is typed, without a button', async () => {
		await openRoom(Explore, HASH);
		await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('the old king');
		await vi.waitFor(() => expect(tokens().elements()).toHaveLength(4));
		await vi.waitFor(() => expect(location.hash).toContain('prompt=the+old+king'));
	});

	it('goes back to the prompt before, not through every key', async () => {
		await openRoom(Explore, HASH);
		const box = page.getByRole('textbox', { name: 'Prompt', exact: true });
		await box.fill('the old king');
		await box.fill('the old king went');
		await vi.waitFor(() => expect(location.hash).toContain('prompt=the+old+king+went'));
		history.back();
		await expect.element(box).toHaveValue('a little fox ran');
		history.forward();
		await expect.element(box).toHaveValue('the old king went');
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
		await features()
			.first()
			.getByRole('button', { name: /^Steer/ })
			.click();
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

	it('lists the SAEs of a site one after the other, and maps the main ones', async () => {
		const { explorer } = await openRoom(Explore, HASH, { rich: true });
		const options = page.getByRole('combobox', { name: 'Site', exact: true }).getByRole('option');
		const names = options.elements().map((option) => option.textContent.trim());
		expect(names[0]).toMatch(/^E\s+embedding$/);
		const at = names.findIndex((name) => name.startsWith('R1@kron'));
		expect(names[at - 1]).toMatch(/^R1\s/);
		expect(names[at]).toContain('SAE “kron”');
		expect(page.getByText('More SAEs for some sites').elements()).toHaveLength(1);
		explorer.choose({ site: 'blocks.1.hook_resid_post@kron' });
		await expect.element(features().first()).toHaveTextContent('blocks.1.hook_resid_post@kron/');
		await expect.element(page.getByRole('gridcell')).toHaveAccessibleName(/^R1, /);
	});

	it('marks every name with its source and score', async () => {
		const { explorer } = await openRoom(Explore, HASH, { rich: true });
		const marks = {
			1: 'checked name: right 90 %, found 77 %',
			0: 'checked pattern: right 90 %, found 77 %'
		};
		await vi.waitFor(() => {
			for (const [i, { id }] of explorer.strongest.entries()) {
				const index = Number(id.split('/')[1]) % 4;
				const mark =
					index === 2 ? 'unnamed; pushes towards these tokens' : marks[(index % 2) as 0 | 1];
				expect(features().nth(i).element().textContent).toContain(mark);
			}
		});
	});

	it('keeps nobody out', async () => {
		await openRoom(Explore, HASH);
		expect(await barriers()).toEqual([]);
	});
});
