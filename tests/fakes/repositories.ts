/** Repositories at micro size, made of the fixtures as their libraries would have saved them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { float32, parseSafetensors } from '../../src/core/files/safetensors';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { FIXTURES } from '../golden/fixture';

const read = (file: string) => new Uint8Array(readFileSync(path.join(FIXTURES, file)));
const text = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

interface Described {
	model: { config: object };
	saes: { id: string; cfg: object; weights: string }[];
}

const described = () => JSON.parse(new TextDecoder().decode(read('gpt2/pack.json'))) as Described;

/** Sites of the SAEs in `gptRepository`. */
export const GPT_SITES = described().saes.map(({ id }) => id);

/** GPT-2 at micro size with its SAEs as SAELens saves them, each in a folder of `saes`. */
export function gptRepository(): Record<string, Uint8Array> {
	const { model, saes } = described();
	const files: Record<string, Uint8Array> = {
		'README.md': new TextEncoder().encode('A micro model.'),
		'config.json': text(model.config),
		'tokenizer.json': read('gpt2/tokenizer.json'),
		'tokenizer_config.json': read('gpt2/tokenizer_config.json'),
		'model.safetensors': read('gpt2/model.safetensors')
	};
	for (const { id, cfg, weights } of saes) {
		const stored = parseSafetensors(read(`gpt2/${weights}`));
		const out = new SafetensorsWriter();
		for (const name of stored.names)
			if (!name.endsWith('.scale') && name !== 'mean')
				out.floats(name, float32(stored, name), 'f32');
		files[`saes/${id}/cfg.json`] = text(cfg);
		files[`saes/${id}/sae_weights.safetensors`] = out.toBytes();
	}
	return files;
}

/** SAEs of the first site that are too large to be read for a look, in the folders `wide/0`, `wide/1` … */
export function wideSaes(n: number): Record<string, Uint8Array> {
	const [dIn, dSae] = [32, 9000];
	const files: Record<string, Uint8Array> = {};
	for (let i = 0; i < n; i++) {
		const noise = (length: number) =>
			Float32Array.from({ length }, (_, at) => Math.sin(1 + 0.7 * at + i));
		const out = new SafetensorsWriter()
			.floats('W_enc', { shape: [dIn, dSae], data: noise(dIn * dSae) }, 'f32')
			.floats('W_dec', { shape: [dSae, dIn], data: noise(dIn * dSae) }, 'f32')
			.floats('b_enc', { shape: [dSae], data: new Float32Array(dSae).fill(-3) }, 'f32')
			.floats('b_dec', { shape: [dIn], data: new Float32Array(dIn) }, 'f32');
		const metadata = { hook_name: GPT_SITES[0] };
		const cfg = { architecture: 'standard', d_in: dIn, d_sae: dSae, metadata };
		files[`wide/${i}/cfg.json`] = text(cfg);
		files[`wide/${i}/sae_weights.safetensors`] = out.toBytes();
	}
	return files;
}

/** The files of a pack, as its folder has them. */
export function packFiles(): Record<string, Uint8Array> {
	const pack = JSON.parse(new TextDecoder().decode(read('gpt2/pack.json'))) as { files: object };
	const files = ['pack.json', ...Object.keys(pack.files)];
	return Object.fromEntries(files.map((file) => [file, read(`gpt2/${file}`)]));
}
