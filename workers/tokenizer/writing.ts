/** How the entries of a vocabulary stand in a text. */
import { bytesOf, pieceBytes } from '../../src/core/names/tokens';
import { fieldsOf } from './component';

export interface Writing {
	/** The bytes that an entry stands for; null where it is written as it is. */
	bytes(entry: string): Uint8Array | null;
	/** Entries that are words, or parts of words, as a text; null where texts are the bytes of their entries. */
	words: ((entries: string[]) => string) | null;
}

/** GPT-2's byte alphabet, SentencePiece's pieces, or words: whatever the file is made for. */
export function writingOf(file: Record<string, unknown>): Writing {
	const { normalizer, pre_tokenizer, decoder } = file;
	const model = fieldsOf(file.model, 'the model');
	const steps = JSON.stringify([normalizer, pre_tokenizer, decoder]);
	if (steps.includes('"ByteLevel"')) return { bytes: bytesOf, words: null };
	if (model.byte_fallback === true || steps.includes('▁'))
		return { bytes: pieceBytes, words: null };
	return { bytes: () => null, words: wordsOf(model) };
}

function wordsOf(model: Record<string, unknown>): Writing['words'] {
	const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = model;
	if (typeof suffix === 'string' && suffix !== '')
		return (entries) =>
			entries
				.map((entry) => (entry.endsWith(suffix) ? `${entry.slice(0, -suffix.length)} ` : entry))
				.join('')
				.trimEnd();
	if (typeof prefix === 'string' && prefix !== '')
		return (entries) =>
			entries
				.map((entry) => (entry.startsWith(prefix) ? entry.slice(prefix.length) : ` ${entry}`))
				.join('')
				.trimStart();
	// Of characters, none stands apart.
	const apart = 'merges' in model || Array.isArray(model.vocab) ? '' : ' ';
	return (entries) => entries.join(apart);
}
