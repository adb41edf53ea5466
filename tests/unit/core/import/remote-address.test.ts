import { describe, expect, it } from 'vitest';
import {
	asPlainAddress,
	HUB,
	parseRemoteAddress,
	describeAddress,
	encodePath
} from '../../../../src/core/import/remote-address';

const hub = (id: string, revision: string | null = null, path = '', origin = HUB) => ({
	kind: 'hub',
	origin,
	id,
	revision,
	path,
	certain: true
});
const COMMIT = '607a30d783dfa663caf39e06633721c8d4cfcd7e';

describe('ids', () => {
	it.each([
		['gpt2', hub('gpt2')],
		['  openai-community/gpt2 ', hub('openai-community/gpt2')],
		['org/name/', hub('org/name')],
		['hf://org/name', hub('org/name')],
		['org/name@main', hub('org/name', 'main')],
		['org/name@refs/pr/3', hub('org/name', 'refs/pr/3')],
		['org/name@refs/pr/3/folder', hub('org/name', 'refs/pr/3', 'folder')],
		['org/name@v1.0/a/b', hub('org/name', 'v1.0', 'a/b')],
		[`gpt2@${COMMIT}`, hub('gpt2', COMMIT)],
		[
			'google/gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71',
			hub('google/gemma-scope-2b-pt-res', null, 'layer_20/width_16k/average_l0_71')
		]
	])('%s', (text, place) => expect(parseRemoteAddress(text)).toEqual(place));
});

describe('addresses of the hub', () => {
	it.each([
		[`${HUB}/org/name`, hub('org/name')],
		['huggingface.co/org/name', hub('org/name')],
		['https://hf.co/org/name', hub('org/name')],
		[`${HUB}/org/name/tree/main`, hub('org/name', 'main')],
		[`${HUB}/gpt2/tree/main/onnx`, hub('gpt2', 'main', 'onnx')],
		[`${HUB}/org/name/tree/refs%2Fpr%2F1/a%20b`, hub('org/name', 'refs/pr/1', 'a b')],
		[
			`${HUB}/org/name/resolve/${COMMIT}/layer_1/params.npz?download=true`,
			hub('org/name', COMMIT, 'layer_1/params.npz')
		],
		[`${HUB}/org/name/blob/main/model.safetensors#L3`, hub('org/name', 'main', 'model.safetensors')]
	])('%s', (text, place) => expect(parseRemoteAddress(text)).toEqual(place));
});

describe('addresses of other hosts', () => {
	const local = 'http://127.0.0.1:8123';

	it('reads two words as a repository that may be a folder', () => {
		const place = parseRemoteAddress(`${local}/org/name`);
		expect(place).toEqual({ ...hub('org/name', null, '', local), certain: false });
		expect(asPlainAddress(place as ReturnType<typeof hub> & { kind: 'hub' })).toEqual({
			kind: 'plain',
			url: `${local}/org/name/`,
			isFile: false
		});
	});

	it('knows another hub by how it names revisions', () => {
		expect(parseRemoteAddress(`${local}/org/name/tree/main/saes`)).toEqual(
			hub('org/name', 'main', 'saes', local)
		);
	});

	it.each([
		['https://example.org/packs/mine/', 'https://example.org/packs/mine/', false],
		['https://example.org/packs/mine/pack.json', 'https://example.org/packs/mine/', false],
		['https://example.org/a/model/config.json', 'https://example.org/a/model/', false],
		['https://example.org/one', 'https://example.org/one/', false],
		['https://example.org/', 'https://example.org/', false],
		['https://example.org/a/b/c#top', 'https://example.org/a/b/c/', false],
		['https://example.org/a/b.zip', 'https://example.org/a/b.zip', true],
		['https://example.org/b.npz?key=s3cret', 'https://example.org/b.npz?key=s3cret', true],
		['https://example.org/x/sae.safetensors', 'https://example.org/x/sae.safetensors', true]
	])('%s', (text, url, isFile) =>
		expect(parseRemoteAddress(text)).toEqual({ kind: 'plain', url, isFile })
	);
});

describe('what is refused, in a sentence', () => {
	it.each([
		['', /No address/],
		['datasets/org/name', /address of a dataset/],
		[`${HUB}/datasets/org/name/tree/main`, /address of a dataset/],
		[`${HUB}/spaces/org/name`, /address of a space/],
		[HUB, /not the name of a repository/],
		['org/na me', /not the name of a repository/],
		['../name', /not the name of a repository/],
		['org/a--b', /not the name of a repository/],
		['org/name@', /not a revision/],
		['org/name@a..b', /not a revision/],
		['org/name/../other', /leads out/],
		['org/name/a\\b', /leads out/],
		['org/name/a\ud800', /half of a character/],
		['file:///etc/passwd', /https:\/\/ or http:\/\//],
		['ftp://example.org/a', /https:\/\/ or http:\/\//],
		['https://', /cannot be read/],
		['https://example.org/%E0%A4%A', /cannot be read/],
		['x'.repeat(3000), /too long/]
	])('%s', (text, sentence) => {
		expect(() => parseRemoteAddress(text)).toThrow(sentence);
		expect(() => parseRemoteAddress(text)).toThrow(expect.objectContaining({ name: 'usage' }));
	});

	it('never repeats a secret', () => {
		const token = `hf_${'a'.repeat(34)}`;
		const secrets = [token, `https://me:${token}@huggingface.co/org/name`];
		for (const text of secrets) {
			let said = '';
			try {
				parseRemoteAddress(text);
			} catch (error) {
				said = (error as Error).message;
			}
			expect(said).toMatch(/token/);
			expect(said).not.toContain(token);
		}
	});
});

describe('what is said of a place', () => {
	it.each([
		['org/name@v1/a', 'org/name/a@v1'],
		['http://127.0.0.1:1/org/name', 'http://127.0.0.1:1/org/name'],
		['https://example.org/b.npz?key=s3cret', 'https://example.org/b.npz']
	])('%s', (text, said) => expect(describeAddress(parseRemoteAddress(text))).toBe(said));

	it('spells paths as addresses', () =>
		expect(encodePath('a b/c@d/é#?.json')).toBe('a%20b/c@d/%C3%A9%23%3F.json'));
});
