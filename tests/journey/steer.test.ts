/** Steering at work: meters, steps back and forth, pauses, presets, a grid of strengths, texts taken along. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, openBrowser, type Visitor } from './visitor';

const ID = 'blocks.3.hook_resid_post/442';
const folder = mkdtempSync(path.join(tmpdir(), 'steer-'));

let browser: Browser;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	({ page } = visitor);
	await page.goto(
		`${inject('site')}?backend=wasm#/steer?prompt=Once%20upon%20a%20time&length=24&steer=${ID}=add:60`
	);
	await engineReady(page);
});
afterAll(() => browser.close());

const eventually = <T>(what: () => Promise<T> | T) => expect.poll(what, { timeout: 60_000 });
const steers = () => new URL(page.url().replace('#/', '')).searchParams.getAll('steer');
const button = (name: string) => page.getByRole('button', { name, exact: true });
const meters = (name: string) => page.locator(`dl[aria-label="Meters of ${name}"]`);
const saved = async (name: string) => {
	const [download] = await Promise.all([page.waitForEvent('download'), button(name).click()]);
	const file = path.join(folder, download.suggestedFilename());
	await download.saveAs(file);
	return readFileSync(file, 'utf8');
};

it('says beside the texts how fluent they are and how far the theme shows', async () => {
	await eventually(() => meters('Steered').textContent()).toMatch(/Perplexity.*\d × unsteered/s);
	expect(await meters('Steered').textContent()).toMatch(
		/Repeats.*%.*Theme: .*, read without steering.*fires on .*in the unsteered text/s
	);
	expect(await meters('Unsteered').textContent()).toMatch(
		/Perplexity, read without steering\s*[\d.]+/
	);
});

it('marks everything from where the texts part', async () => {
	const region = named(page, 'region', 'Steered');
	const pieces = await region
		.locator('span')
		.evaluateAll((all) => all.map((piece) => piece.classList.contains('mark')));
	const first = pieces.indexOf(true);
	expect(first).toBeGreaterThanOrEqual(0);
	expect(pieces.slice(first).every(Boolean)).toBe(true);
});

it('goes back and forth, and leaves a feature out for a while', async () => {
	await button(`Pause ${ID}`).click();
	await eventually(() => page.url()).toContain('paused=');
	await page.getByText('Every feature is paused, so both texts are the same.').waitFor();
	await eventually(async () => (await named(page, 'region', 'Steered').textContent())!.trim()).toBe(
		(await named(page, 'region', 'Unsteered').textContent())!.trim()
	);
	await button('Undo').click();
	await eventually(() => page.url()).not.toContain('paused=');
	await button('Redo').click();
	await eventually(() => page.url()).toContain('paused=');
	await button(`Go on with ${ID}`).click();
	await page.getByLabel(`Value of ${ID}`).fill('5');
	await page.getByLabel(`Value of ${ID}`).press('Tab');
	await eventually(steers).toEqual([`${ID}=add:5`]);
	await page.keyboard.press('Control+z');
	await eventually(steers).toEqual([`${ID}=add:60`]);
	await button('Reset').click();
	await eventually(steers).not.toEqual([`${ID}=add:60`]);
});

it('keeps presets under names, also over a reload', async () => {
	const before = steers();
	await page.getByLabel('Name of the preset').fill('Colourful');
	await button('Save preset').click();
	await button('Colourful').waitFor();
	await button('Remove all').click();
	await eventually(steers).toEqual([]);
	await page.reload();
	await engineReady(page);
	await button('Colourful').click();
	await eventually(steers).toEqual(before);
	await button('Delete the preset Colourful').click();
	await button('Colourful').waitFor({ state: 'detached' });
});

it('writes a grid of strengths in one click', async () => {
	await button('Write at 6 strengths').click();
	const cells = named(page, 'list', 'Texts by strength').getByRole('listitem');
	await eventually(() => cells.count()).toBe(6);
	for (const text of await cells.allTextContents()) expect(text).toMatch(/Perplexity.*Theme/s);
	const [before] = steers();
	await button('Use these strengths, × 0.5').click();
	const half = Number(before!.split(':')[1]) / 2;
	await eventually(() => Number(steers()[0]?.split(':')[1])).toBeCloseTo(half, 2);
});

it('takes the texts along', async () => {
	await eventually(() => meters('Steered').textContent()).toMatch(/\d × unsteered/);
	const text = await saved('Save text');
	expect(text).toContain('Prompt: Once upon a time');
	expect(text).toContain(`Steering: ${ID}=add:`);
	const steered = (await named(page, 'region', 'Steered').textContent())!.trim();
	expect(text).toContain(steered);
	const json = JSON.parse(await saved('Save as JSON')) as {
		steered: { text: string; meters: { perplexity: number } };
	};
	expect(json).toMatchObject({ prompt: 'Once upon a time', tokens: 24, steer: steers() });
	expect(json.steered.text).toContain(steered);
	expect(json.steered.meters.perplexity).toBeGreaterThan(1);
});

it('complains of nothing', () => expect(visitor.complaints).toEqual([]));
