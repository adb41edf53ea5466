import { afterEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { runOf } from '../../../src/core/calls';
import { Problem } from '../../../src/core/names/errors';
import { FakeEngine } from '../../fakes/engine';
import { fakeReproduction } from '../../fakes/reproduction';
import Report from '../../../src/views/report/Report.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const RICH = { rich: true, layers: 4 };

afterEach(() => {
	vi.restoreAllMocks();
	leaveRoom();
});

/** Lets the next run stand at a quarter until the answer is called. */
function held(engine: FakeEngine): () => void {
	const { promise, resolve } = Promise.withResolvers<void>();
	const run = FakeEngine.prototype.reproduce.bind(engine);
	vi.spyOn(engine, 'reproduce').mockImplementationOnce(async (settings, { progress } = runOf()) => {
		progress({ phase: 'read', what: 'texts', done: 5, total: 20 });
		await promise;
		return run(settings);
	});
	return resolve;
}

describe('Report, feature flow', () => {
	it('is a page of the report, and leads back', async () => {
		const { explorer } = await openRoom(Report, '#/report?prompt=a+fox', RICH);
		const pages = page.getByRole('navigation', { name: 'Pages of the report' });
		await expect.element(pages.getByText('Model card')).toHaveAttribute('aria-current', 'page');
		const link = pages.getByRole('link', { name: 'Feature flow' }).element();
		expect(link.getAttribute('href')).toBe('#/report/flow?prompt=a+fox');
		location.hash = link.getAttribute('href')!;
		await expect.element(page.getByRole('region', { name: 'Groups by layer' })).toBeVisible();
		expect(explorer.notices).toEqual([]);
		expect(explorer.href('report')).toBe('#/report?prompt=a+fox');
		location.hash = explorer.reportHref(null);
		await expect.element(page.getByRole('region', { name: 'SAEs', exact: true })).toBeVisible();
	});

	it('shows at once what the pack brings, beside the paper’s model, with its settings', async () => {
		await openRoom(Report, '#/report/flow', RICH);
		await expect
			.element(
				page.getByRole('img', { name: /^Shares of the eight groups by layer\. layer 1: none/ })
			)
			.toBeVisible();
		await expect.element(page.getByText(/Up to 60,000 tokens .* seed 1\./)).toBeVisible();
		await expect
			.element(page.getByText(/took 12 minutes on the machine that made it/))
			.toBeVisible();
		const parts = page.getByText('Gemma 2 2B with Gemma Scope 16k', { exact: true });
		expect(parts.elements().length).toBeGreaterThanOrEqual(8);
		const cells = page.getByRole('group', { name: /^Share of the row’s features/ });
		expect(cells.getByRole('row').elements()).toHaveLength(9);
		expect(cells.getByText('not measured').elements()).toHaveLength(1);
		const tests = page.getByRole('group', { name: 'Tests by score' });
		expect(tests.getByRole('row').elements()).toHaveLength(4);
		await expect.element(page.getByText(/No judge reads the steered texts/)).toBeVisible();
	});

	it('changes targets and measure of the deactivation', async () => {
		await openRoom(Report, '#/report/flow', RICH);
		const plot = page
			.getByRole('img', { name: /^(Share that falls silent|Activation change)/ })
			.first();
		await expect
			.element(plot)
			.toHaveAttribute(
				'aria-label',
				expect.stringMatching(/best match by cosine .*, Gemma 2 2B .* 65 %/)
			);
		await page.getByText('all targets', { exact: true }).click();
		await expect.element(plot).not.toHaveAttribute('aria-label', expect.stringMatching(/Gemma/));
		await page.getByRole('radiogroup', { name: 'Measure' }).getByText('activation change').click();
		await expect
			.element(plot)
			.toHaveAttribute(
				'aria-label',
				expect.stringMatching(/^Activation change, 1 − after ÷ before/)
			);
		await expect
			.element(
				page.getByText(/The best match silences .* more than “random direction \(control\)”/)
			)
			.toBeVisible();
	});

	it('says of a pack without one that nothing is measured, and measures a part', async () => {
		const { engine, explorer } = await openRoom(Report, '#/report/flow', { layers: 4 });
		const go = held(engine);
		await expect.element(page.getByText(/Not measured: this pack has no stored/)).toBeVisible();
		await expect.element(page.getByText(/not known: many minutes/)).toBeVisible();
		await page.getByRole('button', { name: 'Run a quick part' }).click();
		const bar = page.getByRole('progressbar', { name: 'Running a quick part' });
		await expect.element(bar).toHaveAttribute('aria-valuenow', '25');
		expect(await barriers()).toEqual([]);
		go();
		await expect.element(page.getByRole('region', { name: 'Deactivation' })).toBeVisible();
		expect(explorer.reproductionTask.error).toBeNull();
		await expect.element(page.getByText('Measured here', { exact: true })).toBeVisible();
		expect(page.getByRole('radiogroup', { name: 'Result' }).elements()).toHaveLength(0);
	});

	it('puts a new result beside the stored one, and names the difference', async () => {
		await openRoom(Report, '#/report/flow', RICH);
		await page.getByRole('button', { name: 'Run a quick part' }).click();
		await expect.element(page.getByText(/^The settings differ/)).toBeVisible();
		const rows = page.getByRole('group', { name: 'Stored and measured here' }).getByRole('row');
		expect(rows.elements()).toHaveLength(11);
		await expect.element(page.getByText(/on 3 of them/)).toBeVisible();
		await page.getByText('stored with the pack').click();
		await expect.element(page.getByText(/on 35 of them/)).toBeVisible();
		expect(await barriers()).toEqual([]);
	});

	it('stops when asked, and keeps what was there', async () => {
		const { engine, explorer } = await openRoom(Report, '#/report/flow', RICH);
		held(engine);
		await page.getByRole('button', { name: 'Run all of it here' }).click();
		await page.getByRole('button', { name: 'Cancel' }).click();
		await expect.element(page.getByRole('button', { name: 'Run all of it here' })).toBeEnabled();
		expect(page.getByRole('progressbar').elements()).toHaveLength(0);
		expect(explorer.reproductionTask.value).toBeNull();
		await expect.element(page.getByRole('region', { name: 'Groups by layer' })).toBeVisible();
	});

	it('says what is wrong with a stored result that cannot be read', async () => {
		const broken = new Problem('pack-damaged', 'The stored measurement is broken.', 'Measure it.');
		vi.spyOn(FakeEngine.prototype, 'storedReproduction').mockRejectedValue(broken);
		await openRoom(Report, '#/report/flow', RICH);
		await expect.element(page.getByText(/The stored measurement is broken/)).toBeVisible();
		await expect.element(page.getByRole('button', { name: 'Run a quick part' })).toBeEnabled();
	});

	it('claims nothing of parts that were not measured', async () => {
		const bare = {
			...fakeReproduction(4),
			groups: null,
			deactivation: null,
			transitions: [],
			agreement: [],
			steering: []
		};
		vi.spyOn(FakeEngine.prototype, 'storedReproduction').mockResolvedValue(bare);
		await openRoom(Report, '#/report/flow', RICH);
		await expect.element(page.getByRole('region', { name: 'Deactivation' })).toBeVisible();
		expect(page.getByText('Not measured.', { exact: true }).elements()).toHaveLength(5);
		expect(page.getByRole('img').elements()).toHaveLength(0);
		expect(await barriers()).toEqual([]);
	});

	it('stays inside a phone', async () => {
		await page.viewport(360, 780);
		await openRoom(Report, '#/report/flow', RICH);
		await expect.element(page.getByRole('region', { name: 'Deactivation' })).toBeVisible();
		await page.getByRole('button', { name: 'Run a quick part' }).click();
		await expect
			.element(page.getByRole('group', { name: 'Stored and measured here' }))
			.toBeVisible();
		expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
		await page.viewport(1280, 800);
	});

	it('keeps nobody out', async () => {
		await openRoom(Report, '#/report/flow', RICH);
		await expect.element(page.getByRole('region', { name: 'Deactivation' })).toBeVisible();
		expect(await barriers()).toEqual([]);
	});
});
