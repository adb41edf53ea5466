import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { Themes } from '../../../src/core/steering/themes';
import Explore from '../../../src/views/explore/Explore.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const [FIRST, SECOND] = ['blocks.1.hook_resid_post/7', 'blocks.2.hook_resid_post/9'];
const add = (id: string, value: number) => ({ id, mode: 'add' as const, value });
const theme = (name: string, edits: ReturnType<typeof add>[]) => ({
	name,
	words: [name],
	edits,
	kl: 0.1,
	perplexityRatio: 1.1,
	steered: [' stored', ` ${name}`],
	measured: []
});
const themes: Themes = {
	prompt: 'Once a fox',
	plain: [' went', ' home', '.'],
	themes: [theme('sea', [add(FIRST, 10), add(SECOND, 5)]), theme('food', [add(FIRST, 0.5)])]
};
const story = () => page.getByRole('region', { name: 'Story' });
const slider = (name: string) => page.getByRole('slider', { name: `Theme: ${name}`, exact: true });

afterEach(leaveRoom);

describe('the story of the first screen', () => {
	it('stands there as it is stored, until a slider moves', async () => {
		const { engine } = await openRoom(Explore, '#/explore', { themes });
		await expect.element(story()).toHaveTextContent('Once a fox went home.');
		expect(engine.log.filter((call) => call.startsWith('write'))).toEqual([]);
		await expect.element(slider('sea')).toHaveAttribute('aria-valuetext', 'off');
	});

	it('is rewritten, and the address says by what', async () => {
		const { explorer } = await openRoom(Explore, '#/explore', { themes });
		(slider('sea').element() as HTMLElement).focus();
		await userEvent.keyboard('{End}');
		expect(explorer.address.steer).toEqual([add(FIRST, 20), add(SECOND, 10)]);
		// While it is being written there may be nothing of it to look for.
		await vi.waitFor(() => {
			expect(explorer.story.stream.busy).toBe(false);
			expect(explorer.story.stream.text?.trim()).toBeTruthy();
		});
		await expect.element(story()).toHaveTextContent(explorer.story.stream.text!.trim());
		await userEvent.keyboard('{Home}');
		expect(explorer.address.steer).toEqual([]);
		await expect.element(story()).toHaveTextContent('Once a fox went home.');
	});

	it('shows what is stored of a theme until the engine has written', async () => {
		const { explorer } = await openRoom(Explore, '#/explore', { themes });
		expect(explorer.story.tokens([add(FIRST, 10)])).toEqual([' stored', ' food']);
		expect(explorer.story.tokens([add(SECOND, 5)])).toEqual(themes.plain);
	});

	it('leads into Explore, with the text that the idea wrote', async () => {
		const { explorer } = await openRoom(
			Explore,
			`#/explore?steer=${FIRST}=add:10&steer=${SECOND}=add:5`,
			{ themes }
		);
		await vi.waitFor(() => expect(explorer.story.stream.text).not.toBeNull());
		await page.getByRole('link', { name: 'Now find out where this idea lives' }).click();
		await vi.waitFor(() => expect(explorer.address.prompt).toMatch(/^Once a fox/));
		expect(explorer.address.site).toBe('blocks.1.hook_resid_post');
		expect(explorer.address.prompt!.length).toBeGreaterThan('Once a fox'.length);
		await expect.element(story()).not.toBeInTheDocument();
	});

	it('is not there once somebody has a text of their own, nor in a pack without themes', async () => {
		await openRoom(Explore, '#/explore?prompt=a+fox', { themes });
		await expect.element(story()).not.toBeInTheDocument();
		leaveRoom();
		await openRoom(Explore, '#/explore');
		await expect.element(story()).not.toBeInTheDocument();
	});

	it('keeps nobody out', async () => {
		await openRoom(Explore, '#/explore', { themes });
		expect(await barriers()).toEqual([]);
	});
});
