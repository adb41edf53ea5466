/** What `--sae` names: a folder, one file or a zip archive, with what a person states after a `#`. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../src/core/errors';
import { usage } from '../arguments';
import type { Folder } from '../../formats/folder';
import { NOTHING_STATED, type Stated } from '../../formats/found';
import { zipFolder } from '../../formats/zip-folder';

const MOST_FILES = 5_000;
const DEEPEST = 4;

/** Throws a Problem when there is nothing there. */
export async function openFolder(where: string): Promise<Folder> {
	const what = await stat(where).catch(() => null);
	if (!what)
		throw new Problem(
			'pack-missing',
			`There is no "${where.slice(-120)}" to read an SAE from.`,
			'Give --sae a folder, a file or a zip archive.'
		);
	const name = path.resolve(where);
	const read = async (file: string) => new Uint8Array(await readFile(file));
	if (what.isDirectory())
		return {
			name,
			names: await filesBelow(where, '', 0),
			read: (file) => read(path.join(where, file))
		};
	if (where.endsWith('.zip')) return zipFolder(name, await read(where));
	return { name, names: [path.basename(where)], read: () => read(where) };
}

async function filesBelow(root: string, below: string, depth: number): Promise<string[]> {
	const names: string[] = [];
	for (const entry of await readdir(path.join(root, below), { withFileTypes: true })) {
		const name = below ? `${below}/${entry.name}` : entry.name;
		if (entry.isDirectory()) {
			if (depth < DEEPEST) names.push(...(await filesBelow(root, name, depth + 1)));
		} else names.push(name);
		if (names.length > MOST_FILES) break;
	}
	return names.sort();
}

/** Splits `DIR#site=…&k=32`. Throws a Problem for a word that means nothing here. */
export function parseSaeArgument(text: string): { where: string; stated: Stated } {
	const [, where = text, words = ''] = /^(.*)#([\w]+=.*)$/.exec(text) ?? [];
	const stated: Stated = { ...NOTHING_STATED };
	for (const [word, value] of new URLSearchParams(words)) {
		const number = Number(value);
		if (word === 'site') stated.site = value;
		else if (word === 'format') stated.format = value;
		else if (word === 'activation' && value === 'relu') stated.activation = value;
		else if (word === 'norm_scaling_factor' && number > 0 && number < Infinity)
			stated.normScalingFactor = number;
		else if (word === 'k' && Number.isSafeInteger(number) && number > 0) stated.k = number;
		else if (word === 'decoder_rows' && (value === 'features' || value === 'inputs'))
			stated.decoderRows = value;
		else
			throw usage(
				`--sae "${text.slice(-80)}" states ${word.slice(0, 40)}=${value.slice(0, 40)}; it may state site, format, k, norm_scaling_factor, activation=relu and decoder_rows=features or inputs`
			);
	}
	return { where, stated };
}
