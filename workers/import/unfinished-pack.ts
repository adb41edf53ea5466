/** A pack in the making as the engine reads packs: what is written so far, to be measured. */
import { parsePack } from '../../src/core/packs/manifest';
import { inMemory } from '../../src/core/files/open-file';
import type { PackSource } from '../../src/core/packs/source';
import type { PackWriter } from '../../src/core/packs/writer';

/** Throws a Problem when the manifest and the files so far are no pack. */
export function unfinishedPack(writer: PackWriter, manifest: Record<string, unknown>): PackSource {
	const pack = parsePack({ ...manifest, files: writer.files });
	return {
		pack,
		hash: '',
		bytes: (path) => writer.read(path),
		open: async (path) => inMemory(await writer.read(path)),
		stored: async () => new Set(Object.keys(pack.files)),
		fetched: () => 0
	};
}
