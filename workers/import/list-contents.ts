/** What there is in a folder that somebody brings: models, SAEs, and what looks like one and is none. */
import {
	NO_OVERRIDES,
	type SaeOverrides,
	type StoredDtype
} from '../../src/core/import/build-request';
import type {
	ImportListing,
	ListedSae,
	ListedModel,
	StoredBytes
} from '../../src/core/import/listing';
import { codeOf, isAbort, Problem } from '../../src/core/names/errors';
import { MissingFact, subfolder, type Folder } from './files/folder';
import { siteFromPath } from './formats/gemma-scope';
import { matchingFormats, foldersBelow, readSae } from './formats/formats';
import { architectureOf } from '../graph/families/families';
import { AT_ONCE, inOrder } from '../calls/in-order';
import { isModelFolder, openModelFolder } from './hugging-face';
import { previewFolder } from './preview-folder';
import { planModelFiles, storedSaeBytes } from './weight-files';

/** More places than anybody looks through: a folder that was chosen by mistake. */
const MAX_FOLDERS = 2000;
/** Files that hold weights of some kind, by their ends. */
const WEIGHTS = /\.(safetensors|npz|pt|pth|bin)$/;
/** What hubs put beside the weights that are read here. */
const OTHER_COPIES =
	/(^|\/)(pytorch_model|tf_model|flax_model|rust_model|model|onnx\/|training_args)/;

/**
 * `overrides`: what is said of SAEs, by their paths. `onPlace` gets each model and SAE that is looked into. Throws an
 * AbortError when cancelled, and a Problem when the files cannot be read at all.
 */
export async function listContents(
	source: Folder,
	overrides: Record<string, SaeOverrides>,
	onPlace: (path: string, done: number, total: number) => void
): Promise<ImportListing> {
	const places = [['', source.names] as const, ...foldersBelow(source.names)];
	if (places.length > MAX_FOLDERS)
		throw new Problem(
			'unsupported',
			`“${source.name}” holds more than ${MAX_FOLDERS} folders.`,
			'Choose the folder of one model or its SAEs.'
		);
	const found: ImportListing = {
		name: source.name,
		isPack: source.names.includes('pack.json'),
		models: [],
		saes: [],
		unusable: [],
		otherFiles: 0
	};
	const { models, saes, others } = candidatesIn(source, places);
	const total = models.length + saes.length;
	let begun = 0;
	const begin = (path: string) => onPlace(path || source.name, begun++, total);
	for (const path of models) {
		begin(path);
		await collectProblem(found, path, async () => found.models.push(await listModel(source, path)));
	}
	found.saes = await inOrder(saes, source.isRemote ? AT_ONCE : 1, ({ path, formats }) => {
		begin(path);
		return listSae(source, path, formats, overrides[path]);
	});
	for (const path of others)
		if (WEIGHTS.test(path)) found.unusable.push({ path, reason: reasonUnusable(path) });
		else found.otherFiles++;
	return found;
}

interface Candidates {
	/** Folders of models. */
	models: string[];
	/** Folders and files of SAEs. */
	saes: { path: string; formats: string[] }[];
	/** Files that belong to neither. */
	others: string[];
}

/** What lies where, by the names of the files alone. */
function candidatesIn(source: Folder, places: (readonly [string, string[]])[]): Candidates {
	const found: Candidates = { models: [], saes: [], others: [] };
	const taken = new Set<string>();
	for (const [path, names] of places.toSorted(([a], [b]) => a.localeCompare(b, 'en'))) {
		const full = (name: string) => (path ? `${path}/${name}` : name);
		if (isModelFolder(names)) {
			found.models.push(path);
			for (const name of names) if (!name.includes('/')) taken.add(full(name));
			continue;
		}
		if (names.some((name) => taken.has(full(name)) && !name.includes('/'))) continue;
		const formats = matchingFormats(names);
		if (formats.length === 0) continue;
		found.saes.push({ path, formats });
		for (const name of names) if (belongsToFolder(name)) taken.add(full(name));
	}
	for (const path of source.names) {
		if (taken.has(path)) continue;
		// A file of weights that belongs to no folder's format may be an SAE of its own.
		const formats = WEIGHTS.test(path)
			? matchingFormats([path.slice(path.lastIndexOf('/') + 1)])
			: [];
		if (formats.length > 0) found.saes.push({ path, formats });
		else found.others.push(path);
	}
	return found;
}

/** Whether a file belongs to what lies in a folder: folders of their own may hold more SAEs. */
const belongsToFolder = (name: string) => !name.includes('/') || name.startsWith('checkpoints/');

/** Of a file of weights that is of no known format. */
const reasonUnusable = (path: string) =>
	OTHER_COPIES.test(path)
		? 'A model needs config.json, tokenizer.json and model.safetensors beside each other.'
		: 'It is of no known format of SAEs: its description (cfg.json or config.json) is not beside it.';

async function listModel(source: Folder, path: string): Promise<ListedModel> {
	const { config, tensors } = await openModelFolder(subfolder(source, path));
	const { layers, dModel, vocabSize, context } = architectureOf(config).shape(config);
	const each = [...tensors.values()];
	const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
	const byDtype = new Map<string, number>();
	for (const { dtype, bytes } of each) byDtype.set(dtype, (byDtype.get(dtype) ?? 0) + bytes);
	const [[dtype] = ['F32']] = [...byDtype].sort(([, a], [, b]) => b - a);
	const stored = (as: StoredDtype) =>
		sum(planModelFiles({ config, tensors }, as).map(({ bytes }) => bytes));
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
		stored: eachDtype(stored)
	};
}

/** Which formats tell all only in one file, so that from far away it is not looked into. */
const WHOLE_ONLY = /\.(npz|pt|pth)$/;

async function listSae(
	source: Folder,
	path: string,
	formats: string[],
	overrides: SaeOverrides = NO_OVERRIDES
): Promise<ListedSae> {
	const folder = saeFolder(source, path);
	const bytes = [...folder.sizes.values()].reduce((a, b) => a + b, 0);
	const common = { path, bytes, formats, facts: null, missing: null, reason: null };
	if (folder.isRemote && folder.names.some((name) => WHOLE_ONLY.test(name)))
		return { ...common, site: siteFromPath(folder.name) };
	try {
		const { site, cfg, tensors } = await readSae(previewFolder(folder), overrides);
		const k = typeof cfg.k === 'number' ? cfg.k : null;
		const { architecture, d_in: dIn, d_sae: dSae } = cfg;
		const heads = cfg.reshape_activations === 'hook_z' && { heads: true };
		const stores = eachDtype((as) => storedSaeBytes(tensors, as));
		return { ...common, facts: { site, architecture, dIn, dSae, k, ...heads, stored: stores } };
	} catch (error) {
		if (concernsAll(error)) throw error;
		if (error instanceof MissingFact)
			return { ...common, missing: error.fact, reason: error.sentence };
		return { ...common, reason: sentenceOf(error) };
	}
}

/** A folder of its own, or the one file. */
export function saeFolder(source: Folder, path: string): Folder {
	if (!source.names.includes(path)) return subfolder(source, path);
	const at = path.lastIndexOf('/');
	const around = subfolder(source, path.slice(0, Math.max(0, at)));
	const file = path.slice(at + 1);
	const sizes = new Map([[file, around.sizes.get(file)!]]);
	return { ...around, name: `${around.name}/${file}`, names: [file], sizes };
}

async function collectProblem(
	found: ImportListing,
	path: string,
	work: () => Promise<unknown>
): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (concernsAll(error)) throw error;
		found.unusable.push({ path: path || found.name, reason: sentenceOf(error) });
	}
}

/** Whether it is true of every file: nobody wants to know any more, or a host keeps all of them to itself. */
const concernsAll = (error: unknown) => isAbort(error) || codeOf(error) === 'gated';

function sentenceOf(error: unknown): string {
	if (error instanceof Problem) return `${error.sentence} ${error.advice}`;
	return 'It cannot be read: it is damaged, or was moved meanwhile. Choose it again.';
}

const eachDtype = (of: (dtype: StoredDtype) => number): StoredBytes => ({
	f32: of('f32'),
	f16: of('f16'),
	q8: of('q8')
});
