import { afterEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { FakeEngine } from '../../fake-engine';
import Models from '../../../src/views/models/Models.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const stored = {
	packs: [
		{ name: 'old', hash: 'f'.repeat(64), title: 'An old model', bytes: 26e6, complete: true }
	],
	usage: 26e6,
	quota: 1e9,
	persisted: false,
	kind: 'opfs' as const
};

afterEach(() => {
	leaveRoom();
	vi.restoreAllMocks();
});

describe('Models', () => {
	it('says what is stored, what runs, and that nothing is sent', async () => {
		vi.spyOn(FakeEngine.prototype, 'storage').mockResolvedValue(stored);
		await openRoom(Models, '#/models');
		await expect.element(page.getByText('26 MB, ● complete: works offline')).toBeVisible();
		await expect.element(page.getByText(/Evictable/)).toBeVisible();
		await expect
			.element(page.getByText('There is no WebGPU here, so WebAssembly runs.'))
			.toBeVisible();
		await expect.element(page.getByText(/What you type, read and steer/)).toBeVisible();
		await expect.element(page.getByText('model.safetensors')).toBeVisible();
	});

	it('asks before it deletes', async () => {
		vi.spyOn(FakeEngine.prototype, 'storage').mockResolvedValue(stored);
		const { engine } = await openRoom(Models, '#/models');
		await page.getByRole('button', { name: 'Delete An old model' }).click();
		await page.getByRole('button', { name: 'Keep it', exact: true }).click();
		expect(engine.calls).not.toContain('forget');
		await page.getByRole('button', { name: 'Delete An old model' }).click();
		await page.getByRole('button', { name: 'Delete it' }).click();
		await vi.waitFor(() => expect(engine.calls).toContain('forget'));
	});

	it('keeps nobody out', async () => {
		await openRoom(Models, '#/models');
		expect(await barriers()).toEqual([]);
	});
});
