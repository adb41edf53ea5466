import { describe, expect, it } from 'vitest';
import { conversationIn, promptOf, type ChatForm } from '../../../../src/core/prompt/conversation';

const form: ChatForm = {
	system: { before: '<s>system\n', after: '<e>\n<s>user\n' },
	bare: '<s>system\nBe kind.<e>\n<s>user\n',
	answer: '<e>\n<s>assistant\n',
	next: '<e>\n<s>user\n'
};

const CONVERSATIONS = [
	{ system: null, turns: [{ user: 'Why is the sea salty?', answer: '' }] },
	{ system: 'Answer in verse.', turns: [{ user: '', answer: '' }] },
	{
		system: '',
		turns: [
			{ user: 'Hi', answer: 'Hello\nthere' },
			{ user: 'Bye', answer: 'So' }
		]
	}
];

describe('a conversation', () => {
	it.each(CONVERSATIONS)('is read back from its prompt', (conversation) => {
		expect(conversationIn(form, promptOf(form, conversation))).toEqual(conversation);
	});

	it('is none where the template is not kept to', () => {
		for (const text of [
			'',
			'Once upon a time',
			'<s>system\nBe kind.<e>\n<s>user\nno answer begun',
			'<s>system\nopen'
		])
			expect(conversationIn(form, text)).toBeNull();
	});

	it('leaves out what the template has no place for', () => {
		const plain: ChatForm = { system: null, bare: 'U:', answer: ' A:', next: null };
		const prompt = promptOf(plain, {
			system: 'Be brief.',
			turns: [
				{ user: 'Hi', answer: 'Ho' },
				{ user: 'Bye', answer: '' }
			]
		});
		expect(prompt).toBe('U:Hi A:Ho');
		expect(conversationIn(plain, prompt)).toEqual({
			system: null,
			turns: [{ user: 'Hi', answer: 'Ho' }]
		});
	});
});
