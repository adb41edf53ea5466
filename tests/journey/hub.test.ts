/** A reader pastes the id of a repository, served on this machine as a hub does, and explores what it holds. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeHub } from '../fakes/hub';
import { gptRepository, GPT_SITES, wideSaes } from '../fakes/repositories';
import { named, newVisitor, offlineReady, openBrowser, type Visitor } from './visitor';

const TOKEN = 'hf_abcdefghijklmnopqrstuvwxyz';
let hub: FakeHub;
let browser: Browser;
let visitor: Visitor;

beforeAll(async () => {
	hub = await FakeHub.open();
	const files = { ...gptRepository(), ...wideSaes(8) };
	hub.put('org/gpt', files);
	hub.put('org/gated', files, TOKEN);
	browser = await openBrowser();
	visitor = await newVisitor(browser);
});
afterAll(async () => {
	await browser.close();
	await hub.close();
});

const card = () => named(visitor.page, 'region', 'Add a model, SAEs or a pack');
const button = (name: string) => card().getByRole('button', { name, exact: true });
const box = () => named(visitor.page, 'textbox', 'Id or address');

async function look(id: string): Promise<void> {
	await box().fill(`${hub.origin}/${id}`);
	await button('Find').click();
}

describe('a model from a hub', () => {
	it('is looked at when the reader says so, with sizes and none of its SAEs chosen', async () => {
		const { page } = visitor;
		await page.goto(`${inject('site')}?backend=wasm#/models`);
		await offlineReady(page);
		await box().fill(`${hub.origin}/org/gpt`);
		expect(hub.asked).toEqual([]);
		await button('Find').click();
		await card()
			.getByText(/gpt2: 2 layers, 32 wide/)
			.waitFor();
		await card()
			.getByText(`0 of ${GPT_SITES.length + 8} SAEs chosen`)
			.waitFor();
		const whole = hub.asked.filter(({ host, range }) => host === 'cdn' && range === null);
		// What is read whole for a look is smaller than a megabyte.
		expect(whole.length).toBeLessThanOrEqual(GPT_SITES.length);
		// Large files come from a store that answers no questions beforehand: none are asked.
		expect(hub.asked.filter(({ method }) => method === 'OPTIONS')).toEqual([]);
		expect(visitor.complaints).toEqual([]);
	});

	it('is paused, left with the page, and gone on with', async () => {
		const { page } = visitor;
		await named(page, 'searchbox', 'Filter by layer, path or format').fill('wide/5');
		await card()
			.getByRole('checkbox', { name: /wide\/5/ })
			.check();
		await named(page, 'searchbox', 'Filter by layer, path or format').fill('saes/');
		await button('All').click();
		await card()
			.getByText(`${GPT_SITES.length + 1} of`)
			.waitFor();
		hub.slowness = 5;
		await button('Make the pack').click();
		await card()
			.getByText(/MB of .*\/s/)
			.waitFor();
		await button('Pause').click();
		await card()
			.getByText(/is not finished/)
			.waitFor();
		await page.reload();
		await offlineReady(page);
		hub.slowness = 0;
		hub.asked.length = 0;
		await button('Resume').click();
		await card()
			.getByRole('link', { name: /^Explore/ })
			.waitFor();
		const ranges = hub.asked.filter(({ host }) => host === 'cdn').map(({ range }) => range);
		expect(ranges.filter((range) => /^bytes=\d+-$/.test(range ?? ''))).toHaveLength(1);
	});

	it('is explored, also without the hub', async () => {
		const { page } = visitor;
		hub.asked.length = 0;
		await card()
			.getByRole('link', { name: /^Explore/ })
			.click();
		await page.goto(page.url().replace(/#\/\w+/, '#/explore'));
		await named(page, 'list', 'Features').getByRole('listitem').first().waitFor();
		await offlineReady(page);
		await page.reload();
		await named(page, 'list', 'Features').getByRole('listitem').first().waitFor();
		expect(hub.asked).toEqual([]);
		expect(visitor.complaints).toEqual([]);
	});
});

describe('a gated model', () => {
	it('opens with a token, which goes to its hub and to no other host', async () => {
		const { page } = visitor;
		await page.goto(`${inject('site')}?backend=wasm#/models`);
		await look('org/gated');
		await card().getByRole('alert').filter({ hasText: 'is gated' }).waitFor();
		await card().getByLabel('Access token').fill(TOKEN);
		hub.asked.length = 0;
		await button('Find').click();
		await card()
			.getByText(/gpt2: 2 layers/)
			.waitFor();
		const sent = hub.asked.filter(({ method }) => method !== 'OPTIONS');
		expect(sent.filter(({ host }) => host === 'cdn').length).toBeGreaterThan(0);
		for (const { host, authorization } of sent)
			expect(authorization).toBe(host === 'hub' ? `Bearer ${TOKEN}` : null);
		expect(page.url()).not.toContain(TOKEN);
		expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(TOKEN);
	});
});
