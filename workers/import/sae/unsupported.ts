/** Why an SAE cannot be used: it is something that cannot be run, or its files leave out a fact. */
import type { DisallowedWord } from '../../../src/core/files/config-words';
import { asWritten } from '../../../src/core/files/json';
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { Problem } from '../../../src/core/names/errors';
import { folderLabel, type Folder } from '../files/folder';

/** `what` completes the sentence "The SAE in … ". */
export function unsupportedSae(folder: Folder, what: string, advice: string): Problem {
	return new Problem('unsupported', `The SAE in "${folderLabel(folder)}" ${what}.`, advice);
}

/** A value of its config that no SAE here may have. */
export function unsupportedValue(
	folder: Folder,
	what: string,
	value: unknown,
	supported: string
): Problem {
	return unsupportedSae(
		folder,
		`has the ${what} "${asWritten(value).slice(0, 60)}", which is not supported`,
		`Supported in this format: ${supported}.`
	);
}

/** A word of its config whose value leads to other numbers than would be shown. */
export function unsupportedWord(folder: Folder, { word, value, allowed }: DisallowedWord): Problem {
	const said = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '');
	const known = allowed.filter((one) => one !== null).map((one) => JSON.stringify(one));
	return unsupportedSae(
		folder,
		`has ${word.slice(0, 60)}: ${said.slice(0, 60)} in its config, which is not supported`,
		known.length > 0
			? `Use an SAE with ${word.slice(0, 60)}: ${known.join(' or ')}, or without it.`
			: 'Take its config from the same place as its weights.'
	);
}

export const unsupportedTranscoder = (folder: Folder): Problem =>
	unsupportedSae(
		folder,
		'is a transcoder of a kind that cannot be run here: one over several layers, or one whose files do not say what it reads and writes',
		'Use a transcoder of one layer, or an SAE of it.'
	);

/** A fact that is not in the files, and that an override can supply. */
export class MissingFact extends Problem {
	constructor(
		readonly fact: keyof SaeOverrides,
		sentence: string,
		advice: string
	) {
		super('unsupported', sentence, advice);
	}
}

/** `what` completes the sentence "The SAE in … ". */
export function missingFact(
	folder: Folder,
	fact: keyof SaeOverrides,
	what: string,
	advice: string
): MissingFact {
	return new MissingFact(fact, `The SAE in "${folderLabel(folder)}" ${what}.`, advice);
}
