/** The built site on a plain static host: what it loads, and that it stays when the network goes. */
import type { AddressInfo } from 'node:net';
import {
	copyFileSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { serve } from '../../workers/node/site/serve.mjs';
import {
	browserOptions,
	engineReady,
	named,
	newVisitor,
	offlineReady,
	openBrowser
} from './visitor';

const DIST = path.resolve(import.meta.dirname, '../../dist');
const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' });
const text = (name: string) => readFileSync(path.join(DIST, name), 'utf8');

describe('what is built', () => {
	it('holds each build of the inference runtime once', () => {
		const wasm = files.filter((name) => name.endsWith('.wasm'));
		expect(wasm.map((name) => name.replace(/-[\w-]{8}\.wasm$/, ''))).toEqual(
			[
				'assets/ort-wasm-simd-threaded',
				'assets/ort-wasm-simd-threaded.asyncify',
				'assets/ort-wasm-simd-threaded.jspi'
			].sort()
		);
	});

	it('names everything by relative addresses', () => {
		const addresses = [...text('index.html').matchAll(/(?:src|href)="([^"]+)"/g)].map((m) => m[1]);
		expect(addresses.length).toBeGreaterThan(3);
		expect(addresses.filter((address) => !address!.startsWith('./'))).toEqual([]);
	});

	it('stores the shell beforehand, and neither runtimes nor packs', () => {
		const precached = [...text('sw.js').matchAll(/url:\s*"([^"]+)"/g)].map((m) => m[1]!);
		expect(precached).toContain('index.html');
		expect(precached.filter((name) => /^assets\/ort|\.wasm$|^models/.test(name))).toEqual([]);
		const scripts = files.filter((name) => /\.(js|css)$/.test(name) && name.startsWith('assets'));
		const lazy = scripts.filter((name) => !/^assets\/ort/.test(name) && !precached.includes(name));
		expect(lazy).toEqual([]);
	});
});

describe('the page', () => {
	let browser: Browser;
	beforeAll(async () => (browser = await openBrowser()));
	afterAll(() => browser.close());

	it('comes up in a sub-path with one runtime, nothing foreign and no complaint', async () => {
		const { page, complaints, requests } = await newVisitor(browser);
		await page.goto(`${inject('site')}?backend=wasm`);
		await engineReady(page);
		const runtimes = requests.filter((address) => address.endsWith('.wasm'));
		expect(new Set(runtimes).size).toBe(1);
		expect(runtimes[0]).toMatch(/assets\/ort-wasm-simd-threaded-[\w-]+\.wasm$/);
		expect(complaints).toEqual([]);
		await page.context().close();
	});

	it('works after the first visit with the server gone', async () => {
		const server = await serve({ folder: DIST, base: '/elsewhere/' });
		const { port } = server.address() as AddressInfo;
		const { page, complaints } = await newVisitor(browser);
		await page.goto(`http://127.0.0.1:${port}/elsewhere/?backend=wasm`);
		await offlineReady(page);
		expect(complaints).toEqual([]);
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
		await page.reload();
		await engineReady(page);
		await named(page, 'textbox', 'Prompt').fill('Once upon a time');
		await named(page, 'list', 'Tokens').getByRole('listitem').nth(3).waitFor();
		await page.context().close();
	});

	it('asks the host for nothing when a reader comes back', async () => {
		const server = await serve({ folder: DIST });
		const asked: string[] = [];
		server.on('request', (request) => asked.push(request.url ?? ''));
		const { port } = server.address() as AddressInfo;
		const profile = mkdtempSync(path.join(tmpdir(), 'profile-'));
		const visit = async (wait: (page: Page) => Promise<void>) => {
			// A browser of its own each time: the service worker has to start again.
			const context = await chromium.launchPersistentContext(profile, browserOptions());
			const page = await context.newPage();
			await page.goto(`http://127.0.0.1:${port}/?backend=wasm`);
			await engineReady(page);
			await wait(page);
			await context.close();
		};
		await visit(offlineReady);
		expect(asked.length).toBeGreaterThan(10);
		asked.length = 0;
		await visit(async (page) => {
			await named(page, 'textbox', 'Prompt').fill('Once upon a time');
			await named(page, 'list', 'Tokens').getByRole('listitem').nth(3).waitFor();
		});
		// Browsers look for a newer service worker, and what it imports, when they like to.
		expect(
			asked.filter((address) => !/^\/(sw|service-worker-routes|workbox-\w+)\.js$/.test(address))
		).toEqual([]);
		server.closeAllConnections();
		server.close();
		rmSync(profile, { recursive: true, force: true });
	});

	it('runs on a full disk, and says why it will not work offline', async () => {
		const { page, complaints } = await newVisitor(browser);
		const devtools = await page.context().newCDPSession(page);
		const { origin } = new URL(inject('site'));
		await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 6e6 });
		await page.goto(`${inject('site')}?backend=wasm`);
		await engineReady(page);
		await page.getByText('The browser has no room left to store the pack').waitFor();
		await named(page, 'textbox', 'Prompt').fill('Once upon a time');
		await named(page, 'list', 'Tokens').getByRole('listitem').nth(3).waitFor();
		expect(await named(page, 'status', 'Offline').innerText()).not.toMatch(/^\s*ready/);
		expect(complaints).toEqual([]);
		await page.context().close();
	});

	it('offers a newer version, and changes to it where the reader is', async () => {
		const folder = newerSite();
		const server = await serve({ folder, base: '/sub/' });
		const { port } = server.address() as AddressInfo;
		const { page } = await newVisitor(browser);
		const address = `http://127.0.0.1:${port}/sub/?backend=wasm#/report`;
		await page.goto(address);
		await offlineReady(page);
		publishNewer(folder);
		await page.reload();
		const other = await page.context().newPage();
		other.setDefaultTimeout(90_000);
		await other.goto(address);
		await other.getByRole('button', { name: 'Update' }).waitFor();
		await named(other, 'textbox', 'Prompt').fill('In the middle of something');
		await page.getByRole('button', { name: 'Update' }).click();
		await page.waitForFunction(() => document.querySelector('meta[name=newer]') !== null);
		await engineReady(page);
		expect(page.url().startsWith(address)).toBe(true);
		await other.getByText('Another tab has changed to a newer version').waitFor();
		const typed = await named(other, 'textbox', 'Prompt').inputValue();
		expect(typed).toBe('In the middle of something');
		expect(await other.locator('meta[name=newer]').count()).toBe(0);
		await page.context().close();
		server.closeAllConnections();
		server.close();
		rmSync(folder, { recursive: true });
	});
});

/** A folder that looks like the built site, of which two files can be changed. */
function newerSite(): string {
	const folder = mkdtempSync(path.join(tmpdir(), 'site-'));
	for (const name of readdirSync(DIST))
		if (name === 'sw.js' || name === 'index.html')
			copyFileSync(path.join(DIST, name), path.join(folder, name));
		else symlinkSync(path.join(DIST, name), path.join(folder, name));
	return folder;
}

function publishNewer(folder: string): void {
	const page = path.join(folder, 'index.html');
	const worker = path.join(folder, 'sw.js');
	writeFileSync(page, readFileSync(page, 'utf8').replace('<head>', '<head><meta name="newer" />'));
	const revised = text('sw.js').replace(/(url:"index\.html",revision:")\w/, '$1z');
	expect(revised).not.toBe(text('sw.js'));
	writeFileSync(worker, revised);
}
