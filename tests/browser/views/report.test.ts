import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import Report from '../../../src/views/report/Report.svelte';
import { barriers, leaveRoom, openRoom } from './room';

afterEach(leaveRoom);

describe('Report', () => {
	it('has a row a dictionary, the self-test and the limits', async () => {
		await openRoom(Report, '#/report');
		const rows = page.getByRole('group', { name: 'Metrics of the dictionaries' }).getByRole('row');
		expect(rows.elements()).toHaveLength(1 + 9);
		await expect.element(page.getByText('10 of 10 checks agree with PyTorch.')).toBeVisible();
		await expect.element(page.getByText(/not for facts/)).toBeVisible();
		for (const name of ['CE recovered', 'Variance unexplained', 'Dead features'])
			await expect.element(page.getByRole('img', { name: new RegExp(`^${name}`) })).toBeVisible();
	});

	it('keeps nobody out', async () => {
		await openRoom(Report, '#/report');
		expect(await barriers()).toEqual([]);
	});
});
