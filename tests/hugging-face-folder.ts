/** A micro pack taken apart again: the model as a Hugging Face folder, and each SAE as a SAELens folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { float32, parseSafetensors } from '../src/core/files/safetensors';
import { SafetensorsWriter } from '../workers/import/files/safetensors-writer';
import { FolderSource } from '../workers/node/folders/pack-source';
import { FIXTURES } from './golden/fixture';

/** Writes `model` and a folder for each of the SAEs, named by its id; returns what `pack` takes. */
export async function writeSources(
	folder: string,
	ids: string[]
): Promise<{ model: string; saes: string[] }> {
	const source = await FolderSource.open(path.join(FIXTURES, 'llama-tied'));
	await mkdir(path.join(folder, 'model'));
	const put = (file: string, bytes: Uint8Array | string) =>
		writeFile(path.join(folder, file), bytes);
	for (const file of ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
		await put(`model/${file}`, await readFile(path.join(source.folder, file)));
	await put('model/config.json', JSON.stringify(source.pack.model.config));
	const manifest = JSON.parse(await readFile(path.join(source.folder, 'pack.json'), 'utf8')) as {
		saes: { id: string; weights: string; cfg: object }[];
	};
	for (const sae of manifest.saes.filter(({ id }) => ids.includes(id))) {
		const file = parseSafetensors(await source.bytes(sae.weights));
		const out = new SafetensorsWriter();
		for (const name of file.names)
			if (!name.endsWith('.scale') && name !== 'mean') out.floats(name, float32(file, name), 'f32');
		await mkdir(path.join(folder, sae.id));
		await put(`${sae.id}/sae_weights.safetensors`, out.toBytes());
		await put(`${sae.id}/cfg.json`, JSON.stringify(sae.cfg));
	}
	return { model: path.join(folder, 'model'), saes: ids.map((id) => path.join(folder, id)) };
}
