/** Somebody new takes the five lessons, one after the other, and then a worked example. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { LESSONS } from '../../src/core/lessons/lessons';
import { engineReady, named, newVisitor, openBrowser } from './visitor';

let browser: Browser;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser();
	({ page } = await newVisitor(browser));
	await page.goto(`${inject('site')}?backend=wasm`);
	await engineReady(page);
});
afterAll(() => browser.close());

const open = () => page.getByRole('button', { name: 'Lessons and examples' }).click();
const dialog = () => page.getByRole('dialog', { name: 'Lessons and examples' });
const lesson = (number: number) =>
	named(page, 'region', `Lesson ${number} of 5: ${LESSONS[number - 1]!.title}`);

it('begins with the first, in the view that it is about', async () => {
	await open();
	await dialog().getByRole('link', { name: LESSONS[0]!.title }).click();
	await lesson(1).waitFor();
	expect(await dialog().count()).toBe(0);
	await named(page, 'list', 'Tokens').getByText('grandmother').first().waitFor();
});

it('keeps its answer until it is asked for', async () => {
	const answer = lesson(1).getByText(/the stories are full of them/);
	expect(await answer.isVisible()).toBe(false);
	await lesson(1).getByText('Show the answer').click();
	expect(await answer.isVisible()).toBe(true);
});

it('goes on to the last, and shows what each speaks of', async () => {
	const shown: [number, () => Promise<unknown>][] = [
		[2, () => named(page, 'region', 'Feature').getByText('colour word').first().waitFor()],
		[
			3,
			() =>
				page
					.getByRole('region', { name: /^Logit lens/ })
					.getByText('Tom')
					.first()
					.waitFor()
		],
		[
			4,
			() =>
				named(page, 'region', 'Steered')
					.getByText(/very hungry/)
					.waitFor()
		],
		[
			5,
			() =>
				named(page, 'region', 'Steered')
					.getByText(/soup soup soup/)
					.waitFor()
		]
	];
	for (const [number, isThere] of shown) {
		await lesson(number - 1)
			.getByRole('link', { name: 'Next lesson' })
			.click();
		await lesson(number).waitFor();
		expect(
			await lesson(number)
				.getByText(LESSONS[number - 1]!.answer)
				.isVisible()
		).toBe(false);
		await isThere();
	}
	expect(await lesson(5).getByRole('link', { name: 'Next lesson' }).count()).toBe(0);
});

it('ends where the reader likes, and leaves the view as it is', async () => {
	await lesson(5).getByRole('button', { name: 'End the lesson' }).click();
	await expect.poll(() => page.url()).not.toContain('lesson');
	await named(page, 'region', 'Steered')
		.getByText(/soup soup soup/)
		.waitFor();
});

it('leads to worked examples from any view', async () => {
	await open();
	await dialog().getByRole('link', { name: 'A feature through the layers' }).click();
	await named(page, 'region', 'Flow').getByText('blocks.4.hook_resid_post/843').first().waitFor();
});
