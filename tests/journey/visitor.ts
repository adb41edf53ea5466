/** A reader with a browser, who notes everything that should not happen. */
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../find-chromium.mjs';

export interface Visitor {
	page: Page;
	/** Addresses asked of other hosts, errors in the console, requests that failed. */
	complaints: string[];
	/** Addresses of every request so far. */
	requests: string[];
}

export const browserOptions = () => ({
	executablePath: findChromium() ?? undefined,
	args: CHROMIUM_ARGS
});

export function openBrowser(): Promise<Browser> {
	return chromium.launch(browserOptions());
}

/** A new reader, who has never been here. */
export async function newVisitor(
	browser: Browser,
	viewport = { width: 1280, height: 900 }
): Promise<Visitor> {
	const context = await browser.newContext({ viewport });
	const page = await context.newPage();
	// A busy machine takes its time.
	page.setDefaultTimeout(90_000);
	const complaints: string[] = [];
	const requests: string[] = [];
	context.on('request', (request) => {
		requests.push(request.url());
		const { protocol, hostname, href } = new URL(request.url());
		if (/^https?:$/.test(protocol) && hostname !== '127.0.0.1') complaints.push(`foreign: ${href}`);
	});
	context.on('response', (response) => {
		if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
	});
	page.on('pageerror', (error) => complaints.push(error.message));
	page.on('console', (message) => {
		if (message.type() === 'error') complaints.push(message.text());
	});
	return { page, complaints, requests };
}

/** The part of the page that readers, and screen readers, know by this name. */
export function named(
	page: Page,
	role: 'status' | 'textbox' | 'searchbox' | 'list' | 'region',
	name: string
): Locator {
	return page.getByRole(role, { name, exact: true });
}

export async function engineReady(page: Page): Promise<void> {
	await named(page, 'status', 'Engine')
		.filter({ hasText: /^\s*(webgpu|wasm)/ })
		.waitFor();
}

export async function offlineReady(page: Page): Promise<void> {
	const ready = named(page, 'status', 'Offline').filter({ hasText: /^\s*ready/ });
	await ready.waitFor({ state: 'attached' });
}
