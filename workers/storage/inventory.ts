/** What is stored of which pack, counted: nothing is read for it. */
import type { Pack, PackFile } from '../../src/core/packs/manifest';
import type { StorageReport, StoredPack } from '../../src/core/packs/stored';
import type { PackRecord } from './files/database';

export interface Known {
	record: PackRecord;
	pack: Pack;
}

/** `sizes`: bytes of every stored file by its sha256. */
export function inventory(
	known: Known[],
	sizes: ReadonlyMap<string, number>
): Pick<StorageReport, 'packs' | 'total' | 'leftover'> {
	const keys = known.map(({ pack }) => new Set(Object.values(pack.files).map((f) => f.sha256)));
	const users = new Map<string, number>();
	for (const key of keys.flatMap((set) => [...set])) users.set(key, (users.get(key) ?? 0) + 1);
	const sum = (some: Iterable<string>) =>
		[...some].reduce((n, key) => n + (sizes.get(key) ?? 0), 0);
	return {
		packs: known.map((one, i) => ({
			...described(one, sizes),
			bytes: sum(keys[i]!),
			shared: sum([...keys[i]!].filter((key) => users.get(key)! > 1))
		})),
		total: sum(users.keys()),
		leftover: sum([...sizes.keys()].filter((key) => !users.has(key)))
	};
}

function described(
	{ record, pack }: Known,
	sizes: ReadonlyMap<string, number>
): Omit<StoredPack, 'bytes' | 'shared'> {
	const files = Object.values(pack.files);
	const lengths = new Map(files.map((file) => [file.sha256, file.bytes]));
	const whole = files.filter((file) => isWhole(file, sizes)).length;
	return {
		name: pack.name,
		title: pack.title,
		hash: record.hash.slice(0, 12),
		size: [...lengths.values()].reduce((n, bytes) => n + bytes, 0),
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
