/** Byte-level BPE as GGUF files store it: merges, and the name of how texts are split (`tokenizer.ggml.pre`). */
import { damagedGguf } from '../../../src/core/files/gguf-cursor';
import { refused } from '../../tokenizer/component';
import type { GgufMetadata } from './metadata';
import type { TokenizerParts } from './tokens';

interface Splitting {
	preTokenizer: object;
	/** Unicode's composed form comes first. */
	composes?: boolean;
	/** A word that is an entry is one token, whatever the merges say. */
	ignoresMerges?: boolean;
	addsStart?: boolean;
}

const byteLevel = (useRegex: boolean) => ({
	type: 'ByteLevel',
	add_prefix_space: false,
	trim_offsets: true,
	use_regex: useRegex
});
const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });
const byPattern = (pattern: string) =>
	sequence(
		{ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
		byteLevel(false)
	);

/** The patterns of Qwen 2 and Llama 3, which differ in how many digits stand together. */
const wordsAndDigits = (digits: string) =>
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" +
	`${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const SPLITTINGS: Record<string, Splitting> = {
	'gpt-2': { preTokenizer: byteLevel(true) },
	// GPT-NeoX's, of which this is llama.cpp's name.
	olmo: { preTokenizer: byteLevel(true), composes: true },
	smollm: {
		preTokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true))
	},
	qwen2: { preTokenizer: byPattern(wordsAndDigits('\\p{N}')), composes: true },
	'llama-bpe': {
		preTokenizer: byPattern(wordsAndDigits('\\p{N}{1,3}')),
		ignoresMerges: true,
		addsStart: true
	}
};

/** Throws a Problem that names a way of splitting that is not known. */
export function bytePairs(metadata: GgufMetadata): TokenizerParts {
	const pre = metadata.text('tokenizer.ggml.pre') ?? 'default';
	const known = Object.hasOwn(SPLITTINGS, pre) ? SPLITTINGS[pre]! : null;
	if (!known) throw refused(`tokenizer.ggml.pre “${pre.slice(0, 40)}” of a GGUF file`);
	if (metadata.flag('tokenizer.ggml.add_space_prefix') === true)
		throw refused('add_space_prefix of a GGUF file with byte-level tokens');
	const merges = metadata.texts('tokenizer.ggml.merges');
	if (!merges) throw damagedGguf('has no tokenizer.ggml.merges');
	return {
		addsStart: known.addsStart ?? false,
		normalizer: known.composes ? { type: 'NFC' } : null,
		preTokenizer: known.preTokenizer,
		decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
		model: {
			type: 'BPE',
			dropout: null,
			unk_token: null,
			continuing_subword_prefix: null,
			end_of_word_suffix: null,
			fuse_unk: false,
			byte_fallback: false,
			ignore_merges: known.ignoresMerges ?? false
		},
		merges: () => [...merges]
	};
}
