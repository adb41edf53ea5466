/** A text that an option of the command line names. */
import { readFile } from 'node:fs/promises';
import { Problem } from '../../../src/core/names/errors';

/** Throws a Problem when the file cannot be read. */
export async function readText(file: string, option: string): Promise<string> {
	const text = await readFile(file, 'utf8').catch(() => null);
	if (text !== null) return text;
	throw new Problem(
		'pack-missing',
		`The text "${file}" cannot be read.`,
		`Give ${option} a text file in UTF-8.`
	);
}
