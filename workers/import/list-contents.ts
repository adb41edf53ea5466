/** What a folder holds: models, SAEs, and what looks like one of these but cannot be used. */
import {
	NO_OVERRIDES,
	type SaeOverrides,
	type StoredDtype
} from '../../src/core/import/build-request';
import type { ImportListing, ListedModel, ListedSae } from '../../src/core/import/listing';
import { isGguf, isWeightsFile } from '../../src/core/import/file-names';
import { codeOf, isAbort, Problem } from '../../src/core/names/errors';
import { AT_ONCE, inOrder } from '../calls/in-order';
import { architectureOf } from '../graph/families/families';
import { fileFolder, foldersBelow, subfolder, type Folder } from './files/folder';
import { mustBeReadWhole } from './files/read-tensors';
import { matchingFormats, readSae, saeFilesIn } from './formats/formats';
import { isModelFolder } from './hugging-face';
import { modelAt, openModel } from './open-model';
import { previewFolder } from './preview-folder';
import { scopeFacts } from './sae/site-names';
import { MissingFact } from './sae/unsupported';
import { planModelFiles, storedSaeBytes } from './weight-files';

/** With more, the wrong folder was chosen. */
const MAX_FOLDERS = 2000;
/** What hubs publish beside the weights that are read here. */
const OTHER_COPIES =
	/(^|\/)(pytorch_model|tf_model|flax_model|rust_model|model|onnx\/|training_args)/;

/**
 * `overrides`: by the paths of SAEs. `onItem` gets each model and SAE before it is read. Throws an AbortError when
 * cancelled, and a Problem when nothing can be read at all.
 */
export async function listContents(
	source: Folder,
	overrides: Record<string, SaeOverrides>,
	onItem: (path: string, done: number, total: number) => void
): Promise<ImportListing> {
	const { models, saes, others } = candidatesIn(source);
	const total = models.length + saes.length;
	let begun = 0;
	const begin = (path: string) => onItem(path || source.name, begun++, total);
	const listing: ImportListing = {
		name: source.name,
		isPack: source.names.includes('pack.json'),
		models: [],
		saes: [],
		unusable: others.filter(isWeightsFile).map((path) => ({ path, reason: unusable(path) })),
		otherFiles: others.filter((path) => !isWeightsFile(path)).length
	};
	for (const path of models) {
		begin(path);
		try {
			listing.models.push(await listModel(source, path));
		} catch (error) {
			listing.unusable.push({ path: path || source.name, reason: messageOf(error) });
		}
	}
	listing.saes = await inOrder(saes, source.isRemote ? AT_ONCE : 1, (path) => {
		begin(path);
		return listSae(source, path, overrides[path]);
	});
	return listing;
}

interface Candidates {
	/** Folders of models, and GGUF files. */
	models: string[];
	/** Folders and files of SAEs. */
	saes: string[];
	/** Files that belong to neither. */
	others: string[];
}

/** What may be where, by the names of the files alone. */
function candidatesIn(source: Folder): Candidates {
	const folders = [['', source.names] as const, ...foldersBelow(source.names)];
	if (folders.length > MAX_FOLDERS)
		throw new Problem(
			'unsupported',
			`“${source.name}” holds more than ${MAX_FOLDERS} folders.`,
			'Choose the folder of one model or its SAEs.'
		);
	const found: Candidates = { models: [], saes: [], others: [] };
	const taken = new Set<string>();
	for (const [path, names] of folders.toSorted(([a], [b]) => a.localeCompare(b, 'en'))) {
		const full = (name: string) => (path ? `${path}/${name}` : name);
		// Folders inside may hold more SAEs.
		const own = names.filter((name) => !name.includes('/'));
		const isModel = isModelFolder(names);
		if (!isModel && (own.some((name) => taken.has(full(name))) || !isSae(names))) continue;
		found[isModel ? 'models' : 'saes'].push(path);
		const nested = isModel ? [] : saeFilesIn(names).filter((name) => name.includes('/'));
		const parts = nested.map((name) => name.slice(0, name.lastIndexOf('/') + 1));
		for (const name of names)
			if (!name.includes('/') || parts.some((part) => name.startsWith(part))) taken.add(full(name));
	}
	for (const path of source.names) {
		if (isGguf(path)) {
			found.models.push(path);
			continue;
		}
		if (taken.has(path)) continue;
		// A file of weights that belongs to no folder may be an SAE by itself.
		const isAlone = isWeightsFile(path) && isSae([path.slice(path.lastIndexOf('/') + 1)]);
		found[isAlone ? 'saes' : 'others'].push(path);
	}
	return found;
}

const isSae = (names: string[]) => matchingFormats(names).length > 0;

/** Of a file of weights that is part of neither a model nor an SAE. */
const unusable = (path: string) =>
	OTHER_COPIES.test(path)
		? 'A model needs config.json, tokenizer.json and model.safetensors in one folder.'
		: 'It is not an SAE in a known format: its config (cfg.json or config.json) is not beside it.';

async function listModel(source: Folder, path: string): Promise<ListedModel> {
	const { config, tensors, notes } = await openModel(modelAt(source, path));
	const { layers, dModel, vocabSize, context } = architectureOf(config).shape(config);
	const each = [...tensors.values()];
	const bytesByDtype = new Map<string, number>();
	for (const { dtype, bytes } of each)
		bytesByDtype.set(dtype, (bytesByDtype.get(dtype) ?? 0) + bytes);
	const [[dtype] = ['F32']] = [...bytesByDtype].sort(([, a], [, b]) => b - a);
	return {
		path,
		type: String(config.model_type),
		layers,
		dModel,
		vocabSize,
		context,
		parameters: sum(each.map(({ shape }) => shape.reduce((a, b) => a * b, 1))),
		bytes: sum(each.map(({ bytes }) => bytes)),
		dtype,
		stored: forEachDtype((as) =>
			sum(planModelFiles({ config, tensors }, as).map(({ bytes }) => bytes))
		),
		...(notes.length > 0 && { notes })
	};
}

async function listSae(
	source: Folder,
	path: string,
	overrides: SaeOverrides = NO_OVERRIDES
): Promise<ListedSae> {
	const folder = saeFolder(source, path);
	const listed = {
		path,
		bytes: sum([...folder.sizes.values()]),
		formats: matchingFormats(folder.names).map(({ name }) => name),
		facts: null,
		missing: null,
		reason: null
	};
	if (folder.isRemote && saeFilesIn(folder.names).some(mustBeReadWhole))
		return { ...listed, site: scopeFacts(folder.name).site };
	try {
		const { site, cfg, tensors, notes } = await readSae(previewFolder(folder), overrides);
		const { architecture, dIn, dSae, k } = cfg;
		const facts = {
			...{ site, architecture, dIn, dSae, k },
			...(cfg.heads && { heads: true }),
			stored: forEachDtype((as) => storedSaeBytes(tensors, as))
		};
		return { ...listed, facts, ...(notes.length > 0 && { notes }) };
	} catch (error) {
		if (error instanceof MissingFact)
			return { ...listed, missing: error.fact, reason: error.sentence };
		return { ...listed, reason: messageOf(error) };
	}
}

/** The SAE at a path: a folder, or one file. */
export const saeFolder = (source: Folder, path: string): Folder =>
	source.names.includes(path) ? fileFolder(source, path) : subfolder(source, path);

/** Why one item cannot be used. Throws the error again when it holds for all: cancelled, or a host that denies access. */
function messageOf(error: unknown): string {
	if (isAbort(error) || codeOf(error) === 'gated') throw error;
	if (error instanceof Problem) return `${error.sentence} ${error.advice}`;
	return 'It cannot be read: it is damaged, or was moved meanwhile. Choose it again.';
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

const forEachDtype = (of: (dtype: StoredDtype) => number) => ({
	f32: of('f32'),
	f16: of('f16'),
	q8: of('q8')
});
