/**
 * A stored pack as one .zip: its files as they are, by their paths, so that it is a pack's folder again
 * once it is unzipped. The answer refers to the stored files, which are read through once for their
 * checksums; nothing is copied, and no more than a part of a file is in memory.
 */
import { Problem } from '../../src/core/names/errors';
import type { PackFile } from '../../src/core/packs/manifest';
import { partsOf } from '../../src/core/packs/parts';
import { directory, localHeader, type ZipEntry } from '../../src/core/files/zip';
import { piecesOf } from './files/file-store';
import { sha256, startCrc32, startSha256 } from './files/hash';
import type { Shelf } from './verified-files';

/** `files`: by their paths; `text`: the pack.json. Throws a Problem when a file is not stored as it should be. */
export async function archive(
	text: string,
	files: Record<string, PackFile>,
	shelf: Shelf,
	signal: AbortSignal | undefined,
	onProgress: (path: string, done: number, total: number) => void
): Promise<Blob> {
	const entries: ZipEntry[] = [];
	const parts: (Blob | Uint8Array<ArrayBuffer>)[] = [];
	let at = 0;
	const add = (path: string, blob: Blob, crc: number) => {
		const { size } = blob;
		const entry = { path, method: 0, encrypted: false, crc, packed: size, bytes: size, at };
		const header = localHeader(entry);
		entries.push(entry);
		parts.push(header, blob);
		at += header.length + size;
	};
	const manifest = new Blob([text]);
	const described = {
		bytes: manifest.size,
		sha256: await sha256(new Uint8Array(await manifest.arrayBuffer()))
	};
	for (const { path, blob, crc } of await lying('pack.json', manifest, described))
		add(path, blob, crc);
	const total = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
	let done = 0;
	for (const [path, file] of Object.entries(files)) {
		const blob = await shelf.files.blob(file.sha256);
		if (blob?.size !== file.bytes) throw notWhole(path);
		const there = await lying(path, blob, file, (bytes) => {
			signal?.throwIfAborted();
			onProgress(path, done + bytes, total);
		});
		for (const part of there) add(part.path, part.blob, part.crc);
		done += file.bytes;
		onProgress(path, done, total);
	}
	return new Blob([...parts, directory(entries, at)], { type: 'application/zip' });
}

/** A stored file as it lies in the pack's folder, whole or in parts; its sha256 must be what the pack says. */
async function lying(
	path: string,
	file: Blob,
	described: PackFile,
	onProgress: (bytes: number) => void = () => undefined
): Promise<{ path: string; blob: Blob; crc: number }[]> {
	const found: { path: string; blob: Blob; crc: number }[] = [];
	const sha = await startSha256();
	let done = 0;
	for (const part of partsOf(path, described)) {
		const blob = file.slice(done, done + part.bytes);
		const crc = await startCrc32();
		for await (const piece of piecesOf(blob)) {
			crc.update(piece);
			sha.update(piece);
			onProgress((done += piece.length));
		}
		found.push({ path: part.path, blob, crc: parseInt(crc.hex(), 16) });
	}
	if (sha.hex() === described.sha256) return found;
	throw new Problem(
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
