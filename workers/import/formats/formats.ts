/** The formats of SAEs that can be read. To add one: its file, and its line here. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { Problem } from '../../../src/core/names/errors';
import { dictionaryLearning } from './dictionary-learning';
import { folderLabel, MissingFact, type Folder } from '../files/folder';
import type { Format } from './format';
import type { ImportedSae } from '../sae/imported-sae';
import { gemmaScope } from './gemma-scope';
import { gemmaScope2 } from './gemma-scope-2';
import { goodfire } from './goodfire';
import { llamaScope } from './llama-scope';
import { llamascopium } from './llamascopium';
import { openAi } from './openai';
import { saeLens } from './sae-lens';
import { sparsify } from './sparsify';
import { circuitTracer } from './transcoders';

const FORMATS: Format[] = [
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

/** The SAE in a folder. Throws a Problem unless it is of exactly one format, whole, and one we can run. */
export async function readSae(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	return await formatOf(folder, overrides).read(folder, overrides);
}

/** The names of the formats that files of these names may be of. */
export function matchingFormats(names: string[]): string[] {
	return FORMATS.filter((format) => format.claims(names)).map(({ name }) => name);
}

/** The format of a folder by its files, and by what is stated where they fit several. */
function formatOf(folder: Folder, overrides: SaeOverrides): Format {
	const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
	const fitting = FORMATS.filter((format) => format.claims(folder.names));
	if (overrides.format !== null) {
		const format = FORMATS.find(({ name }) => plain(name) === plain(overrides.format!));
		if (format && fitting.includes(format)) return format;
		throw new Problem(
			'usage',
			format
				? `"${folderLabel(folder)}" has not the files of ${format.name}: ${format.layout}.`
				: `There is no format "${overrides.format.slice(0, 40)}".`,
			`Formats: ${FORMATS.map(({ name }) => name).join(', ')}.`
		);
	}
	if (fitting.length === 1) return fitting[0]!;
	if (fitting.length > 1)
		throw new MissingFact(
			'format',
			`"${folderLabel(folder)}" may be of several formats: ${fitting.map(({ name }) => name).join(', ')}.`,
			'Say which: put #format= and its name after the folder.'
		);
	throw unknownFormat(folder);
}

function unknownFormat(folder: Folder): Problem {
	const seen = folder.names.slice(0, 6).map((name) => name.slice(0, 60));
	const more = folder.names.length > seen.length ? ', …' : '';
	const below = [...foldersBelow(folder.names)]
		.filter(([, names]) => FORMATS.some((format) => format.claims(names)))
		.map(([path]) => path);
	if (below.length > 0)
		return new Problem(
			'unsupported',
			`"${folderLabel(folder)}" holds SAEs in folders of their own: ${below.slice(0, 6).join(', ').slice(0, 200)}${below.length > 6 ? ', …' : ''}.`,
			'Give each of these folders.'
		);
	return new Problem(
		'unsupported',
		`"${folderLabel(folder)}" is of no known format of SAEs; it holds ${seen.join(', ') + more || 'no files'}.`,
		`Supported: ${FORMATS.filter((f) => f !== circuitTracer)
			.map(({ name, layout }) => `${name} (${layout})`)
			.join('; ')}.`
	);
}

/** Every folder below, outer ones first, with its files by their paths relative to it. */
export function foldersBelow(names: string[]): Map<string, string[]> {
	const all = new Map<string, string[]>();
	for (const name of names)
		for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
			const path = name.slice(0, at);
			const files = all.get(path) ?? [];
			files.push(name.slice(at + 1));
			all.set(path, files);
		}
	return all;
}
