/** What a tokenizer refuses, and how its tokens are shown; ids are held to the reference in tests/golden. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/core/names/errors';
import { Tokenizer } from '../../../../workers/model/tokenizer';
import { FIXTURES } from '../../../golden/fixture';

const CHARACTERS = ['<unk>', '<s>', 'a', 'b', 'c', ' ', 'é', 'ab', '▁', '▁ab', '<0xC3>', '<0xA9>'];

const added = (content: string, id: number, flags: object = {}) => ({
	id,
	content,
	single_word: false,
	lstrip: false,
	rstrip: false,
	normalized: false,
	special: true,
	...flags
});

/** A small tokenizer of characters, with other parts in the place of some of its own. */
function file(parts: Record<string, unknown> = {}, options: Record<string, unknown> = {}) {
	return {
		version: '1.0',
		truncation: { max_length: 2, strategy: 'LongestFirst', stride: 0, direction: 'Right' },
		padding: null,
		added_tokens: [added('<unk>', 0), added('<s>', 1)],
		normalizer: null,
		pre_tokenizer: null,
		post_processor: null,
		decoder: null,
		...parts,
		model: {
			type: 'BPE',
			dropout: null,
			unk_token: '<unk>',
			continuing_subword_prefix: null,
			end_of_word_suffix: null,
			fuse_unk: false,
			byte_fallback: false,
			ignore_merges: false,
			vocab: Object.fromEntries(CHARACTERS.map((entry, id) => [entry, id])),
			merges: ['a b', '▁ ab'],
			...options
		}
	};
}

const open = (parts = {}, options = {}, config = {}) =>
	new Tokenizer(JSON.stringify(file(parts, options)), JSON.stringify(config));
const ids = (tokenizer: Tokenizer, text: string) => tokenizer.encode(text).map(({ id }) => id);

describe('what cannot be done exactly', () => {
	const split = (pattern: object, more: object = {}) => ({
		pre_tokenizer: { type: 'Split', pattern, behavior: 'Isolated', invert: false, ...more }
	});
	it.each<[string, object, object, RegExp]>([
		[
			'a normalizer',
			{ normalizer: { type: 'Precompiled', precompiled_charsmap: '' } },
			{},
			/normalizer Precompiled/
		],
		['the ByteLevel normalizer', { normalizer: { type: 'ByteLevel' } }, {}, /normalizer ByteLevel/],
		[
			'one in a sequence',
			{ normalizer: { type: 'Sequence', normalizers: [{ type: 'Other' }] } },
			{},
			/normalizer Other/
		],
		[
			'a pre-tokenizer',
			{ pre_tokenizer: { type: 'UnicodeScripts' } },
			{},
			/pre-tokenizer UnicodeScripts/
		],
		[
			'an option',
			{ pre_tokenizer: { type: 'WhitespaceSplit', invert: true } },
			{},
			/pre-tokenizer WhitespaceSplit with the option invert/
		],
		['an option of a model', {}, { shrink: 3 }, /model BPE with the option shrink/],
		['dropout', {}, { dropout: 0.1 }, /model BPE with the option dropout/],
		['a model', {}, { type: 'Syllables' }, /model Syllables/],
		['a model of no type that a prototype has', {}, { type: 'constructor' }, /model constructor/],
		[
			'a behaviour',
			split({ String: 'a' }, { behavior: 'Doubled' }),
			{},
			/pre-tokenizer Split with behavior “Doubled”/
		],
		['a backreference', split({ Regex: '(a)\\1' }), {}, /pattern \(a\)\\1 with backreference/],
		['a grapheme', split({ Regex: '\\X' }), {}, /pattern \\X with text segment/],
		['a property', split({ Regex: '\\p{Emoji}' }), {}, /pattern \\p\{Emoji\} with Emoji/],
		['letters that one character stands for', split({ Regex: '(?i:ss)' }), {}, /case aside/],
		['a letter of another alphabet', split({ Regex: '(?i:ж)' }), {}, /with ж, case aside/],
		[
			'a repetition of what may be nothing',
			split({ Regex: '(?:a*)+' }),
			{},
			/repetition of what may be nothing/
		],
		['an atomic group that looks back', split({ Regex: '(?<=a++)b' }), {}, /pattern/],
		['what is no pattern', split({ Regex: '(a' }), {}, /pattern \(a which is not understood/],
		['a post-processor', { post_processor: { type: 'Other' } }, {}, /post-processor Other/],
		[
			'an added token of another id',
			{ added_tokens: [added('<x>', 40)] },
			{},
			/added token <x> with the id 40, where it comes out as 12/
		],
		[
			'an option of an added token',
			{ added_tokens: [added('<s>', 1, { fuzzy: true })] },
			{},
			/added token <s> with the option fuzzy/
		],
		[
			'added tokens that are normalized to the same',
			{
				normalizer: { type: 'Lowercase' },
				added_tokens: [added('X', 12, { normalized: true }), added('x', 13, { normalized: true })]
			},
			{},
			/added tokens X and x/
		],
		[
			'an added token of which nothing is left',
			{
				normalizer: { type: 'Strip', strip_left: true, strip_right: true },
				added_tokens: [added(' ', 5, { normalized: true })]
			},
			{},
			/leaves nothing/
		]
	])('is refused by name: %s', (_, parts, options, name) => {
		expect(() => open(parts, options)).toThrow(Problem);
		expect(() => open(parts, options)).toThrow(name);
	});

	it.each<[string, object, object]>([
		['a merge of what is no entry', {}, { merges: ['a z'] }],
		['a merge of three', {}, { merges: ['a b c'] }],
		['an id that is none', {}, { vocab: { a: -1 } }],
		['no vocabulary', {}, { vocab: null }],
		[
			'an option of another kind',
			{ pre_tokenizer: { type: 'Digits', individual_digits: 'yes' } },
			{}
		],
		['a component that is none', { normalizer: 'NFC' }, {}]
	])('is unsound: %s', (_, parts, options) => {
		expect(() => open(parts, options)).toThrow(/tokenizer of this pack cannot be read/);
	});

	it('is no JSON', () => {
		expect(() => new Tokenizer('{', '{}')).toThrow(/tokenizer\.json is no JSON/);
		expect(() => new Tokenizer(JSON.stringify(file()), 'x')).toThrow(
			/tokenizer_config\.json is no JSON/
		);
	});

	it('is a word that has no token', () => {
		const words = { type: 'WordLevel', unk_token: 'none', vocab: { a: 0 } };
		const text = JSON.stringify({ ...file({ added_tokens: [] }), model: words });
		expect(() => new Tokenizer(text, '{}').encode('dog')).toThrow(/no entry for “dog”/);
	});
});

it('begins texts as tokenizer.json says, whatever its config does', () => {
	const config = { tokenizer_class: 'LlamaTokenizerFast', bos_token: '<s>', add_bos_token: true };
	expect(ids(open({}, {}, config), 'ab')).toEqual([7]);
});

it('is refused where file and config contradict each other about a space before the text', () => {
	const pre_tokenizer = { type: 'ByteLevel', add_prefix_space: false };
	expect(() => open({ pre_tokenizer }, {}, { add_prefix_space: true })).toThrow(
		/add_prefix_space true/
	);
	expect(() => open({ pre_tokenizer }, {}, { add_prefix_space: false })).not.toThrow();
});

it('leaves truncation aside, and begins texts as the post-processor does', () => {
	const template = {
		type: 'TemplateProcessing',
		single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
		pair: [],
		special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } }
	};
	const tokenizer = open({ post_processor: template });
	expect(ids(tokenizer, 'abcab')).toEqual([1, 7, 4, 7]);
	expect(tokenizer.start).toEqual([1]);
	expect(open().start).toEqual([]);
	expect(open().size).toBe(12);
	expect(open({ added_tokens: [added('<x>', 12)] }).size).toBe(13);
});

it('takes half a surrogate pair for the replacement character', () => {
	expect(ids(open(), 'a\ud800b')).toEqual([2, 0, 3]);
});

describe('tokens as text', () => {
	it('are the bytes of a byte-level vocabulary, whole characters or not', () => {
		const read = (name: string) => readFileSync(path.join(FIXTURES, 'llama-tied', name), 'utf8');
		const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
		const tokens = tokenizer.encode(' é👍');
		expect(tokens.map(({ text }) => text).join('')).toMatch(/<0x|é/);
		expect(tokens[0]).toMatchObject({ special: true, text: '<|endoftext|>' });
		expect(tokenizer.decode(tokens.slice(1).map(({ id }) => id))).toBe(' é👍');
		expect(tokenizer.text(99_999)).toBe('<99999>');
		// Embeddings are often longer than vocabularies.
		expect(tokenizer.decode([99_999])).toBe('');
	});

	it('are pieces with a space in the place of ▁, and bytes that fall together', () => {
		const tokenizer = open({
			normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' }
		});
		expect(tokenizer.encode(' ab').map(({ text }) => text)).toEqual([' ab']);
		expect(tokenizer.text(10)).toBe('<0xC3>');
		expect(tokenizer.decode([9, 10, 11, 2])).toBe(' abéa');
	});

	it('are added tokens as they are, in whatever alphabet the others are written', () => {
		const tokenizer = open({
			pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
			added_tokens: [added('é!', 12, { special: false })]
		});
		expect(tokenizer.encode('aé!').map(({ text }) => text)).toEqual(['a', 'é!']);
		expect(tokenizer.decode([2, 12])).toBe('aé!');
	});

	it('are words, which stand apart', () => {
		const words = (model: object) =>
			new Tokenizer(JSON.stringify({ ...file({ added_tokens: [] }), model }), '{}');
		const vocab = { the: 0, cat: 1, '##s': 2, 'sat</w>': 3, s: 4 };
		const parts = { continuing_subword_prefix: '##', max_input_chars_per_word: 9 };
		expect(words({ type: 'WordLevel', unk_token: 's', vocab }).decode([0, 1])).toBe('the cat');
		expect(words({ type: 'WordPiece', unk_token: 's', vocab, ...parts }).decode([0, 1, 2])).toBe(
			'the cats'
		);
		expect(
			words({ type: 'BPE', merges: [], end_of_word_suffix: '</w>', vocab }).decode([4, 3, 3])
		).toBe('ssat sat');
		expect(open().decode([2, 5, 3])).toBe('a b');
	});
});

describe('what stands for characters without an entry', () => {
	const special = (tokenizer: Tokenizer, text: string) =>
		tokenizer.encode(text).map((token) => [token.text, token.special]);

	it('is text like any other, and so part of statistics', () => {
		const expected = [
			['<s>', true],
			['a', false],
			['<unk>', false]
		];
		expect(special(open(), '<s>aж')).toEqual(expected);
		const unigram = { type: 'Unigram', unk_id: 0, vocab: CHARACTERS.map((entry) => [entry, -1]) };
		expect(special(open({ model: unigram }), '<s>aж')).toEqual(expected);
	});

	it('stays special where it also begins or ends texts', () => {
		for (const token of ['<unk>', { content: '<unk>' }])
			expect(special(open({}, {}, { eos_token: token }), 'aж').at(-1)).toEqual(['<unk>', true]);
	});
});
