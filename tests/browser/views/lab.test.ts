import { afterEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { Problem } from '../../../src/core/names/errors';
import { METHOD_NAMES, METHODS } from '../../../src/core/lab/methods';
import Lab from '../../../src/views/lab/Lab.svelte';
import { barriers, leaveRoom, openRoom } from './room';

afterEach(leaveRoom);

const region = (name: string) => page.getByRole('region', { name, exact: true });

describe('the laboratory', () => {
	it('lists its methods with their papers, each behind its address', async () => {
		await openRoom(Lab, '#/lab');
		const items = page.getByRole('list', { name: 'Methods' }).getByRole('listitem');
		await vi.waitFor(() => expect(items.elements()).toHaveLength(METHOD_NAMES.length));
		for (const name of METHOD_NAMES) {
			const link = page.getByRole('link', { name: METHODS[name].title, exact: true });
			expect(link.element().getAttribute('href')).toContain(`#/lab/${name}`);
		}
		expect(await barriers()).toEqual([]);
	});
});

describe('k knob', () => {
	it('begins by itself, shows its curve with the control, and turns', async () => {
		const { engine, explorer } = await openRoom(Lab, '#/lab/k-knob?prompt=a%20fox');
		const room = region('k knob');
		await expect.element(room.getByText(/^12 tokens/)).toBeVisible();
		expect(engine.lab.asked).toEqual([{ sae: explorer.site, text: 'a fox', seed: 0 }]);
		await expect.element(room.getByText(/^L0 6\.0, FVU 0\.143/)).toBeVisible();
		const knob = room.getByRole('slider', { name: 'Features kept a token' });
		(knob.element() as HTMLInputElement).value = '0';
		knob.element().dispatchEvent(new Event('input', { bubbles: true }));
		await expect
			.element(room.getByText(/^L0 1\.0, FVU 0\.5 \(random features 0\.667\)/))
			.toBeVisible();
		expect(await barriers()).toEqual([]);
	});

	it('follows the address, and finds nothing twice', async () => {
		const { engine, explorer } = await openRoom(Lab, '#/lab/k-knob?option=seed=3');
		await vi.waitFor(() => expect(engine.lab.asked).toHaveLength(1));
		expect(engine.lab.asked[0]).toMatchObject({ seed: 3 });
		explorer.address.set({ options: { seed: '4' } });
		await vi.waitFor(() => expect(engine.lab.asked).toHaveLength(2));
		await vi.waitFor(() => expect(explorer.lab.methods.get('k-knob')!.busy).toBe(false));
		explorer.address.set({ options: { seed: '3' } });
		await vi.waitFor(() =>
			expect(explorer.lab.methods.get('k-knob')!.answered).toMatchObject({ seed: 3 })
		);
		expect(engine.lab.asked).toHaveLength(2);
	});

	it('is stopped, and says what went wrong', async () => {
		const { engine, explorer } = await openRoom(Lab, '#/lab/k-knob?option=seed=x');
		await expect.element(page.getByRole('alert')).toHaveTextContent('seed is "x"');
		const { promise, resolve } = Promise.withResolvers<void>();
		engine.lab.gate = promise;
		explorer.address.set({ options: {} });
		await page.getByRole('button', { name: 'Stop' }).click();
		resolve();
		engine.lab.failure = new Problem('unsupported', 'This pack has no SAEs.', 'Add one.');
		await page.getByRole('button', { name: 'Run' }).click();
		await expect.element(page.getByRole('alert')).toHaveTextContent('This pack has no SAEs.');
		await page.getByRole('button', { name: 'Try again' }).click();
		await expect.element(region('k knob').getByText(/^12 tokens/)).toBeVisible();
	});
});

describe('Probes', () => {
	it('runs when asked, and shows features with their scores beside chance', async () => {
		const { engine, explorer } = await openRoom(
			Lab,
			'#/lab/probes?option=kind=words&option=label=sea'
		);
		const room = region('Probes');
		expect(engine.lab.asked).toEqual([]);
		await room.getByRole('button', { name: 'Run' }).click();
		await expect.element(room.getByText(/^900 tokens/)).toBeVisible();
		expect(engine.lab.asked).toMatchObject([{ kind: 'words', label: 'sea', k: 8, corpus: null }]);
		await expect.element(room.getByRole('status')).toHaveTextContent('40 of them carry the label');
		const rows = room.getByRole('region', { name: 'Features chosen' }).getByRole('row').elements();
		expect(rows[1]).toHaveTextContent(/0\.500\s*0\.600/);
		expect(await barriers()).toEqual([]);
		explorer.address.set({ options: { kind: 'words', label: 'boat' } });
		await expect.element(room.getByText(/what is set has changed since/)).toBeVisible();
	});
});

describe('Map', () => {
	it('draws the features, says how far it can be trusted, and gathers those in a frame', async () => {
		await openRoom(Lab, '#/lab/map');
		const room = region('Map');
		await room.getByRole('button', { name: 'Run' }).click();
		await expect.element(room.getByText(/keeps 40 % .* chance would keep 15.9 %/)).toBeVisible();
		await expect.element(room.getByText(/^Lobes and directions go together/)).toBeVisible();
		await room.getByText('Lobe', { exact: true }).click();
		await expect.element(room.getByRole('list', { name: 'Colours' })).toHaveTextContent('lobe 2');
		const plane = room.getByRole('application').element();
		const { left, top, width, height } = plane.getBoundingClientRect();
		plane.setPointerCapture = () => undefined;
		const point = (type: string, clientX: number, clientY: number) =>
			plane.dispatchEvent(
				new PointerEvent(type, { clientX, clientY, shiftKey: true, bubbles: true, pointerId: 1 })
			);
		point('pointerdown', left + 1, top + 1);
		point('pointermove', left + width - 1, top + height - 1);
		point('pointerup', left + width - 1, top + height - 1);
		await expect.element(room.getByText('64 chosen')).toBeVisible();
		expect(await barriers()).toEqual([]);
	});
});

describe('Retrieve', () => {
	it('shows documents with what they share, and mutes a feature of the query', async () => {
		const { engine, explorer } = await openRoom(Lab, '#/lab/retrieve?prompt=sea');
		const room = region('Retrieve');
		await room.getByRole('button', { name: 'Run' }).click();
		await expect.element(room.getByRole('list', { name: 'Documents' })).toBeVisible();
		expect(await barriers()).toEqual([]);
		await room.getByRole('button', { name: `Mute ${explorer.site}/3` }).click();
		await vi.waitFor(() => expect(engine.lab.asked).toHaveLength(2));
		expect(engine.lab.asked[1]).toMatchObject({ mute: '3', boost: '', text: 'sea' });
	});
});

describe('Circles', () => {
	it('shows the plane of a cluster by token, with what chance gives, and of another one', async () => {
		await openRoom(Lab, '#/lab/circles');
		const room = region('Circles');
		await room.getByRole('button', { name: 'Run' }).click();
		await expect
			.element(room.getByText(/^Stands out: score 0.700 bits on 90 points/))
			.toBeVisible();
		await expect.element(room.getByText(/^The words go round in their order: 0.980/)).toBeVisible();
		await expect.element(room.getByText(/^1 of 1 clusters tested/)).toBeVisible();
		await expect.element(room.getByRole('list', { name: 'Colours' })).toHaveTextContent('Tuesday');
		expect(await barriers()).toEqual([]);
		await room.getByRole('combobox', { name: 'Cluster', exact: true }).selectOptions('1');
		await expect
			.element(room.getByText(/^Score 0.100 bits on 90 points; not tested/))
			.toBeVisible();
	});
});

describe('Subspaces', () => {
	it('shows dimensions by layer with halves and control, and where dead features lie', async () => {
		await openRoom(Lab, '#/lab/subspaces');
		const room = region('Subspaces');
		await room.getByRole('button', { name: 'Run' }).click();
		await expect.element(room.getByText(/lower effective rank .* in 1 of 2 layers/)).toBeVisible();
		await expect
			.element(room.getByText(/massive coordinates 3; without them .* 95 %/))
			.toBeVisible();
		await expect.element(room.getByText(/The 1 dead ones .* lie as those alive do/)).toBeVisible();
		await room.getByText('90 % of variance', { exact: true }).click();
		await expect.element(room.getByText('Gaussian', { exact: true })).not.toBeInTheDocument();
		expect(await barriers()).toEqual([]);
	});
});

describe('Depth', () => {
	it('shows a text by layer beside many texts and random weights, and features by complexity', async () => {
		await openRoom(Lab, '#/lab/depth?prompt=a%20fox%20ran');
		const room = region('Depth');
		await room.getByRole('button', { name: 'Run' }).click();
		await expect
			.element(room.getByText(/In 1 of 2 layers the intervals .* lie apart/))
			.toBeVisible();
		const features = room.getByRole('list', { name: 'By complexity, simplest first' });
		expect(features.getByRole('link').elements()).toHaveLength(2);
		await expect.element(features).toHaveTextContent('50 %, from R0 on');
		expect(await barriers()).toEqual([]);
	});
});
