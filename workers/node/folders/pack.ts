/** The command `pack`: makes a pack from a model and SAEs on disk. */
import path from 'node:path';
import type { StoredDtype } from '../../../src/core/import/build-request';
import { buildPack } from '../../import/build-pack';
import { ensureRuntime } from '../../runtime/session';
import { usage } from '../arguments';
import { openFolder } from './disk-folder';
import { PackFolder } from './pack-writer';
import { printedProgress } from '../progress';
import { parseSaeArgument } from '../sae-argument';
import { openText } from '../corpus/text-file';

export interface PackRequest {
	model: string;
	/** Folders, files or archives, each followed by what is known of it after a `#`. */
	saes: string[];
	out: string;
	/** A text file for statistics; null: none are measured. */
	corpus: string | null;
	dtype: string;
	/** Files of more bytes are written in parts. */
	maxFile?: number | undefined;
}

export async function packFolders(request: PackRequest): Promise<unknown> {
	const { out, dtype } = request;
	if (!['f32', 'f16', 'q8'].includes(dtype)) throw usage('--dtype must be f32, f16 or q8');
	const model = await openFolder(request.model, 'a model');
	const saes = [];
	for (const argument of request.saes) {
		const { where, overrides } = parseSaeArgument(argument);
		saes.push({ folder: await openFolder(where), overrides });
	}
	const corpus = request.corpus === null ? null : await openText(request.corpus, '--corpus');
	const writer = PackFolder.create(out, request.maxFile);
	await ensureRuntime();
	const order = {
		model,
		saes,
		corpus,
		dtype: dtype as StoredDtype,
		title: path.basename(path.resolve(request.model)),
		name: path.basename(path.resolve(out)),
		nulls: true
	};
	const { saes: ids, provenance, statistics } = await buildPack(writer, order, printedProgress());
	const { count: files, bytes } = writer;
	return { out, files, bytes, saes: ids, provenance, ...statistics };
}
