/** Threads on a host without headers: the service worker isolates the page, and where nothing does, one thread runs and it says so. */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { serve } from '../../workers/node/site/serve.mjs';
import { engineReady, named, offlineReady, openBrowser } from './visitor';

const DIST = path.resolve(import.meta.dirname, '../../dist');
const site = inject('site');
let browser: Browser;
const open: { close(): unknown }[] = [];

beforeAll(async () => (browser = await openBrowser()));
afterAll(() => browser.close());
afterEach(async () => {
	for (const each of open.splice(0)) await each.close();
});

declare global {
	/** In the page: every worker that it has started. */
	var engines: Worker[];
}

interface Reader {
	page: Page;
	/** How often the page itself was asked for. */
	visits: () => number;
	/** Errors in the page and its console. */
	complaints: string[];
}

async function newReader(options: Parameters<Browser['newContext']>[0] = {}): Promise<Reader> {
	const context: BrowserContext = await browser.newContext(options);
	open.push(context);
	const page = await context.newPage();
	page.setDefaultTimeout(90_000);
	let visits = 0;
	const complaints: string[] = [];
	page.on('request', (request) => (visits += Number(request.isNavigationRequest())));
	page.on('pageerror', (error) => complaints.push(error.message));
	page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
	return { page, visits: () => visits, complaints };
}

const isolated = (page: Page) => page.evaluate(() => crossOriginIsolated);
const engine = async (page: Page) => {
	await engineReady(page);
	const status = named(page, 'status', 'Engine');
	return {
		says: await status.innerText(),
		why: await status.evaluate((element) => element.parentElement!.title)
	};
};
/** Features and activations of a list, once it has not changed for a while. */
async function settled(list: Locator): Promise<string[]> {
	let [last, now] = ['', await list.innerText()];
	while (last !== now) {
		await new Promise((resolve) => setTimeout(resolve, 2000));
		[last, now] = [now, await list.innerText()];
	}
	return now.match(/^[\d.]+$|blocks\.\S+/gm) ?? [];
}

/** The threads of the runtime: the browser lists every worker of the page. */
const threads = (page: Page) => page.workers().filter((worker) => /\/ort\./.test(worker.url()));

describe('a host without headers', () => {
	it('gives a first visit one thread, says why, and offers a reload that isolates the page', async () => {
		const { page, visits, complaints } = await newReader();
		await page.goto(`${site}?backend=wasm#/report`);
		const first = await engine(page);
		expect(first.says).toMatch(/^wasm, 1 thread, checked/);
		expect(first.why).toMatch(/first visit/);
		expect(await isolated(page)).toBe(false);
		await page.getByRole('button', { name: 'Reload', exact: true }).click();
		await page.waitForFunction(() => crossOriginIsolated);
		const second = await engine(page);
		// How many help depends on what else this machine does.
		expect(second.says).toMatch(/^wasm, (1 thread|2 threads|\d+ threads), checked/);
		expect(second.why).toMatch(/when the engine started|one processor core/);
		expect(await page.getByRole('button', { name: 'Reload', exact: true }).count()).toBe(0);
		expect(new URL(page.url()).hash).toBe('#/report');
		expect(visits()).toBe(2);
		expect(complaints).toEqual([]);
	});

	it('reloads a first visit once, before it begins, where the address asks for threads', async () => {
		const { page, visits, complaints } = await newReader();
		const hash = '#/explore?prompt=The+sea+was+calm.';
		await page.goto(`${site}?backend=wasm&threads=2${hash}`);
		await page.waitForFunction(() => crossOriginIsolated);
		const { says, why } = await engine(page);
		expect(says).toMatch(/^wasm, 2 threads, checked/);
		expect(why).toMatch(/threads=2/);
		expect(threads(page)).toHaveLength(1);
		expect(new URL(page.url()).hash).toContain(hash);
		expect(visits()).toBe(2);
		expect(complaints).toEqual([]);
	});

	it('computes the same on two threads as on one, and without a network too', async () => {
		const server = await serve({ folder: DIST, base: '/sub/' });
		open.push(server);
		const { page } = await newReader();
		const { port } = server.address() as AddressInfo;
		const at = (count: number) => `http://127.0.0.1:${port}/sub/?backend=wasm&threads=${count}`;
		const prompt = 'prompt=The+old+fox+went+to+the+river.';
		const text = `#/steer?${prompt}&temperature=0&length=24&steer=blocks.3.hook_resid_post%2F7%3Dadd%3A4`;
		const read = async (count: number) => {
			await page.goto('about:blank');
			await page.goto(at(count) + text);
			const { says } = await engine(page);
			const written = [];
			for (const name of ['Unsteered', 'Steered']) {
				const region = named(page, 'region', name);
				await expect
					.poll(
						async () =>
							(await region.getAttribute('aria-busy')) !== 'true' &&
							(await region.innerText()).length > 40,
						{ timeout: 60_000 }
					)
					.toBe(true);
				written.push(await region.innerText());
			}
			await page.goto(`${at(count)}#/explore?${prompt}`);
			const list = named(page, 'list', 'Features');
			await list.getByRole('listitem').nth(4).waitFor();
			return { says, written, features: await settled(list) };
		};
		const two = await read(2);
		await offlineReady(page);
		const one = await read(1);
		expect([one.says, two.says]).toEqual([
			expect.stringMatching(/^wasm, 1 thread,/),
			expect.stringMatching(/^wasm, 2 threads,/)
		]);
		expect(two.written).toEqual(one.written);
		expect(two.features).toEqual(one.features);

		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
		const offline = await read(2);
		expect(await isolated(page)).toBe(true);
		expect(offline).toEqual(two);
	});

	it('ends the threads with the worker that has them', async () => {
		const { page } = await newReader();
		await page.addInitScript(() => {
			globalThis.engines = [];
			globalThis.Worker = class extends Worker {
				constructor(...of: ConstructorParameters<typeof Worker>) {
					super(...of);
					engines.push(this);
				}
			};
		});
		await page.goto(`${site}?backend=wasm&threads=2`);
		await page.waitForFunction(() => crossOriginIsolated);
		await engine(page);
		await offlineReady(page);
		expect(threads(page)).toHaveLength(1);
		// As when the engine has measured that they do not help.
		await page.evaluate(() => {
			const data = { kind: 'one-thread', reason: 'A test asks for it.' };
			engines.at(-1)!.dispatchEvent(new MessageEvent('message', { data }));
		});
		await named(page, 'status', 'Engine')
			.filter({ hasText: /^\s*wasm, 1 thread,/ })
			.waitFor();
		expect((await engine(page)).why).toContain('A test asks for it.');
		await expect.poll(() => threads(page), { timeout: 20_000 }).toHaveLength(0);
		const workers = () => page.workers().filter((each) => /engine\.worker/.test(each.url()));
		await expect.poll(workers, { timeout: 20_000 }).toHaveLength(1);
	});
});

describe('where the page is not isolated', () => {
	it('runs on one thread without a service worker, says so, and does not reload', async () => {
		const { page, visits } = await newReader({ serviceWorkers: 'block' });
		await page.goto(`${site}?backend=wasm&threads=2`);
		const { says, why } = await engine(page);
		expect(says).toMatch(/^wasm, 1 thread,/);
		expect(why).toMatch(/One thread/);
		await page.getByRole('alert').filter({ hasText: 'asks for 2 threads. One thread' }).waitFor();
		expect(visits()).toBe(1);
	});

	it('runs on one thread inside a page of another origin', async () => {
		const outer = createServer((_, response) => {
			response.setHeader('content-type', 'text/html');
			response.end(
				`<!doctype html><iframe width=1200 height=800 src="${site}?backend=wasm"></iframe>`
			);
		});
		const { port } = await listening(outer);
		const { page } = await newReader();
		for (let visit = 0; visit < 2; visit++) {
			await page.goto(`http://localhost:${port}/`);
			const status = page
				.frameLocator('iframe')
				.getByRole('status', { name: 'Engine', exact: true })
				.filter({ hasText: /^\s*wasm/ });
			await status.waitFor();
			expect(await status.innerText()).toMatch(/^wasm, 1 thread,/);
			expect(await status.evaluate((element) => element.parentElement!.title)).toMatch(
				/inside another page/
			);
		}
	});

	it('goes on with one thread when the isolation is gone at the next visit', async () => {
		const { page } = await newReader();
		await page.goto(`${site}?backend=wasm&threads=2`);
		await page.waitForFunction(() => crossOriginIsolated);
		await engine(page);
		await page.evaluate(async () => {
			for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
		});
		await page.reload();
		expect(await isolated(page)).toBe(false);
		expect((await engine(page)).says).toMatch(/^wasm, 1 thread,/);
	});
});

describe('a host with headers', () => {
	it('gives threads at the first visit', async () => {
		const host = await serve({ folder: DIST, isolated: true });
		open.push(host);
		const { page, visits } = await newReader({ serviceWorkers: 'block' });
		const { port } = host.address() as AddressInfo;
		await page.goto(`http://127.0.0.1:${port}/?backend=wasm&threads=2`);
		expect((await engine(page)).says).toMatch(/^wasm, 2 threads,/);
		expect(visits()).toBe(1);
	});

	it('that lets no thread start gets one, which says so', async () => {
		const host = forgetful(/\/ort\./);
		const { port } = await listening(host);
		const { page } = await newReader({ serviceWorkers: 'block' });
		await page.goto(`http://127.0.0.1:${port}/?backend=wasm&threads=2`);
		expect(await isolated(page)).toBe(true);
		const { says, why } = await engine(page);
		expect(says).toMatch(/^wasm, 1 thread,/);
		expect(why).toMatch(/did not start the threads/);
		await named(page, 'textbox', 'Prompt').fill('Once upon a time');
		await named(page, 'list', 'Tokens').getByRole('listitem').nth(3).waitFor();
	});

	it('that does not let the engine measure gets one, which says so', async () => {
		const host = forgetful(/timed-thread\.worker/);
		const { port } = await listening(host);
		const { page } = await newReader({ serviceWorkers: 'block' });
		await page.goto(`http://127.0.0.1:${port}/?backend=wasm`);
		const { says, why } = await engine(page);
		expect(says).toMatch(/^wasm, 1 thread,/);
		expect(why).toMatch(/started no second thread|one processor core/);
	});
});

async function listening(server: Server): Promise<AddressInfo> {
	open.push({
		close() {
			server.closeAllConnections();
			server.close();
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return server.address() as AddressInfo;
}

/** A host that isolates its page and its workers, but has forgotten some of them. */
function forgetful(forgotten: RegExp): Server {
	const files = new Set(readdirSync(DIST, { recursive: true, encoding: 'utf8' }));
	const types: Record<string, string> = {
		'.html': 'text/html',
		'.js': 'text/javascript',
		'.css': 'text/css',
		'.svg': 'image/svg+xml',
		'.wasm': 'application/wasm'
	};
	return createServer((request, response) => {
		const name = new URL(request.url!, 'http://x').pathname.slice(1) || 'index.html';
		const file = path.join(DIST, name);
		if (!files.has(name) || !statSync(file).isFile()) return response.writeHead(404).end();
		response.setHeader('content-type', types[path.extname(name)] ?? 'application/octet-stream');
		if (!forgotten.test(request.url!)) {
			response.setHeader('cross-origin-opener-policy', 'same-origin');
			response.setHeader('cross-origin-embedder-policy', 'require-corp');
		}
		return createReadStream(file).pipe(response);
	});
}
