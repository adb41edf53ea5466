/** A site for a host that limits the length of a file: nothing in it is longer, and it works as any other. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve } from '../../workers/node/site/serve.mjs';
import { engineReady, named, newVisitor, offlineReady, openBrowser } from './visitor';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LIMIT = 2 ** 20;
let site: string;
let said: string;
let browser: Browser;

beforeAll(async () => {
	site = mkdtempSync(path.join(tmpdir(), 'limits-'));
	const words = [
		'run',
		'build',
		'--',
		'--max-file',
		'1MiB',
		'--outDir',
		site,
		'--logLevel',
		'error'
	];
	const built = spawnSync('npm', words, { cwd: ROOT, encoding: 'utf8' });
	if (built.status !== 0) throw new Error(built.stderr);
	said = built.stderr;
	browser = await openBrowser();
}, 400_000);

afterAll(async () => {
	await browser?.close();
	rmSync(site, { recursive: true, force: true });
});

/** The features of the text in the address, as they are listed once the engine has read it and their names have come. */
async function features(page: Page): Promise<string[]> {
	await engineReady(page);
	await page.getByText('Tinted by the strongest feature').waitFor();
	const list = named(page, 'list', 'Features').getByRole('listitem');
	await list.first().waitFor();
	await list.filter({ hasNotText: 'fires on' }).first().waitFor({ state: 'detached' });
	return list.allInnerTexts();
}

it('holds no file above the limit, and every build of the runtime', () => {
	const files = readdirSync(site, { recursive: true, encoding: 'utf8' });
	const lengths = files.map((name) => ({ name, bytes: statSync(path.join(site, name)).size }));
	expect(lengths.filter(({ bytes }) => bytes > LIMIT)).toEqual([]);
	const builds = files.map((name) => /ort-[\w.-]+\.wasm\.part0$/.exec(name)?.[0]).filter(Boolean);
	expect(builds.length).toBeGreaterThanOrEqual(3);
	expect(files.filter((name) => name.endsWith('.wasm'))).toEqual([]);
	expect(said).not.toMatch(/Longer than|Too large/);
});

it('opens its pack, runs a text, and does so again with the host gone', async () => {
	const server = await serve({ folder: site, base: '/pages/' });
	const { port } = server.address() as AddressInfo;
	const { page, complaints, requests } = await newVisitor(browser);
	const query = new URLSearchParams({ prompt: 'The bell rang in the harbour' });
	await page.goto(`http://127.0.0.1:${port}/pages/?backend=wasm#/explore?${query}`);
	const found = await features(page);
	// One build of the runtime, in order.
	const parts = requests.flatMap(
		(address) => /ort-[\w.-]+\.wasm\.part(\d+)$/.exec(address)?.[1] ?? []
	);
	expect([...new Set(parts)]).toEqual(Array.from({ length: 14 }, (_, i) => `${i}`));
	await offlineReady(page);
	expect(complaints).toEqual([]);
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
	await page.reload();
	expect(await features(page)).toEqual(found);
	await page.context().close();
});
