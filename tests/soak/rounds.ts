/** What somebody does with the page, over and over. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { FIXTURES } from '../golden/fixture';
import { zipOf } from '../crafted-files';
import { engineReady, named } from '../journey/visitor';

const PROMPTS = [
	'One winter day the old king went to the sea and found a golden ring.',
	'The bell rang twice in the harbour, and nobody came.',
	'Once upon a time there was a fox who could count to seven.',
	'In the middle of the wood a clock stood still.'
];
const FEATURE = 'blocks.3.hook_resid_post';

/** A second pack, as one file. */
export function writePack(folder: string): { file: string; id: string } {
	const read = (name: string) => readFileSync(path.join(FIXTURES, 'gpt2', name));
	const text = read('pack.json');
	const { files } = JSON.parse(text.toString()) as { files: Record<string, unknown> };
	const entries = ['pack.json', ...Object.keys(files)].map((name) => ({
		name,
		bytes: new Uint8Array(read(name))
	}));
	const file = path.join(folder, 'gpt2.zip');
	writeFileSync(file, zipOf(entries));
	return { file, id: `gpt2-${createHash('sha256').update(text).digest('hex').slice(0, 12)}` };
}

export class Rounds {
	#n = 0;

	constructor(
		readonly page: Page,
		readonly site: string,
		readonly pack: { file: string; id: string }
	) {}

	async begin(): Promise<void> {
		await this.page.goto(`${this.site}#/models`);
		await engineReady(this.page);
		await this.page.getByLabel('Pack as a .zip file').setInputFiles(this.pack.file);
		await this.page
			.getByRole('link', { name: /^Open Micro/ })
			.first()
			.waitFor();
	}

	/** Every view once, with another prompt and another feature than before. */
	async next(): Promise<void> {
		const n = this.#n++;
		const prompt = PROMPTS[n % PROMPTS.length]!;
		const id = `${FEATURE}/${(37 * n) % 256}`;
		await this.#explore(prompt);
		await this.#show(`#/feature/${id}`, { prompt });
		await named(this.page, 'region', 'Feature').waitFor();
		await this.#show(`#/flow/${id}`, { prompt });
		await named(this.page, 'region', 'Flow').waitFor();
		await this.#slide();
		await this.#show('#/flow', { prompt });
		await this.#show('#/steer', { prompt, steer: `${id}=add:4`, length: '20' });
		await this.#slide();
		await this.#show('#/report', {});
		await this.#show('#/report/flow', {});
		await this.#show('#/models', {});
		// The other pack and back, so that all rounds end alike.
		await this.#show('#/explore', { prompt, pack: this.pack.id });
		await engineReady(this.page);
		await this.#show('#/explore', { prompt });
		await engineReady(this.page);
		// At rest: what is measured then is kept, not in use.
		await this.#show('#/models', {});
		await this.page.waitForTimeout(2000);
	}

	async #explore(prompt: string): Promise<void> {
		await this.#show('#/explore', {});
		await engineReady(this.page);
		const box = named(this.page, 'textbox', 'Prompt');
		await box.fill(prompt);
		await named(this.page, 'list', 'Features').getByRole('listitem').first().waitFor();
		for (const word of [' And', ' then', ' she']) {
			await box.press('End');
			await box.pressSequentially(word);
		}
		await this.page.waitForTimeout(500);
	}

	/** An address within the page: nothing is loaded again. */
	async #show(view: string, query: Record<string, string>): Promise<void> {
		const asked = new URLSearchParams(query).toString();
		const hash = asked ? `${view}?${asked}` : view;
		await this.page.evaluate((to) => (location.hash = to), hash);
		await this.page.waitForTimeout(400);
	}

	/** Each slider of the view to its ends. */
	async #slide(): Promise<void> {
		for (const slider of (await this.page.getByRole('slider').all()).slice(0, 4)) {
			await slider.focus().catch(() => undefined);
			for (const key of ['End', 'ArrowLeft', 'ArrowLeft', 'Home'])
				await this.page.keyboard.press(key);
		}
		await this.page.waitForTimeout(500);
	}
}
