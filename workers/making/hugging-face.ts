/** Model folders as Hugging Face saves them: config, tokenizer, one or several safetensors files. */
import { Problem } from '../../src/core/errors';
import { float32, parseSafetensors, type Floats } from '../../src/core/safetensors';
import { shown, type Folder } from '../formats/folder';
import type { Config } from '../graph/architecture';
import { architectureOf } from '../graph/architectures';
import { foundAs } from '../tensor-names';

export interface ModelFolder {
	config: Config;
	tokenizer: Uint8Array;
	tokenizerConfig: Uint8Array;
	/** What the model needs, under the engine's names. */
	tensors: Map<string, Floats>;
}

/** Throws a Problem when a file or tensor is missing or the architecture is unknown. */
export async function readModelFolder(folder: Folder): Promise<ModelFolder> {
	const file = (name: string) => (folder.names.includes(name) ? folder.read(name) : null);
	const need = async (name: string) => {
		const bytes = await file(name);
		if (bytes) return bytes;
		throw new Problem(
			'pack-missing',
			`The model folder "${shown(folder)}" has no ${name.slice(0, 120)}.`,
			'Give a folder with config.json, tokenizer.json and model.safetensors (or its sharded index).'
		);
	};
	const config = json(await need('config.json'), 'config.json') as Config;
	const shapes = architectureOf(config).weights(config);
	const index = await file('model.safetensors.index.json');
	const map =
		index && (json(index, 'model.safetensors.index.json').weight_map as Record<string, string>);
	const names = map ? [...new Set(Object.values(map))] : ['model.safetensors'];
	const tensors = new Map<string, Floats>();
	for (const name of names) {
		if (/[/\\]/.test(name)) throw outside(name);
		const part = parseSafetensors(await need(name));
		for (const [tensor, there] of foundAs(config, part.names))
			tensors.set(tensor, float32(part, there));
	}
	for (const [name, shape] of Object.entries(shapes))
		if (tensors.get(name)?.shape.join() !== shape.join())
			throw new Problem(
				'pack-damaged',
				`The model in "${shown(folder)}" lacks ${name} of shape [${shape.join()}].`,
				'Check that config.json belongs to these weights.'
			);
	return {
		config,
		tokenizer: await need('tokenizer.json'),
		tokenizerConfig: (await file('tokenizer_config.json')) ?? new TextEncoder().encode('{}'),
		tensors
	};
}

function json(bytes: Uint8Array, name: string): Record<string, unknown> {
	try {
		return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
	} catch {
		throw new Problem('pack-invalid', `${name} is not valid JSON.`, 'Download it again.');
	}
}

function outside(name: string): Problem {
	return new Problem(
		'pack-invalid',
		`The index names a file outside the model folder (${name.slice(0, 80)}).`,
		'Use the index that came with the weights.'
	);
}
