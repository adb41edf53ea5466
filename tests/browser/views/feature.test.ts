import { afterEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import Feature from '../../../src/views/feature/Feature.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const ID = 'blocks.1.hook_resid_post/7';
const HASH = `#/feature/${ID}?prompt=a+little+fox+ran`;
const card = () => page.getByRole('region', { name: 'Feature', exact: true });

afterEach(leaveRoom);

describe('Feature', () => {
	it('shows who it is, how often it fires and on what', async () => {
		const { engine } = await openRoom(Feature, HASH);
		const [line] = await engine.lines([ID]);
		await expect.element(card()).toHaveTextContent(ID);
		await expect
			.element(card().getByRole('heading', { level: 2 }))
			.toHaveTextContent(line!.label!.text);
		await expect.element(card()).toHaveTextContent(/of 400,000 held-out tokens/);
		for (const title of [
			'Promotes',
			'Suppresses',
			'Input tokens it looks for',
			'Where it came from',
			'Where it goes'
		])
			await expect.element(card().getByRole('heading', { name: title })).toBeVisible();
		await expect.element(card()).toHaveTextContent(/sampled from the model/);
		expect(
			card()
				.getByText(/top 1 %|percentile|median|quarter/)
				.elements().length
		).toBeGreaterThan(3);
	});

	it('steers with one button, says so and links there', async () => {
		const { explorer } = await openRoom(Feature, HASH);
		await card().getByRole('button', { name: 'Steer', exact: true }).click();
		await vi.waitFor(() => expect(explorer.edits.has(ID)).toBe(true));
		await expect.element(card().getByRole('status')).toHaveTextContent(/as add:/);
		await expect.element(card().getByRole('link', { name: 'Go to Steer' })).toBeVisible();
	});

	it('has a table behind every chart', async () => {
		await openRoom(Feature, HASH);
		await card().getByText('Table of bins').click();
		const rows = card().getByRole('group', { name: 'Table of bins: Activations' }).getByRole('row');
		await vi.waitFor(() => expect(rows.elements()).toHaveLength(17));
	});

	it('switches the histogram between scales', async () => {
		await openRoom(Feature, HASH);
		const heights = () =>
			[...card().element().querySelectorAll('rect.bar[y]')].map((bar) =>
				bar.getAttribute('height')
			);
		await expect.element(card().getByRole('checkbox')).toBeChecked();
		const before = heights();
		await card().getByRole('checkbox').click();
		await vi.waitFor(() => expect(heights()).not.toEqual(before));
	});

	it('leads to a feature nearby', async () => {
		await openRoom(Feature, HASH);
		const near = card().getByRole('table', { name: 'Nearest features' }).getByRole('link');
		await expect
			.element(near.first())
			.toHaveAttribute(
				'href',
				expect.stringMatching(/^#\/feature\/blocks\.1\.hook_resid_post\/0\?prompt=/)
			);
	});

	it('says what is wrong with an unknown feature', async () => {
		await openRoom(Feature, '#/feature/blocks.1.hook_resid_post/999999?prompt=a');
		await expect.element(page.getByRole('alert')).toHaveTextContent('There is no feature');
	});

	it('says how far its name can be trusted', async () => {
		await openRoom(Feature, HASH, { rich: true });
		const quality = card().getByRole('region', { name: 'How good is this name?' });
		await expect
			.element(quality)
			.toHaveTextContent(/F1 0\.83\s?precision 0\.9\s?recall 0\.77\s?chance 0\.05/);
		await expect
			.element(card().getByText('checked name: right 90 %, found 77 %').first())
			.toBeVisible();
	});

	it('says plainly that nothing explains a feature, or that nothing was tried', async () => {
		await openRoom(Feature, HASH.replace('/7?', '/6?'), { rich: true });
		const quality = card().getByRole('region', { name: 'How good is this name?' });
		await expect.element(quality).toHaveTextContent(/No name that was tried scored high enough/);
		leaveRoom();
		await openRoom(Feature, HASH);
		await expect.element(quality).toHaveTextContent(/Not measured/);
	});

	it('tells what fires with it, how varied its tokens are, and where it was seen to come from', async () => {
		await openRoom(Feature, HASH, { rich: true });
		await expect.element(card()).toHaveTextContent(/Token entropy 2\.25 bits/);
		await expect.element(card()).toHaveTextContent(/Fires on about 4\.8 different tokens/);
		const together = card().getByRole('table', { name: 'Features that fire on the same tokens' });
		await expect.element(together.getByRole('columnheader', { name: 'correlation' })).toBeVisible();
		expect(together.getByRole('link').elements()).toHaveLength(3);
		await expect.element(card()).toHaveTextContent(/Structural origin: processed/);
		const chart = card().getByRole('img', { name: /^Observed origin: none of them 5 %/ });
		await expect.element(chart).toBeVisible();
		await card().getByText('Table of groups').click();
		const rows = card().getByRole('group', { name: 'Table of groups: Observed origin' });
		await vi.waitFor(() => expect(rows.getByRole('row').elements()).toHaveLength(9));
	});

	it('says of an older pack that these were not measured', async () => {
		await openRoom(Feature, HASH);
		await expect.element(card()).toHaveTextContent(/Token entropy not measured/);
		await expect.element(card()).toHaveTextContent(/Observed origin: not measured/);
		await expect
			.element(card().getByRole('region', { name: 'Fires together with' }))
			.toHaveTextContent('Not measured.');
	});

	it('leads from a kron feature to its siblings, and to Explore', async () => {
		const id = 'blocks.1.hook_resid_post@kron/13';
		const { explorer } = await openRoom(Feature, HASH.replace(ID, id), { rich: true });
		const siblings = card().getByRole('region', { name: 'Siblings in its head' });
		await expect.element(siblings).toHaveTextContent(/Head 1, i = 1, j = 1/);
		const links = siblings.getByRole('link').elements();
		expect(links.map((link) => link.getAttribute('href')!.split('?')[0])).toEqual(
			[12, 14, 15, 9].map((f) => `#/feature/blocks.1.hook_resid_post@kron/${f}`)
		);
		await expect.element(card()).toHaveTextContent(/8 heads of 2 × 4/);
		const explore = card().getByRole('link', { name: 'Open in Explore' });
		location.hash = explore.element().getAttribute('href')!;
		await vi.waitFor(() => expect(explorer.address.view).toBe('explore'));
		expect(explorer.site).toBe('blocks.1.hook_resid_post@kron');
		expect(explorer.strongest[0]!.id).toMatch(/^blocks\.1\.hook_resid_post@kron\//);
	});

	it('stays inside a phone', async () => {
		await page.viewport(360, 780);
		await openRoom(Feature, HASH, { rich: true });
		await expect.element(card().getByRole('img', { name: /^Observed origin/ })).toBeVisible();
		expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
		await page.viewport(1280, 800);
	});

	it.each([false, true])('keeps nobody out (rich: %s)', async (rich) => {
		await openRoom(Feature, HASH, { rich });
		await expect.element(card().getByRole('heading', { name: 'Promotes' })).toBeVisible();
		expect(await barriers()).toEqual([]);
	});

	it('compares by other measures, and can be stopped', async () => {
		const { explorer, engine } = await openRoom(Feature, `#/feature/${ID}`);
		engine.pace = 60_000;
		const measure = (name: string) =>
			page.getByRole('radiogroup', { name: 'Compared by' }).getByText(name, { exact: true });
		await measure('correlation').click();
		await page.getByRole('button', { name: 'Compare' }).click();
		await expect.element(page.getByRole('progressbar', { name: 'Comparison' })).toBeVisible();
		await page.getByRole('button', { name: 'Stop' }).click();
		expect(explorer.experiments.matches.busy).toBe(false);
		engine.pace = 0;
		await page.getByRole('button', { name: 'Compare' }).click();
		const table = page.getByRole('table', { name: 'Matches by correlation' });
		await expect.element(table).toBeVisible();
		expect(table.element().querySelectorAll('tbody tr')).toHaveLength(5);
		await expect
			.element(page.getByText('Over 20,000 tokens of the pack’s texts.', { exact: false }))
			.toBeVisible();
		await measure('one partner each').click();
		await expect.element(table).not.toBeInTheDocument();
	});
});
