/** An SAE trained in the page: a text dropped, curves and features, a pause, a reload, and then a full member of the pack. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { integers, parseSafetensors } from '../../src/core/files/safetensors';
import { ExampleTexts } from '../../workers/packs/statistics';
import { Tokenizer } from '../../workers/model/tokenizer';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { named, newVisitor, openBrowser } from './visitor';

const site = inject('site');
let browser: Browser;
/** What the pack's own texts say, as a reader's file. */
let text: string;

beforeAll(async () => {
	browser = await openBrowser();
	const source = await FolderSource.open('models/default');
	const { model, examples } = source.pack;
	const utf8 = async (file: string) => new TextDecoder().decode(await source.bytes(file));
	const tokenizer = new Tokenizer(await utf8(model.tokenizer), await utf8(model.tokenizerConfig));
	const file = parseSafetensors(await source.bytes(examples!));
	expect(integers(file, 'tokens').length).toBeGreaterThan(20_000);
	const documents = new ExampleTexts(file, Infinity).documents(null, 400);
	text = documents
		.map((ids) => tokenizer.decode(ids.filter((id) => !tokenizer.isSpecial(id))))
		.join('\n<|endoftext|>\n');
});
afterAll(() => browser.close());

/** Drops a file on a card, as from a folder of the desktop. */
async function drop(page: Page, region: string, name: string, content: string): Promise<void> {
	const data = await page.evaluateHandle(
		([content, name]) => {
			const transfer = new DataTransfer();
			transfer.items.add(new File([content], name));
			return transfer;
		},
		[content, name] as const
	);
	await named(page, 'region', region).dispatchEvent('drop', { dataTransfer: data });
}

async function choose(page: Page, settings: Record<string, string>): Promise<void> {
	for (const [label, value] of Object.entries(settings))
		await page.getByRole('spinbutton', { name: label }).fill(value);
}

it('trains on a dropped text, pauses, survives a reload, and ends as an SAE like all others', async () => {
	const { page, complaints } = await newVisitor(browser);
	const button = (name: string | RegExp) => page.getByRole('button', { name });
	await page.goto(`${site}?backend=wasm#/train`);
	await named(page, 'region', 'What to train').waitFor();
	await drop(page, 'What to train', 'stories.txt', text);
	await page.getByText('Chosen: stories.txt').waitFor();
	await page.getByRole('combobox', { name: 'Site' }).selectOption('blocks.1.hook_resid_post');
	await choose(page, {
		Features: '256',
		'Active on a token (k)': '16',
		'Tokens to learn from': '40000'
	});
	await named(page, 'region', 'What it will take')
		.getByText(/about \d+ (s|min)/)
		.waitFor();

	await button('Train 256 features').click();
	await named(page, 'region', 'New features').getByRole('listitem').nth(3).waitFor();
	const curves = named(page, 'region', 'Curves');
	await curves.getByText(/explains .* of the variance/).waitFor();
	await button('Pause').click();
	await page.getByText(/256 features on stories.txt: \d+ % trained/).waitFor();
	const share = async () =>
		Number(/(\d+) % trained/.exec(await page.locator('.view').innerText())![1]);
	const before = await share();
	expect(before).toBeGreaterThan(0);

	await page.reload();
	await page.getByText(/256 features on stories.txt: \d+ % trained/).waitFor();
	expect(await share()).toBe(before);
	await curves.getByText(/explains .* of the variance/).waitFor();
	await button('Resume').click();
	await page.getByText(/R1@trained is trained and stored/).waitFor({ timeout: 170_000 });
	await page.getByRole('link', { name: /^Open .* with it/ }).click();

	const mine = page.getByRole('region', { name: 'Trained here' });
	await mine.getByText('256 features, k 16').waitFor();
	const download = page.waitForEvent('download');
	await mine.getByRole('button', { name: 'Save for SAELens' }).click();
	const saved = await download;
	expect(saved.suggestedFilename()).toBe('blocks.1.hook_resid_post-trained.zip');
	expect((await readFile(await saved.path())).length).toBeGreaterThan(4 * 2 * 256 * 256);

	await mine.getByRole('link', { name: /^Explore/ }).click();
	const features = named(page, 'list', 'Features').getByRole('listitem');
	await features.first().waitFor();
	expect(await features.first().innerText()).toContain('blocks.1.hook_resid_post@trained/');
	await features.first().getByRole('link').first().click();
	await named(page, 'region', 'Feature').getByRole('button', { name: 'Steer' }).click();
	await page.waitForURL(/steer=/);
	await page
		.getByRole('navigation')
		.getByRole('link', { name: /^Steer/ })
		.click();
	await named(page, 'region', 'Steered').waitFor();
	expect(decodeURIComponent(page.url())).toContain('blocks.1.hook_resid_post@trained/');

	await page.getByRole('link', { name: 'Train', exact: true }).click();
	await mine.getByRole('button', { name: 'Delete', exact: true }).click();
	await mine.getByRole('button', { name: 'Delete it for good' }).click();
	await mine.waitFor({ state: 'detached' });
	expect(complaints).toEqual([]);
	await page.context().close();
}, 400_000);

it('says in a sentence what cannot be trained on', async () => {
	const { page, complaints } = await newVisitor(browser);
	await page.goto(`${site}?backend=wasm#/train`);
	await named(page, 'region', 'What to train').waitFor();
	await drop(page, 'What to train', 'short.txt', 'Once upon a time there was a fox. '.repeat(3));
	await page.getByText(/tokens are too few to train on/).waitFor();
	await drop(page, 'What to train', 'same.txt', 'a '.repeat(20_000));
	await page.getByText(/over and over: there is nothing to tell apart/).waitFor();
	await drop(page, 'What to train', 'stories.txt', text);
	await choose(page, { Features: '8' });
	await page.getByText('32 features may be active on a token (k), but there are only 8.').waitFor();
	await choose(page, { Features: '8192' });
	await page.getByText(/The text is short for 8,192 features/).waitFor();
	expect(complaints).toEqual([]);
	await page.context().close();
});
