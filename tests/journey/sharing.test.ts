/** What is on the screen handed on: by a link, a code, a frame in another page, and on the wall of a classroom. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, openBrowser } from './visitor';

const ID = 'blocks.3.hook_resid_post/442';

let browser: Browser;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser();
	({ page } = await newVisitor(browser));
});
afterAll(() => browser.close());

const bars = () => page.locator('header nav, #prompt').count();

it('shows the card of a link before the engine is ready', async () => {
	const { page: fresh } = await newVisitor(browser);
	await fresh.goto(`${inject('site')}?backend=wasm#/feature/${ID}?prompt=The+sea`);
	await named(fresh, 'region', 'Feature').getByText('Nearest in the same SAE').waitFor();
	expect(await named(fresh, 'status', 'Engine').textContent()).not.toMatch(/^wasm/);
	await engineReady(fresh);
	await fresh.context().close();
});

it('shows a panel alone, and opens everything else beside it', async () => {
	await page.goto(`${inject('site')}?backend=wasm&embed=feature#/feature/${ID}?prompt=The+sea`);
	await engineReady(page);
	await named(page, 'region', 'Feature').getByText(ID).first().waitFor();
	expect(await bars()).toBe(0);
	const next = page.getByRole('button', { name: 'Next feature' });
	await next.click();
	await named(page, 'region', 'Feature')
		.getByText('blocks.3.hook_resid_post/443')
		.first()
		.waitFor();
	const opened = page.waitForEvent('popup');
	await named(page, 'region', 'Feature').getByRole('link', { name: 'Open in Explore' }).click();
	const whole = await opened;
	expect(whole.url()).not.toContain('embed');
	expect(whole.url()).toContain('#/explore');
	await whole.close();
	expect(page.url()).toContain('#/feature/');
});

it('shows the panel that is asked for, whatever view the link was of', async () => {
	await page.goto(`${inject('site')}?backend=wasm&embed=steer#/explore?prompt=The+sea&length=4`);
	await page.reload();
	await engineReady(page);
	await named(page, 'region', 'Unsteered').waitFor();
	await named(page, 'region', 'Steered').waitFor();
	expect(await bars()).toBe(0);
	expect(page.url()).toContain('#/steer?');
});

it('hands out the code of the frame, and one for cameras', async () => {
	await page.goto(`${inject('site')}?backend=wasm#/feature/${ID}?prompt=The+sea`);
	await engineReady(page);
	await page.getByRole('button', { name: 'Share this view' }).click();
	const dialog = page.getByRole('dialog', { name: 'Share this view' });
	const link = await dialog.getByLabel('Link', { exact: true }).inputValue();
	expect(link).toContain(`#/feature/${ID}?prompt=The+sea&pack=`);
	await dialog.getByRole('img', { name: 'QR code of the link' }).waitFor();
	const code = await dialog.getByLabel('In another page').inputValue();
	await page.keyboard.press('Escape');
	const other = await page.context().newPage();
	await other.setContent(code);
	const frame = other.frameLocator('iframe');
	await frame.getByRole('region', { name: 'Feature' }).getByText(ID).first().waitFor();
	await other.close();
});

it('fills a wall with large type until Esc', async () => {
	await page.goto(`${inject('site')}?backend=wasm#/feature/${ID}?prompt=The+sea`);
	await engineReady(page);
	const size = () => page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
	expect(await size()).toBe('16px');
	await page.getByRole('button', { name: 'Share this view' }).click();
	await page.getByRole('button', { name: 'Present to a class' }).click();
	expect(await size()).toBe('25.6px');
	expect(await bars()).toBe(0);
	await named(page, 'region', 'Feature').getByText(ID).first().waitFor();
	await page.keyboard.press('Escape');
	expect(await size()).toBe('16px');
	expect(await bars()).toBe(2);
});
