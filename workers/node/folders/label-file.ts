/** Own names beside a pack in a folder. The pack stays as it is: the file is none of those that it lists. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseLabelFile } from '../../../src/core/labels/label-file';
import { labelText } from '../../../src/core/labels/label-text';
import { Problem } from '../../../src/core/names/errors';
import { shortHash } from '../../../src/core/packs/pack-name';
import type { PackSource } from '../../../src/core/packs/source';
import { asLabels, type LabelStore } from '../../labels/own-labels';
import { FolderSource } from './pack-source';

const FILE = 'own-labels.json';

export const folderLabels: LabelStore = {
	async read(pack) {
		const text = await readFile(fileOf(pack), 'utf8').catch(() => null);
		if (text === null) return [];
		try {
			const { labels } = parseLabelFile(text, sizes(pack));
			return [...labels].map(([id, text]) => ({ id, text }));
		} catch (cause) {
			const why = cause instanceof Problem ? cause.sentence : String(cause);
			throw new Problem(
				'usage',
				`${FILE} beside the pack cannot be read. ${why}`,
				`Correct or delete ${FILE}.`,
				{ cause }
			);
		}
	},
	async write(pack, changes) {
		const own = new Map((await this.read(pack)).map(({ id, text }) => [id, text]));
		for (const { id, text } of changes)
			if (text === '') own.delete(id);
			else own.set(id, text);
		if (own.size === 0) return rm(fileOf(pack), { force: true });
		const named = [...asLabels([...own].map(([id, text]) => ({ id, text })))];
		const text = labelText(
			'json',
			named.map(([id, label]) => ({ id, label })),
			{ name: pack.pack.name, hash: shortHash(pack.hash) }
		);
		// Whole or not at all.
		await writeFile(`${fileOf(pack)}.new`, text);
		await rename(`${fileOf(pack)}.new`, fileOf(pack));
	}
};

function fileOf(pack: PackSource): string {
	if (pack instanceof FolderSource) return path.join(pack.folder, FILE);
	throw new Problem('unsupported', 'The pack is in no folder.', 'Give the folder of a pack.');
}

const sizes = ({ pack }: PackSource) => pack.saes.map(({ id, cfg }) => ({ id, dSae: cfg.dSae }));
