/** Files on another host as a folder: downloaded whole and kept for a while, or read in byte ranges. */
import { Problem } from '../../../src/core/names/errors';
import { tokenHeaders, type RemoteInfo } from '../../../src/core/import/remote';
import type { Access, PendingDownloads, RemoteFile } from '../../storage/network/pending-downloads';
import { folderLabel, type Folder } from '../files/folder';
import type { HostConnection } from './requests';

export class RemoteFolder implements Folder {
	readonly isRemote = true;
	readonly names: string[];
	readonly sizes: ReadonlyMap<string, number>;

	/** `files`: by their paths in the folder, each of known length. */
	constructor(
		readonly name: string,
		readonly info: RemoteInfo,
		readonly files: ReadonlyMap<string, RemoteFile>,
		/** Where files are kept until they were used. */
		readonly downloads: PendingDownloads,
		readonly connection: HostConnection
	) {
		this.names = [...files.keys()];
		this.sizes = new Map([...files].map(([path, { bytes }]) => [path, bytes ?? 0]));
	}

	// Properties, so that spreading this folder copies them.
	readonly read = async (name: string): Promise<Uint8Array> =>
		new Uint8Array(await (await this.download(name)).arrayBuffer());

	readonly slice = (name: string, start: number, end: number): Promise<Uint8Array> => {
		const file = this.#file(name);
		return this.downloads.part(file, start, end, this.#access(file));
	};

	/** A whole file, on disk where the browser can do that. `onProgress` gets the bytes so far. */
	async download(name: string, onProgress?: (done: number) => void): Promise<Blob> {
		const file = this.#file(name);
		return this.downloads.whole(file, { ...this.#access(file), onProgress });
	}

	/** Deletes what was downloaded of its files. */
	async release(): Promise<void> {
		await this.downloads.clear([...this.files.values()]);
	}

	#access({ address }: RemoteFile): Access {
		const { token, signal, refusal } = this.connection;
		return { headers: tokenHeaders(token, address), signal, ...(refusal && { refusal }) };
	}

	#file(name: string): RemoteFile {
		const file = this.files.get(name);
		if (file) return file;
		throw new Problem(
			'pack-missing',
			`There is no ${name.slice(0, 80)} in "${folderLabel(this)}".`,
			'Check that all files of the model or SAE are there.'
		);
	}
}
