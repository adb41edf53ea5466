/** Finding features: by a word, an id, a sentence, by keyboard alone; and all features of an SAE in a table. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, openBrowser, type Visitor } from './visitor';

const ID = /blocks\.\d+\.hook_\w+(@[\w.-]+)?\/\d+/;

let browser: Browser;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	({ page } = visitor);
	await page.goto(`${inject('site')}?backend=wasm#/explore`);
	await engineReady(page);
});
afterAll(() => browser.close());

const box = () => named(page, 'searchbox', 'Find');
const found = () => named(page, 'list', 'Found').getByRole('listitem');
const table = () => page.getByRole('table', { name: 'Feature index', exact: true });
const rows = () => table().locator('[data-place]');
/** Until nothing more is found. */
const settled = () =>
	page.locator('ol[aria-label="Found"][aria-busy="false"] li').first().waitFor();
const focused = () => page.evaluate(() => document.activeElement?.getAttribute('title') ?? '');

it('opens by a key from any view, but not while somebody types', async () => {
	await named(page, 'textbox', 'Prompt').click();
	await page.keyboard.press('End');
	await page.keyboard.type('/');
	expect(await named(page, 'textbox', 'Prompt').inputValue()).toMatch(/\/$/);
	await page.keyboard.press('Backspace');
	await page.keyboard.press('Control+k');
	await expect.poll(() => box().evaluate((e) => e === document.activeElement)).toBe(true);
	await page.evaluate(() => (location.hash = '#/report'));
	await page.getByRole('main', { name: 'Report' }).waitFor();
	await page.keyboard.press('/');
	await expect.poll(() => box().evaluate((e) => e === document.activeElement)).toBe(true);
	expect(await box().inputValue()).toBe('');
});

it('finds by a word and says why, and keeps it in the address', async () => {
	await box().fill('sea');
	await settled();
	const first = (await found().first().textContent())!;
	expect(first).toMatch(ID);
	expect(first).toMatch(/named “sea”|“sea”/);
	await expect.poll(() => page.url()).toContain('find=sea');
});

it('walks with arrows and opens with Enter; Back leads to the search', async () => {
	const second = ID.exec((await found().nth(1).textContent())!)![0];
	await box().focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	expect(await focused()).toBe(second);
	await page.keyboard.press('Enter');
	await named(page, 'region', 'Feature').getByText(second).first().waitFor();
	await page.goBack();
	await settled();
	expect(await box().inputValue()).toBe('sea');
});

it.each(['R3 · 442', 'R3·442', 'blocks.3.hook_resid_post/442'])('knows %s', async (id) => {
	await box().fill(id);
	await expect
		.poll(async () => ID.exec((await found().first().textContent()) ?? '')?.[0])
		.toBe('blocks.3.hook_resid_post/442');
});

it('finds what fires on a sentence', async () => {
	await box().fill('the fox was very sad and began to cry');
	await found()
		.filter({ hasText: /reaches \d+ % of its maximum on/ })
		.first()
		.waitFor();
	await settled();
	expect(await found().count()).toBeGreaterThan(10);
});

it('narrows to an SAE and to what fires seldom, and says when nothing is found', async () => {
	await page.getByLabel('In', { exact: true }).selectOption('blocks.5.hook_resid_post');
	await page.getByLabel('That fire on').selectOption('0.01');
	await box().fill('the fox was sad');
	await settled();
	await expect
		.poll(async () => (await found().allTextContents()).map((text) => ID.exec(text)![0]))
		.toSatisfy(
			(ids: string[]) =>
				ids.length > 0 && ids.every((id) => id.startsWith('blocks.5.hook_resid_post/'))
		);
	await box().fill('qqzzxxjjkk');
	await page.getByText(/^No feature was found for “qqzzxxjjkk”/).waitFor();
	await page.getByLabel('In', { exact: true }).selectOption('');
	await page.getByLabel('That fire on').selectOption('');
});

it('lists all features of an SAE, sorts them, and walks over them', async () => {
	await page.getByLabel('SAE of the table').selectOption('blocks.3.hook_resid_post');
	await expect.poll(() => table().getAttribute('aria-rowcount')).toBe('2049');
	expect(await rows().count()).toBeLessThan(80);
	await table().getByRole('button', { name: 'Density' }).click();
	const densities = async () =>
		(await rows().locator('span:nth-child(4)').allTextContents()).slice(0, 8).map(parseFloat);
	await expect
		.poll(densities)
		.toSatisfy((all: number[]) => all.every((d, i) => i === 0 || d <= all[i - 1]!));
	await rows().first().focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	await expect
		.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-place')))
		.toBe('2');
	await page.keyboard.press('End');
	await expect
		.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-place')))
		.toBe('2047');
	const id = await focused();
	await page.keyboard.press('Enter');
	await named(page, 'region', 'Feature').getByText(id).first().waitFor();
});

it('goes to the next feature, the one before, and any other', async () => {
	const here = () => Number(/\/(\d+)(\?|$)/.exec(page.url())![1]);
	await page.evaluate(() => (location.hash = '#/feature/blocks.3.hook_resid_post/442'));
	await page.getByRole('button', { name: 'Next feature' }).click();
	await expect.poll(here).toBe(443);
	await page.getByRole('button', { name: 'Previous feature' }).click();
	await expect.poll(here).toBe(442);
	await page.getByRole('button', { name: 'Random feature' }).click();
	await expect.poll(here).not.toBe(442);
});

it('complains of nothing', () => expect(visitor.complaints).toEqual([]));
