/** Model folders as Hugging Face saves them: config, tokenizer, one or several safetensors files. */
import type { Dtype } from '../../src/core/files/dtypes';
import type { Floats } from '../../src/core/files/safetensors';
import { Problem } from '../../src/core/names/errors';
import { AT_ONCE, inOrder } from '../calls/in-order';
import { architectureOf } from '../graph/families/families';
import type { Config } from '../graph/families/model-config';
import { foundAs } from '../model/tensor-names';
import type { ConfigFields } from './files/config-fields';
import { folderLabel, readConfig, type Folder } from './files/folder';
import { SafetensorsReader } from './files/safetensors-reader';

export interface ModelFolder {
	config: Config;
	/** What the model needs, under the engine's names. */
	tensors: Map<string, ModelTensor>;
	/** The bytes of `tokenizer.json`. */
	tokenizer(): Promise<Uint8Array>;
	/** The bytes of `tokenizer_config.json`; of an empty object where there is none. */
	tokenizerConfig(): Promise<Uint8Array>;
}

/** A tensor that is still in its file. */
export interface ModelTensor {
	dtype: Dtype;
	shape: number[];
	/** In its file. */
	bytes: number;
	read(): Promise<Floats>;
}

const CONFIG = 'config.json';
const TOKENIZER = 'tokenizer.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';
export const MODEL_WEIGHTS = 'model.safetensors';
export const WEIGHTS_INDEX = 'model.safetensors.index.json';
/** The files of a model beside its weights. */
export const MODEL_CONFIGS = [CONFIG, TOKENIZER, TOKENIZER_CONFIG];

/** Whether a folder with these files holds a model, whatever is in them. */
export function isModelFolder(names: string[]): boolean {
	return names.includes(CONFIG) && (names.includes(MODEL_WEIGHTS) || names.includes(WEIGHTS_INDEX));
}

/** The files of a model among the names of its folder. */
export function modelFilesIn(names: string[]): string[] {
	const weights = names.includes(WEIGHTS_INDEX)
		? [WEIGHTS_INDEX, ...names.filter((name) => /^model-\d+-of-\d+\.safetensors$/.test(name))]
		: [MODEL_WEIGHTS];
	return [...MODEL_CONFIGS, ...weights].filter((name) => names.includes(name));
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
			`Give a folder with ${CONFIG}, ${TOKENIZER} and ${MODEL_WEIGHTS} (or its sharded index).`
		);
	};
	const config = (await readConfig(folder, need(CONFIG))).fields as Config;
	const shapes = architectureOf(config).weights(config);
	need(TOKENIZER);
	const tensors = new Map<string, ModelTensor>();
	const opening = (name: string) => SafetensorsReader.open(folder, need(name));
	const files = await inOrder(await weightFiles(folder), folder.isRemote ? AT_ONCE : 1, opening);
	for (const file of files)
		for (const [tensor, inFile] of foundAs(config, file.names)) {
			const { dtype, shape } = file.layout.entries.get(inFile)!;
			const bytes = file.sizeOf(inFile);
			tensors.set(tensor, { dtype, shape, bytes, read: () => file.floats(inFile) });
		}
	for (const [name, shape] of Object.entries(shapes))
		if (tensors.get(name)?.shape.join() !== shape.join())
			throw new Problem(
				'pack-damaged',
				`The model in "${folderLabel(folder)}" has no ${name} of shape [${shape.join()}].`,
				'Check that config.json belongs to these weights.'
			);
	return {
		config,
		tensors,
		tokenizer: () => folder.read(TOKENIZER),
		tokenizerConfig: async () =>
			folder.names.includes(TOKENIZER_CONFIG)
				? folder.read(TOKENIZER_CONFIG)
				: new TextEncoder().encode('{}')
	};
}

/** The files of weights: those that the index names, or the only one. */
async function weightFiles(folder: Folder): Promise<string[]> {
	if (!folder.names.includes(WEIGHTS_INDEX)) return [MODEL_WEIGHTS];
	const names = shardsIn(await readConfig(folder, WEIGHTS_INDEX));
	for (const name of names)
		if (/[/\\]/.test(name))
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
