/** The first minute: one sentence, a story, six sliders; a drag rewrites it, and its idea is followed into Explore. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, openBrowser } from './visitor';

const site = inject('site');
let browser: Browser;

beforeAll(async () => {
	browser = await openBrowser();
});
afterAll(() => browser.close());

it('a story stands there at once, and a slider rewrites it with no click before', async () => {
	const { page, complaints } = await newVisitor(browser);
	await page.goto(`${site}?backend=wasm`);
	const story = page.getByRole('region', { name: 'Story', exact: true });
	await story.waitFor();
	const stored = await story.innerText();
	expect(stored.length).toBeGreaterThan(80);
	const sliders = page.getByRole('slider', { name: /^Theme: / });
	expect(await sliders.count()).toBe(6);

	// Before the engine runs, a stored text of the theme; afterwards its own.
	const slider = page.getByRole('slider', { name: 'Theme: colours', exact: true });
	await slider.focus();
	for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
	expect(await slider.getAttribute('aria-valuetext')).toBe('1 times its default strength');
	await expect.poll(() => story.innerText(), { timeout: 60_000 }).not.toBe(stored);
	await engineReady(page);
	await expect.poll(() => story.getAttribute('aria-busy'), { timeout: 60_000 }).toBe('false');
	const once = await story.innerText();

	await page.keyboard.press('End');
	await expect.poll(() => story.innerText(), { timeout: 60_000 }).not.toBe(once);
	expect(page.url()).toMatch(/steer=blocks\.\d\.hook_\w+\/\d+%3Dadd/i);
	await page.keyboard.press('Home');
	await expect.poll(() => story.innerText(), { timeout: 60_000 }).toBe(stored);

	// The address keeps raw numbers, and shows somebody else the same.
	for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
	await expect.poll(() => story.innerText(), { timeout: 60_000 }).toBe(once);
	await page.getByRole('link', { name: 'Now find out where this idea lives' }).click();
	await page.waitForURL(/#\/explore\?prompt=.*&site=/);
	const features = named(page, 'list', 'Features');
	await features.getByRole('listitem').first().waitFor();
	expect(await story.count()).toBe(0);
	expect(complaints).toEqual([]);
}, 240_000);
