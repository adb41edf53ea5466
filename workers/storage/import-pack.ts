/** A pack out of a .zip or a folder, into storage: every file checked before the pack counts as stored. */
import { Problem } from '../../src/core/names/errors';
import { parsePack, type Pack } from '../../src/core/packs/manifest';
import { partsOf, type Part } from '../../src/core/packs/parts';
import { sha256 } from './files/hash';
import { parseJson } from './manifest-text';
import type { Parcel } from './chosen-files';
import type { Shelf } from './verified-files';

/** No pack.json is longer. */
const LONGEST_MANIFEST = 16 << 20;

export interface Described {
	pack: Pack;
	/** `pack.json` as it came, and its sha256. */
	text: string;
	hash: string;
}

/** Throws a Problem unless the parcel holds every file of the pack that it describes, at its length. */
export async function describe(parcel: Parcel): Promise<Described> {
	const bytes = await manifestOf(parcel);
	const text = decoded(bytes);
	const pack = parsePack(parseJson(text, 'Export the pack again, or choose another.'));
	const lying = Object.entries(pack.files).flatMap(([path, file]) => partsOf(path, file));
	const missing = lying.map(({ path }) => path).filter((path) => !parcel.sizes.has(path));
	if (missing.length > 0)
		throw new Problem(
			'pack-damaged',
			`${missing.length} of the ${lying.length} files of the pack are not in “${parcel.name}” (${missing[0]!} is the first).`,
			'Export the pack again, or copy its folder whole.'
		);
	for (const { path, bytes: described } of lying)
		if (parcel.sizes.get(path) !== described)
			throw new Problem(
				'pack-damaged',
				`The file ${path} has ${parcel.sizes.get(path)} bytes in “${parcel.name}”; the pack describes ${described}.`,
				'Export the pack again, or copy its folder whole.'
			);
	return { pack, text, hash: await sha256(bytes) };
}

/**
 * Stores the files of a pack, those that are there already only checked. `onProgress` gets the file in
 * hand and the bytes done of all bytes; the answer is the number of bytes that were not there before.
 */
export async function storeFiles(
	pack: Pack,
	parcel: Parcel,
	shelf: Shelf,
	signal: AbortSignal | undefined,
	onProgress: (path: string, done: number, total: number) => void
): Promise<number> {
	const files = Object.entries(pack.files);
	const total = files.reduce((sum, [, file]) => sum + file.bytes, 0);
	await shelf.makeSureOfRoom(Object.values(pack.files));
	let done = 0;
	let added = 0;
	for (const [path, file] of files) {
		const stored = await shelf.put(
			{ ...file, path },
			() => piecesOfAll(parcel, partsOf(path, file)),
			signal,
			(bytes) => onProgress(path, done + bytes, total)
		);
		done += file.bytes;
		if (stored) added += file.bytes;
		onProgress(path, done, total);
	}
	return added;
}

/** The content of a file, one part of it after the other. */
async function* piecesOfAll(parcel: Parcel, parts: Part[]): AsyncGenerator<Uint8Array> {
	for (const { path } of parts) yield* parcel.pieces(path);
}

async function manifestOf(parcel: Parcel): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	let length = 0;
	for await (const piece of parcel.pieces('pack.json')) {
		length += piece.length;
		if (length > LONGEST_MANIFEST)
			throw new Problem(
				'pack-invalid',
				"The pack's description (pack.json) is longer than 16 MiB.",
				'Ask whoever made the pack for another.'
			);
		parts.push(piece);
	}
	return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Exactly, so that the same text makes the same bytes again. */
function decoded(bytes: Uint8Array): string {
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch (cause) {
		throw new Problem(
			'pack-invalid',
			"The pack's description (pack.json) is not text.",
			'Export the pack again, or choose another.',
			{ cause }
		);
	}
}
