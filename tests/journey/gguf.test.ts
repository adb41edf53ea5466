/** A reader brings a .gguf file, from the machine and from an address, and explores the model in it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeHub } from '../fakes/hub';
import { FIXTURES } from '../golden/fixture';
import { named, newVisitor, openBrowser, type Visitor } from './visitor';

const PROMPT = 'The old fox went to the sea.';
const file = (name: string) => readFileSync(path.join(FIXTURES, 'gguf', `${name}.gguf`));

let hub: FakeHub;
let browser: Browser;
let visitor: Visitor;

beforeAll(async () => {
	hub = await FakeHub.open();
	hub.plain.set('models/qwen2.gguf', new Uint8Array(file('qwen2')));
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	await visitor.page.goto(`${inject('site')}?backend=wasm#/models`);
});
afterAll(async () => {
	await browser.close();
	await hub.close();
});

const card = () => named(visitor.page, 'region', 'Add a model, SAEs or a pack');

const choose = (name: string, buffer: Buffer) =>
	visitor.page
		.getByLabel('Files of a model, of SAEs or of a pack')
		.setInputFiles({ name, mimeType: 'application/octet-stream', buffer });

/** Makes the pack of what was found, opens it, and reads the prompt with it. */
async function makeAndRead(): Promise<void> {
	const { page } = visitor;
	await card().getByRole('button', { name: 'Make the pack', exact: true }).click();
	const link = card().getByRole('link', { name: /^Explore/ });
	const hash = (await link.getAttribute('href'))!.replace(/#\/\w+/, '#/explore');
	await page.goto(new URL(`${hash}&${new URLSearchParams({ prompt: PROMPT })}`, page.url()).href);
	const next = named(page, 'list', 'What may come next');
	await next.getByRole('listitem').first().waitFor();
}

describe('a .gguf file', () => {
	it('is refused in words where it was cut short', async () => {
		const whole = file('smollm');
		await choose('cut.gguf', whole.subarray(0, whole.length - 5000));
		await card()
			.getByText(/This GGUF file ends before tensor .* does\./)
			.waitFor();
		await choose('cut.gguf', whole.subarray(0, 3000));
		await card().getByText('This GGUF file ends before its header does.').waitFor();
	});

	it('becomes a pack, opens and reads a prompt', async () => {
		await choose('smollm.gguf', file('smollm'));
		await card()
			.getByText(/llama: \d layers/)
			.waitFor();
		await makeAndRead();
		expect(visitor.complaints).toEqual([]);
	});

	it('is brought from the address of a file on a plain host', async () => {
		const { page } = visitor;
		hub.answers = false;
		await page.goto(`${inject('site')}?backend=wasm#/models`);
		await named(page, 'textbox', 'Id or address').fill(`${hub.origin}/models/qwen2.gguf`);
		await card().getByRole('button', { name: 'Find', exact: true }).click();
		await card()
			.getByText(/qwen2: \d layers/)
			.waitFor();
		await makeAndRead();
	});
});
