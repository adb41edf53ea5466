import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { foundSae, foundThings } from '../../fakes/workshop';
import { storedPack } from '../../fakes/store';
import { Problem } from '../../../src/core/names/errors';
import Models from '../../../src/views/models/Models.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const COMMIT = '607a30d783dfa663caf39e06633721c8d4cfcd7e';
const REMOTE = {
	label: 'org/name',
	pinned: `https://huggingface.co/org/name/tree/${COMMIT}`,
	commit: COMMIT,
	licence: 'mit',
	page: 'https://huggingface.co/org/name',
	pack: null
};

beforeEach(async () => {
	localStorage.clear();
	await page.viewport(1280, 900);
});
afterEach(() => {
	leaveRoom();
	localStorage.clear();
	vi.restoreAllMocks();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const card = () => page.getByRole('region', { name: 'Add a model, SAEs or a pack' });
const box = () => page.getByRole('textbox', { name: 'Id or address' });

async function open(over: Parameters<typeof foundThings>[0] = {}) {
	const room = await openRoom(Models, '#/models');
	room.engine.packs = [storedPack()];
	await room.explorer.packs.look();
	room.engine.workshop.found = foundThings({ name: 'org/name', remote: REMOTE, ...over });
	return { ...room, workshop: room.engine.workshop };
}

describe('a place on a hub', () => {
	it('is asked on the reader’s word, pinned, and made into a pack', async () => {
		const { workshop } = await open();
		await expect.element(button('Find')).toBeDisabled();
		await box().fill('org/name');
		expect(workshop.looked).toEqual([]);
		await button('Find').click();
		await expect.element(card().getByText('607a30d783df')).toBeVisible();
		await expect.element(card().getByRole('link', { name: 'org/name' })).toBeVisible();
		await expect.element(card().getByText('2 of 2 SAEs chosen')).toBeVisible();
		await expect.element(card().getByText(/About 800 MB will be downloaded/)).toBeVisible();
		expect(page.getByRole('group', { name: 'The pack', exact: true }).elements()).toHaveLength(1);
		await button('Make the pack').click();
		await expect.element(page.getByRole('link', { name: /^Explore/ })).toBeVisible();
		expect(workshop.made[0]!.source).toEqual({
			kind: 'remote',
			address: REMOTE.pinned,
			token: null
		});
		expect(localStorage.length).toBe(0);
		expect(await barriers()).toEqual([]);
	});

	it('with hundreds of SAEs has them by layer, to be filtered, none of them chosen', async () => {
		const saes = Array.from({ length: 300 }, (_, i) => ({
			...foundSae(i % 12),
			path: `layer_${i % 12}/l0_${i}`
		}));
		await open({ saes });
		await box().fill('org/name');
		await button('Find').click();
		await expect.element(card().getByText('0 of 300 SAEs chosen')).toBeVisible();
		await expect.element(card().getByRole('heading', { name: 'Layer 3' })).toBeVisible();
		await page.getByRole('searchbox', { name: /Filter/ }).fill('layer_4/ l0_40');
		await expect.element(card().getByText('1 shown')).toBeVisible();
		await button('All').click();
		await expect.element(card().getByText('1 of 300 SAEs chosen')).toBeVisible();
		expect(await barriers()).toEqual([]);
		await page.viewport(360, 740);
		expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
	});

	it('that is gated asks for a token, which stays in memory unless the reader says otherwise', async () => {
		const { workshop, explorer } = await open();
		const gated = new Problem('gated', 'The repository org/name is gated.', 'Accept its terms.');
		vi.spyOn(workshop, 'listImport').mockRejectedValueOnce(gated);
		await box().fill('org/name');
		await button('Find').click();
		await expect.element(card().getByRole('alert')).toHaveTextContent(/is gated/);
		const token = page.getByLabelText('Access token');
		await expect.element(token).toBeVisible();
		await expect.element(token).toHaveAttribute('type', 'password');
		await token.fill('hf_secret');
		const asked = vi.spyOn(workshop, 'listImport');
		await button('Find').click();
		await expect.element(card().getByText('607a30d783df')).toBeVisible();
		expect(asked.mock.lastCall![0]).toMatchObject({
			source: { token: { origin: 'https://huggingface.co', value: 'hf_secret' } }
		});
		expect(JSON.stringify(localStorage)).not.toContain('hf_secret');
		expect(location.href).not.toContain('hf_secret');
		const remember = page.getByRole('checkbox', { name: 'Remember on this machine' });
		await remember.click();
		expect(JSON.stringify(localStorage)).toContain('hf_secret');
		await remember.click();
		expect(JSON.stringify(localStorage)).not.toContain('hf_secret');
		await box().fill('https://example.org/org/name');
		expect(explorer.remoteImport.token).toBe('');
	});

	it('that is a pack is fetched as it is', async () => {
		const { workshop } = await open({ isPack: true, models: [], saes: [] });
		await box().fill('org/name');
		await button('Find').click();
		await expect.element(page.getByText(/is stored: /)).toBeVisible();
		expect(workshop.fetched).toHaveLength(1);
		await expect
			.element(page.getByRole('link', { name: 'Open A pack from elsewhere now' }))
			.toBeVisible();
	});

	it('that is a gated pack asks for a token once its files are refused', async () => {
		const { workshop } = await open({ isPack: true, models: [], saes: [] });
		const gated = new Problem('gated', 'huggingface.co shows pack.json only to some.', 'Ask.');
		const asked = vi.spyOn(workshop, 'fetchPack').mockRejectedValueOnce(gated);
		await box().fill('org/name');
		await button('Find').click();
		await expect.element(card().getByRole('alert')).toHaveTextContent(/only to some/);
		await page.getByLabelText('Access token').fill('hf_secret');
		await button('Find').click();
		await expect.element(page.getByText(/is stored: /)).toBeVisible();
		expect(asked.mock.lastCall![0]).toMatchObject({
			token: { origin: 'https://huggingface.co', value: 'hf_secret' }
		});
		expect(JSON.stringify(localStorage)).not.toContain('hf_secret');
		expect(await barriers()).toEqual([]);
	});
});

describe('a download', () => {
	it('is paused, and goes on in another session', async () => {
		const { workshop } = await open();
		workshop.gate = new Promise(() => undefined);
		await box().fill('org/name');
		await button('Find').click();
		await button('Make the pack').click();
		await button('Pause').click();
		await expect.element(card().getByText(/is not finished/)).toBeVisible();
		expect(await barriers()).toEqual([]);
		leaveRoom();
		const later = await open();
		await expect
			.element(card().getByText(/The download of “org\/name” is not finished/))
			.toBeVisible();
		await button('Resume').click();
		await expect.element(page.getByRole('link', { name: /^Explore/ })).toBeVisible();
		expect(later.workshop.made).toMatchObject([{ source: { address: REMOTE.pinned } }]);
		expect(
			card()
				.getByText(/is not finished/)
				.elements()
		).toHaveLength(0);
	});

	it('is given up, with what has arrived', async () => {
		const { workshop, explorer } = await open();
		workshop.arrived = 34e6;
		await explorer.remoteImport.count();
		await expect
			.element(card().getByText('34 MB were downloaded that no pack uses.'))
			.toBeVisible();
		await button('Delete the download').click();
		await expect.element(card().getByText(/were downloaded/)).not.toBeInTheDocument();
		expect(workshop.arrived).toBe(0);
	});
});
