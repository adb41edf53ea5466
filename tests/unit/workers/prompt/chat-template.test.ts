import { describe, expect, it } from 'vitest';
import { chatOf } from '../../../../workers/prompt/chat-template';

const CHATML =
	"{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nBe kind.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
const GEMMA =
	"{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}";

describe('the form of a chat template', () => {
	it('has a system of its own, and a place for another', () => {
		expect(chatOf({ chat_template: CHATML }, '')).toEqual({
			form: {
				system: { before: '<|im_start|>system\n', after: '<|im_end|>\n<|im_start|>user\n' },
				bare: '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n',
				answer: '<|im_end|>\n<|im_start|>assistant\n',
				next: '<|im_end|>\n<|im_start|>user\n'
			}
		});
	});

	it('has no system where the template refuses one, and no second BOS', () => {
		expect(chatOf({ chat_template: GEMMA, bos_token: { content: '<bos>' } }, '<bos>')).toEqual({
			form: {
				system: null,
				bare: '<start_of_turn>user\n',
				answer: '<end_of_turn>\n<start_of_turn>model\n',
				next: '<end_of_turn>\n<start_of_turn>user\n'
			}
		});
	});

	it('is that of the default, where there are several', () => {
		const templates = [
			{ name: 'tool_use', template: 'no' },
			{ name: 'default', template: CHATML }
		];
		expect(chatOf({ chat_template: templates }, '')).toMatchObject({
			form: { next: '<|im_end|>\n<|im_start|>user\n' }
		});
	});

	it.each([
		['what its language lacks', "{% import 'os' as os %}{{ os.system('x') }}"],
		['what is not there', '{{ messages[0].content.__class__.mro() }}'],
		['an end that never comes', '{% for x in messages %}'],
		['other words than those said', "{{ messages[0]['content'] | upper | length }}"],
		['more than anybody writes', ' '.repeat(200_000)]
	])('is refused in a sentence where it asks for %s', (_, template) => {
		const chat = chatOf({ chat_template: template }, '');
		expect(chat).toEqual({
			problem: expect.stringMatching(
				/^The chat template of this model cannot be used here: .+\.$/
			) as string
		});
	});

	it('is none without a template', () => {
		for (const config of [
			null,
			{},
			{ chat_template: null },
			{ chat_template: 7 },
			{ chat_template: [{}] }
		])
			expect(chatOf(config, '')).toBeNull();
	});
});
