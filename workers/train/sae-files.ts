/** SAEs of a pack taken out of it: as a SAELens folder, or away. */
import { topk } from '../../src/core/sae/architectures/topk';
import { directory, localHeader, type ZipEntry } from '../../src/core/files/zip';
import { openSafetensors, float32 } from '../../src/core/files/safetensors';
import { Problem } from '../../src/core/names/errors';
import type { SaeId } from '../../src/core/names/ids';
import type { Exported, Imported } from '../../src/core/packs/stored';
import { saeConfigJson } from '../../src/core/sae/config';
import type { SaeEntry } from '../corpus/write-statistics';
import { unknownFeature, type Workbench } from '../packs/open-pack';
import { startCrc32 } from '../storage/files/hash';
import type { Library } from '../storage/library';
import { saeLensFiles } from './sae-lens-folder';

/** A TopK SAE as SAELens saves it, in a .zip. */
export async function exportSae(bench: Workbench, id: SaeId): Promise<Exported> {
	const info = bench.info(id);
	if (!info) throw unknownFeature(id);
	const { cfg } = info;
	if (cfg.architecture !== topk.name || cfg.reads !== null || cfg.heads)
		throw new Problem(
			'unsupported',
			`${id} is not of the kind that is exported by itself.`,
			'Export the whole pack under Models.'
		);
	const weights = openSafetensors(await bench.source.open(info.weights));
	const read = (name: string) => float32(weights, name).data;
	const tensors = {
		W_enc: read('W_enc'),
		W_dec: read('W_dec'),
		b_enc: read('b_enc'),
		b_dec: read('b_dec')
	};
	const files = saeLensFiles(tensors, saeConfigJson(cfg));
	return { name: `${id.replace(/[^\w.-]/g, '-')}.zip`, blob: await zipped(files) };
}

/** The open pack without this SAE, stored in its place unless it has an address. */
export function removeSae(
	library: Library,
	bench: Workbench,
	id: SaeId,
	signal: AbortSignal
): Promise<Imported> {
	const info = bench.info(id);
	if (!info) throw unknownFeature(id);
	return library.writePack(
		{ base: bench.source.hash, replace: true, file: bench.pack.name },
		async (out) => {
			for (const path of [info.weights, info.stats, info.labels]) if (path) out.drop(path);
			const saes = (out.base!.saes as SaeEntry[]).filter((entry) => entry.id !== id);
			await out.finish({ ...out.base, saes });
		},
		signal
	);
}

/** Files as they are, in a .zip. */
async function zipped(files: ReadonlyMap<string, Uint8Array>): Promise<Blob> {
	const entries: ZipEntry[] = [];
	const contents: BlobPart[] = [];
	let at = 0;
	for (const [path, bytes] of files) {
		const crc = await startCrc32();
		crc.update(bytes);
		const sizes = { packed: bytes.length, bytes: bytes.length };
		const entry = { path, method: 0, encrypted: false, crc: parseInt(crc.hex(), 16), ...sizes, at };
		const header = localHeader(entry);
		entries.push(entry);
		contents.push(header, bytes as BlobPart);
		at += header.length + bytes.length;
	}
	return new Blob([...contents, directory(entries, at)], { type: 'application/zip' });
}
