/** How much of which pack is stored, counted without reading any file. */
import { shortHash } from '../../src/core/packs/pack-name';
import type { Pack, PackFile } from '../../src/core/packs/manifest';
import { totalBytes } from '../../src/core/packs/parts';
import type { StorageReport, StoredPack } from '../../src/core/packs/stored';
import type { PackRecord } from './files/database';

/** A pack on the list of stored packs. */
export interface ListedPack {
	record: PackRecord;
	pack: Pack;
}

/** `sizes`: bytes of every stored file by its sha256. */
export function inventory(
	packs: ListedPack[],
	sizes: ReadonlyMap<string, number>
): Pick<StorageReport, 'packs' | 'total' | 'leftover'> {
	const keys = packs.map(({ pack }) => new Set(Object.values(pack.files).map((f) => f.sha256)));
	const users = new Map<string, number>();
	for (const key of keys.flatMap((set) => [...set])) users.set(key, (users.get(key) ?? 0) + 1);
	const sum = (some: Iterable<string>) =>
		[...some].reduce((n, key) => n + (sizes.get(key) ?? 0), 0);
	return {
		packs: packs.map((one, i) => ({
			...described(one, sizes),
			bytes: sum(keys[i]!),
			shared: sum([...keys[i]!].filter((key) => users.get(key)! > 1))
		})),
		total: sum(users.keys()),
		leftover: sum([...sizes.keys()].filter((key) => !users.has(key)))
	};
}

function described(
	{ record, pack }: ListedPack,
	sizes: ReadonlyMap<string, number>
): Omit<StoredPack, 'bytes' | 'shared'> {
	const files = Object.values(pack.files);
	const whole = files.filter((file) => isWhole(file, sizes)).length;
	return {
		name: pack.name,
		title: pack.title,
		hash: shortHash(record.hash),
		size: totalBytes(Object.fromEntries(files.map((file) => [file.sha256, file]))),
		files: files.length,
		whole,
		complete: whole === files.length,
		address: record.address,
		file: record.file ?? null
	};
}

export function isWhole(file: PackFile, sizes: ReadonlyMap<string, number>): boolean {
	return sizes.get(file.sha256) === file.bytes;
}
