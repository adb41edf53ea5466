/** A pack from a .zip or a folder into storage: every file is checked before the pack counts as stored. */
import { Problem } from '../../../src/core/names/errors';
import {
	endlessManifest,
	LONGEST_MANIFEST,
	parsePackText,
	type Pack
} from '../../../src/core/packs/manifest';
import { partsOf } from '../../../src/core/packs/parts';
import type { ChosenFiles } from './chosen-files';
import { eachFile, type OnFile } from '../file-progress';
import { sha256 } from '../files/hash';
import { concatenated } from '../files/memory';
import type { VerifiedFiles } from '../verified-files';

export interface Manifest {
	pack: Pack;
	/** `pack.json` as it came, and its sha256. */
	text: string;
	hash: string;
}

/** Throws a Problem unless every file of the pack is among the chosen files, at its length. */
export async function readManifest(chosen: ChosenFiles): Promise<Manifest> {
	const bytes = await manifestBytes(chosen);
	const text = decoded(bytes);
	const pack = parsePackText(text, 'Export the pack again, or choose another.');
	const parts = Object.entries(pack.files).flatMap(([path, file]) => partsOf(path, file));
	const missing = parts.filter(({ path }) => !chosen.sizes.has(path));
	if (missing.length > 0)
		throw incomplete(
			`${missing.length} of the ${parts.length} files of the pack are not in “${chosen.name}” (${missing[0]!.path} is the first).`
		);
	for (const { path, bytes: length } of parts)
		if (chosen.sizes.get(path) !== length)
			throw incomplete(
				`The file ${path} has ${chosen.sizes.get(path)} bytes in “${chosen.name}”; the pack describes ${length}.`
			);
	return { pack, text, hash: await sha256(bytes) };
}

/** Stores the files of a pack; those that are there already are only checked. Resolves to the bytes that are new. */
export async function storeFiles(
	pack: Pack,
	chosen: ChosenFiles,
	into: VerifiedFiles,
	signal: AbortSignal | undefined,
	onProgress: OnFile
): Promise<number> {
	await into.checkQuota(Object.values(pack.files));
	let added = 0;
	await eachFile(pack.files, onProgress, async (path, file, onBytes) => {
		const chunks = async function* () {
			for (const part of partsOf(path, file)) yield* chosen.chunks(part.path);
		};
		if (await into.put({ ...file, path }, chunks, signal, onBytes)) added += file.bytes;
	});
	return added;
}

async function manifestBytes(chosen: ChosenFiles): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of chosen.chunks('pack.json')) {
		length += chunk.length;
		if (length > LONGEST_MANIFEST) throw endlessManifest();
		chunks.push(chunk);
	}
	return concatenated(chunks);
}

/** Strictly, so that the text encodes to the same bytes again. */
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

function incomplete(sentence: string): Problem {
	return new Problem('pack-damaged', sentence, 'Export the pack again, or copy its whole folder.');
}
