/** Places in every spelling, and hostile ones: whatever is typed, nothing but a harmless place comes out. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/core/names/errors';
import {
	asPlainAddress,
	HUB,
	isPathSegment,
	parseRemoteAddress,
	describeAddress,
	encodePath,
	type HubAddress,
	type RemoteAddress
} from '../../../../src/core/import/remote-address';
import { tokenHeaders } from '../../../../src/core/import/remote';
import { Draws } from '../../../draws';

const draws = new Draws(111);
const WORDS = [
	'org',
	'gpt2',
	'Llama-3.2-1B',
	'gemma-scope-2b-pt-res',
	'a',
	'x_y',
	'_z',
	'v1.0b',
	'7B'
];
const STEPS = [
	'layer_20',
	'width 16k',
	'average_l0_71',
	'é',
	'a+b',
	'x@y',
	'100%',
	'q?',
	'h#1',
	'tree'
];

function hubPlace(): HubAddress {
	const id = draws.list(draws.integer(1, 2), () => draws.pick(WORDS)).join('/');
	return {
		kind: 'hub',
		origin: HUB,
		id,
		revision: draws.pick([null, 'main', 'v1.0', 'refs/pr/12', 'a'.repeat(40), 'feature-x']),
		path: draws.list(draws.integer(0, 3), () => draws.pick(STEPS)).join('/'),
		certain: true
	};
}

/** What a parse gives, or the Problem that it throws. */
function parsed(text: string): RemoteAddress | Problem {
	try {
		return parseRemoteAddress(text);
	} catch (error) {
		if (error instanceof Problem) return error;
		throw error;
	}
}

describe('a repository on the hub', () => {
	const places = draws.list(300, hubPlace);

	it('is the same as an address with its revision, in every spelling of the hub', () => {
		for (const place of places) {
			const { id, revision, path } = place;
			if (revision === null) continue;
			const way = draws.pick(['tree', 'resolve', 'blob', 'raw']);
			const rest = [id, way, encodeURIComponent(revision), path && encodePath(path)]
				.filter(Boolean)
				.join('/');
			for (const host of [
				HUB,
				'http://huggingface.co',
				'huggingface.co',
				'www.huggingface.co',
				'https://www.hf.co',
				'HF.co'
			])
				for (const end of ['', '/', '?download=true', '#files'])
					expect(parseRemoteAddress(`${host}/${rest}${end}`)).toEqual(place);
		}
	});

	it('is the same as an id with its revision', () => {
		for (const place of places) {
			const { id, revision, path } = place;
			// An id alone before a folder would be read as two names.
			if (revision === null && path !== '' && !id.includes('/')) continue;
			if (revision === null && path.includes('@')) continue;
			const at = revision === null ? '' : `@${revision}`;
			const text = [`${id}${at}`, path].filter(Boolean).join('/');
			for (const typed of [text, ` ${text}\n`, `hf://${text}`, `HF://${text}`, `${text}/`])
				expect(parseRemoteAddress(typed)).toEqual(place);
		}
	});

	it('is said with its revision and its folder, and on its own hub', () => {
		for (const place of places) {
			const said = describeAddress(place);
			expect(said.startsWith(place.id)).toBe(true);
			expect(said.includes(place.path)).toBe(true);
			expect(said.endsWith(place.revision === null ? '' : `@${place.revision}`)).toBe(true);
			const origin = 'http://127.0.0.1:81';
			expect(describeAddress({ ...place, origin })).toBe(`${origin}/${said}`);
		}
	});

	it('is a folder of the same address where the host turns out to be none', () => {
		for (const place of places) {
			const { url, isFile } = asPlainAddress(place);
			expect(isFile).toBe(false);
			expect(decodeURIComponent(new URL(url).pathname)).toBe(
				`/${[place.id, place.path].filter(Boolean).join('/')}/`
			);
		}
	});
});

describe('an address of another host', () => {
	it.each([
		['https://example.org/a/b/c', 'https://example.org/a/b/c/', false],
		['https://example.org/a/b/c/', 'https://example.org/a/b/c/', false],
		['https://example.org/a/b/pack.json', 'https://example.org/a/b/', false],
		['https://example.org/pack.json', 'https://example.org/', false],
		['https://example.org/a/unpack.json', 'https://example.org/a/unpack.json/', false],
		['https://example.org/a/config.json?v=2', 'https://example.org/a/?v=2', false],
		['https://example.org/a/b/sae.PT', 'https://example.org/a/b/sae.PT', true],
		['https://example.org/a/b/sae.pth?x=1#y', 'https://example.org/a/b/sae.pth?x=1', true],
		['https://example.org/a/b/pt', 'https://example.org/a/b/pt/', false],
		['http://[::1]:8080/a/b/c', 'http://[::1]:8080/a/b/c/', false],
		['https://example.org/org/name?x=1', 'https://example.org/org/name/?x=1', false],
		['https://example.org/org/name/', 'https://example.org/org/name/', false],
		['https://example.org/tree/main', 'https://example.org/tree/main/', false],
		['https://example.org/my%20models/gpt2', 'https://example.org/my%20models/gpt2/', false],
		['https://example.org/~me/packs--v2', 'https://example.org/~me/packs--v2/', false],
		['https://example.org/my%20data/raw/a/b', 'https://example.org/my%20data/raw/a/b/', false],
		['https://example.org/a/../b/c/d', 'https://example.org/b/c/d/', false]
	])('%s is read as %s', (text, address, isFile) => {
		const place = parseRemoteAddress(text);
		if (place.kind === 'hub') expect(asPlainAddress(place).url).toBe(address);
		else expect(place).toEqual({ kind: 'plain', url: address, isFile });
	});

	it('is a hub for certain where it names a revision of no file', () => {
		expect(parseRemoteAddress('https://hub.example/org/name/tree/v2/saes')).toMatchObject({
			kind: 'hub',
			origin: 'https://hub.example',
			id: 'org/name',
			revision: 'v2',
			path: 'saes',
			certain: true
		});
		const file = parseRemoteAddress('https://host.example/data/raw/main/sae.npz');
		expect(file).toMatchObject({ kind: 'hub', certain: false, path: 'sae.npz' });
	});
});

describe('whatever is typed', () => {
	const pieces = [
		...[
			'org',
			'name',
			'/',
			'/',
			'//',
			'@',
			'..',
			'.',
			'\\',
			'%2e%2e',
			'%2F',
			'%00',
			'%5C',
			'%',
			' '
		],
		...[
			'https://',
			'http://',
			'hf://',
			'file://',
			'javascript:',
			'data:',
			'huggingface.co',
			'hf.co'
		],
		...[
			'example.org',
			'example.org:81',
			'me:secret@',
			'?key=s3cret',
			'#top',
			'tree',
			'resolve',
			'blob'
		],
		...[
			'main',
			'refs/pr/1',
			'datasets',
			'spaces',
			'\u0000',
			'\u202e',
			'ｈｆ',
			'😀',
			'.npz',
			'--',
			'-',
			'_'
		]
	];

	it('is a harmless place, or refused with a sentence and advice', () => {
		let [places, refused] = [0, 0];
		for (let trial = 0; trial < 6000; trial++) {
			const text = draws.list(draws.integer(1, 9), () => draws.pick(pieces)).join('');
			const found = parsed(text);
			if (found instanceof Problem) {
				refused++;
				expect(found.code).toBe('usage');
				expect(found.sentence).toMatch(/\.$/);
				expect(found.advice).toMatch(/\.$/);
				continue;
			}
			places++;
			if (found.kind === 'plain') {
				const url = new URL(found.url);
				expect(['http:', 'https:']).toContain(url.protocol);
				expect([url.username, url.password, url.hash]).toEqual(['', '', '']);
				expect(found.isFile || url.pathname.endsWith('/')).toBe(true);
				continue;
			}
			expect(found.origin).toBe(new URL(found.origin).origin);
			expect(found.id).toMatch(/^\w[\w.-]*(\/\w[\w.-]*)?$/);
			expect(`${found.id} ${found.revision}`).not.toContain('..');
			if (found.path !== '')
				for (const part of found.path.split('/')) expect(isPathSegment(part)).toBe(true);
			// Put together again it stays below the repository.
			const address = new URL(encodePath(`${found.id}/${found.path}`), `${found.origin}/`);
			expect(address.pathname.startsWith(`/${found.id}/`)).toBe(true);
			expect(address.origin).toBe(found.origin);
		}
		expect(Math.min(places, refused)).toBeGreaterThan(300);
	});

	it('gives away no secret of an address when it is said', () => {
		for (let trial = 0; trial < 2000; trial++) {
			const [path, user] = [draws.list(5, () => draws.pick(pieces)).join(''), draws.chance(0.3)];
			if (path.includes('me:')) continue;
			const host = draws.pick(['example.org', 'huggingface.co']);
			const found = parsed(`https://${user ? 'me:secret@' : ''}${host}/${path}?key=s3cret`);
			const said = found instanceof Problem ? found.message : describeAddress(found);
			expect(said).not.toMatch(/s3cret|secret@/);
			if (user) expect(found).toBeInstanceOf(Problem);
		}
	});

	it('sends a token to its own host alone', () => {
		const token = { origin: HUB, value: 'hf_x' };
		expect(tokenHeaders(token, `${HUB}/org/name`)).toEqual({ authorization: 'Bearer hf_x' });
		for (const address of [
			'http://huggingface.co/org/name',
			'https://huggingface.co:8443/org/name',
			'https://huggingface.co.evil.example/org/name',
			'https://evil.example/https://huggingface.co/',
			'https://huggingface.co@evil.example/'
		])
			expect(tokenHeaders(token, address)).toEqual({});
		expect(tokenHeaders(null, `${HUB}/org/name`)).toEqual({});
	});
});

describe('one step of a path', () => {
	it.each(['a', '.hidden', '...', 'a b', 'é', 'CON', 'x'.repeat(255), '~', '-', '%2e'])(
		'may be %j',
		(part) => expect(isPathSegment(part)).toBe(true)
	);
	it.each(['', '.', '..', 'a/b', 'a\\b', 'a\0', '\n', '\u001f', 'x'.repeat(256)])(
		'is not %j',
		(part) => expect(isPathSegment(part)).toBe(false)
	);

	it('is spelled so that an address gives it back', () => {
		for (const part of [...STEPS, 'a b/c d', 'x@y/é'])
			expect(decodeURIComponent(encodePath(part))).toBe(part);
		expect(encodePath('a@b/c d')).toBe('a@b/c%20d');
	});
});
