/** What there is in a folder that somebody brings: models, SAEs, and what looks like one and is none. */
import {
	NOTHING_STATED,
	type Found,
	type FoundDictionary,
	type FoundModel,
	type Stated,
	type StoredBytes,
	type StoredDtype
} from '../../src/core/import/order';
import { codeOf, isAbort, Problem } from '../../src/core/names/errors';
import { Unstated, within, type Folder } from './files/folder';
import { siteIn } from './formats/gemma-scope';
import { claimed, folders, readSae } from './formats/formats';
import { architectureOf } from '../graph/families/families';
import { AT_ONCE, inOrder } from '../calls/in-order';
import { isModel, openModelFolder } from './hugging-face';
import { thin } from './thin';
import { modelFiles, saeBytes } from './weight-files';

/** More places than anybody looks through: a folder that was chosen by mistake. */
const MOST_PLACES = 2000;
/** Files that hold weights of some kind, by their ends. */
const WEIGHTS = /\.(safetensors|npz|pt|pth|bin)$/;
/** What hubs put beside the weights that are read here. */
const OTHER_COPIES =
	/(^|\/)(pytorch_model|tf_model|flax_model|rust_model|model|onnx\/|training_args)/;

/**
 * `stated`: what is said of SAEs, by their paths. `onPlace` gets each model and SAE that is looked into. Throws an
 * AbortError when cancelled, and a Problem when the files cannot be read at all.
 */
export async function look(
	source: Folder,
	stated: Record<string, Stated>,
	onPlace: (path: string, done: number, total: number) => void
): Promise<Found> {
	const places = [['', source.names] as const, ...folders(source.names)];
	if (places.length > MOST_PLACES)
		throw new Problem(
			'unsupported',
			`“${source.name}” holds more than ${MOST_PLACES} folders.`,
			'Choose the folder of one model or its SAEs.'
		);
	const found: Found = {
		name: source.name,
		isPack: source.names.includes('pack.json'),
		models: [],
		saes: [],
		refused: [],
		others: 0
	};
	const { models, saes, others } = placesIn(source, places);
	const total = models.length + saes.length;
	let begun = 0;
	const begin = (path: string) => onPlace(path || source.name, begun++, total);
	for (const path of models) {
		begin(path);
		await refusing(found, path, async () => found.models.push(await modelAt(source, path)));
	}
	found.saes = await inOrder(saes, source.far ? AT_ONCE : 1, ({ path, formats }) => {
		begin(path);
		return dictionaryAt(source, path, formats, stated[path]);
	});
	for (const path of others)
		if (WEIGHTS.test(path)) found.refused.push({ path, why: whyNot(path) });
		else found.others++;
	return found;
}

interface Places {
	/** Folders of models. */
	models: string[];
	/** Folders and files of SAEs. */
	saes: { path: string; formats: string[] }[];
	/** Files that belong to neither. */
	others: string[];
}

/** What lies where, by the names of the files alone. */
function placesIn(source: Folder, places: (readonly [string, string[]])[]): Places {
	const found: Places = { models: [], saes: [], others: [] };
	const taken = new Set<string>();
	for (const [path, names] of places.toSorted(([a], [b]) => a.localeCompare(b, 'en'))) {
		const full = (name: string) => (path ? `${path}/${name}` : name);
		if (isModel(names)) {
			found.models.push(path);
			for (const name of names) if (!name.includes('/')) taken.add(full(name));
			continue;
		}
		if (names.some((name) => taken.has(full(name)) && !name.includes('/'))) continue;
		const formats = claimed(names);
		if (formats.length === 0) continue;
		found.saes.push({ path, formats });
		for (const name of names) if (isPartOf(name)) taken.add(full(name));
	}
	for (const path of source.names) {
		if (taken.has(path)) continue;
		// A file of weights that belongs to no folder's format may be an SAE of its own.
		const formats = WEIGHTS.test(path) ? claimed([path.slice(path.lastIndexOf('/') + 1)]) : [];
		if (formats.length > 0) found.saes.push({ path, formats });
		else found.others.push(path);
	}
	return found;
}

/** Whether a file belongs to what lies in a folder: folders of their own may hold more SAEs. */
const isPartOf = (name: string) => !name.includes('/') || name.startsWith('checkpoints/');

/** Of a file of weights that is of no known format. */
const whyNot = (path: string) =>
	OTHER_COPIES.test(path)
		? 'A model needs config.json, tokenizer.json and model.safetensors beside each other.'
		: 'It is of no known format of SAEs: its description (cfg.json or config.json) is not beside it.';

async function modelAt(source: Folder, path: string): Promise<FoundModel> {
	const { config, tensors } = await openModelFolder(within(source, path));
	const { layers, dModel, vocabSize, context } = architectureOf(config).shape(config);
	const each = [...tensors.values()];
	const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
	const byDtype = new Map<string, number>();
	for (const { dtype, bytes } of each) byDtype.set(dtype, (byDtype.get(dtype) ?? 0) + bytes);
	const [[dtype] = ['F32']] = [...byDtype].sort(([, a], [, b]) => b - a);
	const stored = (as: StoredDtype) =>
		sum(modelFiles({ config, tensors }, as).map(({ bytes }) => bytes));
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

async function dictionaryAt(
	source: Folder,
	path: string,
	formats: string[],
	stated: Stated = NOTHING_STATED
): Promise<FoundDictionary> {
	const folder = saeAt(source, path);
	const bytes = [...folder.sizes.values()].reduce((a, b) => a + b, 0);
	const told = { path, bytes, formats, facts: null, asks: null, why: null };
	if (folder.far && folder.names.some((name) => WHOLE_ONLY.test(name)))
		return { ...told, site: siteIn(folder.name) };
	try {
		const { site, cfg, tensors } = await readSae(thin(folder), stated);
		const k = typeof cfg.k === 'number' ? cfg.k : null;
		const { architecture, d_in: dIn, d_sae: dSae } = cfg;
		const heads = cfg.reshape_activations === 'hook_z' && { heads: true };
		const stores = eachDtype((as) => saeBytes(tensors, as));
		return { ...told, facts: { site, architecture, dIn, dSae, k, ...heads, stored: stores } };
	} catch (error) {
		if (endsAll(error)) throw error;
		if (error instanceof Unstated) return { ...told, asks: error.asks, why: error.sentence };
		return { ...told, why: sentenceOf(error) };
	}
}

/** A folder of its own, or the one file. */
export function saeAt(source: Folder, path: string): Folder {
	if (!source.names.includes(path)) return within(source, path);
	const at = path.lastIndexOf('/');
	const around = within(source, path.slice(0, Math.max(0, at)));
	const file = path.slice(at + 1);
	const sizes = new Map([[file, around.sizes.get(file)!]]);
	return { ...around, name: `${around.name}/${file}`, names: [file], sizes };
}

async function refusing(found: Found, path: string, work: () => Promise<unknown>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (endsAll(error)) throw error;
		found.refused.push({ path: path || found.name, why: sentenceOf(error) });
	}
}

/** Whether it is true of every file: nobody wants to know any more, or a host keeps all of them to itself. */
const endsAll = (error: unknown) => isAbort(error) || codeOf(error) === 'gated';

function sentenceOf(error: unknown): string {
	if (error instanceof Problem) return `${error.sentence} ${error.advice}`;
	return 'It cannot be read: it is damaged, or was moved meanwhile. Choose it again.';
}

const eachDtype = (of: (dtype: StoredDtype) => number): StoredBytes => ({
	f32: of('f32'),
	f16: of('f16'),
	q8: of('q8')
});
