/** Notebooks: features kept, named, noted, shared, taken along; names in files; two tabs at once. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, openBrowser, type Visitor } from './visitor';

const ID = 'blocks.3.hook_resid_post/442';
const folder = mkdtempSync(path.join(tmpdir(), 'notebook-'));

let browser: Browser;
let visitor: Visitor;
let page: Page;

const at = (hash: string) => `${inject('site')}?backend=wasm${hash}`;

beforeAll(async () => {
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	({ page } = visitor);
	await page.goto(at(`#/feature/${ID}?prompt=The%20red%20fox%20saw%20the%20sea.`));
	await engineReady(page);
});
afterAll(() => browser.close());

/** A busy machine takes its time. */
const eventually = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 60_000 });
const go = (hash: string) => page.evaluate((to) => (location.hash = to), hash);
const kept = (on = page) => named(on, 'list', 'Kept features').getByRole('listitem');
const item = (id: string, on = page) => kept(on).filter({ hasText: id });
const saved = async (button: string) => {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: button, exact: true }).click()
	]);
	const file = path.join(folder, download.suggestedFilename());
	await download.saveAs(file);
	return file;
};

it('keeps a feature from its card, the feature list and the search', async () => {
	await named(page, 'region', 'Feature')
		.getByRole('button', { name: `Keep ${ID}` })
		.click();
	await named(page, 'region', 'Feature')
		.getByRole('link', { name: 'is in the notebook' })
		.waitFor();
	await go('#/explore?prompt=The%20red%20fox%20saw%20the%20sea.');
	const first = named(page, 'list', 'Features').getByRole('listitem').first();
	await first.getByRole('button', { name: /^Keep / }).click();
	await go('#/find?find=boat&prompt=The%20red%20fox%20saw%20the%20sea.');
	const found = named(page, 'list', 'Found').getByRole('listitem');
	await found
		.first()
		.getByRole('button', { name: /^Keep / })
		.click();
	await go('#/notebook');
	await eventually(() => kept().count()).toBe(3);
	await item(ID).getByText('Seen on “The red fox saw the sea.”').waitFor();
});

it('gives it a name that wins everywhere and is marked and found', async () => {
	await item(ID).getByLabel('Your name').fill('gloomy weather');
	await item(ID).getByLabel('Tags').fill('weather, mood');
	await item(ID).getByLabel('Note', { exact: true }).fill('fires before storms');
	await page.keyboard.press('Tab');
	await item(ID).filter({ hasText: '✎ your name' }).waitFor();
	await go('#/find?find=gloomy');
	const first = named(page, 'list', 'Found').getByRole('listitem').first();
	await first
		.filter({ hasText: 'you named it “gloomy weather”' })
		.filter({ hasText: ID })
		.waitFor();
	await go(`#/feature/${ID}`);
	await named(page, 'region', 'Feature').getByRole('heading', { name: 'gloomy weather' }).waitFor();
	await named(page, 'region', 'Feature')
		.getByText(/The pack says “/)
		.waitFor();
});

it('is there after a reload', async () => {
	await page.goto(at('#/notebook'));
	await page.reload();
	await eventually(() => kept().count()).toBe(3);
	expect(await item(ID).getByLabel('Tags').inputValue()).toBe('weather, mood');
	await eventually(() => item(ID).getByLabel('Your name').inputValue()).toBe('gloomy weather');
});

it('is not undone by a second tab', async () => {
	const other = await page.context().newPage();
	other.setDefaultTimeout(90_000);
	await other.goto(at('#/notebook'));
	await engineReady(other);
	await eventually(() => kept(other).count()).toBe(3);
	// Each changes another field of the same feature, and one keeps something new meanwhile.
	await item(ID, other).getByLabel('Note', { exact: true }).fill('from the second tab');
	await item(ID).getByLabel('Tags').fill('first, tab');
	await page.keyboard.press('Tab');
	await other.keyboard.press('Tab');
	await eventually(() => item(ID).getByLabel('Note', { exact: true }).inputValue()).toBe(
		'from the second tab'
	);
	await eventually(() => item(ID, other).getByLabel('Tags').inputValue()).toBe('first, tab');
	await item(ID, other).getByLabel('Your name').fill('rainy mood');
	await other.keyboard.press('Tab');
	await eventually(() => item(ID).getByLabel('Your name').inputValue()).toBe('rainy mood');
	await other.close();
});

it('takes a removal back', async () => {
	await page.getByRole('button', { name: `Remove ${ID}` }).click();
	await eventually(() => kept().count()).toBe(2);
	await page.getByRole('button', { name: 'Undo' }).click();
	await eventually(() => kept().count()).toBe(3);
	expect(await item(ID).getByLabel('Note', { exact: true }).inputValue()).toBe(
		'from the second tab'
	);
});

it('travels as a file and as a link to somebody else', async () => {
	const file = await saved('Export notebooks');
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.getByRole('button', { name: 'Copy link to this list' }).click();
	await page.getByRole('button', { name: 'Link copied' }).waitFor();
	const link = await page.evaluate(() => navigator.clipboard.readText());
	expect(link).toMatch(/#\/notebook\?.*list=[\w-]+/);
	expect(link.length).toBeLessThan(1500);
	const friend = await newVisitor(browser);
	await friend.page.goto(link);
	await engineReady(friend.page);
	const shared = named(friend.page, 'list', 'Shared features').getByRole('listitem');
	await shared
		.filter({ hasText: 'rainy mood' })
		.filter({ hasText: 'from the second tab' })
		.waitFor();
	expect(await shared.count()).toBe(3);
	await friend.page.getByRole('button', { name: 'Keep this list' }).click();
	await eventually(() => kept(friend.page).count()).toBe(3);
	await eventually(() => item(ID, friend.page).getByLabel('Your name').inputValue()).toBe(
		'rainy mood'
	);
	await friend.page.getByLabel('Import notebooks').setInputFiles(file);
	await friend.page.getByText('Imported 1 notebook, 3 features and 0 presets.').waitFor();
	await friend.page.getByLabel('Import notebooks').setInputFiles(file);
	await friend.page.getByText('3 features were there already.').waitFor();
	expect(friend.complaints).toEqual([]);
	await friend.page.context().close();
});

it('says what is wrong with a damaged link and a foreign file', async () => {
	await go('#/notebook?list=abcdefgh');
	await page.getByText('The list in the link is damaged. Ask for the link again.').waitFor();
	await page.getByRole('button', { name: 'Fix the link' }).click();
	const bad = path.join(folder, 'bad.json');
	writeFileSync(bad, '{"format":"something"}');
	await page.getByLabel('Import notebooks').setInputFiles(bad);
	await page.getByText('The file is not one of notebooks.').waitFor();
	await eventually(() => kept().count()).toBe(3);
});

it('imports and exports names', async () => {
	const table = path.join(folder, 'names.csv');
	writeFileSync(
		table,
		`id,label\nR3 · 7,"=HYPERLINK(""x"")"\n${ID},storm\nblocks.9.hook_mlp_out/1,x\n`
	);
	await page.getByLabel('Import names').setInputFiles(table);
	await page
		.getByText('2 names imported. 1 name was of SAEs that this pack does not have.')
		.waitFor();
	await eventually(() => item(ID).getByLabel('Your name').inputValue()).toBe('storm');
	const csv = readFileSync(await saved('Export as CSV'), 'utf8');
	expect(csv).toContain(`blocks.3.hook_resid_post/7,"'=HYPERLINK(""x"")",own,`);
	expect(csv.trim().split('\r\n')).toHaveLength(3);
	writeFileSync(table, 'id,label\nnonsense,boat\n');
	await page.getByLabel('Import names').setInputFiles(table);
	await page.getByText('Line 2 names no feature of this pack: “nonsense”.').waitFor();
	const neuronpedia = await saved('Export as Neuronpedia');
	expect(JSON.parse(readFileSync(neuronpedia, 'utf8'))).toContainEqual(
		expect.objectContaining({ layer: '3-hook_resid_post', index: '442', description: 'storm' })
	);
});

it('complains of nothing', () => expect(visitor.complaints).toEqual([]));
