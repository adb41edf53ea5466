/** An open pack whose files are in storage, or on the network until they are asked for. */
import { Problem } from '../../src/core/names/errors';
import type { Pack } from '../../src/core/packs/manifest';
import { totalBytes } from '../../src/core/packs/parts';
import type { PackSource } from '../../src/core/packs/source';
import { notKept } from './files/quota';
import { isWhole } from './inventory';
import type { FileRequest, VerifiedFiles } from './verified-files';

export class StoredSource implements PackSource {
	#fetched = 0;

	constructor(
		readonly pack: Pack,
		readonly hash: string,
		readonly folder: string | null,
		readonly files: VerifiedFiles,
		/** Runs when every file is stored; resolves to whether a reload needs no network. */
		readonly onComplete: () => Promise<boolean>
	) {}

	async bytes(path: string, signal?: AbortSignal, onProgress?: (done: number) => void) {
		const { bytes, fetched } = await this.files.get(this.#request(path), signal, onProgress);
		this.#fetched += fetched;
		return bytes;
	}

	async open(path: string, signal?: AbortSignal, onProgress?: (done: number) => void) {
		const { file, fetched } = await this.files.open(this.#request(path), signal, onProgress);
		this.#fetched += fetched;
		return file;
	}

	async stored(): Promise<Set<string>> {
		const sizes = await this.files.store.sizes();
		const files = Object.entries(this.pack.files);
		return new Set(files.filter(([, file]) => isWhole(file, sizes)).map(([path]) => path));
	}

	fetched(): number {
		return this.#fetched;
	}

	async keepAll(
		signal?: AbortSignal,
		onProgress: (path: string, done: number, total: number) => void = () => undefined
	): Promise<boolean> {
		if (this.files.store.kind === 'memory') throw notKept();
		const { files } = this.pack;
		const total = totalBytes(files);
		const stored = await this.stored();
		const missing = Object.entries(files).filter(([path]) => !stored.has(path));
		let done = total - totalBytes(Object.fromEntries(missing));
		for (const [path, file] of missing) {
			await this.bytes(path, signal, (n) => onProgress(path, done + n, total));
			done += file.bytes;
		}
		return this.onComplete();
	}

	#request(path: string): FileRequest {
		const file = this.pack.files[path];
		if (file) return { ...file, path, folder: this.folder };
		throw new Problem('pack-invalid', `The pack has no file ${path}.`, 'Make the pack again.');
	}
}
