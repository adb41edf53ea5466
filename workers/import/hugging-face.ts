/** Model folders as Hugging Face saves them: config, tokenizer, one or several safetensors files. */
import { Problem } from '../../src/core/names/errors';
import type { Dtype, Floats } from '../../src/core/files/safetensors';
import { folderLabel, type Folder } from './files/folder';
import { SafetensorsReader } from './files/safetensors-reader';
import type { Config } from '../graph/families/family';
import { architectureOf } from '../graph/families/families';
import { AT_ONCE, inOrder } from '../calls/in-order';
import { foundAs } from '../model/tensor-names';

export interface ModelFolder {
	config: Config;
	/** What the model needs, under the engine's names. */
	tensors: Map<string, ModelTensor>;
	/** The bytes of `tokenizer.json`, and of `tokenizer_config.json`, of which none is an empty one. */
	tokenizer(): Promise<Uint8Array>;
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

const INDEX = 'model.safetensors.index.json';
const WEIGHTS = 'model.safetensors';

/** Whether a folder with these files holds a model, whatever is in them. */
export function isModelFolder(names: string[]): boolean {
	return names.includes('config.json') && (names.includes(WEIGHTS) || names.includes(INDEX));
}

/**
 * Looks what is in the folder: descriptions and the beginnings of files, no weights. Throws a Problem when a
 * file or tensor is missing, has another shape than the config asks for, or the architecture is unknown.
 */
export async function openModelFolder(folder: Folder): Promise<ModelFolder> {
	const has = (name: string) => folder.names.includes(name);
	const need = (name: string): string => {
		if (has(name)) return name;
		throw new Problem(
			'pack-missing',
			`The model folder "${folderLabel(folder)}" has no ${name.slice(0, 120)}.`,
			`Give a folder with config.json, tokenizer.json and ${WEIGHTS} (or its sharded index).`
		);
	};
	const config = (await json(folder, need('config.json'))) as Config;
	const shapes = architectureOf(config).weights(config);
	need('tokenizer.json');
	const tensors = new Map<string, ModelTensor>();
	const opening = (name: string) => SafetensorsReader.open(folder, need(name));
	for (const file of await inOrder(
		await weightFiles(folder),
		folder.isRemote ? AT_ONCE : 1,
		opening
	)) {
		for (const [tensor, there] of foundAs(config, file.names)) {
			const { dtype, shape } = file.layout.entries.get(there)!;
			const bytes = file.sizeOf(there);
			tensors.set(tensor, { dtype, shape, bytes, read: () => file.floats(there) });
		}
	}
	for (const [name, shape] of Object.entries(shapes))
		if (tensors.get(name)?.shape.join() !== shape.join())
			throw new Problem(
				'pack-damaged',
				`The model in "${folderLabel(folder)}" lacks ${name} of shape [${shape.join()}].`,
				'Check that config.json belongs to these weights.'
			);
	return {
		config,
		tensors,
		tokenizer: () => folder.read('tokenizer.json'),
		tokenizerConfig: async () =>
			has('tokenizer_config.json')
				? folder.read('tokenizer_config.json')
				: new TextEncoder().encode('{}')
	};
}

/** The files of weights: those that the index names, or the one there is without an index. */
async function weightFiles(folder: Folder): Promise<string[]> {
	if (!folder.names.includes(INDEX)) return [WEIGHTS];
	const { weight_map: map } = await json(folder, INDEX);
	const files = map && typeof map === 'object' ? [...new Set(Object.values(map))] : [];
	const names = files.filter((name) => typeof name === 'string');
	for (const name of names) if (/[/\\]/.test(name)) throw outside(name);
	if (names.length > 0 && names.length === files.length) return names;
	throw new Problem('pack-invalid', `${INDEX} names no files.`, 'Download it again.');
}

async function json(folder: Folder, name: string): Promise<Record<string, unknown>> {
	try {
		const text = new TextDecoder().decode(await folder.read(name));
		const value: unknown = JSON.parse(text);
		if (value && typeof value === 'object') return value as Record<string, unknown>;
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
	}
	throw new Problem('pack-invalid', `${name} is not valid JSON.`, 'Download it again.');
}

function outside(name: string): Problem {
	return new Problem(
		'pack-invalid',
		`The index names a file outside the model folder (${name.slice(0, 80)}).`,
		'Use the index that came with the weights.'
	);
}
