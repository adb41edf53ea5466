/** Why the model says a token: asked, pruned, a node switched off, taken along; and what cannot be asked. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Circuit } from '../../src/core/circuit/circuit';
import { named, newVisitor, openBrowser } from './visitor';

const site = inject('site');
let browser: Browser;

beforeAll(async () => {
	browser = await openBrowser();
});
afterAll(() => browser.close());

const opened = async (query: Record<string, string>) => {
	const visitor = await newVisitor(browser);
	const asked = new URLSearchParams(query).toString();
	await visitor.page.goto(`${site}?backend=wasm#/circuit?${asked}`);
	return visitor;
};
const nodes = (page: Page) =>
	named(page, 'region', 'Circuit').getByRole('button', { name: /at token \d+/ });

it('finds a circuit, switches a node off on the spot, and hands its numbers out', async () => {
	const { page, complaints } = await opened({
		prompt: 'The old fox went to the sea and saw a big blue',
		target: ' boat',
		rather_than: ' house',
		nodes: '20'
	});
	await page.getByRole('heading', { name: 'Why “ boat” rather than “ house”?' }).waitFor();
	await named(page, 'region', 'What the nodes explain').waitFor();
	expect(await nodes(page).count()).toBe(20);
	const names = await nodes(page).evaluateAll((all) =>
		all.map((node) => node.getAttribute('aria-label')!)
	);
	for (const name of names) expect(name).toMatch(/blocks\.\d+\.hook_\w+(\/\d+)? at token \d+/);

	// By keyboard alone.
	await nodes(page).first().focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	const chosen = named(page, 'region', 'Chosen node');
	const off = chosen.getByRole('button', { name: 'Switch off' });
	await off.click();
	await chosen.getByText(/“ boat”: .* before, .* after\. With random directions/).waitFor();
	expect(await off.getAttribute('aria-pressed')).toBe('true');
	await chosen.getByRole('button', { name: 'Put everything back' }).click();
	expect(await chosen.getByText(/before, .* after/).count()).toBe(0);

	const region = named(page, 'region', 'Circuit');
	await region.locator('summary[aria-label^="Save Circuit"]').click();
	const download = page.waitForEvent('download');
	await region.getByRole('button', { name: 'JSON', exact: true }).click();
	const saved = JSON.parse(await readFile(await (await download).path(), 'utf8')) as Circuit;
	expect(saved.nodes).toHaveLength(20);
	// With every node in its place nothing is lost.
	expect(saved.faithfulness.at(-1)!.value).toBeCloseTo(1, 3);
	expect(page.url()).toContain('target=+boat');
	expect(complaints).toEqual([]);
	await page.context().close();
});

it('compares two prompts of one length, and says what cannot be asked', async () => {
	const { page } = await opened({
		prompt: 'The old fox went to the sea',
		beside: 'The old fox went to the sea and home',
		nodes: '10'
	});
	await page.getByText('The two prompts differ in length').waitFor();
	await page.getByRole('textbox', { name: 'Second prompt' }).fill('The old fox went to the wood');
	await page.keyboard.press('Tab');
	await named(page, 'region', 'Circuit')
		.getByText(/on the second prompt it is/)
		.waitFor();
	const target = page.getByRole('combobox', { name: 'Token to explain' });
	await target.fill('two words');
	await page.keyboard.press('Tab');
	await page.getByText(/“two words” is \d tokens for this model/).waitFor();
	await target.fill('');
	await page.keyboard.press('Tab');
	await named(page, 'region', 'What the nodes explain').waitFor();
	await page.context().close();
});

it('weighs the features of a token and of the whole prompt, and what pushes towards a next token', async () => {
	const { page, complaints } = await newVisitor(browser);
	const prompt = new URLSearchParams({ prompt: 'The old fox went to the sea and saw a big blue' });
	await page.goto(`${site}?backend=wasm#/explore?${prompt}`);
	const features = named(page, 'list', 'Features').getByRole('listitem');
	await page.locator('label', { hasText: 'Unusual' }).click();
	await features
		.filter({ hasText: /as strong on .* of tokens|never as strong/ })
		.first()
		.waitFor();
	await page.locator('label', { hasText: 'Effect' }).click();
	await features
		.filter({ hasText: /pushes (towards|away from) “boat” by/ })
		.first()
		.waitFor();
	await page.locator('label', { hasText: 'Whole prompt' }).click();
	await features
		.filter({ hasText: /tokens?, strongest at “/ })
		.first()
		.waitFor();
	await page.getByRole('button', { name: /more that fire on over 10 % of tokens/ }).click();

	await page.getByRole('button', { name: 'What pushes towards boat' }).click();
	const pushes = named(page, 'region', 'What pushes towards the token');
	const rows = pushes.getByRole('table', { name: 'What pushes towards “ boat”' }).getByRole('row');
	await rows.nth(1).waitFor();
	expect(await rows.count()).toBe(13);
	await pushes.getByRole('button', { name: 'stone' }).click();
	await pushes.getByRole('table', { name: /rather than “ stone”/ }).waitFor();
	await pushes.getByRole('link', { name: 'circuit of this token' }).click();
	await page.getByRole('heading', { name: 'Why “ boat”?' }).waitFor();
	expect(complaints).toEqual([]);
	await page.context().close();
});
