import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { foundThings } from '../../fakes/workshop';
import { FakeEngine } from '../../fakes/engine';
import { storedPack } from '../../fakes/store';
import Models from '../../../src/views/models/Models.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const OLD = storedPack();
const PARTIAL = storedPack({
	name: 'half',
	title: 'Half a model',
	hash: 'b'.repeat(12),
	bytes: 10e6,
	whole: 5,
	complete: false,
	shared: 4e6,
	address: null,
	file: 'half.zip'
});

/** The view on an engine that keeps these packs. */
async function open(packs = [OLD], hash = '#/models') {
	const room = await openRoom(Models, '#/');
	room.engine.packs = packs;
	location.hash = hash;
	await room.explorer.packs.look();
	return room;
}

const button = (name: string) => page.getByRole('button', { name, exact: true });

/** What clicking makes the browser save. */
function savedNames(): string[] {
	const names: string[] = [];
	vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
		this: HTMLAnchorElement
	) {
		names.push(this.download);
	});
	return names;
}

async function chooseFile(name: string): Promise<void> {
	const input = document.querySelector<HTMLInputElement>('input[aria-label^="Files of a model"]')!;
	const data = new DataTransfer();
	data.items.add(new File(['zip'], name));
	input.files = data.files;
	input.dispatchEvent(new Event('change', { bubbles: true }));
}

afterEach(() => {
	leaveRoom();
	vi.restoreAllMocks();
});

describe('Models', () => {
	it('says what is stored, where it came from, what runs, and that nothing is sent', async () => {
		await open([OLD, PARTIAL]);
		await expect.element(page.getByText('26 MB, ● complete: works offline')).toBeVisible();
		await expect.element(page.getByText('10 MB of 26 MB, ◐ not complete yet')).toBeVisible();
		await expect.element(page.getByText('5 of 27 files')).toBeVisible();
		await expect.element(page.getByText('from https://example.org/old/')).toBeVisible();
		await expect.element(page.getByText('imported from half.zip')).toBeVisible();
		await expect.element(page.getByText('4.0 MB shared with other packs')).toBeVisible();
		await expect.element(page.getByText(/^Together 32 MB/)).toBeVisible();
		await expect.element(button('Export Half a model')).toBeDisabled();
		await expect.element(page.getByText(/Evictable/)).toBeVisible();
		await expect
			.element(page.getByText('There is no WebGPU here, so WebAssembly runs.'))
			.toBeVisible();
		await expect.element(page.getByText(/Nothing you type, read or steer/)).toBeVisible();
		await expect.element(page.getByText('model.safetensors')).toBeVisible();
	});

	it('asks before it deletes, and says what comes back and what does not', async () => {
		const { engine } = await open([OLD, PARTIAL]);
		await button('Delete An old model').click();
		await expect.element(page.getByText(/downloaded again later/)).toBeVisible();
		await button('Keep it').click();
		expect(engine.log).not.toContain(`forget ${OLD.hash}`);
		await button('Delete Half a model').click();
		await expect.element(page.getByText(/6.0 MB would be freed.*need its file/)).toBeVisible();
		await button('Delete it').click();
		await expect.element(page.getByText('Half a model')).not.toBeInTheDocument();
		expect(engine.log).toContain(`forget ${PARTIAL.hash}`);
	});

	it('exports with progress, and hands over the file', async () => {
		const names = savedNames();
		const { engine } = await open();
		const { promise, resolve } = Promise.withResolvers<void>();
		engine.gate = promise;
		await button('Export An old model').click();
		const bar = page.getByRole('progressbar', { name: 'Export' });
		await expect.element(bar).toHaveAttribute('aria-valuenow', '50');
		await expect.element(button('Delete An old model')).toBeDisabled();
		resolve();
		await expect
			.element(page.getByText(/is ready, 6 B. Import it in another browser/))
			.toBeVisible();
		expect(names).toEqual([`old-${OLD.hash}.zip`]);
		await button('Save it again').click();
		expect(names).toHaveLength(2);
	});

	it('verifies, and says which files changed', async () => {
		const { engine } = await open();
		await button('Verify An old model').click();
		await expect
			.element(page.getByText('All 27 files match the pack’s checksums: 26 MB read.'))
			.toBeVisible();
		engine.found = {
			intact: 25,
			changed: [
				{ path: 'a.bin', again: true },
				{ path: 'b.bin', again: false }
			]
		};
		await button('Verify An old model').click();
		await expect.element(page.getByText('Changed, and downloaded again: a.bin.')).toBeVisible();
		await expect.element(page.getByText(/Changed, and deleted.*b\.bin/)).toBeVisible();
	});

	it('is cancelled by the reader', async () => {
		const { engine, explorer } = await open();
		engine.gate = new Promise(() => undefined);
		await button('Verify An old model').click();
		await button('Cancel').click();
		await expect.element(page.getByRole('progressbar')).not.toBeInTheDocument();
		expect(explorer.packs.work.busy).toBe(false);
		expect(page.getByRole('alert').elements()).toHaveLength(0);
		await expect.element(button('Verify An old model')).toBeEnabled();
	});

	it('imports a file, shows it in the list, and opens it', async () => {
		const { engine, explorer } = await open([]);
		engine.workshop.found = foundThings({ name: 'mine', isPack: true });
		await chooseFile('mine.zip');
		await expect
			.element(page.getByText('mine is stored: 27 files, 26 MB, all checked.'))
			.toBeVisible();
		expect(engine.log).toContain('import mine.zip');
		await expect.element(page.getByText('imported from mine.zip')).toBeVisible();
		await expect.element(page.getByRole('link', { name: 'Open mine now' })).toBeVisible();
		(page.getByRole('link', { name: 'Open mine now' }).element() as HTMLElement).click();
		await vi.waitFor(() => expect(explorer.model.packName).toBe(`new-${'a'.repeat(12)}`));
		expect(location.hash).toBe(`#/models?pack=new-${'a'.repeat(12)}`);
		await expect.element(page.getByText(/, open now/)).toBeVisible();
	});

	it('takes what is dropped, and says what is wrong with it', async () => {
		const { engine } = await open([]);
		engine.workshop.found = foundThings({ name: 'broken', isPack: true });
		const data = new DataTransfer();
		data.items.add(new File(['zip'], 'broken.zip'));
		const region = page.getByRole('region', { name: 'Add a model, SAEs or a pack' });
		region.element().dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
		await expect
			.element(region.getByRole('alert'))
			.toHaveTextContent('The file a.bin is not the one. Export it again.');
		expect(engine.log).toContain('import broken.zip');
	});

	it('offers to delete what is left of an import that was cut', async () => {
		const { engine, explorer } = await open();
		engine.leftover = 34e6;
		await explorer.packs.look();
		await button('Delete the leftovers').click();
		await expect.element(page.getByText(/34 MB are left/)).not.toBeInTheDocument();
		expect(engine.log).toContain('tidy');
	});

	it('says that nothing is stored, and why it cannot look', async () => {
		await open([]);
		await expect.element(page.getByText('Nothing yet.')).toBeVisible();
		vi.spyOn(FakeEngine.prototype, 'storage').mockRejectedValue(new Error('It is locked.'));
		leaveRoom();
		await openRoom(Models, '#/models');
		await expect.element(page.getByRole('alert')).toHaveTextContent('It is locked.');
	});

	it('can be driven by the keyboard', async () => {
		const { engine } = await open();
		page.getByRole('link', { name: 'Open An old model' }).element().focus();
		await userEvent.keyboard('{Tab}');
		await expect.element(button('Export An old model')).toHaveFocus();
		await userEvent.keyboard('{Tab}{Enter}');
		await vi.waitFor(() => expect(engine.log).toContain(`verify ${OLD.hash}`));
	});

	it('keeps nobody out, and fits a narrow screen', async () => {
		const { explorer } = await open([OLD, PARTIAL]);
		await explorer.packs.start({ kind: 'verify', hash: OLD.hash });
		expect(await barriers()).toEqual([]);
		await page.viewport(360, 740);
		expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
		expect(await barriers()).toEqual([]);
		await page.viewport(1280, 900);
	});
});
