/** The families of models the engine can build. To add one: its file, and its line here. */
import { Problem } from '../../../src/core/names/errors';
import type { Architecture } from './family';
import { checkConfig, configNotes, type Config } from './model-config';
import { gemma } from './gemma';
import { gptNeo } from './gpt-neo';
import { gptNeox } from './gpt-neox';
import { gpt2 } from './gpt2';
import { llama } from './llama';

const ARCHITECTURES: Architecture[] = [llama, gpt2, gptNeo, gptNeox, gemma].map(filled);

/** Throws a Problem when no family knows the config's `model_type`, or it asks for what none can do. */
export function architectureOf(config: Config): Architecture {
	const text = textConfig(config);
	const type = typeof text.model_type === 'string' ? text.model_type.slice(0, 40) : '';
	const found = ARCHITECTURES.find((a) => a.modelTypes.includes(type));
	if (found) {
		checkConfig(text, found.words);
		return found;
	}
	const known = ARCHITECTURES.flatMap((a) => a.modelTypes).join(', ');
	throw new Problem(
		'unsupported',
		`Models of the type "${type}" are not supported yet.`,
		`Supported types: ${known}.`
	);
}

/** What somebody should know of a config before anything is shown, a sentence each. */
export const notesOnConfig = (config: Config): string[] =>
	configNotes(textConfig(config), architectureOf(config).words);

/** Of the model around them, what is also said of the text part. */
const SHARED = ['tie_word_embeddings', 'quantization_config', 'torch_dtype', 'dtype', 'license'];

/** The config of the text part, where a model sees as well: Gemma 3 from 4B on. Others as they are. */
export function textConfig(config: Config): Config {
	const { model_type, text_config: text } = config;
	if (model_type !== 'gemma3' || typeof text !== 'object' || text === null) return config;
	const shared = SHARED.filter((word) => config[word] !== undefined);
	return {
		...Object.fromEntries(shared.map((word) => [word, config[word]])),
		...text,
		architectures: ['Gemma3ForCausalLM'],
		model_type: 'gemma3_text'
	};
}

/** A family whose methods may be given any config of it: every word that it leaves out has its default. */
function filled(family: Architecture): Architecture {
	const fill = (config: Config): Config => {
		const text = textConfig(config);
		const missing = Object.entries(family.defaults(text)).filter(
			([key]) => text[key] === undefined
		);
		return { ...text, ...Object.fromEntries(missing) };
	};
	return {
		...family,
		shape: (config) => family.shape(fill(config)),
		weights: (config) => family.weights(fill(config)),
		embedding: (config) => family.embedding(fill(config)),
		readout: (config) => family.readout(fill(config)),
		modules: (config) => family.modules(fill(config)),
		build: (stream, config) => family.build(stream, fill(config))
	};
}
