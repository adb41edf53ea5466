/** Every view against the rules of WCAG 2.2 AA that a program can check, in light and dark, wide and narrow. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { engineReady, named, openBrowser } from './visitor';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const VIEWS = [
	'explore',
	'find',
	'feature',
	'flow',
	'circuit',
	'steer',
	'lab',
	'lab/k-knob',
	'lab/probes',
	'lab/map',
	'lab/circles',
	'lab/subspaces',
	'lab/depth',
	'lab/retrieve',
	'notebook',
	'train',
	'report',
	'report/flow',
	'models'
];

async function violations(page: Page): Promise<string[]> {
	const results = await page.evaluate(
		(options) =>
			(globalThis as unknown as { axe: { run(o: RunOptions): Promise<AxeResults> } }).axe.run(
				options
			),
		{ runOnly: TAGS, resultTypes: ['violations'] } satisfies RunOptions
	);
	return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`);
}

describe.each([
	{ colorScheme: 'light', viewport: { width: 1280, height: 900 } },
	{ colorScheme: 'dark', viewport: { width: 360, height: 740 } }
] as const)('in $colorScheme, $viewport.width wide', (look) => {
	let browser: Browser;
	let page: Page;
	let feature: string;

	beforeAll(async () => {
		browser = await openBrowser();
		// axe is injected as text, which the page's own policy rightly forbids.
		const context = await browser.newContext({ ...look, bypassCSP: true });
		page = await context.newPage();
		await page.addInitScript(axe);
		await page.goto(`${inject('site')}?backend=wasm#/explore`);
		await engineReady(page);
		await named(page, 'textbox', 'Prompt').fill('Once upon a time there was a fox.');
		const first = named(page, 'list', 'Features').getByRole('listitem').first();
		await first.waitFor();
		feature = /blocks\.\d+\.hook_\w+\/\d+/.exec(await first.evaluate((e) => e.outerHTML))![0];
	});
	afterAll(() => browser.close());

	it.each(VIEWS)('%s', async (view) => {
		const id = ['feature', 'flow'].includes(view) ? `/${feature}` : '';
		const query = new URLSearchParams({ prompt: 'Once upon a time', steer: `${feature}=add:2` });
		await page.goto(`${inject('site')}?backend=wasm#/${view}${id}?${query}`);
		await page.waitForLoadState('networkidle');
		await page.waitForTimeout(1500);
		expect(await violations(page)).toEqual([]);
		const [wide, shown] = await page.evaluate(() => [
			document.documentElement.scrollWidth,
			document.documentElement.clientWidth
		]);
		expect(wide, 'the page scrolls sideways').toBeLessThanOrEqual(shown);
	});
});
