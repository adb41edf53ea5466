/** The formats of SAEs that can be read. To add one: its file, and its line here. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { Problem } from '../../../src/core/names/errors';
import { foldersBelow, folderLabel, type Folder } from '../files/folder';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { MissingFact } from '../sae/unsupported';
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
	const parts = await format.read(folder, filesOf(format, folder.names)!, overrides);
	return toImportedSae(folder, format.name, parts, overrides);
}

/** The formats that a folder with these files may be of. */
export const matchingFormats = (names: string[]): SaeFormat[] =>
	SAE_FORMATS.filter((format) => filesOf(format, names) !== null);

/** The files of an SAE among the names of its folder. */
export const saeFilesIn = (names: string[]): string[] => [
	...new Set(SAE_FORMATS.flatMap((format) => filesOf(format, names) ?? []))
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
			'Give each of these folders.'
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
