/** Reads and hashes every stored file of a pack again; what has changed is fetched again from where it came. */
import { isAbort } from '../../src/core/names/errors';
import type { PackFile } from '../../src/core/packs/manifest';
import type { Verified } from '../../src/core/packs/stored';
import { eachFile, type OnFile } from './file-progress';
import type { VerifiedFiles } from './verified-files';

/** `folder`: the address of the pack's folder; null when there is none. */
export async function verifyPack(
	files: Record<string, PackFile>,
	folder: string | null,
	from: VerifiedFiles,
	signal: AbortSignal | undefined,
	onProgress: OnFile
): Promise<Verified> {
	const verified: Verified = { intact: 0, bytes: 0, changed: [], missing: [] };
	await eachFile(files, onProgress, async (path, file, onBytes) => {
		const state = await from.check(file, signal, onBytes);
		if (state === 'missing') verified.missing.push(path);
		else if (state === 'changed') {
			const fetched = folder !== null && (await fetchAgain({ ...file, path, folder }));
			verified.changed.push({ path, again: fetched });
		} else {
			verified.intact++;
			verified.bytes += file.bytes;
		}
	});
	return verified;

	async function fetchAgain(request: Parameters<VerifiedFiles['get']>[0]): Promise<boolean> {
		try {
			await from.get(request, signal);
			return true;
		} catch (error) {
			if (signal?.aborted || isAbort(error)) throw error;
			return false;
		}
	}
}
