import { describe, expect, it } from 'vitest';
import { HostTokens } from '../../../../../workers/storage/network/host-tokens';

const HOST = 'https://example.org';
const token = { origin: HOST, value: 's3cret' };

describe('a token', () => {
	it('goes to its own host alone', () => {
		const tokens = new HostTokens();
		tokens.use(`${HOST}/pack/`, token);
		expect(tokens.headers(`${HOST}/pack/pack.json`)).toEqual({ authorization: 'Bearer s3cret' });
		for (const other of [
			'https://example.org.evil.test/',
			'http://example.org/',
			'https://example.org:8443/',
			'https://cdn.example.org/',
			'https://user:example.org@evil.test/'
		])
			expect(tokens.headers(other)).toEqual({});
	});

	it('is not taken for a host that is not its own, which forgets the one it had', () => {
		const tokens = new HostTokens();
		tokens.use('https://other.test/', token);
		expect(tokens.headers('https://other.test/')).toEqual({});
		expect(tokens.headers(HOST)).toEqual({});
		tokens.use(HOST, token);
		tokens.use(HOST, null);
		expect(tokens.headers(HOST)).toEqual({});
	});
});

describe('a refusal', () => {
	it.each([401, 403])('of %i says whether a token was tried, and never the token', (status) => {
		const tokens = new HostTokens();
		const about = [`${HOST}/pack.json?key=s3cret`, status, 'pack.json'] as const;
		const before = tokens.refusal(...about)!;
		tokens.use(HOST, token);
		const after = tokens.refusal(...about)!;
		expect(before.sentence).not.toBe(after.sentence);
		for (const { code, message } of [before, after]) {
			expect(code).toBe('gated');
			expect(message).toContain('example.org');
			expect(message).not.toContain('s3cret');
		}
	});

	it('is nothing of its own for other answers', () => {
		expect(new HostTokens().refusal(HOST, 404, 'x')).toBeNull();
	});
});
