/** Models and SAEs as other libraries save them, and the tokenizers beside them. */
import { NO_OVERRIDES } from '../../../src/core/import/build-request';
import { openArchiveFolder } from '../../../workers/import/files/archive-folder';
import { blobFolder, type Folder } from '../../../workers/import/files/folder';
import { readSae } from '../../../workers/import/formats/formats';
import { openModelFolder } from '../../../workers/import/hugging-face';
import { listContents } from '../../../workers/import/list-contents';
import { Tokenizer } from '../../../workers/model/tokenizer';
import type { Draws } from '../../draws';
import { damagedBytes, hostileSafetensors } from '../hostile-bytes';
import { damagedText, hostileJson, hostileText } from '../hostile-json';
import type { Parser } from '../parser';
import { hostileNpy, hostileTorch, hostileZip } from './containers';
import { entriesOf, jsonOf, packFiles, PACKS, saeFolders, type Files } from './sound-files';

const encoded = (text: string) => new TextEncoder().encode(text);

/** A folder whose parts lie where they should and no further, as those of disks do. */
const folderWith = (name: string, files: Files): Folder =>
	blobFolder(
		name,
		new Map(
			Object.entries(files).map(([at, bytes]) => [at, new Blob([bytes as Uint8Array<ArrayBuffer>])])
		)
	);

/** The file changed as its kind allows. */
async function hostileFile(draws: Draws, name: string, bytes: Uint8Array): Promise<Uint8Array> {
	if (name.endsWith('.json')) return encoded(hostileJson(draws, jsonOf(bytes)));
	if (name.endsWith('.safetensors')) return hostileSafetensors(draws, bytes);
	if (/\.pth?$/.test(name)) {
		const entries = await entriesOf(bytes).catch(() => null);
		return entries ? hostileTorch(draws, entries) : damagedBytes(draws, bytes);
	}
	if (!name.endsWith('.npz')) return damagedBytes(draws, bytes);
	const entries = await entriesOf(bytes);
	const changed = entries.map((entry) =>
		draws.chance(0.3) ? { ...entry, bytes: hostileNpy(draws, entry.bytes) } : entry
	);
	return hostileZip(draws, changed);
}

/** One file of the folder changed; now and then two, or the name of one. */
async function hostileFiles(draws: Draws, sound: Files): Promise<Files> {
	const files = { ...sound };
	for (let n = draws.chance(0.2) ? 2 : 1; n > 0; n--) {
		const name = draws.pick(Object.keys(files));
		files[name] = await hostileFile(draws, name, sound[name]!);
	}
	if (draws.chance(0.05)) {
		const name = draws.pick(Object.keys(files));
		files[hostileText(draws, name)] = files[name]!;
		delete files[name];
	}
	return files;
}

/** A listing of what is there, which says of each item what is wrong and throws only for the whole. */
const listed = (folder: Folder) => listContents(folder, {}, () => undefined);

/** A model's folder as Hugging Face has it, from a pack of the fixtures. */
function modelFiles(pack: string): Files {
	const files = packFiles(pack);
	const { model } = jsonOf(files['pack.json']!) as { model: { config: object } };
	return {
		'config.json': encoded(JSON.stringify(model.config)),
		'model.safetensors': files['model.safetensors']!,
		'tokenizer.json': files['tokenizer.json']!,
		'tokenizer_config.json': files['tokenizer_config.json']!
	};
}

const models = (name: string, pack: string): Parser => ({
	name,
	prepare() {
		const sound = modelFiles(pack);
		const config = jsonOf(sound['config.json']!);
		return async (draws) => {
			const only = draws.chance(0.6);
			const files = only
				? { ...sound, 'config.json': encoded(hostileJson(draws, config)) }
				: await hostileFiles(draws, sound);
			if (draws.chance(0.2))
				files['model.safetensors.index.json'] = encoded(
					hostileJson(draws, {
						metadata: { total_size: 1 },
						weight_map: { a: 'model.safetensors', b: 'other' }
					})
				);
			const folder = folderWith('model', files);
			await listed(folder);
			const { tokenizerConfig, config: read } = await openModelFolder(folder);
			await tokenizerConfig();
			// What is read goes into a pack.json, and between threads.
			structuredClone(read);
			JSON.stringify(read);
		};
	}
});

/** The tokenizers of the fixtures, and what every one is asked. */
const tokenizers: Parser = {
	name: 'tokenizer.json',
	prepare() {
		const sound = PACKS.map((pack) => packFiles(pack)).map((files) => ({
			tokenizer: jsonOf(files['tokenizer.json']!),
			config: jsonOf(files['tokenizer_config.json']!)
		}));
		return (draws) => {
			const { tokenizer, config } = draws.pick(sound);
			const both = [tokenizer, config].map((document, i) =>
				draws.chance(i === 0 ? 0.85 : 0.3) ? hostileJson(draws, document) : JSON.stringify(document)
			);
			const read = new Tokenizer(both[0]!, both[1]!);
			const tokens = read.encode(hostileText(draws, 'The old fox, 4,305 “apples” — ναί 🙂\n'));
			read.decode([...tokens.map(({ id }) => id), -1, 0, 1e9]);
			return [read.size, read.text(3), read.isSpecial(0)];
		};
	}
};

export const modelParsers: Parser[] = [
	...PACKS.map((pack) => models(`model folder ${pack}`, pack)),
	{
		name: 'SAE formats',
		prepare() {
			const sound = saeFolders();
			return async (draws) => {
				const { name, files } = draws.pick(sound);
				const folder = folderWith(name, await hostileFiles(draws, files));
				await listed(folder);
				const { cfg } = await readSae(folder, NO_OVERRIDES);
				structuredClone(cfg);
				JSON.stringify(cfg);
			};
		}
	},
	{
		name: 'SAE overrides',
		prepare() {
			const sound = saeFolders();
			return async (draws) => {
				const { name, files } = draws.pick(sound);
				const overrides = {
					site: draws.pick([
						null,
						'blocks.0.hook_resid_post',
						hostileText(draws, 'blocks.1.hook_mlp_out')
					]),
					format: draws.pick([null, 'constructor', hostileText(draws, 'SAELens')]),
					k: draws.pick([null, 1, 7, 1e12]),
					normScalingFactor: draws.pick([null, 1e-300, 2, 1e300]),
					activation: draws.pick([null, 'relu'] as const),
					decoderRows: draws.pick([null, 'features', 'inputs'] as const)
				};
				await readSae(folderWith(hostileText(draws, name), files), {
					...NO_OVERRIDES,
					...overrides
				});
			};
		}
	},
	{
		name: 'archive of a model',
		prepare() {
			const sound = Object.entries(modelFiles('gpt2')).map(([name, bytes]) => ({
				name: `m/${name}`,
				bytes
			}));
			return async (draws) => {
				const archive = hostileZip(draws, sound) as Uint8Array<ArrayBuffer>;
				await listed(await openArchiveFolder('m.zip', new Blob([archive])));
			};
		}
	},
	tokenizers,
	{
		name: 'damaged tokenizer.json',
		prepare() {
			const files = packFiles('gpt2');
			const [text, config] = ['tokenizer.json', 'tokenizer_config.json'].map((name) =>
				new TextDecoder().decode(files[name])
			);
			return (draws) => new Tokenizer(damagedText(draws, text!), config!).encode('a b c');
		}
	}
];
