import { describe, expect, it } from 'vitest';
import { codeOf, isAbort, Problem } from '../../../../src/core/names/errors';

describe('Problem', () => {
	it('carries its code in name, and sentence and advice in message', () => {
		const cause = new Error('inner');
		const problem = new Problem('network', 'No answer.', 'Try again.', { cause });
		expect(problem).toMatchObject({
			name: 'network',
			code: 'network',
			message: 'No answer. Try again.',
			cause
		});
	});

	it('keeps its code when only name and message cross a thread', () => {
		const { name, message } = new Problem('storage-full', 'Full.', 'Delete something.');
		expect(codeOf(Object.assign(new Error(message), { name }))).toBe('storage-full');
	});
});

describe('codeOf', () => {
	it.each([new Error('x'), new TypeError('x'), 'network', null, undefined, { name: 'network' }])(
		'calls %s unexpected',
		(error) => expect(codeOf(error)).toBe('unexpected')
	);
});

describe('isAbort', () => {
	it('knows a cancelled call by its name alone', () => {
		expect(isAbort(new DOMException('x', 'AbortError'))).toBe(true);
		expect(isAbort(Object.assign(new Error('x'), { name: 'AbortError' }))).toBe(true);
		expect(isAbort(new DOMException('x', 'TimeoutError'))).toBe(false);
		expect(isAbort('AbortError')).toBe(false);
	});
});
