/** A model that converses: chosen in the header, asked, read, steered, and there without a network afterwards. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, offlineReady, openBrowser } from './visitor';

const site = inject('site');
let browser: Browser;

beforeAll(async () => {
	browser = await openBrowser();
});
afterAll(() => browser.close());

it('answers, shows what its answer is made of, and needs no network once it is stored', async () => {
	const { page, complaints } = await newVisitor(browser);
	await page.goto(`${site}?backend=wasm`);
	await engineReady(page);
	const model = page.getByRole('combobox', { name: 'Model' });
	const smol = model.locator('option', { hasText: 'SmolLM2' });
	// Its size is told before anything of it is fetched.
	expect(await smol.innerText()).toMatch(/download \d+ MB/);
	await model.selectOption(await smol.getAttribute('value'));
	await named(page, 'textbox', 'User').waitFor();
	await engineReady(page);

	await named(page, 'textbox', 'User').fill('What is the capital of France?');
	await page.getByRole('link', { name: 'Answer' }).click();
	const answer = named(page, 'region', 'Steered').filter({ hasText: 'Paris' });
	await answer.waitFor();
	// The template is part of the prompt, and so of the address.
	const prompt = () => named(page, 'textbox', 'Prompt').inputValue();
	expect(await prompt()).toContain('<|im_start|>user\nWhat is the capital of France?<|im_end|>');

	await page.getByRole('button', { name: 'Read the answer' }).click();
	await page.getByRole('navigation', { name: 'Views' }).getByText('Explore').click();
	expect(await prompt()).toMatch(/assistant\nThe capital of France is Paris\.$/);
	await named(page, 'list', 'Tokens').getByRole('listitem').filter({ hasText: 'Paris' }).waitFor();
	await named(page, 'list', 'Features')
		.getByRole('listitem')
		.filter({ hasText: /blocks\.\d+\.hook_resid_post/ })
		.first()
		.waitFor();

	await page.getByRole('button', { name: 'Reply' }).click();
	await named(page, 'textbox', 'User').fill('And of Italy?');
	expect(await prompt()).toMatch(
		/Paris\.<\|im_end\|>\n<\|im_start\|>user\nAnd of Italy\?<\|im_end\|>\n<\|im_start\|>assistant\n$/
	);

	await offlineReady(page);
	await page.context().setOffline(true);
	await page.reload();
	await engineReady(page);
	expect(await named(page, 'textbox', 'User').inputValue()).toBe('And of Italy?');
	expect(complaints.filter((line) => !line.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
	await page.context().close();
});
