/** Two features side by side: from the list of neighbours, by an id, in the address. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, openBrowser, type Visitor } from './visitor';

const ID = 'blocks.3.hook_resid_post/442';

let browser: Browser;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	({ page } = visitor);
	await page.goto(
		`${inject('site')}?backend=wasm#/feature/${ID}?prompt=The%20red%20fox%20saw%20a%20blue%20bird.`
	);
	await engineReady(page);
});
afterAll(() => browser.close());

const comparison = () => named(page, 'region', 'Comparison');
const compared = () => new URL(page.url().replace('#/', '')).searchParams.get('compare');

it('opens from the list of neighbours, and walks along it', async () => {
	const nearest = page.getByRole('table', { name: 'Nearest features', exact: true });
	await nearest
		.getByRole('link', { name: /^Compare with/ })
		.first()
		.click();
	await comparison().getByText('neighbour 1 of 8').waitFor();
	const first = compared();
	expect(first).toMatch(/^blocks\.3\.hook_resid_post\/\d+$/);
	await comparison()
		.getByText(`R3 · ${first!.split('/')[1]} is number 1 of 2,047 nearest to R3 · 442.`)
		.waitFor();
	await comparison()
		.getByText(/^both fire on [\d,]+ of [\d,]+ tokens/)
		.nth(1)
		.waitFor();
	await comparison()
		.getByText(/Both fire most often on|They share no token/)
		.waitFor();
	await comparison().getByRole('button', { name: 'Next neighbour' }).click();
	await comparison().getByText('neighbour 2 of 8').waitFor();
	await expect.poll(compared, { timeout: 20_000 }).not.toBe(first);
});

it('compares with any other feature, and the address shows somebody else the same', async () => {
	await page.getByLabel('Compare with another feature').fill('M2 · 5');
	await page.getByRole('button', { name: 'Show side by side' }).click();
	await comparison().getByRole('link', { name: /./ }).nth(1).waitFor();
	await expect.poll(compared, { timeout: 20_000 }).toBe('blocks.2.hook_mlp_out/5');
	const facts = comparison().locator('dl');
	await facts
		.getByText(/both fire on/)
		.nth(1)
		.waitFor();
	await facts.getByText('so far').waitFor({ state: 'detached' });
	const here = await facts.textContent();
	const friend = await newVisitor(browser);
	await friend.page.goto(page.url());
	await engineReady(friend.page);
	const there = named(friend.page, 'region', 'Comparison').locator('dl');
	await there
		.getByText(/both fire on/)
		.nth(1)
		.waitFor();
	await expect.poll(() => there.textContent(), { timeout: 30_000 }).toBe(here);
	await friend.page.context().close();
});

it('says that there is no such feature, and closes', async () => {
	await page.getByLabel('Compare with another feature').fill('R9 · 1');
	await page.getByLabel('Compare with another feature').press('Enter');
	await page.getByText('This model has no feature “R9 · 1”.').waitFor();
	await comparison().getByRole('button', { name: 'Close the comparison' }).click();
	await comparison().waitFor({ state: 'detached' });
});

it('complains of nothing', () => expect(visitor.complaints).toEqual([]));
