/** Every method of the laboratory on the pack that comes with the page: run, found with its control, taken along, stopped. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Options } from '../../src/core/lab/method';
import { METHOD_NAMES, METHODS, type MethodName } from '../../src/core/lab/methods';
import { engineReady, named, newVisitor, openBrowser, type Visitor } from './visitor';

let browser: Browser;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	({ page } = visitor);
	await page.goto(`${inject('site')}?backend=wasm#/lab`);
	await engineReady(page);
});
afterAll(() => browser.close());

/** Little to read, so that all of them are done soon. */
function addressOf(name: MethodName, tokens = 5000): string {
	const options: Options = METHODS[name].options;
	const small = { tokens, epochs: 40 };
	const query = new URLSearchParams({ prompt: 'The red fox saw the sea and was happy.' });
	for (const [key, value] of Object.entries(small))
		if (Object.hasOwn(options, key)) query.append('option', `${key}=${value}`);
	return `${inject('site')}?backend=wasm#/lab/${name}?${query}`;
}

const room = (name: MethodName) => named(page, 'region', METHODS[name].title);
const run = (name: MethodName) => room(name).getByRole('button', { name: 'Run', exact: true });

describe.each(METHOD_NAMES)('%s', (name) => {
	it('runs, and shows on how much its answer rests, with a table and a file', async () => {
		await page.goto(addressOf(name));
		await room(name).waitFor();
		if (!('live' in METHODS[name])) await run(name).click();
		await room(name)
			.getByText(/^[\d,]+ [a-z ]+\.$/)
			.first()
			.waitFor();
		const save = room(name)
			.locator('button, summary')
			.filter({ hasText: /^\s*Save/ });
		await save.first().waitFor();
		await room(name)
			.getByText(/^\s*Table/)
			.first()
			.waitFor();
		expect(await room(name).getByRole('alert').count()).toBe(0);
	}, 120_000);
});

it('stops in the middle, and says so of what it has found', async () => {
	await page.goto(addressOf('map', 50_000));
	// What was found before is of other settings, and would be shown meanwhile.
	await page.reload();
	await engineReady(page);
	await run('map').click();
	await room('map')
		.getByText(/^[\d,]+ features/)
		.waitFor();
	await room('map').getByRole('button', { name: 'Stop', exact: true }).click();
	await room('map').getByText('stopped before it was done').waitFor();
	await run('map').waitFor();
});

it('complains of nothing', () => expect(visitor.complaints).toEqual([]));
