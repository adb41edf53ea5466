/** Texts that options of the command line name. */
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../src/core/names/errors';
import { TextFile } from '../../corpus/text-file';

/** Throws a Problem when the file cannot be read. */
export async function readText(file: string, option: string): Promise<string> {
	const text = await readFile(file, 'utf8').catch(() => null);
	if (text === null) throw unreadable(file, option);
	return text;
}

/** A text that is read bit by bit. Throws a Problem when there is no such file. */
export async function openText(file: string, option: string): Promise<TextFile> {
	const blob = await openAsBlob(file).catch(() => null);
	if (!blob) throw unreadable(file, option);
	return new TextFile(blob, path.basename(file));
}

function unreadable(file: string, option: string): Problem {
	return new Problem(
		'pack-missing',
		`The text "${file.slice(-120)}" cannot be read.`,
		`Give ${option} a text file.`
	);
}
