/** What a person does, from the first screen to a shared address and a network that is gone. */
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../workers/node/site/serve.mjs';
import { engineReady, named, newVisitor, offlineReady, openBrowser, type Visitor } from './visitor';

const DIST = path.resolve(import.meta.dirname, '../../dist');
const PROMPT = 'One winter day the old king went to the sea and found a golden ring. Then';
const EXAMPLE = JSON.parse(
	readFileSync(path.join(DIST, 'models/default/worked-example.json'), 'utf8')
) as { prompt: string; write: { plain: { text: string }; steered: { text: string } } };
const squeeze = (text: string | null) => (text ?? '').replace(/\s+/g, ' ').trim();

describe('the journey', () => {
	let browser: Browser;
	let visitor: Visitor;
	let page: Page;
	let server: Awaited<ReturnType<typeof serve>>;
	let site: string;
	let feature: string;

	beforeAll(async () => {
		server = await serve({ folder: DIST, base: '/class/' });
		site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/class/?backend=wasm`;
		browser = await openBrowser();
		visitor = await newVisitor(browser);
		({ page } = visitor);
	});
	afterAll(async () => {
		await browser.close();
		server.closeAllConnections();
		server.close();
	});

	const region = (name: string) => named(page, 'region', name);
	const textOf = async (name: string) => squeeze(await region(name).textContent());
	const until = (test: () => Promise<boolean>, what: string) =>
		expect.poll(test, { timeout: 90_000, interval: 300, message: what }).toBe(true);

	it('is alive before any model is loaded: the worked example', async () => {
		// Nothing of the model arrives until this test lets it.
		let release = (): void => undefined;
		const held = new Promise<void>((resolve) => (release = resolve));
		await page.route('**/model.safetensors', async (route) => {
			await held;
			await route.continue();
		});
		await page.goto(site);
		await page.getByText('Worked example').first().waitFor();
		expect(await named(page, 'textbox', 'Prompt').inputValue()).toBe(EXAMPLE.prompt);
		expect(await named(page, 'list', 'Tokens').getByRole('listitem').count()).toBeGreaterThan(8);
		await named(page, 'list', 'Features').getByRole('listitem').first().waitFor();
		await expect(
			page.getByRole('progressbar', { name: 'Download', exact: true }).count()
		).resolves.toBe(1);
		release();
		await engineReady(page);
		await page.unroute('**/model.safetensors');
	});

	it('the engine reproduces the worked example', async () => {
		const query = new URLSearchParams({ prompt: EXAMPLE.prompt, length: '40', temperature: '0' });
		const raw = JSON.parse(
			readFileSync(path.join(DIST, 'models/default/worked-example.json'), 'utf8')
		) as { write: { steer: string[] } };
		for (const edit of raw.write.steer) query.append('steer', edit);
		await page.goto(`${site}#/steer?${query}`);
		const { plain, steered } = EXAMPLE.write;
		await until(async () => (await textOf('Unsteered')).includes(squeeze(plain.text)), 'unsteered');
		await until(async () => (await textOf('Steered')).includes(squeeze(steered.text)), 'steered');
	});

	it('reads a prompt: tokens, features with labels, what comes next after each layer', async () => {
		await page.goto(`${site}#/explore`);
		await named(page, 'textbox', 'Prompt').fill(PROMPT);
		const tokens = named(page, 'list', 'Tokens').getByRole('listitem');
		await until(async () => squeeze(await tokens.last().textContent()).includes('Then'), 'tokens');
		const first = named(page, 'list', 'Features').getByRole('listitem').first();
		await first.waitFor();
		await until(async () => {
			feature =
				/blocks\.\d+\.hook_\w+\/\d+/.exec(await first.evaluate((e) => e.outerHTML))?.[0] ?? '';
			return feature !== '';
		}, 'a feature');
		await page.getByRole('heading', { name: /Next token/ }).waitFor();
	});

	it('opens the feature: histogram, examples, tokens, neighbours, where from and where to', async () => {
		await page.goto(`${site}#/feature/${feature}?${new URLSearchParams({ prompt: PROMPT })}`);
		await until(async () => (await textOf('Feature')).includes(feature), 'the card');
		await region('Example texts').waitFor();
		await until(async () => /promote/i.test(await textOf('Feature')), 'promoted tokens');
	});

	it('follows it through the layers, and back to a card by keyboard', async () => {
		await page.goto(`${site}#/flow/${feature}?${new URLSearchParams({ prompt: PROMPT })}`);
		const node = region('Flow').locator(`svg a[data-id="${feature}"]`);
		await node.waitFor();
		await node.focus();
		await page.keyboard.press('Enter');
		await page.waitForURL(/#\/feature\/blocks/);
	});

	it('steers it: the slider rewrites one text and leaves the other', async () => {
		const query = new URLSearchParams({ prompt: PROMPT, length: '20', temperature: '0' });
		await page.goto(`${site}#/feature/${feature}?${query}`);
		await region('Feature').getByRole('button', { name: 'Steer', exact: true }).first().click();
		await page.waitForURL(/steer=/);
		await page.goto(page.url().replace(/#\/[^?]*/, '#/steer'));
		const slider = page
			.getByRole('slider', { name: new RegExp(feature.replace(/[./]/g, '\\$&')) })
			.first();
		await slider.waitFor();
		const written = async (name: string) =>
			(await region(name).getAttribute('aria-busy')) !== 'true' && (await textOf(name)).length > 20;
		await until(() => written('Unsteered'), 'the unsteered text');
		const unsteered = await textOf('Unsteered');
		await slider.focus();
		await page.keyboard.press('End');
		await until(async () => {
			const steered = await textOf('Steered');
			return steered.length > 10 && steered !== unsteered;
		}, 'another steered text');
		expect(await textOf('Unsteered')).toBe(unsteered);
	});

	it('shows the same to somebody else, and again without a network', async () => {
		// The address settles while the last words are written.
		for (let before = ''; before !== page.url(); await page.waitForTimeout(800))
			before = page.url();
		const address = page.url();
		const steered = await textOf('Steered');
		const other = await newVisitor(browser);
		await other.page.goto(address);
		const theirs = named(other.page, 'region', 'Steered');
		await until(async () => squeeze(await theirs.textContent()) === steered, 'the same text');
		expect(other.complaints).toEqual([]);
		await other.page.context().close();

		await offlineReady(page);
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
		await page.reload();
		await engineReady(page);
		await until(async () => (await textOf('Steered')) === steered, 'the same text offline');
		expect(visitor.complaints).toEqual([]);
	});
});
