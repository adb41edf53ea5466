/** `tokenizer.json` and `tokenizer_config.json` from the metadata of a GGUF file. */
import { damagedGguf } from '../../../src/core/files/gguf-cursor';
import { refused } from '../../tokenizer/component';
import type { GgufMetadata } from './metadata';
import { bytePairs } from './byte-pairs';
import { sentencePieces } from './sentence-pieces';
import { NORMAL, type GgufTokens } from './tokens';

const [UNKNOWN, CONTROL, USER_DEFINED] = [2, 3, 4];

/**
 * Throws a Problem that names a tokenizer, or a way of splitting texts, that is not known to give the ids of the original.
 * `rows`: of the model's embedding. `tokenizer`, which takes a while, is what `tokenizer.json` holds.
 */
export function tokenizerOf(
	metadata: GgufMetadata,
	rows: number
): { tokenizer(): object; config: object } {
	const key = (word: string) => `tokenizer.ggml.${word}`;
	const model = metadata.text(key('model')) ?? '';
	const texts = metadata.texts(key('tokens')) ?? [];
	const types = metadata.numbers(key('token_type')) ?? texts.map(() => NORMAL);
	if (texts.length === 0 || types.length !== texts.length || texts.length > rows)
		throw damagedGguf(`has ${texts.length} tokens for ${rows} rows of its embedding`);
	if (new Set(texts).size < texts.length) throw damagedGguf('has one token twice');
	for (const word of ['add_sep_token', 'remove_extra_whitespaces'])
		if (metadata.flag(key(word)) === true) throw refused(`${word} of a GGUF file`);
	if (metadata.has(key('precompiled_charsmap')))
		throw refused('precompiled_charsmap of a GGUF file');
	const tokens = { texts, types };
	const parts =
		model === 'gpt2'
			? bytePairs(metadata)
			: model === 'llama'
				? sentencePieces(metadata, tokens)
				: null;
	if (!parts) throw refused(`the tokenizer “${model.slice(0, 40)}” of a GGUF file`);
	const id = (word: string) => {
		const value = metadata.number(key(word));
		if (value === null) return null;
		if (texts[value] !== undefined) return value;
		throw damagedGguf(`says ${key(word)} ${value}, which is no token`);
	};
	const start =
		(metadata.flag(key('add_bos_token')) ?? parts.addsStart) ? id('bos_token_id') : null;
	const end = metadata.flag(key('add_eos_token')) === true ? id('eos_token_id') : null;
	const template = metadata.text('tokenizer.chat_template');
	return {
		tokenizer: () => ({
			version: '1.0',
			truncation: null,
			padding: null,
			added_tokens: addedTokens(tokens),
			normalizer: parts.normalizer,
			pre_tokenizer: parts.preTokenizer,
			post_processor: around(texts, start, end),
			decoder: parts.decoder,
			model: {
				...parts.model,
				vocab: Object.fromEntries(texts.map((text, i) => [text, i])),
				merges: parts.merges()
			}
		}),
		config: {
			tokenizer_class: 'PreTrainedTokenizerFast',
			...Object.fromEntries(
				['bos', 'eos', 'pad'].flatMap((word) => {
					const found = id(word === 'pad' ? 'padding_token_id' : `${word}_token_id`);
					return found === null ? [] : [[`${word}_token`, texts[found]!]];
				})
			),
			add_bos_token: start !== null,
			add_eos_token: end !== null,
			...(template !== null && { chat_template: template })
		}
	};
}

/** Those that are found in a text before anything else looks at it. */
const addedTokens = ({ texts, types }: GgufTokens): object[] =>
	texts.flatMap((content, id) => {
		const special = types[id] === CONTROL || types[id] === UNKNOWN;
		if (!special && types[id] !== USER_DEFINED) return [];
		const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
		return [{ id, content, ...plain, special }];
	});

/** Null where nothing is put around a text. */
function around(texts: readonly string[], start: number | null, end: number | null): object | null {
	const ids = [start, end].filter((id) => id !== null);
	if (ids.length === 0) return null;
	const special = (id: number | null) =>
		id === null ? [] : [{ SpecialToken: { id: texts[id]!, type_id: 0 } }];
	const single = [...special(start), { Sequence: { id: 'A', type_id: 0 } }, ...special(end)];
	const second = [...special(start), { Sequence: { id: 'B', type_id: 1 } }, ...special(end)];
	return {
		type: 'TemplateProcessing',
		single,
		pair: [...single, ...second],
		special_tokens: Object.fromEntries(
			ids.map((id) => [texts[id]!, { id: texts[id]!, ids: [id], tokens: [texts[id]!] }])
		)
	};
}
