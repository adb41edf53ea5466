import { afterEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { FakeEngine } from '../../fakes/engine';
import { runOf } from '../../../src/core/calls';
import Report from '../../../src/views/report/Report.svelte';
import { barriers, leaveRoom, openRoom } from './room';

afterEach(leaveRoom);

/** Lets the next measuring stand at a quarter until the answer is called, or it is cancelled. */
function held(engine: FakeEngine): () => void {
	const { promise, resolve } = Promise.withResolvers<void>();
	const measure = FakeEngine.prototype.remeasure.bind(engine);
	vi.spyOn(engine, 'remeasure').mockImplementationOnce(async (_, run = runOf()) => {
		run.progress({
			phase: 'measure',
			what: 'blocks.0.hook_attn_out',
			done: 5,
			total: 20
		});
		await promise;
		return measure(undefined, runOf({ signal: run.signal }));
	});
	return resolve;
}

describe('Report', () => {
	it('has a row an SAE, the self-test and the limits', async () => {
		await openRoom(Report, '#/report');
		const rows = page.getByRole('group', { name: 'Metrics of the SAEs' }).getByRole('row');
		expect(rows.elements()).toHaveLength(1 + 9);
		await expect.element(page.getByText('10 of 10 checks agree with PyTorch.')).toBeVisible();
		await expect.element(page.getByText(/not for facts/)).toBeVisible();
		for (const name of ['CE recovered', 'Variance unexplained', 'Dead features'])
			await expect.element(page.getByRole('img', { name: new RegExp(`^${name}`) })).toBeVisible();
	});

	it('says of an older pack what was not measured', async () => {
		await openRoom(Report, '#/report');
		const heads = page.getByRole('group', { name: 'Metrics of the SAEs' });
		expect(heads.getByText('not measured').elements().length).toBe(9 * 6);
		for (const name of ['Probes', 'Stories of its own'])
			await expect.element(page.getByRole('region', { name })).toHaveTextContent(/Not measured\.$/);
		await expect.element(page.getByRole('region', { name: 'Densities' })).toHaveTextContent('Not');
	});

	it('is the card of the model: probes beside chance, its own stories, every metric', async () => {
		await openRoom(Report, '#/report', { rich: true });
		await expect
			.element(page.getByRole('img', { name: /greater-than 61 %, chance 48 %, n = 500/ }))
			.toBeVisible();
		await expect.element(page.getByText(/of 4,120 sentences in 200 sampled stories/)).toBeVisible();
		const table = page.getByRole('group', { name: 'Metrics of the SAEs' });
		expect(table.getByRole('row').elements()).toHaveLength(1 + 11);
		expect(table.getByText('not measured').elements()).toHaveLength(0);
		for (const column of ['NMSE ÷ ‖x‖²', 'NMSE ÷ variance (FVU)', 'By shuffled truth'])
			await expect.element(table.getByRole('columnheader', { name: column })).toBeInTheDocument();
	});

	it('draws how often features fire, with a table', async () => {
		await openRoom(Report, '#/report', { rich: true });
		const chart = page.getByRole('img', { name: 'Densities of the features of 11 SAEs' });
		await expect.element(chart).toBeVisible();
		expect(chart.element().querySelectorAll('text.name')).toHaveLength(11);
		await page.getByText('Table of bins').click();
		const rows = page.getByRole('group', { name: 'Table of bins: How often features fire' });
		await vi.waitFor(() => expect(rows.getByRole('row').elements()).toHaveLength(1 + 11 * 6));
	});

	it('measures the card again, with progress, and says how near it came', async () => {
		const { engine } = await openRoom(Report, '#/report', { rich: true });
		const go = held(engine);
		const region = page.getByRole('region', { name: 'Measured again' });
		const start = region.getByRole('button', { name: 'Measure again here' });
		await start.click();
		const bar = region.getByRole('progressbar', { name: 'Measuring again' });
		await expect.element(bar).toHaveAttribute('aria-valuenow', '25');
		await expect.element(region.getByText('A0: text 2 of 2')).toBeVisible();
		await expect.element(start).toBeDisabled();
		expect(await barriers()).toEqual([]);
		go();
		await expect
			.element(region.getByRole('status'))
			.toHaveTextContent(/^✓ All 10 SAEs match the card within 1 %/);
		expect(bar.elements()).toHaveLength(0);
		const rows = region.getByRole('group', { name: 'Metrics measured again' }).getByRole('row');
		expect(rows.elements()).toHaveLength(2 + 11);
		expect(region.getByText('not measured').elements()).toHaveLength(1);
		await expect.element(region.getByRole('button', { name: 'Save as CSV' })).toBeVisible();
		expect(await barriers()).toEqual([]);
	});

	it('says by how much the card is missed, and where', async () => {
		await openRoom(Report, '#/report', { rich: true, drift: 0.034 });
		await page.getByRole('button', { name: 'Measure again here' }).click();
		await expect
			.element(page.getByRole('region', { name: 'Measured again' }).getByRole('status'))
			.toHaveTextContent(/^✗ 1 of 10 SAEs .* is 3\.4 % \(L0 of E\)\.$/);
		expect(await barriers()).toEqual([]);
	});

	it('stops measuring when asked, and can begin anew', async () => {
		const { engine, explorer } = await openRoom(Report, '#/report', { rich: true });
		held(engine);
		const region = page.getByRole('region', { name: 'Measured again' });
		const start = region.getByRole('button', { name: 'Measure again here' });
		await start.click();
		await region.getByRole('button', { name: 'Cancel' }).click();
		await expect.element(start).toBeEnabled();
		expect(region.getByRole('progressbar').elements()).toHaveLength(0);
		expect(region.getByRole('table').elements()).toHaveLength(0);
		expect(explorer.remeasurement.error).toBeNull();
		held(engine)();
		await start.click();
		await expect.element(region.getByRole('status')).toHaveTextContent(/10 SAEs/);
	});

	it('says of an older pack that there is nothing to measure again', async () => {
		await openRoom(Report, '#/report');
		const region = page.getByRole('region', { name: 'Measured again' });
		await expect.element(region).toHaveTextContent(/Not measured: this pack states no metrics/);
		expect(region.getByRole('button').elements()).toHaveLength(0);
	});

	it('opens a second SAE in Explore', async () => {
		const { explorer } = await openRoom(Report, '#/report?prompt=a+fox', { rich: true });
		const table = page.getByRole('group', { name: 'Metrics of the SAEs' });
		const link = table.getByRole('link', { name: 'R1@kron' }).element();
		expect(link.getAttribute('href')).toBe(
			'#/explore?prompt=a+fox&site=blocks.1.hook_resid_post@kron'
		);
		location.hash = link.getAttribute('href')!;
		await vi.waitFor(() => expect(explorer.site).toBe('blocks.1.hook_resid_post@kron'));
		expect(explorer.notices).toEqual([]);
	});

	it('stays inside a phone', async () => {
		await page.viewport(360, 780);
		await openRoom(Report, '#/report', { rich: true });
		await expect.element(page.getByRole('img', { name: /^Densities/ })).toBeVisible();
		await page.getByRole('button', { name: 'Measure again here' }).click();
		await expect.element(page.getByRole('group', { name: 'Metrics measured again' })).toBeVisible();
		expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
		await page.viewport(1280, 800);
	});

	it.each([false, true])('keeps nobody out (rich: %s)', async (rich) => {
		await openRoom(Report, '#/report', { rich });
		expect(await barriers()).toEqual([]);
	});
});
