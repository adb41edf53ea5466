import { beforeEach, describe, expect, it } from 'vitest';
import type { FileStore } from '../../../../workers/storage/files/file-store';
import { filesInMemory } from '../../../../workers/storage/files/memory';
import { libraryOf, newBrowser, withRoom, type Browser } from './browsers';
import { bytesOf, FakeServer, FOLDER, publish, publishInParts, whole } from './fake-server';

const MODEL = 'model.safetensors';
let server: FakeServer;
let files: FileStore;
let records: Browser['records'];
let programKept: number;

beforeEach(async () => {
	server = new FakeServer();
	await publish(server);
	({ files, records } = newBrowser(server));
	programKept = 0;
});

const library = (over: Parameters<typeof libraryOf>[1] = {}) =>
	libraryOf({ server, files, records }, { cacheRuntime: async () => ++programKept > 0, ...over });

const expected = () => server.files.get(MODEL)!;

describe('a pack over the network', () => {
	it('gives verified bytes, reports progress, and keeps them', async () => {
		const pack = await library().open({ address: FOLDER });
		const progress: number[] = [];
		expect(await pack.bytes(MODEL, undefined, (n) => progress.push(n))).toEqual(expected());
		expect(progress).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 95]);
		expect(pack.fetched()).toBe(95);
		expect(await pack.stored()).toEqual(new Set([MODEL]));
		expect(await pack.bytes(MODEL)).toEqual(expected());
		expect(server.asked).toEqual(['pack.json', MODEL]);
	});

	it('spells unusual file names as addresses', async () => {
		const pack = await library().open({ address: FOLDER });
		expect(await pack.bytes('stats/a b@c.gz')).toEqual(bytesOf('same bytes'));
		expect(server.asked.at(-1)).toBe('stats/a%20b@c.gz');
	});

	it('refuses a file that pack.json does not list', async () => {
		const pack = await library().open({ address: FOLDER });
		await expect(pack.bytes('toString')).rejects.toMatchObject({ name: 'pack-invalid' });
	});

	it('fetches a file once for two who ask at the same time', async () => {
		const [a, b] = await Promise.all([
			library().open({ address: FOLDER }),
			library().open({ address: FOLDER })
		]);
		await Promise.all([a.bytes(MODEL), b.bytes(MODEL), a.bytes(MODEL)]);
		expect(server.asked.filter((path) => path === MODEL)).toHaveLength(1);
	});
});

describe('a file in parts', () => {
	const asked = () => server.asked.filter((path) => path.startsWith(MODEL));
	beforeEach(() => publishInParts(server));

	it('is put together, and kept as one', async () => {
		const pack = await library().open({ address: FOLDER });
		expect(await pack.bytes(MODEL)).toEqual(whole(server, MODEL));
		expect(whole(server, MODEL)).toHaveLength(95);
		expect(asked()).toEqual([0, 1, 2].map((i) => `${MODEL}.part${i}`));
		server.online = false;
		expect(await pack.bytes(MODEL)).toEqual(whole(server, MODEL));
	});

	it('goes on in the part in which it was cut', async () => {
		const pack = await library().open({ address: FOLDER });
		server.cuts = [Infinity, 30];
		expect(await pack.bytes(MODEL)).toEqual(whole(server, MODEL));
		const rest = `${MODEL}.part1 bytes=30-`;
		expect(asked()).toEqual([`${MODEL}.part0`, `${MODEL}.part1`, rest, `${MODEL}.part2`]);
		expect(pack.fetched()).toBe(95);
	});

	it('is refused when one part is longer, shorter or another, and nothing of it is kept', async () => {
		for (const part of [new Uint8Array(41), new Uint8Array(39), new Uint8Array(40)]) {
			server.files.set(`${MODEL}.part1`, part);
			const pack = await library().open({ address: FOLDER });
			await expect(pack.bytes(MODEL)).rejects.toMatchObject({ name: 'pack-damaged' });
			expect((await files.sizes()).size).toBe(0);
		}
	});
});

describe('a host that unpacks .gz on the way', () => {
	it('is named, with the header to turn off', async () => {
		await publishInParts(server);
		const pack = JSON.parse(new TextDecoder().decode(server.files.get('pack.json'))) as {
			files: Record<string, { parts?: number[] }>;
		};
		delete pack.files['stats/a b@c.gz']!.parts;
		server.files.set('stats/a b@c.gz', whole(server, 'stats/a b@c-gz'));
		server.files.set('pack.json', bytesOf(JSON.stringify(pack)));
		server.unpacks = true;
		const source = await library().open({ address: FOLDER });
		await expect(source.bytes('stats/a b@c.gz')).rejects.toThrow(
			/arrived unpacked.*Content-Encoding/
		);
		server.unpacks = false;
		expect(await source.bytes('stats/a b@c.gz')).toEqual(whole(server, 'stats/a b@c-gz'));
	});

	it('does no harm to a pack as it is published', async () => {
		await publishInParts(server);
		server.unpacks = true;
		const source = await library().open({ address: FOLDER });
		expect(await source.bytes('stats/a b@c.gz')).toEqual(whole(server, 'stats/a b@c-gz'));
	});
});

describe('a download that is cut', () => {
	it('goes on with the rest', async () => {
		const pack = await library().open({ address: FOLDER });
		server.cuts = [30, 25];
		expect(await pack.bytes(MODEL)).toEqual(expected());
		expect(server.asked.slice(1)).toEqual([MODEL, `${MODEL} bytes=30-`, `${MODEL} bytes=55-`]);
		expect(pack.fetched()).toBe(95);
	});

	it('starts over with a server that knows no ranges', async () => {
		const pack = await library().open({ address: FOLDER });
		server.ranges = false;
		server.cuts = [30];
		expect(await pack.bytes(MODEL)).toEqual(expected());
	});

	it('gives up in a sentence, and keeps what has arrived for the next time', async () => {
		server.cuts = [Infinity, 20, 20, 20];
		const pack = await library().open({ address: FOLDER });
		await expect(pack.bytes(MODEL)).rejects.toMatchObject({ name: 'network' });
		expect(await pack.stored()).toEqual(new Set());
		const later = await library().open({ address: FOLDER });
		expect(await later.bytes(MODEL)).toEqual(expected());
		expect(server.asked.at(-1)).toBe(`${MODEL} bytes=60-`);
		expect(later.fetched()).toBe(35);
	});

	it('keeps what has arrived when it is cancelled', async () => {
		const pack = await library().open({ address: FOLDER });
		const cancel = new AbortController();
		const reading = pack.bytes(MODEL, cancel.signal, (n) => n === 40 && cancel.abort());
		await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
		await pack.bytes(MODEL);
		expect(server.asked.at(-1)).toMatch(/bytes=[45]0-/);
	});
});

describe('bytes that are not what the pack says', () => {
	const flip = () => server.files.set(MODEL, expected().with(50, 99));

	it('refuses an altered file from the network and keeps nothing of it', async () => {
		const pack = await library().open({ address: FOLDER });
		flip();
		await expect(pack.bytes(MODEL)).rejects.toMatchObject({ name: 'pack-damaged' });
		expect(await files.sizes()).toEqual(new Map());
	});

	it.each([
		['shorter', (bytes: Uint8Array) => bytes.subarray(0, 40)],
		['longer', (bytes: Uint8Array) => Uint8Array.of(...bytes, 1)],
		['empty', () => new Uint8Array(0)]
	])('refuses a file that is %s', async (_, damage) => {
		const pack = await library().open({ address: FOLDER });
		server.files.set(MODEL, damage(expected()));
		await expect(pack.bytes(MODEL)).rejects.toMatchObject({ name: 'pack-damaged' });
	});

	it('replaces a stored file that was altered', async () => {
		const pack = await library().open({ address: FOLDER });
		await pack.bytes(MODEL);
		(await files.read(pack.pack.files[MODEL]!.sha256))![3] = 77;
		expect(await pack.bytes(MODEL)).toEqual(expected());
		expect(pack.fetched()).toBe(190);
	});

	it('throws away a wrong beginning left by an earlier attempt', async () => {
		const pack = await library().open({ address: FOLDER });
		const sink = await files.append(pack.pack.files[MODEL]!.sha256);
		await sink.write(Uint8Array.of(9, 9, 9));
		await sink.close();
		expect(await pack.bytes(MODEL)).toEqual(expected());
	});
});

describe('without a network', () => {
	it('opens a kept pack and reads all of it', async () => {
		const first = await library().open({ address: FOLDER });
		const progress: [string, number, number][] = [];
		expect(await first.keepAll!(undefined, (...step) => progress.push(step))).toBe(true);
		expect(progress.at(-1)).toEqual(['stats/a b@c.gz', 118, 118]);
		server.online = false;
		const pack = await library().open({ address: FOLDER });
		for (const path of Object.keys(pack.pack.files)) await pack.bytes(path);
		expect(pack.fetched()).toBe(0);
		expect(await pack.keepAll!()).toBe(true);
	});

	it('does not even ask for a kept pack that is the one expected', async () => {
		const { hash } = await library().open({ address: FOLDER });
		server.asked.length = 0;
		expect((await library().open({ address: FOLDER, expected: hash })).hash).toBe(hash);
		expect(server.asked).toEqual([]);
		await publish(server, 'two');
		const newer = await library().open({ address: FOLDER, expected: 'f'.repeat(64) });
		expect(newer.hash).not.toBe(hash);
		expect(server.asked).toEqual(['pack.json']);
	});

	it('passes over a stored pack.json that is not what was stored', async () => {
		const { hash } = await library().open({ address: FOLDER });
		const [record] = await records.all();
		await records.put({ ...record!, text: record!.text.replace('tiny', 'tune') });
		expect((await library().storage()).packs).toEqual([]);
		expect((await library().open({ address: FOLDER })).hash).toBe(hash);
	});

	it('opens a kept pack when a network answers with a page of its own', async () => {
		await library().open({ address: FOLDER });
		server.files.set('pack.json', bytesOf('<!doctype html><title>Sign in</title>'));
		expect((await library().open({ address: FOLDER })).pack.name).toBe('tiny');
	});

	it('repairs a stored file that was made longer', async () => {
		const pack = await library().open({ address: FOLDER });
		await pack.bytes(MODEL);
		const sink = await files.append(pack.pack.files[MODEL]!.sha256);
		await sink.write(Uint8Array.of(1, 2, 3));
		await sink.close();
		expect(await (await library().open({ address: FOLDER })).bytes(MODEL)).toEqual(expected());
		expect((await files.sizes()).get(pack.pack.files[MODEL]!.sha256)).toBe(expected().length);
	});

	it.each([404, 503])('opens a kept pack although the server answers %i', async (status) => {
		await library().open({ address: FOLDER });
		server.status = status;
		expect((await library().open({ address: FOLDER })).pack.name).toBe('tiny');
	});

	it('says what is wrong with an address that has no pack', async () => {
		server.status = 404;
		await expect(library().open({ address: FOLDER })).rejects.toMatchObject({
			name: 'pack-missing'
		});
		server.online = false;
		await expect(library().open({ address: FOLDER })).rejects.toMatchObject({ name: 'network' });
		server.online = true;
		server.status = null;
		server.files.set('pack.json', bytesOf('<!doctype html>'));
		await expect(library().open({ address: FOLDER })).rejects.toMatchObject({
			name: 'pack-invalid'
		});
	});

	it('ends when cancelled', async () => {
		const opening = library().open({ address: FOLDER }, AbortSignal.abort());
		await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
	});

	it('promises nothing when the program itself is not kept, or nothing lasts', async () => {
		const pack = await library({ cacheRuntime: async () => false }).open({ address: FOLDER });
		expect(await pack.keepAll!()).toBe(false);
		const fleeting = await library({ files: filesInMemory() }).open({ address: FOLDER });
		await expect(fleeting.keepAll!()).rejects.toThrow('do not let it start without a network');
	});
});

describe('a newer pack at the same address', () => {
	it('takes over, and the older one is deleted once the newer is whole', async () => {
		await (
			await library().open({ address: FOLDER })
		).keepAll!();
		await publish(server, 'two');
		const newer = await library().open({ address: FOLDER });
		expect((await library().storage()).packs).toMatchObject([
			{ complete: true },
			{ complete: false }
		]);
		await newer.keepAll!();
		const { packs } = await library().storage();
		expect(packs).toMatchObject([
			{ name: 'tiny', title: 'tiny', hash: newer.hash.slice(0, 12), bytes: 118, complete: true }
		]);
		expect(await files.sizes()).toHaveLength(3);
	});
});

describe('forget', () => {
	it('deletes a pack by the beginning of its hash, with its files', async () => {
		const pack = await library().open({ address: FOLDER });
		await pack.keepAll!();
		await library().forget(pack.hash.slice(0, 11));
		expect((await library().storage()).packs).toHaveLength(1);
		await library().forget(pack.hash.slice(0, 12));
		expect((await library().storage()).packs).toEqual([]);
		expect(await files.sizes()).toEqual(new Map());
		expect(await pack.bytes(MODEL)).toEqual(expected());
	});
});

describe('a browser without room', () => {
	const full = (room: number) => withRoom(files, room);

	it('goes on from memory, fetches nothing twice, and says so', async () => {
		const pack = await library({ files: full(50) }).open({ address: FOLDER });
		expect(await pack.bytes(MODEL)).toEqual(expected());
		expect(await pack.bytes(MODEL)).toEqual(expected());
		expect(pack.fetched()).toBe(95);
		expect(await files.sizes()).toEqual(new Map());
		await expect(pack.keepAll!()).rejects.toMatchObject({
			name: 'storage-full',
			message: expect.stringMatching(/no room left/)
		});
		expect(await pack.bytes('tokenizer.json')).toEqual(bytesOf('tokenizer one'));
	});

	it('does not fail when not even an empty file finds room', async () => {
		const append = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
		const pack = await library({ files: { ...files, append } }).open({ address: FOLDER });
		expect(await pack.bytes(MODEL)).toEqual(expected());
		expect(await pack.bytes(MODEL)).toEqual(expected());
		await expect(pack.keepAll!()).rejects.toMatchObject({ name: 'storage-full' });
	});

	it('does not fail when even the record finds no room', async () => {
		const put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
		const pack = await library({ records: { ...records, put } }).open({ address: FOLDER });
		expect(await pack.bytes(MODEL)).toEqual(expected());
		await expect(pack.keepAll!()).rejects.toMatchObject({ name: 'storage-full' });
	});
});
