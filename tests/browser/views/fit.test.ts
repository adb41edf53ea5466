import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { Problem } from '../../../src/core/names/errors';
import Report from '../../../src/views/report/Report.svelte';
import { barriers, leaveRoom, openRoom } from './room';

afterEach(leaveRoom);

const card = () => page.getByRole('region', { name: 'Do the SAEs fit the model?' });
const examine = () => card().getByRole('button', { name: 'Check' });
const table = () => card().getByRole('group', { name: 'Verdicts' });

describe('Verdict', () => {
	it('shows each verdict with its numbers beside what is expected', async () => {
		await openRoom(Report, '#/report');
		await examine().click();
		await expect
			.element(card().getByRole('status'))
			.toHaveTextContent('✗ 1 of 3 does not fit, 1 cannot be judged, on 680 tokens');
		const rows = table().getByRole('row').elements();
		expect(rows).toHaveLength(2 + 3);
		expect(rows[2]).toHaveTextContent(/✓ fits\s*32\.0\s*about 32\s*91 %/);
		expect(rows[3]).toHaveTextContent(/✗ does not fit/);
		expect(rows[4]).toHaveTextContent(/\? cannot tell\s*not measured/);
		expect(await barriers()).toEqual([]);
	});

	it('names the mistake, shows what undoing it changes, and opens the pack without it', async () => {
		const { engine, explorer } = await openRoom(Report, '#/report');
		await examine().click();
		const unfit = card().getByRole('article', { name: 'Verdict on blocks.0.hook_mlp_out' });
		await expect.element(unfit).toHaveTextContent('it was trained at blocks.1.hook_resid_post');
		await expect.element(unfit).toHaveTextContent(/CE recovered\s*30 %\s*→\s*becomes\s*98 %/);
		const { hash } = explorer.model.pack!;
		await unfit.getByRole('button', { name: 'Apply' }).click();
		await vi.waitFor(() => expect(explorer.address.pack).toBe(`repaired-${'d'.repeat(12)}`));
		expect(explorer.address.view).toBe('report');
		expect(engine.workshop.repaired).toEqual([
			{
				pack: hash,
				sae: 'blocks.0.hook_mlp_out',
				repair: { kind: 'site', site: 'blocks.1.hook_resid_post' }
			}
		]);
		const other = card().getByRole('article', { name: 'Verdict on blocks.1.hook_attn_out' });
		expect(other.getByRole('button').elements()).toHaveLength(0);
	});

	it('shows what it has found while it goes on, and is ended by the reader', async () => {
		const { engine } = await openRoom(Report, '#/report');
		const { promise, resolve } = Promise.withResolvers<void>();
		engine.workshop.gate = promise;
		await examine().click();
		await expect.element(card().getByRole('progressbar', { name: 'Checking' })).toBeVisible();
		await vi.waitFor(() => expect(table().getByRole('row').elements()).toHaveLength(2 + 1));
		await card().getByRole('button', { name: 'Cancel' }).click();
		resolve();
		await expect.element(examine()).toBeEnabled();
		expect(table().getByRole('row').elements()).toHaveLength(2 + 1);
	});

	it('reads a text of the reader’s own, and says what is wrong with it', async () => {
		const { engine } = await openRoom(Report, '#/report');
		await userEvent.fill(card().getByRole('textbox', { name: 'A text of your own' }), 'A fox.');
		engine.workshop.failure = new Problem('unsupported', 'The text has 3 tokens.', 'Give more.');
		await examine().click();
		await expect.element(page.getByRole('alert')).toHaveTextContent('The text has 3 tokens.');
		engine.workshop.failure = null;
		await page.getByRole('button', { name: 'Try again' }).click();
		await expect.element(card().getByRole('status')).toHaveTextContent('tokens of your text');
		expect(engine.workshop.fitRequests.map(({ text }) => text)).toEqual(['A fox.', 'A fox.']);
	});
});
