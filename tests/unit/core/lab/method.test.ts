/** What the laboratory says of its methods, and how their options are read. */
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../../src/core/lab/method';
import { METHOD_NAMES, methodNamed, METHODS } from '../../../../src/core/lab/methods';
import { Arguments } from '../../../../workers/node/arguments';
import { COMMANDS } from '../../../../workers/node/commands';

const OPTIONS = {
	sae: { kind: 'sae', about: 'the SAE' },
	text: { kind: 'prompt', about: 'the text' },
	k: { kind: 'whole', usual: 8, least: 1, most: 64, about: 'how many' },
	level: { kind: 'number', usual: 0.5, least: 0, most: 1, about: 'how much' },
	by: { kind: 'choice', usual: 'mean', of: ['mean', 'svm'], about: 'the way' },
	words: { kind: 'line', usual: '', about: 'the words' },
	corpus: { kind: 'file', about: 'a text' }
} as const;
const around = { sae: 'S', prompt: 'a prompt' };

describe('options', () => {
	it('are what a reader set, else what is usual', () => {
		expect(settingsOf(OPTIONS, {}, around)).toEqual({
			...{ sae: 'S', text: 'a prompt', k: 8, level: 0.5, by: 'mean', words: '', corpus: null }
		});
		const given = { sae: 'T', text: '', k: '3', level: '0.25', by: 'svm', words: 'a=b' };
		expect(settingsOf(OPTIONS, given, around)).toEqual({
			...{ sae: 'T', text: '', k: 3, level: 0.25, by: 'svm', words: 'a=b', corpus: null }
		});
	});

	it.each([
		[{ k: '' }, 'whole number from 1 to 64'],
		[{ k: '1.5' }, 'whole number from 1 to 64'],
		[{ k: '65' }, '65'],
		[{ level: 'NaN' }, 'NaN'],
		[{ by: 'lasso' }, 'mean, svm'],
		[{ by: '__proto__' }, 'mean, svm'],
		[{ colour: 'blue' }, 'colour'],
		[{ constructor: '1' }, 'constructor']
	])('refuse %j in a sentence', (given, named) => {
		expect(() => settingsOf(OPTIONS, given as Record<string, string>, around)).toThrow(named);
	});
});

describe('every method', () => {
	it.each(METHOD_NAMES)(
		'%s has a paper, says what it cannot, and can be set as it is usual',
		(name) => {
			const method = METHODS[name];
			expect(method.paper.url).toMatch(/^https:\/\//);
			expect(method.paper.year).toBeGreaterThan(1990);
			expect(method.does.length).toBeGreaterThan(30);
			expect(method.says.length).toBeGreaterThan(150);
			expect(Object.keys(settingsOf(method.options, {}, around))).toEqual(
				Object.keys(method.options)
			);
			expect(methodNamed(method.title)).toBe(name);
			expect(COMMANDS[`lab ${name}`]).toBeDefined();
		}
	);

	it('is listed by the command line', async () => {
		const listed = (await COMMANDS.lab!.run(new Arguments([], [], []))) as { name: string }[];
		expect(listed.map(({ name }) => name)).toEqual(METHOD_NAMES);
	});
});
