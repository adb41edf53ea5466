/** Files on another host as a folder: read whole through what has arrived, or in parts. */
import { Problem } from '../../src/core/errors';
import type { Access, Arrivals, RemoteFile } from '../../src/storage/arrivals';
import type { Folder } from '../formats/folder';

/** Where its files are kept on their way, and how they are asked for. */
export interface Road {
	arrivals: Arrivals;
	/** What goes along with the request for a file. */
	access(file: RemoteFile): Access;
}

export class RemoteFolder implements Folder {
	readonly names: string[];
	/** Bytes of each file; those whose host does not say are left out. */
	readonly sizes: ReadonlyMap<string, number>;

	constructor(
		readonly name: string,
		readonly files: ReadonlyMap<string, RemoteFile>,
		readonly road: Road
	) {
		this.names = [...files.keys()];
		this.sizes = new Map(
			[...files].flatMap(([path, { bytes }]) => (bytes === null ? [] : [[path, bytes] as const]))
		);
	}

	async read(name: string): Promise<Uint8Array> {
		return new Uint8Array(await (await this.blob(name)).arrayBuffer());
	}

	/** Bytes `start` up to `end`. */
	async part(name: string, start: number, end: number): Promise<Uint8Array> {
		const file = this.#file(name);
		return this.road.arrivals.part(file, start, end, this.road.access(file));
	}

	/** A whole file, on the disk where the browser has one for it. */
	async blob(name: string): Promise<Blob> {
		const file = this.#file(name);
		return this.road.arrivals.whole(file, this.road.access(file));
	}

	#file(name: string): RemoteFile {
		const file = this.files.get(name);
		if (file) return file;
		throw new Problem(
			'pack-missing',
			`There is no ${name.slice(0, 80)} in "${this.name.slice(-80)}".`,
			'Check that all files of the model or SAE are there.'
		);
	}
}
