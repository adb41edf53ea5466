/** Model folders as Hugging Face saves them: config, tokenizer, one or several safetensors files. */
import { Problem } from '../../src/core/names/errors';
import { AT_ONCE, inOrder } from '../calls/in-order';
import { isDtype, toFloat32 } from '../../src/core/files/dtypes';
import { isPathSegment } from '../../src/core/import/remote-address';
import { architectureOf, notesOnConfig, textConfig } from '../graph/families/families';
import { checkLayers } from '../model/layers-held';
import { foundAs, secondTable } from '../model/tensor-names';
import type { ConfigFields } from './files/config-fields';
import { folderLabel, readConfig, type Folder } from './files/folder';
import { SafetensorsReader } from './files/safetensors-reader';
import type { ModelFolder, ModelTensor } from './model-folder';

const CONFIG = 'config.json';
const TOKENIZER = 'tokenizer.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';
/** Where newer versions of transformers save the chat template. */
const CHAT_TEMPLATE = 'chat_template.jinja';
export const MODEL_WEIGHTS = 'model.safetensors';
export const WEIGHTS_INDEX = 'model.safetensors.index.json';
/** The files of a model beside its weights. */
export const MODEL_CONFIGS = [CONFIG, TOKENIZER, TOKENIZER_CONFIG, CHAT_TEMPLATE];

/** Whether a folder with these files holds a model, whatever is in them. */
export function isModelFolder(names: string[]): boolean {
	return names.includes(CONFIG) && (names.includes(MODEL_WEIGHTS) || names.includes(WEIGHTS_INDEX));
}

/** The files of a model in its folder. Throws a Problem for an index that makes no sense. */
export async function modelFilesOf(folder: Folder): Promise<string[]> {
	const files = [...MODEL_CONFIGS, WEIGHTS_INDEX, ...(await weightFiles(folder))];
	return files.filter((name) => folder.names.includes(name));
}

/**
 * Reads configs and the headers of files, no weights. Throws a Problem when a file or tensor is missing, has another
 * shape than the config implies, or the architecture is unknown.
 */
export async function openModelFolder(folder: Folder): Promise<ModelFolder> {
	const need = (name: string): string => {
		if (folder.names.includes(name)) return name;
		throw new Problem(
			'pack-missing',
			`The model folder "${folderLabel(folder)}" has no ${name.slice(0, 120)}.`,
			wayOut(folder, name)
		);
	};
	const config = textConfig((await readConfig(folder, need(CONFIG))).fields);
	const shapes = architectureOf(config).weights(config);
	need(TOKENIZER);
	const tensors = new Map<string, ModelTensor>();
	const opening = (name: string) => SafetensorsReader.open(folder, need(name));
	const files = await inOrder(await weightFiles(folder), folder.isRemote ? AT_ONCE : 1, opening);
	checkLayers(
		config,
		files.reduce((sum, { names }) => sum + names.length, 0)
	);
	const holding = new Map(files.flatMap((file) => file.names.map((name) => [name, file])));
	const tensorOf = (inFile: string): ModelTensor => {
		const file = holding.get(inFile)!;
		const { dtype, shape } = file.layout.entries.get(inFile)!;
		return { dtype, shape, bytes: file.sizeOf(inFile), read: () => file.floats(inFile) };
	};
	for (const [tensor, inFile] of foundAs(config, holding.keys()))
		tensors.set(tensor, tensorOf(inFile));
	for (const [name, shape] of Object.entries(shapes)) {
		const found = tensors.get(name);
		if (found?.shape.join() !== shape.join())
			throw new Problem(
				'pack-damaged',
				`The model in "${folderLabel(folder)}" has no ${name} of shape [${shape.join()}].`,
				'Check that config.json belongs to these weights.'
			);
		if (found.dtype === 'I8' || isFloats(found.dtype)) continue;
		throw new Problem(
			'unsupported',
			`The model in "${folderLabel(folder)}" has ${name} in ${found.dtype}, where floats are needed.`,
			'Use weights in float32, float16 or bfloat16.'
		);
	}
	const second = secondTable(config, holding.keys());
	return {
		config,
		second: second === null ? null : tensorOf(second),
		notes: notesOnConfig(config),
		tensors,
		tokenizer: () => folder.read(TOKENIZER),
		tokenizerConfig: () => tokenizerConfigOf(folder)
	};
}

/** With the chat template in it, wherever it was saved. */
async function tokenizerConfigOf(folder: Folder): Promise<Uint8Array> {
	const has = (name: string) => folder.names.includes(name);
	const plain = has(TOKENIZER_CONFIG)
		? await folder.read(TOKENIZER_CONFIG)
		: new TextEncoder().encode('{}');
	if (!has(CHAT_TEMPLATE)) return plain;
	const fields = has(TOKENIZER_CONFIG) ? (await readConfig(folder, TOKENIZER_CONFIG)).fields : {};
	const template = new TextDecoder().decode(await folder.read(CHAT_TEMPLATE));
	return new TextEncoder().encode(JSON.stringify({ ...fields, chat_template: template }));
}

const isFloats = (dtype: string): boolean =>
	isDtype(dtype) && toFloat32(dtype, new Uint8Array(0)) !== null;

/**
 * A config may say that the unembedding is the embedding while its file holds two tables that differ: transformers then
 * uses both, and so does the model that is returned, whose config no longer says so.
 */
export async function withOwnTable(model: ModelFolder): Promise<ModelFolder> {
	const { config, second, tensors, notes } = model;
	if (!second) return model;
	const architecture = architectureOf(config);
	const table = tensors.get(architecture.embedding(config).table)!;
	const isSame = table.shape.join() === second.shape.join() && (await sameNumbers(table, second));
	if (isSame) return model;
	return {
		...model,
		config: { ...config, tie_word_embeddings: false },
		second: null,
		tensors: new Map([...tensors, [architecture.head, second]]),
		notes: [
			...notes,
			`config.json says that the unembedding is the embedding (tie_word_embeddings), but the file has a ${architecture.head} with other numbers, which is used.`
		]
	};
}

async function sameNumbers(one: ModelTensor, other: ModelTensor): Promise<boolean> {
	const { data } = await one.read();
	const { data: against } = await other.read();
	return data.every((x, i) => x === against[i]);
}

/** What to do where a file is missing: old repositories have the same in another form. */
function wayOut({ names }: Folder, missing: string): string {
	if (missing === TOKENIZER && names.includes('vocab.json'))
		return `Make it with transformers: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER) writes a ${TOKENIZER}.`;
	if (missing === MODEL_WEIGHTS && names.some((name) => /^pytorch_model.*\.bin$/.test(name)))
		return `Make it with transformers: AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(FOLDER) writes a ${MODEL_WEIGHTS}.`;
	return `Give a folder with ${CONFIG}, ${TOKENIZER} and ${MODEL_WEIGHTS} (or its sharded index).`;
}

/** The files of weights: those that the index names, or the only one. */
async function weightFiles(folder: Folder): Promise<string[]> {
	if (!folder.names.includes(WEIGHTS_INDEX)) return [MODEL_WEIGHTS];
	const names = shardsIn(await readConfig(folder, WEIGHTS_INDEX));
	for (const name of names)
		if (!name.split('/').every(isPathSegment))
			throw new Problem(
				'pack-invalid',
				`The index names a file outside the model folder (${name.slice(0, 80)}).`,
				'Use the index that came with the weights.'
			);
	if (names.length > 0) return names;
	throw new Problem('pack-invalid', `${WEIGHTS_INDEX} names no files.`, 'Download it again.');
}

/** The files that an index names: hostile. */
export const shardsIn = (index: ConfigFields): string[] => [
	...new Set(
		Object.values(index.section('weight_map').fields).filter((name) => typeof name === 'string')
	)
];
