/** A pack on the benchmark's own server, neither kept nor checked. */
import { inMemory, type OpenFile } from '../../src/core/files/open-file';
import type { Pack } from '../../src/core/packs/manifest';
import type { PackSource } from '../../src/core/packs/source';

export class Served implements PackSource {
	readonly hash = '';
	constructor(
		readonly address: string,
		readonly pack: Pack
	) {}

	async bytes(path: string): Promise<Uint8Array> {
		const response = await fetch(this.address + path);
		if (!response.ok) throw new Error(`${path}: ${response.status}`);
		return new Uint8Array(await response.arrayBuffer());
	}

	async open(path: string): Promise<OpenFile> {
		return inMemory(await this.bytes(path));
	}

	stored = async () => new Set<string>();
	fetched = () => 0;
}
