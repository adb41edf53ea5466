/** Words of a model's `config.json`, hostile until read. */
import { disallowedWord, notesOf, type ConfigWords } from '../../../src/core/files/config-words';
import { Problem } from '../../../src/core/names/errors';

/** Hugging Face's `config.json`, not yet trusted. */
export type Config = Record<string, unknown>;

/** Tables of positions and masks grow with the context: no more tokens than this are read. */
const LONGEST = 8192;
const MOST_LAYERS = 9999;

/** A whole number above zero from the config. */
export function count(config: Config, key: string, otherwise?: number): number {
	const value = config[key] ?? otherwise;
	if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 1e7)
		return value;
	throw unusable(key);
}

/** How many layers there are. Sites are named with four digits, and no model comes near that. */
export function layerCount(config: Config, key: string): number {
	const layers = count(config, key);
	if (layers <= MOST_LAYERS) return layers;
	throw unusable(key);
}

/** A positive number from the config. */
export function decimal(config: Config, key: string, otherwise?: number): number {
	const value = config[key] ?? otherwise;
	if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
	throw unusable(key);
}

/** A positive number from the config, or null where it has none. */
export function optional(config: Config, key: string): number | null {
	return config[key] === undefined || config[key] === null ? null : decimal(config, key);
}

/** How many tokens are read at most. */
export function contextOf(config: Config, key: string): number {
	return Math.min(count(config, key), LONGEST);
}

/** Whether the unembedding is the embedding. */
export function isTied(config: Config, otherwise: boolean): boolean {
	return (config.tie_word_embeddings ?? otherwise) === true;
}

/** Words of every config of Hugging Face, in versions 4 and 5 of transformers. */
const COMMON: ConfigWords = {
	used: ['model_type', 'license'],
	only: {
		add_cross_attention: [false],
		is_encoder_decoder: [false],
		quantization_config: [null],
		pruned_heads: [null]
	},
	named: {
		auto_map:
			'it names code of its own (auto_map), which is never run here: the model is read as what its model_type says.'
	},
	harmless: {
		'free labels, and notes of versions': [
			...[
				'_name_or_path',
				'name_or_path',
				'architectures',
				'transformers_version',
				'finetuning_task'
			],
			...['transformers.js_config', '_commit_hash', 'task_specific_params', 'unsloth_fixed']
		],
		'the form in which a library computes; float32 here': [
			...['torch_dtype', 'dtype', 'use_cache', 'torchscript', 'use_bfloat16', 'return_dict'],
			...['gradient_checkpointing', 'chunk_size_feed_forward', 'output_attentions'],
			...['output_hidden_states', '_attn_implementation', '_attn_implementation_autoset'],
			...[
				'attn_implementation',
				'cache_implementation',
				'tf_legacy_loss',
				'xla_device',
				'_flash_attn_2_enabled'
			]
		],
		'dropout and weights at the beginning of training': [
			...['initializer_range', 'attention_dropout', 'hidden_dropout', 'classifier_dropout']
		],
		'tokens, which the tokenizer knows, and what a text is written by': [
			...['bos_token_id', 'eos_token_id', 'pad_token_id', 'sep_token_id', 'unk_token_id'],
			...['decoder_start_token_id', 'tokenizer_class', 'prefix', 'max_length', 'min_length'],
			...['do_sample', 'early_stopping', 'num_beams', 'num_beam_groups', 'diversity_penalty'],
			...['temperature', 'top_k', 'top_p', 'typical_p', 'repetition_penalty', 'length_penalty'],
			...['no_repeat_ngram_size', 'encoder_no_repeat_ngram_size', 'bad_words_ids'],
			...[
				'num_return_sequences',
				'output_scores',
				'return_dict_in_generate',
				'forced_bos_token_id'
			],
			...['forced_eos_token_id', 'remove_invalid_values', 'exponential_decay_length_penalty'],
			...['suppress_tokens', 'begin_suppress_tokens']
		],
		'heads that are not run': [
			...[
				'id2label',
				'label2id',
				'num_labels',
				'problem_type',
				'is_decoder',
				'tie_encoder_decoder'
			],
			...['cross_attention_hidden_size']
		]
	}
};

/** The words of a family's configs, with those that all have. */
const withCommon = ({ used, only, named, harmless }: ConfigWords): ConfigWords => ({
	used: [...COMMON.used, ...used],
	only: { ...COMMON.only, ...only },
	named: { ...COMMON.named, ...named },
	harmless: { ...COMMON.harmless, ...harmless }
});

/** Throws a Problem for a value that the family's graph would get wrong. */
export function checkConfig(config: Config, words: ConfigWords): void {
	const wrong = disallowedWord(config, withCommon(words));
	if (!wrong) return;
	const { word, value, allowed } = wrong;
	const said = typeof value === 'number' ? String(value) : JSON.stringify(value);
	const known = allowed.filter((one) => one !== null).map((one) => JSON.stringify(one));
	throw new Problem(
		'unsupported',
		`This model's config.json says ${word}: ${said.slice(0, 60)}, which is not supported.`,
		known.length > 0
			? `Choose a model with ${word}: ${known.join(' or ')}.`
			: `Choose one without ${word}.`
	);
}

/** What somebody should know of a config before anything is shown. */
export const configNotes = (config: Config, words: ConfigWords): string[] =>
	notesOf(config, withCommon(words), 'config.json');

/** Words of rotary positions, as they stand in `rope_scaling` or `rope_parameters`. */
export const ropeWords = (...within: string[]): string[] =>
	within.flatMap((where) =>
		[
			...['rope_theta', 'rope_type', 'type', 'factor', 'low_freq_factor', 'high_freq_factor'],
			'original_max_position_embeddings'
		].map((word) => `${where}.${word}`)
	);

function unusable(key: string): Problem {
	return new Problem(
		'pack-invalid',
		`The model's config.json has no usable "${key}".`,
		'Take config.json from the same place as the weights.'
	);
}
