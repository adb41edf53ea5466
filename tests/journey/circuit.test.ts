/** Why the model says a token: asked, pruned, a node switched off, taken along; and what cannot be asked. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Circuit } from '../../src/core/circuit/circuit';
import { rawGraph } from '../attribution-graph';
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

	// Into what wrote it, down to the query and key of a head.
	const parts = named(page, 'region', 'Parts');
	await parts.getByRole('button', { name: /^Open the logit of “ boat” less/ }).click();
	await parts.getByRole('button', { name: /^attention 5 at .* by head$/ }).click();
	await parts
		.getByRole('button', { name: /^head 5\.\d+ at .*: why it looks there$/ })
		.first()
		.click();
	await parts.getByRole('heading', { name: /^score of head 5\.\d+, from token 12/ }).waitFor();
	await parts.getByText(/sum to it within \de-\d/).waitFor();

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

it('groups nodes, saves the circuit as a graph, opens that again and another, and refuses what is none', async () => {
	const { page, complaints } = await opened({
		prompt: 'The old fox went to the sea',
		nodes: '12'
	});
	await named(page, 'region', 'What the nodes explain').waitFor();
	const chosen = named(page, 'region', 'Chosen node');
	for (const i of [0, 1]) {
		await nodes(page).nth(i).click();
		await chosen.getByLabel('Group').fill('Water');
		await page.keyboard.press('Tab');
	}
	const groups = named(page, 'region', 'Groups and note');
	await groups.getByRole('button', { name: 'Propose groups' }).click();
	await groups.getByText(/found: features that flow|No two of these marks/).waitFor();
	const others = groups.getByRole('button', { name: /^Ungroup (?!Water)/ });
	while ((await others.count()) > 0) await others.first().click();
	await groups.getByLabel('Note').fill('Is it the sea?');
	await groups.getByRole('checkbox', { name: 'Draw each group as one mark' }).check();
	await page.getByRole('button', { name: /^Group “Water” of 2/ }).waitFor();
	expect(await nodes(page).count()).toBe(10);
	await page.waitForURL(/group=Water%3Dblocks.*note=Is\+it\+the\+sea/);

	const region = named(page, 'region', 'Circuit');
	await region.locator('summary[aria-label^="Save Circuit"]').click();
	const download = page.waitForEvent('download');
	await region.getByRole('button', { name: 'Attribution graph' }).click();
	const saved = await (await download).path();
	const file = page.getByLabel('Graph file');
	await file.setInputFiles(saved);
	await page.getByRole('heading', { name: 'A graph from a file' }).waitFor();
	await groups.getByText('Water').waitFor();
	expect(await groups.getByLabel('Note').inputValue()).toBe('Is it the sea?');
	await page
		.getByRole('button', { name: /feature \d+_\d+_\d+ at token/ })
		.first()
		.click();
	// Its feature is one of the open pack.
	await chosen.getByRole('link', { name: /^blocks\.\d\.hook_\w+\/\d+$/ }).waitFor();

	const raw = rawGraph({ features: 60, tokens: 8 });
	raw.nodes[8]!.clerp = '<img src=x onerror=document.body.remove()>';
	const buffer = (text: string) => ({
		name: 'graph.json',
		mimeType: 'application/json',
		buffer: Buffer.from(text)
	});
	await file.setInputFiles(buffer(JSON.stringify(raw)));
	await page.getByText('Model gemma-2-2b.').waitFor();
	await page.getByRole('button', { name: /^<img src=x onerror/ }).click();
	await chosen.getByRole('button', { name: 'Unpin' }).click();
	await chosen.getByText('It acts on').waitFor();
	await file.setInputFiles(buffer(JSON.stringify(raw).slice(0, -20)));
	await page.getByText('The graph file is damaged or cut off').waitFor();
	await page.getByRole('button', { name: 'Close it' }).click();
	await page.getByRole('heading', { name: /^Why “/ }).waitFor();
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
