/** Every stored file of a pack read and hashed again; what has changed is fetched again where it came from. */
import { isAbort } from '../../src/core/names/errors';
import type { PackFile } from '../../src/core/packs/manifest';
import type { Verified } from '../../src/core/packs/stored';
import type { Shelf } from './verified-files';

/** `folder`: the address of the pack's folder; null when there is none. */
export async function verify(
	files: Record<string, PackFile>,
	folder: string | null,
	shelf: Shelf,
	signal: AbortSignal | undefined,
	onProgress: (path: string, done: number, total: number) => void
): Promise<Verified> {
	const verified: Verified = { intact: 0, bytes: 0, changed: [], missing: [] };
	const total = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
	let done = 0;
	for (const [path, file] of Object.entries(files)) {
		const state = await shelf.check(file, signal, (n) => onProgress(path, done + n, total));
		if (state === 'missing') verified.missing.push(path);
		else if (state === 'changed') {
			const again = folder !== null && (await fetchAgain());
			verified.changed.push({ path, again });
		} else {
			verified.intact++;
			verified.bytes += file.bytes;
		}
		done += file.bytes;
		onProgress(path, done, total);

		async function fetchAgain(): Promise<boolean> {
			try {
				await shelf.get({ ...file, path, folder }, signal);
				return true;
			} catch (error) {
				if (signal?.aborted || isAbort(error)) throw error;
				return false;
			}
		}
	}
	return verified;
}
