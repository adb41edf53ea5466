import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import Find from '../../../src/views/find/Find.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const box = () => page.getByRole('searchbox', { name: 'Find', exact: true });
const found = () => page.getByRole('list', { name: 'Found', exact: true }).getByRole('listitem');
const table = () => page.getByRole('table', { name: 'Feature index', exact: true });

afterEach(leaveRoom);

describe('Find', () => {
	it('searches for what the address says, and writes what is typed into it', async () => {
		const { engine } = await openRoom(Find, '#/find?find=sea');
		await expect.element(found().first()).toHaveTextContent('blocks.');
		await box().fill('boat');
		await vi.waitFor(() => expect(location.hash).toContain('find=boat'));
		expect(engine.log).toContain('search boat');
		await expect.element(found().first()).toHaveTextContent('named “boat”');
	});

	it('walks with arrows and opens with Enter', async () => {
		const { explorer } = await openRoom(Find, '#/find?find=sea');
		await expect.element(found().first()).toBeVisible();
		const id = explorer.finding.found[0]!.id;
		await box().click();
		await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}');
		expect(document.activeElement?.getAttribute('title')).toBe(id);
		await userEvent.keyboard('{ArrowUp}{Enter}');
		expect([explorer.address.view, explorer.address.id]).toEqual(['feature', id]);
	});

	it('says that nothing was found', async () => {
		await openRoom(Find, '#/find?find=zzz');
		await expect.element(page.getByText('No feature was found for “zzz”.')).toBeVisible();
	});

	it('draws the rows in sight of all features, and sorts them', async () => {
		await openRoom(Find, '#/find', { dSae: 20_000 });
		await expect.element(table()).toHaveAttribute('aria-rowcount', '20001');
		expect(table().getByRole('row').elements().length).toBeLessThan(100);
		await table().getByRole('button', { name: 'Maximum' }).click();
		await expect
			.element(table().getByRole('columnheader', { name: 'Maximum' }))
			.toHaveAttribute('aria-sort', 'descending');
	});

	it('keeps nobody out', async () => {
		await openRoom(Find, '#/find?find=sea');
		await expect.element(found().first()).toBeVisible();
		expect(await barriers()).toEqual([]);
	});
});
