/** Files of names, into a pack's folder and out of it. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Engine } from '../../src/core/engine';
import { importInWords, LABEL_FORMS } from '../../src/core/labels/labels';
import { Problem } from '../../src/core/names/errors';
import { say } from './plain-output';
import { usage, type Arguments } from './arguments';

/** What the command `labels` answers. */
export async function labelFiles(args: Arguments, open: () => Promise<Engine>): Promise<unknown> {
	const [from, to] = [args.get('import'), args.get('export')];
	if (from !== undefined && to === undefined) {
		const file = await blobOf(from);
		const found = await (await open()).importLabels({ file, sae: args.get('sae') });
		say(importInWords(found));
		return found;
	}
	if (to === undefined || from !== undefined)
		throw usage('labels takes either --import FILE or --export FILE');
	const usual = to.endsWith('.csv') ? 'csv' : 'json';
	const form = LABEL_FORMS.find((name) => name === (args.get('form') ?? usual));
	if (!form) throw usage(`--form is one of ${LABEL_FORMS.join(', ')}`);
	const own = args.get('own') !== undefined;
	const { text, labels } = await (await open()).exportLabels({ form, own });
	await writeFile(to, text).catch((cause: unknown) => {
		throw new Problem('usage', `${to} could not be written.`, 'Check the folder.', { cause });
	});
	return { file: to, form, labels };
}

async function blobOf(file: string): Promise<Blob> {
	const bytes = await readFile(file).catch((cause: unknown) => {
		throw new Problem('usage', `There is no file ${file} to read.`, 'Check --import.', { cause });
	});
	return new Blob([bytes]);
}
