/** Prompts as the model reads them. */
import { expect, it } from 'vitest';
import { Tokenizer } from '../../../../workers/model/tokenizer';
import { Workbench } from '../../../../workers/packs/open-pack';

const BEGINNING = {
	type: 'TemplateProcessing',
	single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
	pair: [],
	special_tokens: { '<s>': { id: '<s>', ids: [3], tokens: ['<s>'] } }
};

/** Of a model that knows five tokens, four of which it can read at once. */
function tokenize(text: string, post_processor: object | null = null) {
	const file = {
		added_tokens: [
			{ id: 3, content: '<s>', special: true },
			{ id: 7, content: '[PAD]', special: true }
		],
		post_processor,
		model: {
			type: 'BPE',
			vocab: { a: 0, b: 1, ab: 2, '<s>': 3, x: 4, y: 5, z: 6 },
			merges: ['a b']
		}
	};
	const tokenizer = new Tokenizer(JSON.stringify(file), '{}');
	const model = { shape: { context: 4, vocabSize: 5 } };
	return Workbench.prototype.tokenize.call({ tokenizer, model } as Workbench, text);
}

it('are cut where the context ends', () => {
	const { tokens, leftOut } = tokenize('abaabb', BEGINNING);
	expect(tokens.map(({ id }) => id)).toEqual([3, 2, 0, 2]);
	expect(leftOut.map(({ text }) => text)).toEqual(['b']);
});

it.each([
	['nothing', null, ''],
	['spaces', null, ' \n'],
	['characters that are no entries', null, '你好'],
	['nothing but what begins every text', BEGINNING, '你好']
])('are refused where they hold %s', (_, template, text) => {
	expect(() => tokenize(text, template)).toThrow(expect.objectContaining({ name: 'empty-prompt' }));
});

it('may be a special token that was written out', () => {
	expect(tokenize('<s>', BEGINNING).tokens.map(({ id }) => id)).toEqual([3, 3]);
});

it('are refused where they hold a token beyond the embedding, which is named', () => {
	expect(() => tokenize('a[PAD]')).toThrow(/“\[PAD\]”, whose id 7 lies beyond the 5 rows/);
	expect(() => tokenize('az')).toThrow(/“z”, whose id 6/);
});
