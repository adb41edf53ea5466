/** Statistics from a reader's text, as the Models view offers them. */
import { afterEach, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { Problem } from '../../../src/core/names/errors';
import Models from '../../../src/views/models/Models.svelte';
import { barriers, leaveRoom, openRoom } from './room';

afterEach(() => {
	leaveRoom();
	vi.restoreAllMocks();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const card = () => page.getByRole('region', { name: 'Statistics from your text' });

function choose(name: string): void {
	const input = document.querySelector<HTMLInputElement>('[aria-label="Text for statistics"]')!;
	const data = new DataTransfer();
	data.items.add(new File(['Once upon a time.'], name));
	input.files = data.files;
	input.dispatchEvent(new Event('change', { bubbles: true }));
}

/** The view while a text is being walked, until the answer ends that. */
async function walking() {
	const room = await openRoom(Models, '#/models');
	const { promise, resolve } = Promise.withResolvers<void>();
	room.engine.workshop.gate = promise;
	choose('story.txt');
	await expect.element(page.getByRole('progressbar', { name: 'Statistics' })).toBeVisible();
	return { ...room, finish: resolve };
}

it('walks a chosen text with the SAEs of the layer in sight, and shows what it finds', async () => {
	const { engine, finish } = await walking();
	const [request] = engine.workshop.gathered;
	expect(request).toMatchObject({ name: 'story.txt' });
	expect(request!.saes).toContain('blocks.1.hook_resid_post');
	expect(request!.saes.every((sae) => sae.startsWith('blocks.1.'))).toBe(true);
	await expect.element(card().getByText('40 kB of 100 kB')).toBeVisible();
	await expect.element(card().getByText('7,000 tokens of 12 documents so far.')).toBeVisible();
	await expect.element(card().getByText('1,638 of 2,048').first()).toBeVisible();
	await button('Show it so far').click();
	await expect.element(card().getByText('7,000 tokens so far')).toBeVisible();
	await expect.element(card().getByText('fox')).toBeVisible();
	expect(await barriers()).toEqual([]);
	finish();
	await expect
		.element(page.getByRole('link', { name: /^Open A fake model with them/ }))
		.toBeVisible();
});

it('pauses, and goes on where it ended', async () => {
	const { engine, finish } = await walking();
	await button('Pause').click();
	await expect.element(card().getByText('story.txt: 40 % read (7,000 tokens)')).toBeVisible();
	finish();
	engine.workshop.gate = null;
	await button('Resume').click();
	await expect
		.element(page.getByRole('link', { name: /^Open A fake model with them/ }))
		.toBeVisible();
	expect(engine.workshop.gathered[1]).toBeNull();
});

it('forgets a walk that is cancelled', async () => {
	const { finish, engine } = await walking();
	await button('Cancel').click();
	finish();
	await expect
		.element(page.getByRole('progressbar', { name: 'Statistics' }))
		.not.toBeInTheDocument();
	await expect.element(button('Resume')).not.toBeInTheDocument();
	expect(engine.workshop.pendingWalk).toBeNull();
});

it('says what is wrong with a file', async () => {
	const { engine } = await openRoom(Models, '#/models');
	engine.workshop.failure = new Problem('unsupported', 'This file is not text.', 'Give text.');
	choose('picture.png');
	await expect.element(card().getByText('This file is not text. Give text.')).toBeVisible();
});

it('fits a phone', async () => {
	await page.viewport(360, 740);
	const { finish } = await walking();
	await button('Show it so far').click();
	await expect.element(card().getByText('7,000 tokens so far')).toBeVisible();
	expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
	finish();
	await page.viewport(1280, 800);
});
