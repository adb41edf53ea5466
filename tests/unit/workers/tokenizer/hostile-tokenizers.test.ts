import { describe, expect, it } from 'vitest';
import { normalizerOf } from '../../../../workers/tokenizer/normalizers';
import { patternOf } from '../../../../workers/tokenizer/patterns';

const GPT2 = "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const LLAMA3 =
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

describe('a pattern that takes for ever on some texts', () => {
	it.each([
		'(a+)+$',
		'(a|aa)+$',
		'(foo|foofoo)+!',
		'(\\w+\\s?)+;',
		'(\\p{L}|\\p{Lu})+$',
		'(x+x+)+y'
	])('is refused by name: %s', (pattern) => {
		expect(() => patternOf({ Regex: pattern })).toThrow(
			`asks for the pattern ${pattern} that takes for ever on some texts`
		);
	});

	it.each([GPT2, LLAMA3, '\\s?(?=\\S)', '[0-9]{1,3}(?=(?:[0-9]{3})*(?![0-9]))'])(
		'is none of those in use: %s',
		(pattern) => {
			expect(patternOf({ Regex: pattern })).toBeInstanceOf(RegExp);
		}
	);
});

describe('replacements', () => {
	const doubling = (times: number) =>
		normalizerOf({
			type: 'Sequence',
			normalizers: Array.from({ length: times }, () => ({
				type: 'Replace',
				pattern: { String: 'a' },
				content: 'aa'
			}))
		});

	it('that double a text again and again are stopped, and named', () => {
		expect(() => doubling(40)({ text: 'banana', lead: 0 })).toThrow(
			'the normalizer Replace with so much to put in that the text grows without end'
		);
	});

	it('may make a text longer', () => {
		expect(doubling(3)({ text: 'ban', lead: 0 }).text).toBe('baaaaaaaan');
	});
});
