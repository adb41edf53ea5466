/** The stored packs of an engine without a model: a list, changed by what is asked. */
import { runOf, type Progress, type Run } from '../../src/core/calls';
import { Problem } from '../../src/core/names/errors';
import type {
	Chosen,
	Exported,
	Imported,
	StorageReport,
	StoredPack,
	Verified
} from '../../src/core/packs/stored';
import type { OwnLabel } from '../../src/core/labels/labels';
import type { Notebooks } from '../../src/core/notebook/notebook';
import { FakeExperiments } from './experiments';
import { FakeWorkshop } from './workshop';

export const storedPack = (over: Partial<StoredPack> = {}): StoredPack => ({
	name: 'old',
	title: 'An old model',
	hash: 'f'.repeat(12),
	bytes: 26e6,
	shared: 0,
	size: 26e6,
	files: 27,
	whole: 27,
	complete: true,
	address: 'https://example.org/old/',
	file: null,
	...over
});

export class FakeStore extends FakeExperiments {
	packs: StoredPack[] = [];
	leftover = 0;
	/** What the next verification finds. */
	found: Partial<Verified> = {};
	/** Work waits for it when half is done. */
	gate: Promise<void> | null = null;

	async storage(): Promise<StorageReport> {
		const total = this.packs.reduce((sum, pack) => sum + pack.bytes - pack.shared, 0);
		const { packs, leftover } = this;
		return { packs, total, leftover, usage: 26e6, quota: 1e9, persisted: false, kind: 'opfs' };
	}

	async deletePack(hash: string): Promise<void> {
		this.log.push(`forget ${hash}`);
		this.packs = this.packs.filter((pack) => pack.hash !== hash);
	}

	async tidyStorage(): Promise<void> {
		this.log.push('tidy');
		this.leftover = 0;
	}

	async notebooks(): Promise<Notebooks> {
		return { lists: [], presets: [], stored: true };
	}

	async ownLabels(): Promise<OwnLabel[]> {
		return [];
	}

	readonly workshop = new FakeWorkshop();

	async verifyPack(hash: string, run: Run = runOf()): Promise<Verified> {
		const { files, bytes } = await this.#through('verify', hash, run);
		return { intact: files, bytes, changed: [], missing: [], ...this.found };
	}

	async exportPack(hash: string, run: Run = runOf()): Promise<Exported> {
		const { name } = await this.#through('verify', hash, run);
		return { name: `${name}-${hash}.zip`, blob: new Blob(['a pack']) };
	}

	/** A pack of the name of the first file. */
	async importPack(chosen: Chosen[], run: Run = runOf()): Promise<Imported> {
		const title = chosen[0]!.path.replace(/\W.*/, '');
		const pack = storedPack({ title, name: 'new', hash: 'a'.repeat(12), address: null });
		this.log.push(`import ${chosen.map(({ path }) => path).join(' ')}`);
		if (title === 'broken')
			throw new Problem('pack-damaged', 'The file a.bin is not the one.', 'Export it again.');
		await this.#steps('store', pack, run);
		this.packs = [...this.packs, { ...pack, file: chosen[0]!.path }];
		const { name, hash, files, bytes } = pack;
		return { name, title, hash, files, bytes, added: bytes };
	}

	async #through(phase: Progress['phase'], hash: string, run: Run): Promise<StoredPack> {
		this.log.push(`${phase} ${hash}`);
		const pack = this.packs.find((some) => some.hash === hash)!;
		await this.#steps(phase, pack, run);
		return pack;
	}

	async #steps(
		phase: Progress['phase'],
		{ size }: StoredPack,
		{ signal, progress }: Run
	): Promise<void> {
		for (let done = 0; done <= 4; done++) {
			progress({ phase, what: `file ${done}`, done: (done * size) / 4, total: size });
			await this.wait(signal);
			if (done === 2) await this.gate;
		}
	}
}
