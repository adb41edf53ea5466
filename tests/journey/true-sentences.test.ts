/** Sentences that were once untrue or missing: on nothing computed, empty text, foreign text, ids that are none, silent features. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, openBrowser, type Visitor } from './visitor';

const site = inject('site');
const ID = 'blocks.3.hook_resid_post/442';
let browser: Browser;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	({ page } = visitor);
});
afterAll(() => browser.close());

const at = (hash: string) => page.goto(`${site}?backend=wasm#/${hash}`);
const main = () => page.locator('main').innerText();
const tokens = () => named(page, 'list', 'Tokens').getByRole('listitem');

it('Steer, opened first, says nothing of texts that are not written yet', async () => {
	const said: string[] = [];
	await page.exposeFunction('said', (text: string) => said.push(text));
	await page.addInitScript(() => {
		new MutationObserver(() => {
			const text = document.querySelector('main')?.innerText ?? '';
			if (text.includes('do not differ'))
				(globalThis as never as { said(t: string): void }).said(text);
		}).observe(document, { subtree: true, childList: true, characterData: true });
	});
	await at(`steer?prompt=Once%20upon%20a%20time&length=24&steer=${ID}=add:60`);
	await engineReady(page);
	await page.getByText(/The texts differ from token/).waitFor();
	expect(said).toEqual([]);
});

it('switching off what is silent is not told to be stronger', async () => {
	await at(`steer?prompt=Once%20upon%20a%20time&length=12&steer=${ID}=ablate`);
	await page.getByText(/R3 · 442 is silent on this text, so there is nothing to change/).waitFor();
	expect(await main()).not.toContain('stronger value');
});

it('a prompt of spaces is an empty one, and shows nothing of the text before', async () => {
	await at('explore?prompt=The%20red%20fox');
	await expect.poll(() => tokens().count()).toBe(4);
	await at('explore?prompt=%20%20%20');
	await page.getByText('The prompt is empty. Type a text above').waitFor();
	await expect.poll(() => tokens().count()).toBe(0);
	expect(await main()).not.toMatch(/Reading …|\bfox\b/);
	await page.goBack();
	await expect.poll(() => tokens().count()).toBe(4);
});

it('foreign text keeps its direction, and gets a word by measured surprise', async () => {
	await named(page, 'textbox', 'Prompt').fill('كان يا ما كان في قديم الزمان');
	await page
		.getByText(/This model does not know text like this: each token surprises it by/)
		.waitFor();
	await named(page, 'textbox', 'Prompt').fill(
		'Once upon a time there was a little girl named Lily.'
	);
	await expect.poll(main).not.toContain('does not know text like this');
	await page.getByRole('radio', { name: 'Surprise' }).check({ force: true });
	const titles = () =>
		tokens()
			.getByRole('button')
			.evaluateAll((all) => all.map((one) => one.getAttribute('title') ?? ''));
	await expect.poll(async () => (await titles()).at(-1)).toMatch(/surprise/);
	const nats = (await titles()).map((title) => Number(/surprise ([\d.]+)/.exec(title)?.[1]));
	expect(nats[0]).toBeNaN();
	// “upon a time” is what follows “Once” in stories.
	expect(Math.max(...nats.slice(2, 5))).toBeLessThan(1);
	expect(Math.max(...nats.slice(1))).toBeGreaterThan(2);
});

it('what is no feature id is named, and nothing else is blamed', async () => {
	await at('feature/nonsense?prompt=hello');
	await page
		.getByText('“nonsense” is not a feature id, so a feature of the prompt is shown.')
		.waitFor();
	await at('feature/blocks.3.hook_resid_post/99999');
	await page.getByText(/99999/).first().waitFor();
	expect(await page.locator('body').innerText()).not.toContain('nonsense');
});

it('Steer in Explore leads to what it writes', async () => {
	await at('explore?prompt=The%20red%20fox');
	const first = named(page, 'list', 'Features').getByRole('listitem').first();
	await first.getByRole('button', { name: /^Steer blocks/ }).click();
	await first.getByRole('link', { name: /^Go to Steer/ }).click();
	await named(page, 'region', 'Steered').waitFor();
	expect(page.url()).toContain('steer=');
});

it('a feature that nothing matches is said to be a chain by itself, in Steer and in Flow', async () => {
	await at(`steer?prompt=Once%20upon%20a%20time&length=12&steer=${ID}=add:60`);
	await page.getByRole('button', { name: `Whole chain of ${ID}` }).click();
	await page
		.getByText('No feature of another layer matches it, so it is a chain by itself.')
		.waitFor();
	await at(`flow/${ID}`);
	await page.getByText('points nearly the same way, so nothing flows here').waitFor();
	expect(await page.getByRole('button', { name: 'Steer the whole chain' }).count()).toBe(0);
	await at('flow/blocks.4.hook_resid_post/843');
	await page.getByRole('button', { name: 'Steer the whole chain' }).waitFor();
	expect(await main()).not.toContain('nothing flows here');
});

it('complains of nothing', () => expect(visitor.complaints).toEqual([]));
