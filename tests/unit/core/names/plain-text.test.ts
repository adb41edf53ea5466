import { describe, expect, it } from 'vitest';
import { plainText, withoutControls } from '../../../../src/core/names/plain-text';

describe('words of strangers', () => {
	it('keep nothing that turns the text around them', () => {
		const turned = 'a\u202Eb\u2066c\u200Fd\u061Ce';
		expect(plainText(turned)).toBe('abcde');
		expect(withoutControls(turned)).toBe(turned);
	});

	it('keep nothing that XML cannot hold, and everything else', () => {
		expect(withoutControls('a\u0000\u001Bb\uD800c\uFFFFd')).toBe('abcd');
		expect(plainText('עברית\tcafé 😀 中\n')).toBe('עברית\tcafé 😀 中\n');
	});
});
