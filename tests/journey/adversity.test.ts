/** The page where a host, a network or a browser gives it less than it needs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
	browserOptions,
	engineReady,
	named,
	newVisitor,
	offlineReady,
	openBrowser
} from './visitor';

const FALLBACK = '<!doctype html><title>Sign in to this network</title>';

/** A host between the reader and the site, which answers some addresses in its own way. */
class Network {
	/** Answers in the place of the site, or not at all: then the site answers. */
	instead: (address: string, response: ServerResponse) => boolean = () => false;
	readonly #server: Server;

	constructor(site: string) {
		const { origin } = new URL(site);
		this.#server = createServer((request, response) => {
			const address = request.url ?? '/';
			if (this.instead(address, response)) return;
			get(origin + address, (answer) => {
				// As hosts serve files that carry a hash in their name.
				const cached = address.includes('/assets/');
				response.writeHead(answer.statusCode!, {
					...answer.headers,
					'cache-control': cached ? 'max-age=31536000, immutable' : 'no-cache'
				});
				answer.pipe(response);
			});
		});
	}

	/** Where it listens. */
	async open(pathname: string): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${pathname}`;
	}

	close(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}
}

const site = inject('site');
let browser: Browser;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
	browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
	for (const one of open.splice(0)) await one.close();
});

async function network(): Promise<{ network: Network; address: string }> {
	const between = new Network(site);
	open.push(between);
	return { network: between, address: await between.open(new URL(site).pathname) };
}

/** Its own words for what is wrong. */
const alert = (page: Page) => page.getByRole('alert');

describe('a network that answers the runtime with a page of its own', () => {
	it.each([
		['the WebAssembly', /\/assets\/ort[^/]*\.wasm$/],
		['the script', /\/assets\/ort[^/]*\.js$/]
	])('is said, and over with the next try: %s', async (_, damaged) => {
		const { network: between, address } = await network();
		let times = 1;
		between.instead = (asked, response) => {
			if (!damaged.test(asked) || times-- <= 0) return false;
			response.writeHead(200, {
				'content-type': 'text/html',
				'cache-control': 'max-age=31536000, immutable'
			});
			response.end(FALLBACK);
			return true;
		};
		const { page } = await newVisitor(browser);
		open.push(page.context());
		await page.goto(`${address}?backend=wasm`);
		await alert(page).filter({ hasText: 'did not arrive as it was published' }).waitFor();
		await page.getByRole('button', { name: 'Try again' }).click();
		await engineReady(page);
		await offlineReady(page);
		between.instead = () => true;
		between.close();
		await page.reload();
		await engineReady(page);
	});

	it('does not stay after a body that was cut', async () => {
		const { network: between, address } = await network();
		let times = 1;
		between.instead = (asked, response) => {
			if (!/\/assets\/ort[^/]*\.wasm$/.test(asked) || times-- <= 0) return false;
			response.writeHead(200, {
				'content-type': 'application/wasm',
				'cache-control': 'max-age=31536000, immutable'
			});
			response.end(Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0x7f]));
			return true;
		};
		const { page } = await newVisitor(browser);
		open.push(page.context());
		await page.goto(`${address}?backend=wasm`);
		await alert(page).filter({ hasText: 'did not arrive as it was published' }).waitFor();
		await page.reload();
		await engineReady(page);
	});
});

it('runs over plain http, and says what is lost', async () => {
	const { address } = await network();
	const { args, ...options } = browserOptions();
	const plain = await chromium.launch({
		...options,
		args: [...args, '--host-resolver-rules=MAP plain.test 127.0.0.1']
	});
	open.push(plain);
	const page = await plain.newPage();
	page.setDefaultTimeout(90_000);
	await page.goto(address.replace('127.0.0.1', 'plain.test'));
	expect(await page.evaluate(() => isSecureContext)).toBe(false);
	await engineReady(page);
	await named(page, 'status', 'Offline')
		.filter({ hasText: /^\s*no$/ })
		.waitFor();
	await page.getByText('open over plain http').waitFor();
});

it('runs where the site may store nothing, and says so', async () => {
	const profile = mkdtempSync(path.join(tmpdir(), 'blocked-'));
	mkdirSync(path.join(profile, 'Default'), { recursive: true });
	const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
	writeFileSync(path.join(profile, 'Default/Preferences'), JSON.stringify(blocked));
	const context = await chromium.launchPersistentContext(profile, browserOptions());
	open.push(context, { close: () => rmSync(profile, { recursive: true, force: true }) });
	const page = await context.newPage();
	page.setDefaultTimeout(90_000);
	await page.goto(site);
	expect(
		await page.evaluate(() => {
			try {
				return localStorage.length;
			} catch {
				return 'blocked';
			}
		})
	).toBe('blocked');
	await engineReady(page);
	await page.getByText('gives the page no storage').waitFor();
	await named(page, 'status', 'Offline')
		.filter({ hasText: /^\s*no$/ })
		.waitFor();
});

describe('a host that has put another pack in the place of the one that the page was built with', () => {
	it('is told apart', async () => {
		const { network: between, address } = await network();
		const answer = await fetch(`${site}models/default/pack.json`);
		const { title: _, ...rest } = (await answer.json()) as Record<string, unknown>;
		between.instead = (asked, response) => {
			if (!asked.endsWith('models/default/pack.json')) return false;
			response.writeHead(200, { 'content-type': 'application/json' });
			response.end(JSON.stringify({ title: 'Another', ...rest }));
			return true;
		};
		const { page } = await newVisitor(browser);
		open.push(page.context());
		await page.goto(`${address}?backend=wasm`);
		await engineReady(page);
		await page.getByText('Another pack than this page was built with').waitFor();
	});
});

describe('site data that a reader deletes while the page is open', () => {
	it('is missed in words, and the pack is stored again', async () => {
		const { page } = await newVisitor(browser);
		open.push(page.context());
		await page.goto(`${site}?backend=wasm`);
		await engineReady(page);
		await offlineReady(page);
		const devtools = await page.context().newCDPSession(page);
		const { origin } = new URL(site);
		await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
		await page.evaluate(() => (location.hash = '#/models'));
		await page.getByRole('heading', { name: 'Stored here' }).waitFor();
		await page.getByText('Nothing yet.').waitFor();
		expect(await alert(page).allInnerTexts()).toEqual([]);
		await page.reload();
		await engineReady(page);
		await offlineReady(page);
	});
});

describe('a window 240 pixels wide', () => {
	it('has nothing to the right of it', async () => {
		const { page } = await newVisitor(browser, { width: 240, height: 700 });
		open.push(page.context());
		await page.goto(`${site}?backend=wasm`);
		await engineReady(page);
		const views = [
			'explore',
			'feature/blocks.3.hook_resid_post/442',
			'flow',
			'steer',
			'report',
			'models'
		];
		for (const view of views) {
			await page.evaluate((to) => (location.hash = `#/${to}`), view);
			await page.waitForTimeout(1500);
			expect([view, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([
				view,
				240
			]);
		}
	});
});
