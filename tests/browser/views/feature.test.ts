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
		for (const title of ['Promotes', 'Suppresses', 'Reads', 'Where it came from', 'Where it goes'])
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
		await vi.waitFor(() => expect(explorer.isSteered(ID)).toBe(true));
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

	it('keeps nobody out', async () => {
		await openRoom(Feature, HASH);
		expect(await barriers()).toEqual([]);
	});
});
