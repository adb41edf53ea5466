import { describe, expect, it } from 'vitest';
import {
	dataStart,
	directory,
	localHeader,
	LOCAL_HEADER,
	readDirectory
} from '../../../../src/core/files/zip';
import { seeded } from '../../../../src/core/math/random';
import { patched, zipOf } from '../../workers/storage/transfer/zip-maker';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (zip: Blob) =>
	readDirectory(
		zip.size,
		async (from, to) => new Uint8Array(await zip.slice(from, to).arrayBuffer())
	);
const fromBase64 = (text: string) =>
	new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]);

/** Made by Info-ZIP 3.0 of a folder: stored and deflated. */
const INFO_ZIP =
	'UEsDBAoAAAAAAENseF0AAAAAAAAAAAAAAAAFAAAAdGlueS9QSwMECgAAAAAAAAAhUPnO7YYNAAAADQAAABMAAAB0aW55L3Rva2VuaXplci5qc29udG9rZW5pemVyIG9uZVBLAwQKAAAAAAAAACFQAAAAAAAAAAAAAAAACwAAAHRpbnkvc3RhdHMvUEsDBBQAAAAIAAAAIVA5obk3EAAAACsAAAASAAAAdGlueS9zdGF0cy9hIGIudHh0K07MTVVIqixJLVYoJsAEAFBLAQIeAwoAAAAAAENseF0AAAAAAAAAAAAAAAAFAAAAAAAAAAAAEADtQQAAAAB0aW55L1BLAQIeAwoAAAAAAAAAIVD5zu2GDQAAAA0AAAATAAAAAAAAAAEAAACkgSMAAAB0aW55L3Rva2VuaXplci5qc29uUEsBAh4DCgAAAAAAAAAhUAAAAAAAAAAAAAAAAAsAAAAAAAAAAAAQAO1BYQAAAHRpbnkvc3RhdHMvUEsBAh4DFAAAAAgAAAAhUDmhuTcQAAAAKwAAABIAAAAAAAAAAQAAAKSBigAAAHRpbnkvc3RhdHMvYSBiLnR4dFBLBQYAAAAABAAEAO0AAADKAAAAAAA=';
/** Made by Python 3.11's zipfile while streaming: lengths after the bytes, and an extra field of 64 bits. */
const STREAMED =
	'UEsDBC0ACAAIAAAAIVAAAAAA//////////8FABQAYS50eHQBABAAAAAAAAAAAAAAAAAAAAAAACvJz07Ny6xKLVLIz0stwckBAFBLBwiO7XG8EgAAAAAAAAAnAAAAAAAAAFBLAwQUAAgAAAAAACFQAAAAAAAAAAAAAAAABwAAAGIvYy50eHRwbGFpblBLBwjPYiAZBQAAAAUAAABQSwECLQMtAAgACAAAACFQju1xvBIAAAAnAAAABQAAAAAAAAAAAAAAgAEAAAAAYS50eHRQSwECFAMUAAgAAAAAACFQz2IgGQUAAAAFAAAABwAAAAAAAAAAAAAAgAFhAAAAYi9jLnR4dFBLBQYAAAAAAgACAGgAAACbAAAAAAA=';

const entry = { path: 'a', method: 0, encrypted: false, crc: 0, packed: 3, bytes: 3, at: 0 };

describe('archives of other programs', () => {
	it('lists the files of a zipped folder', async () => {
		expect(await read(fromBase64(INFO_ZIP))).toMatchObject([
			{ path: 'tiny/tokenizer.json', method: 0, bytes: 13, packed: 13, encrypted: false },
			{ path: 'tiny/stats/a b.txt', method: 8, bytes: 43, packed: 16, encrypted: false }
		]);
	});

	it('reads lengths from the directory where the local header has none', async () => {
		const zip = fromBase64(STREAMED);
		const entries = await read(zip);
		expect(entries).toMatchObject([
			{ path: 'a.txt', method: 8, bytes: 39, packed: 18 },
			{ path: 'b/c.txt', method: 0, bytes: 5, packed: 5 }
		]);
		const header = zip.slice(entries[1]!.at, entries[1]!.at + LOCAL_HEADER);
		const start = dataStart(entries[1]!, new Uint8Array(await header.arrayBuffer()));
		expect(await zip.slice(start, start + 5).text()).toBe('plain');
	});

	it('finds the end behind a comment that looks like one', async () => {
		const zip = await zipOf([{ path: 'a', bytes: bytesOf('abc') }]);
		const head = new Uint8Array(await zip.arrayBuffer());
		const comment = bytesOf('PK\x05\x06 and what follows is only a comment');
		head[head.length - 2] = comment.length;
		expect(await read(new Blob([head, comment]))).toMatchObject([{ path: 'a', bytes: 3 }]);
	});
});

it('takes the separator of Windows for a slash', async () => {
	const names = ['sae\\', 'sae\\cfg.json', 'sae\\a\\b.npz'];
	const zip = await zipOf(names.map((path) => ({ path, bytes: bytesOf('x') })));
	expect((await read(zip)).map(({ path }) => path)).toEqual(['sae/cfg.json', 'sae/a/b.npz']);
});

describe('an archive of our own', () => {
	it('says the same when it is read again', async () => {
		const crc = 0xfedcba98;
		const zip = await zipOf([
			{ path: 'pack.json', bytes: bytesOf('{}'), stated: { crc } },
			{ path: 'stats/a b@c.gz', bytes: new Uint8Array(0) }
		]);
		expect(await read(zip)).toEqual([
			{ ...entry, path: 'pack.json', crc, packed: 2, bytes: 2 },
			{ ...entry, path: 'stats/a b@c.gz', packed: 0, bytes: 0, at: LOCAL_HEADER + 9 + 2 }
		]);
	});

	it('is the same for the same files', async () => {
		const make = async () =>
			new Uint8Array(await (await zipOf([{ path: 'a', bytes: bytesOf('abc') }])).arrayBuffer());
		expect(await make()).toEqual(await make());
	});

	it('counts beyond four gigabytes', async () => {
		const large = { ...entry, packed: 5e9, bytes: 5e9 };
		const later = { ...entry, path: 'b', at: 5e9 + 51 };
		const end = directory([large, later], 6e9);
		// Zeros, but for what is at its end.
		const entries = await readDirectory(6e9 + end.length, async (from, to) => {
			const part = new Uint8Array(to - from);
			part.set(end.slice(Math.max(0, from - 6e9), to - 6e9), Math.max(0, 6e9 - from));
			return part;
		});
		expect(entries).toEqual([large, later]);
		const header = localHeader(large);
		expect(header.length).toBe(LOCAL_HEADER + 1 + 20);
		expect(dataStart(large, header)).toBe(header.length);
	});

	it('reads back whatever it writes, of any length, and never beyond the end', async () => {
		const random = seeded(11);
		const size = () => Math.floor(random() * (random() < 0.5 ? 2 ** 38 : 1000));
		for (let round = 0; round < 200; round++) {
			let at = 0;
			const entries = Array.from({ length: Math.floor(random() * 6) }, (_, i) => {
				const packed = random() < 0.1 ? 0xffffffff : size();
				const crc = Math.floor(random() * 2 ** 32);
				const one = { ...entry, path: `ä/${i}`, method: 8, crc, packed, bytes: size(), at };
				at += localHeader(one).length + packed;
				return one;
			});
			const end = directory(entries, at);
			const length = at + end.length;
			const read = await readDirectory(length, async (from, to) => {
				expect(0 <= from && from <= to && to <= length).toBe(true);
				const part = new Uint8Array(to - from);
				part.set(end.slice(Math.max(0, from - at), to - at), Math.max(0, at - from));
				return part;
			});
			expect(read).toEqual(entries);
		}
	});

	it('counts more than 65,535 files', async () => {
		const many = Array.from({ length: 65_536 }, (_, i) => ({ ...entry, path: `${i}`, at: 40 * i }));
		const end = directory(many, 40 * 65_536);
		const entries = await readDirectory(40 * 65_536 + end.length, async (from, to) =>
			end.slice(from - 40 * 65_536, to - 40 * 65_536)
		);
		expect(entries).toHaveLength(65_536);
	});
});

describe('a hostile archive', () => {
	it.each([
		['../pack.json'],
		['a/../../b'],
		['/etc/passwd'],
		['C:/windows'],
		['a\\..\\b'],
		['a\0b']
	])('is refused for a file named %j', async (path) => {
		const zip = await zipOf([{ path, bytes: bytesOf('x') }]);
		await expect(read(zip)).rejects.toMatchObject({ name: 'pack-invalid' });
	});

	it('may not name a file twice', async () => {
		const twice = [bytesOf('x'), bytesOf('y')].map((bytes) => ({ path: 'a', bytes }));
		await expect(read(await zipOf(twice))).rejects.toThrow(/twice/);
	});

	it('may not let files share bytes, as bombs do', async () => {
		const bomb = await zipOf([
			{ path: 'a', bytes: bytesOf('abcdef') },
			{ path: 'b', bytes: bytesOf('abcdef'), stated: { at: 0 } }
		]);
		await expect(read(bomb)).rejects.toThrow(/share the same bytes/);
		const beyond = await zipOf([{ path: 'a', bytes: bytesOf('abc'), stated: { packed: 9999 } }]);
		await expect(read(beyond)).rejects.toThrow(/share the same bytes/);
	});

	it('is refused when it is no archive, or cut', async () => {
		const zip = await zipOf([{ path: 'a', bytes: bytesOf('abc') }]);
		await expect(read(new Blob(['hello']))).rejects.toThrow(/no \.zip/);
		await expect(read(new Blob([]))).rejects.toThrow(/no \.zip/);
		await expect(read(zip.slice(0, zip.size - 1))).rejects.toThrow(/no \.zip/);
		await expect(read(zip.slice(10))).rejects.toThrow(/damaged|share/);
	});

	it('never ends in anything but entries or a sentence, whatever byte is altered', async () => {
		const zip = await zipOf([
			{ path: 'pack.json', bytes: bytesOf('{}') },
			{ path: 'b', bytes: bytesOf('abc'), deflate: true }
		]);
		for (let at = 0; at < zip.size; at++)
			for (const value of [0, 0x80, 0xff]) {
				const outcome = await read(await patched(zip, at, value)).catch((error: Error) => error);
				if (outcome instanceof Error) expect(outcome.name).toMatch(/^pack-(invalid|damaged)$/);
				else expect(outcome.length).toBeLessThanOrEqual(2);
			}
	});
});
