/** Cold and warm start of the built page: how long to the first features, and how many bytes. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { slowHost } from './slow-host.mjs';

const PROMPT = 'The old lighthouse keeper counted the boats as they came home.';
const TIMEOUT = 240_000;
/** How long the page is watched after its first features, for what it still asks for. */
const QUIET_MS = 3000;

/**
 * @param {{ dist: string, pack: string, megabits: number, browser: object }} options
 * `browser` is what Playwright launches with.
 */
export async function measureStart({ dist, pack, megabits, browser, backend }) {
	const folder = mkdtempSync(path.join(tmpdir(), 'undercurrent-start-'));
	const host = await slowHost(siteWith(dist, pack, folder), megabits);
	const address = `${host.address}?backend=${backend}#/explore?${new URLSearchParams({ prompt: PROMPT })}`;
	const visit = async (untilOffline) => {
		// A browser of its own each time, the same profile: what a reader has the next day.
		const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), browser);
		const page = context.pages()[0] ?? (await context.newPage());
		const before = { bytes: host.bytes(), requests: host.requests.length };
		const start = performance.now();
		await page.goto(address, { waitUntil: 'commit', timeout: TIMEOUT });
		await firstFeatures(page);
		const ms = performance.now() - start;
		const bytes = host.bytes() - before.bytes;
		if (untilOffline)
			await status(page, 'Offline', /^\s*ready/).waitFor({ state: 'attached', timeout: TIMEOUT });
		await page.waitForTimeout(QUIET_MS);
		const bytesInAll = host.bytes() - before.bytes;
		const requests = host.requests.slice(before.requests);
		await context.close();
		return { ms, bytes, bytesInAll, requests };
	};
	try {
		return { cold: await visit(true), warm: await visit(false) };
	} finally {
		host.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

const status = (page, name, text) =>
	page.getByRole('status', { name, exact: true }).filter({ hasText: text });

/** The engine runs, and the features of a prompt that is not the worked example are listed. */
async function firstFeatures(page) {
	await status(page, 'Engine', /^\s*(webgpu|wasm)/).waitFor({
		state: 'attached',
		timeout: TIMEOUT
	});
	const list = page.getByRole('list', { name: 'Features', exact: true });
	const feature = list
		.getByRole('listitem')
		.filter({ has: page.locator(':scope') })
		.first();
	await feature.waitFor({ timeout: TIMEOUT });
}

/** The built site with this pack as its default one: links, no copies. */
function siteWith(dist, pack, folder) {
	const site = path.join(folder, 'site');
	mkdirSync(path.join(site, 'models'), { recursive: true });
	for (const name of readdirSync(dist))
		if (name !== 'models') symlinkSync(path.join(dist, name), path.join(site, name));
	symlinkSync(pack, path.join(site, 'models/default'));
	return site;
}
