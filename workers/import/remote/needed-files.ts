/** Which files of a listing a model or an SAE is made of: what is fetched, and nothing else. */

const DESCRIPTIONS = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const WHOLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const SHARD = /^model-\d+-of-\d+\.safetensors$/;
/** Of the first of these that a folder has, the others are beside the point: they are its logs. */
const SAE_WEIGHTS = [
	'sae_weights.safetensors',
	'params.safetensors',
	'params.npz',
	'sae.safetensors',
	'ae.safetensors',
	'ae.pt',
	'checkpoints/final.safetensors'
];
const WEIGHTS = /\.(safetensors|npz|pt|pth)$/;
const SMALL = /^(cfg|config|hyperparams|lm_config|activation_scaler)\.json$/;

/** The names in a folder of a listing, relative to it. */
function namesIn(names: string[], path: string): string[] {
	if (path === '') return names;
	return names.filter((name) => name.startsWith(`${path}/`)).map((n) => n.slice(path.length + 1));
}

/** Files of a model, by their paths in its folder. */
function modelFilesOf(names: string[]): string[] {
	const weights = names.includes(INDEX)
		? [INDEX, ...names.filter((name) => SHARD.test(name))]
		: [WHOLE];
	return [...DESCRIPTIONS, ...weights].filter((name) => names.includes(name));
}

/** Files of an SAE, by their paths in its folder. */
function saeFilesOf(names: string[]): string[] {
	const main = SAE_WEIGHTS.find((name) => names.includes(name));
	const weights = main ? [main] : names.filter((n) => !n.includes('/') && WEIGHTS.test(n));
	return [...names.filter((name) => SMALL.test(name)), ...weights];
}

/** Files of an SAE that is a folder, or one file, of a listing; whole paths. */
export function saeFilesIn(names: string[], path: string): string[] {
	if (names.includes(path)) return [path];
	const inside = saeFilesOf(namesIn(names, path));
	return path === '' ? inside : inside.map((name) => `${path}/${name}`);
}

/** Files of the model in a folder of a listing; whole paths. */
export function modelFilesIn(names: string[], path: string): string[] {
	const inside = modelFilesOf(namesIn(names, path));
	return path === '' ? inside : inside.map((name) => `${path}/${name}`);
}
