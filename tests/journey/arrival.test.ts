/**
 * A reader pastes the id of a model on Hugging Face, which this machine answers in its place, and goes all the way:
 * sizes, layers, verdict, features, flow, steering, no network, a file to take along, and nothing left.
 */
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parsePack } from '../../src/core/packs/manifest';
import { HUB } from '../../src/core/import/remote-address';
import { serve } from '../../workers/node/site/serve.mjs';
import { ZipReader } from '../../workers/import/files/zip-reader';
import { FakeHub } from '../fakes/hub';
import { gptRepository, GPT_SITES, wideSaes } from '../fakes/repositories';
import { engineReady, named, newVisitor, offlineReady, openBrowser, type Visitor } from './visitor';

const DIST = path.resolve(import.meta.dirname, '../../dist');
const ID = 'org/gpt';
const PROMPT = 'The old fox went home.';
/** Sites of the layer that the reader wants. */
const WANTED = GPT_SITES.filter((site) => site.startsWith('blocks.1.'));
const LAST = 'blocks.1.hook_resid_post';

let hub: FakeHub;
let browser: Browser;
let visitor: Visitor;
let page: Page;
let server: Awaited<ReturnType<typeof serve>>;
let site: string;
let feature: string;

beforeAll(async () => {
	hub = await FakeHub.open();
	hub.put(ID, { ...gptRepository(), ...wideSaes(8) });
	server = await serve({ folder: DIST, base: '/class/' });
	site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/class/?backend=wasm`;
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	({ page } = visitor);
	await answerForHub(page.context());
});
afterAll(async () => {
	await browser.close();
	await hub.close();
	server.closeAllConnections();
	server.close();
});

/** Every request to Hugging Face is answered by the hub of this machine, redirects and all. */
async function answerForHub(context: BrowserContext): Promise<void> {
	await context.route(`${HUB}/**`, async (route) => {
		const request = route.request();
		const headers = await request.allHeaders();
		const passed = ['range', 'authorization'].filter((name) => headers[name] !== undefined);
		const answer = await fetch(request.url().replace(HUB, hub.origin), {
			method: request.method(),
			headers: Object.fromEntries(passed.map((name) => [name, headers[name]!])),
			redirect: 'manual'
		});
		await route.fulfill({
			status: answer.status,
			headers: Object.fromEntries(
				[...answer.headers].map(([name, value]) => [name, value.replaceAll(hub.origin, HUB)])
			),
			body: Buffer.from(await answer.arrayBuffer())
		});
	});
}

const region = (name: string) => named(page, 'region', name);
/** The pack as a file. */
let exported: { path: string; name: string };
const card = () => region('Add a model, SAEs or a pack');
const stored = () => region('Stored here').getByRole('listitem').filter({ hasText: ID });
const features = () => named(page, 'list', 'Features').getByRole('listitem');
const squeeze = (text: string | null) => (text ?? '').replace(/\s+/g, ' ').trim();

/** Another view, of the pack that is open, with the same prompt. */
async function view(name: string): Promise<void> {
	await page.goto(page.url().replace(/#\/[^?]*/, `#/${name}`));
}

it('pastes an id, and sees what is there, its sizes and their total', async () => {
	await page.goto(`${site}#/models`);
	await offlineReady(page);
	expect(visitor.complaints).toEqual([]);
	await named(page, 'textbox', 'Id or address').fill(`${HUB}/${ID}`);
	await card().getByRole('button', { name: 'Find', exact: true }).click();
	await card().getByText('gpt2: 2 layers, 32 wide').waitFor();
	await card().getByText('mit', { exact: true }).waitFor();
	await card()
		.getByText(`0 of ${GPT_SITES.length + 8} SAEs chosen`)
		.waitFor();
	const sizes = card()
		.getByRole('checkbox')
		.locator('xpath=..')
		.getByText(/\d [kM]?B/);
	expect(await sizes.count()).toBe(GPT_SITES.length + 8);
});

it('chooses a layer, which changes the total, and loads', async () => {
	const total = card().getByText('will be downloaded');
	const alone = squeeze(await total.textContent());
	await named(page, 'searchbox', 'Filter by layer, path or format').fill('layer 1');
	await card().getByRole('button', { name: 'All', exact: true }).click();
	await card()
		.getByText(`${WANTED.length} of ${GPT_SITES.length + 8} SAEs chosen`)
		.waitFor();
	expect(squeeze(await total.textContent())).not.toBe(alone);
	hub.asked.length = 0;
	await card().getByRole('button', { name: 'Make the pack', exact: true }).click();
	await card()
		.getByRole('link', { name: `Explore ${ID}` })
		.click();
	// Nothing that was not chosen was fetched.
	expect(hub.filesAsked.filter((asked) => /wide|hook_resid_pre/.test(asked))).toEqual([]);
	await page.waitForURL(/pack=/);
	await engineReady(page);
});

it('reads a verdict on each SAE', async () => {
	await view('report');
	const verdicts = region('Do the SAEs fit the model?');
	await verdicts.getByRole('button', { name: 'Check', exact: true }).click();
	await verdicts
		.getByRole('status')
		.filter({ hasText: /tokens of the built-in text/ })
		.waitFor();
	const rows = verdicts.getByRole('group', { name: 'Verdicts' }).locator('tbody tr');
	expect(await rows.count()).toBe(WANTED.length);
	for (const row of await rows.allInnerTexts())
		expect(squeeze(row)).toMatch(/(fits|does not fit|cannot tell).*\d/);
});

it('explores a text', async () => {
	await view('explore');
	await named(page, 'textbox', 'Prompt').fill(PROMPT);
	await page.waitForURL(/prompt=/);
	await expect
		.poll(async () => squeeze(await named(page, 'list', 'Tokens').textContent()), {
			timeout: 60_000
		})
		.toMatch(/home/);
	feature = await strongestOf(LAST);
});

/** The strongest feature of the last token at a site. */
async function strongestOf(wanted: string): Promise<string> {
	const url = new URL(page.url());
	const [name, query] = url.hash.split('?');
	const parameters = new URLSearchParams(query);
	parameters.set('site', wanted);
	await page.goto(`${url.href.split('#')[0]}${name}?${parameters}`);
	const item: Locator = features().filter({ hasText: wanted }).first();
	await item.waitFor();
	return /blocks\.\d+\.hook_\w+\/\d+/.exec((await item.textContent()) ?? '')![0];
}

it('follows a feature, and tests an edge', async () => {
	await features().filter({ hasText: feature }).getByRole('link', { name: /^Flow/ }).click();
	const flow = region('Flow');
	await flow.locator(`svg a[data-id="${feature}"]`).waitFor();
	// SAEs of random numbers match no better than chance: the reader asks for less.
	for (const slider of await page.getByRole('slider', { name: /least cosine/ }).all()) {
		await slider.focus();
		await page.keyboard.press('Home');
	}
	await flow.getByRole('button', { name: /^Switch off .* and run again$/ }).click();
	const verdict = flow.locator('.verdict');
	await verdict.waitFor();
	expect(await verdict.textContent()).toMatch(/falls? silent|is silent on|on none of them/);
});

it('steers, and the text changes', async () => {
	await view(`feature/${feature}`);
	await region('Feature').getByRole('button', { name: 'Steer', exact: true }).first().click();
	await page.waitForURL(/steer=/);
	const strong = encodeURIComponent(`${feature}=add:40`);
	await page.goto(page.url().replace(/steer=[^&]*/, `steer=${strong}&length=12&temperature=0`));
	await view('steer');
	await expect.poll(written, { timeout: 90_000, interval: 300 }).toBe('both');
});

/** `both` when both continuations are there and differ, else how far they are. */
async function written(): Promise<string> {
	const texts = ['Unsteered', 'Steered'].map(async (name) => {
		const busy = (await region(name).getAttribute('aria-busy')) === 'true';
		return busy ? '' : squeeze(await region(name).textContent());
	});
	const [plain = '', steered = ''] = await Promise.all(texts);
	return plain && steered && plain !== steered ? 'both' : `“${plain}” and “${steered}”`;
}

it('comes back with every host gone', async () => {
	await offlineReady(page);
	hub.asked.length = 0;
	visitor.requests.length = 0;
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
	await page.reload();
	await engineReady(page);
	await expect.poll(written, { timeout: 90_000, interval: 300 }).toBe('both');
	expect(hub.asked).toEqual([]);
	expect(visitor.requests.filter((address) => address.startsWith(HUB))).toEqual([]);
});

it('takes the pack along as a file', async () => {
	await view('models');
	const arrives = page.waitForEvent('download');
	await stored()
		.getByRole('button', { name: `Export ${ID}` })
		.click();
	const file = await arrives;
	expect(file.suggestedFilename()).toMatch(/-[0-9a-f]{12}\.zip$/);
	const zip = await ZipReader.open(new Blob([new Uint8Array(await readFile(await file.path()))]));
	const pack = parsePack(JSON.parse(new TextDecoder().decode(await zip.read('pack.json'))));
	expect(pack.saes.map(({ id }) => id).toSorted()).toEqual(WANTED.toSorted());
	for (const [name, { bytes }] of Object.entries(pack.files)) expect(zip.sizeOf(name)).toBe(bytes);
	exported = { path: await file.path(), name: file.suggestedFilename() };
});

it('deletes it, and nothing of it is left', async () => {
	await stored()
		.getByRole('button', { name: `Delete ${ID}` })
		.click();
	await page.getByRole('button', { name: 'Delete it', exact: true }).click();
	await stored().waitFor({ state: 'detached' });
	await card().getByText('were downloaded that no pack uses').waitFor({ state: 'detached' });
});

it('brings it back from the file, in the box that takes everything', async () => {
	const buffer = await readFile(exported.path);
	await page
		.getByLabel('Files of a model, of SAEs or of a pack')
		.setInputFiles({ name: exported.name, mimeType: 'application/zip', buffer });
	await card()
		.getByText(/is already a pack, so it is imported as it is/)
		.waitFor();
	await card()
		.getByText(/ is stored: \d+ files, .* all checked\./)
		.waitFor();
	await stored().waitFor();
	// Of other hosts only Hugging Face was asked, and only when the reader said so.
	const foreign = visitor.complaints.filter((line) => !line.startsWith(`foreign: ${HUB}/`));
	expect(foreign).toEqual([]);
});
