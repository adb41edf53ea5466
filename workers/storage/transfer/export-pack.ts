/**
 * A stored pack as one .zip: its files as they are, under their paths, so that the unzipped folder is the pack's
 * folder again. The Blob refers to the stored files, which are read once for their checksums; nothing is copied,
 * and no more than a chunk of a file is in memory.
 */
import { directory, localHeader, type ZipEntry } from '../../../src/core/files/zip';
import { Problem } from '../../../src/core/names/errors';
import type { PackFile } from '../../../src/core/packs/manifest';
import { partsOf } from '../../../src/core/packs/parts';
import { eachFile, type OnFile } from '../file-progress';
import { chunksOf, type FileStore } from '../files/file-store';
import { sha256, startCrc32, startSha256 } from '../files/hash';

/** `text`: the pack.json. Throws a Problem when a file is not stored, or is not what the pack says. */
export async function zipPack(
	text: string,
	files: Record<string, PackFile>,
	store: FileStore,
	signal: AbortSignal | undefined,
	onProgress: OnFile
): Promise<Blob> {
	const entries: ZipEntry[] = [];
	const contents: (Blob | Uint8Array<ArrayBuffer>)[] = [];
	let at = 0;
	const manifest = new Blob([text]);
	const bytes = new Uint8Array(await manifest.arrayBuffer());
	await add('pack.json', manifest, { bytes: bytes.length, sha256: await sha256(bytes) });
	await eachFile(files, onProgress, async (path, file, onBytes) => {
		const blob = await store.blob(file.sha256);
		if (blob?.size !== file.bytes) throw notWhole(path);
		await add(path, blob, file, onBytes);
	});
	return new Blob([...contents, directory(entries, at)], { type: 'application/zip' });

	/** A file, whole or in the parts that the pack's folder has it in. */
	async function add(path: string, blob: Blob, file: PackFile, onBytes?: (done: number) => void) {
		const sha = await startSha256();
		let done = 0;
		for (const { path: name, bytes: length } of partsOf(path, file)) {
			const part = blob.slice(done, done + length);
			const crc = await startCrc32();
			for await (const chunk of chunksOf(part)) {
				signal?.throwIfAborted();
				crc.update(chunk);
				sha.update(chunk);
				done += chunk.length;
				onBytes?.(done);
			}
			const sizes = { packed: length, bytes: length };
			const sum = parseInt(crc.hex(), 16);
			const entry = { path: name, method: 0, encrypted: false, crc: sum, ...sizes, at };
			const header = localHeader(entry);
			entries.push(entry);
			contents.push(header, part);
			at += header.length + length;
		}
		if (sha.hex() !== file.sha256) throw changed(path);
	}
}

function changed(path: string): Problem {
	return new Problem(
		'pack-damaged',
		`The stored file ${path} has changed, so the pack was not exported.`,
		'Verify the pack: what has changed is fetched again where that is possible.'
	);
}

function notWhole(path: string): Problem {
	return new Problem(
		'pack-missing',
		`The pack is not stored whole (${path} is missing), so it was not exported.`,
		'Store the whole pack first: open it while there is a network, or import it again.'
	);
}
