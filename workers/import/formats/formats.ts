/** The formats of SAEs that can be read. To add one: its file, and its line here. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { Problem } from '../../../src/core/names/errors';
import { disallowedWord, notesOf } from '../../../src/core/files/config-words';
import { foldersBelow, folderLabel, readConfig, type Folder } from '../files/folder';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { MissingFact, unsupportedWord } from '../sae/unsupported';
import { circuitTracer } from './circuit-tracer';
import { dictionaryLearning } from './dictionary-learning';
import { describeFiles, filesOf, type SaeFormat } from './format';
import { gemmaScope } from './gemma-scope';
import { gemmaScope2 } from './gemma-scope-2';
import { goodfire } from './goodfire';
import { llamaScope } from './llama-scope';
import { llamascopium } from './llamascopium';
import { openAi } from './openai';
import { saeLens } from './sae-lens';
import { sparsify } from './sparsify';

export const SAE_FORMATS: SaeFormat[] = [
	saeLens,
	gemmaScope,
	gemmaScope2,
	sparsify,
	dictionaryLearning,
	llamaScope,
	llamascopium,
	openAi,
	goodfire,
	circuitTracer
];

/** The SAE in a folder. Throws a Problem unless it is of exactly one format, whole, and can be run. */
export async function readSae(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const format = formatOf(folder, overrides);
	const files = filesOf(format, folder.names)!;
	const notes = await checkWords(folder, format, files[0]!);
	const parts = await format.read(folder, files, overrides);
	return toImportedSae(folder, format.name, parts, overrides, notes);
}

/** Throws a Problem for a value of the config that no reader here follows; names what nobody here knows. */
async function checkWords(folder: Folder, format: SaeFormat, config: string): Promise<string[]> {
	if (!format.words) return [];
	const { fields } = await readConfig(folder, config);
	const wrong = disallowedWord(fields, format.words);
	if (wrong) throw unsupportedWord(folder, wrong);
	return notesOf(fields, format.words, `${config} of "${folderLabel(folder)}"`);
}

/** The formats that a folder with these files may be of; one that cannot be read only where no other fits. */
export function matchingFormats(names: string[]): SaeFormat[] {
	const matching = SAE_FORMATS.filter((format) => filesOf(format, names) !== null);
	const readable = matching.filter(({ unsupported }) => !unsupported);
	return readable.length > 0 ? readable : matching;
}

/** The files of an SAE among the names of its folder. */
export const saeFilesIn = (names: string[]): string[] => [
	...new Set(matchingFormats(names).flatMap((format) => filesOf(format, names) ?? []))
];

const namesOf = (formats: SaeFormat[]) => formats.map(({ name }) => name).join(', ');

/** The format of a folder by its files, and by the overrides where several fit. */
function formatOf(folder: Folder, overrides: SaeOverrides): SaeFormat {
	const matching = matchingFormats(folder.names);
	if (overrides.format !== null) {
		const normalized = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
		const wanted = normalized(overrides.format);
		const format = SAE_FORMATS.find(({ name }) => normalized(name) === wanted);
		if (format && matching.includes(format)) return format;
		throw new Problem(
			'usage',
			format
				? `"${folderLabel(folder)}" does not have the files of ${format.name}: ${describeFiles(format)}.`
				: `There is no format "${overrides.format.slice(0, 40)}".`,
			`Formats: ${namesOf(SAE_FORMATS)}.`
		);
	}
	if (matching.length === 1) return matching[0]!;
	if (matching.length > 1)
		throw new MissingFact(
			'format',
			`The files in "${folderLabel(folder)}" fit several formats: ${namesOf(matching)}.`,
			'Name the format: add #format= and its name to the folder.'
		);
	throw unknownFormat(folder);
}

function unknownFormat(folder: Folder): Problem {
	const below = [...foldersBelow(folder.names)]
		.filter(([, names]) => matchingFormats(names).length > 0)
		.map(([path]) => path);
	if (below.length > 0)
		return new Problem(
			'unsupported',
			`The SAEs in "${folderLabel(folder)}" are in folders of their own: ${firstOf(below)}.`,
			'Give each of these folders by itself; unzip an archive before.'
		);
	return new Problem(
		'unsupported',
		`"${folderLabel(folder)}" has no SAE in a known format; it holds ${firstOf(folder.names) || 'no files'}.`,
		`Supported: ${SAE_FORMATS.filter(({ unsupported }) => !unsupported)
			.map((format) => `${format.name} (${describeFiles(format)})`)
			.join('; ')}.`
	);
}

function firstOf(names: string[]): string {
	const shown = names.slice(0, 6).map((name) => name.slice(0, 60));
	return [...shown, ...(names.length > shown.length ? ['…'] : [])].join(', ');
}
