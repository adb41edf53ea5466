/** Files from a hub that behaves as hubs do, over real sockets. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
	PendingDownloads,
	type RemoteFile
} from '../../../../../workers/storage/network/pending-downloads';
import type { FileStore } from '../../../../../workers/storage/files/file-store';
import { filesInMemory } from '../../../../../workers/storage/files/memory';
import { FakeHub } from '../../../../fakes/hub';

const BYTES = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 251);
const SHA = createHash('sha256').update(BYTES).digest('hex');
const WEIGHTS = 'model.safetensors';

let hub: FakeHub;
let files: FileStore;

beforeEach(async () => {
	hub = await FakeHub.open();
	files = filesInMemory();
	hub.put('org/name', { [WEIGHTS]: BYTES });
	hub.plain.set('some/file.npz', BYTES);
});
afterEach(() => hub.close());

/** What a page has after a reload: storage and nothing else. */
const arrivals = (over: Partial<FileStore> = {}) =>
	new PendingDownloads({ ...files, ...over }, fetch, [1, 1, 1]);

const onHub = (over: Partial<RemoteFile> = {}): RemoteFile => ({
	address: `${hub.origin}/org/name/resolve/main/${WEIGHTS}`,
	name: WEIGHTS,
	bytes: BYTES.length,
	sha256: SHA,
	etag: null,
	...over
});

const onHost = (over: Partial<RemoteFile> = {}): RemoteFile => ({
	address: `${hub.origin}/some/file.npz?key=s3cret`,
	name: 'file.npz',
	bytes: BYTES.length,
	sha256: null,
	etag: `"${SHA.slice(0, 40)}"`,
	...over
});

const content = async (blob: Promise<Blob>) => new Uint8Array(await (await blob).arrayBuffer());
const ranges = () => hub.filesAsked.map((asked) => / (bytes=.*)$/.exec(asked)?.[1] ?? 'whole');

describe('a whole file', () => {
	it('comes by the redirect to another host, is checked, and comes once', async () => {
		const here = arrivals();
		const done: number[] = [];
		expect(await content(here.whole(onHub(), { onProgress: (n) => done.push(n) }))).toEqual(BYTES);
		expect(done.at(-1)).toBe(5000);
		expect(await content(here.whole(onHub()))).toEqual(BYTES);
		expect(hub.filesAsked).toEqual([`hub /org/name/resolve/main/${WEIGHTS}`, `cdn /${SHA}`]);
	});

	it('goes on at the byte where the connection was cut', async () => {
		hub.faults.push({ path: SHA, cut: 2000 }, { path: SHA, cut: 1000 });
		hub.faults.push({ path: WEIGHTS, cut: 2000 }, { path: WEIGHTS, cut: 1000 });
		expect(await content(arrivals().whole(onHub()))).toEqual(BYTES);
		const cdn = hub.asked.filter(({ host }) => host === 'cdn').map(({ range }) => range);
		expect(cdn).toEqual([null, 'bytes=2000-', 'bytes=3000-']);
	});

	it('goes on after a reload, and after three more attempts that failed', async () => {
		for (let i = 0; i < 4; i++) hub.faults.push({ path: 'file.npz', cut: 1000 });
		await expect(arrivals().whole(onHost())).rejects.toMatchObject({ name: 'network' });
		expect(await arrivals().present(onHost())).toBe(4000);
		expect(await content(arrivals().whole(onHost()))).toEqual(BYTES);
		expect(ranges()).toEqual(['whole', 'bytes=1000-', 'bytes=2000-', 'bytes=3000-', 'bytes=4000-']);
	});

	it('keeps what has arrived when it is cancelled, at once', async () => {
		hub.slowness = 20;
		const cancel = new AbortController();
		const onProgress = (done: number) => done >= 2000 && cancel.abort();
		const waiting = arrivals().whole(onHost(), { signal: cancel.signal, onProgress });
		await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
		const kept = await arrivals().present(onHost());
		expect(kept).toBeGreaterThanOrEqual(2000);
		expect(kept).toBeLessThan(5000);
		hub.slowness = 0;
		expect(await content(arrivals().whole(onHost()))).toEqual(BYTES);
		expect(ranges().at(-1)).toBe(`bytes=${kept}-`);
	});

	it('starts over with a host that sends no parts', async () => {
		hub.ranges = false;
		hub.faults.push({ path: 'file.npz', cut: 2000 });
		expect(await content(arrivals().whole(onHost()))).toEqual(BYTES);
	});

	it('asks for the whole where a host answers that a part is out of range', async () => {
		hub.faults.push({ path: 'file.npz', cut: 2000 }, { path: 'file.npz', status: 416 });
		expect(await content(arrivals().whole(onHost()))).toEqual(BYTES);
		expect(ranges()).toEqual(['whole', 'bytes=2000-', 'whole']);
	});

	it('comes without a length, a tag or a checksum, though it is not gone on with later', async () => {
		const bare = onHost({ bytes: null, etag: null });
		expect(await content(arrivals().whole(bare))).toEqual(BYTES);
		expect(await content(arrivals().whole(bare))).toEqual(BYTES);
		expect(ranges()).toEqual(['whole', 'whole']);
	});
});

describe('a host that is busy', () => {
	it('is given the time that it asks for', async () => {
		hub.faults.push({ path: 'file.npz', status: 429, retryAfter: '0.2' });
		const start = performance.now();
		expect(await content(arrivals().whole(onHost()))).toEqual(BYTES);
		expect(performance.now() - start).toBeGreaterThan(180);
	});

	it('may name the time by a date', async () => {
		const retryAfter = new Date(Date.now() + 1500).toUTCString();
		hub.faults.push({ path: 'file.npz', status: 503, retryAfter });
		expect(await content(arrivals().whole(onHost()))).toEqual(BYTES);
	});

	it('is not waited for when it asks for longer than anybody waits', async () => {
		hub.faults.push({ path: 'file.npz', status: 429, retryAfter: '3600' });
		await expect(arrivals().whole(onHost())).rejects.toMatchObject({
			name: 'network',
			message: expect.stringMatching(/left alone for 60 minutes/)
		});
	});

	it('is asked three times more, and waiting can be cancelled', async () => {
		for (let i = 0; i < 4; i++) hub.faults.push({ path: 'file.npz', status: 503 });
		await expect(arrivals().whole(onHost())).rejects.toMatchObject({ name: 'network' });
		expect(hub.filesAsked).toHaveLength(4);
		hub.faults.push({ path: 'file.npz', status: 503, retryAfter: '60' });
		const signal = AbortSignal.timeout(100);
		const start = performance.now();
		await expect(arrivals().whole(onHost(), { signal })).rejects.toThrow();
		expect(performance.now() - start).toBeLessThan(5000);
	});
});

describe('a file that is not the one', () => {
	it.each([
		['longer than announced', 7],
		['shorter than announced', -7]
	])('is noticed when Content-Length is %s', async (_, off) => {
		for (let i = 0; i < 4; i++) hub.faults.push({ path: 'file.npz', length: off });
		hub.ranges = false;
		const blob = arrivals().whole(onHost());
		// What a longer length breaks is a whole file all the same.
		if (off > 0) expect(await content(blob)).toEqual(BYTES);
		else await expect(blob).rejects.toMatchObject({ name: 'pack-damaged' });
	});

	it('is noticed by its length', async () => {
		const longer = onHost({ bytes: 5001 });
		await expect(arrivals().whole(longer)).rejects.toMatchObject({ name: 'pack-damaged' });
		const shorter = onHost({ bytes: 4999 });
		await expect(arrivals().whole(shorter)).rejects.toMatchObject({ name: 'pack-damaged' });
		expect(await arrivals().waiting()).toBe(0);
	});

	it('is noticed by its checksum, and nothing of it is kept', async () => {
		const other = onHost({ sha256: 'f'.repeat(64) });
		await expect(arrivals().whole(other)).rejects.toMatchObject({
			name: 'pack-damaged',
			message: expect.stringMatching(/file\.npz is not what its host announces/)
		});
		expect(await arrivals().waiting()).toBe(0);
	});

	it('is noticed when it changes between two requests', async () => {
		const other = BYTES.with(4999, 1);
		const then = () => hub.plain.set('some/file.npz', other);
		hub.faults.push({ path: 'file.npz', cut: 2000, then });
		await expect(arrivals().whole(onHost())).rejects.toMatchObject({
			name: 'pack-damaged',
			message: expect.stringMatching(/changed on its server/)
		});
		const now = onHost({
			etag: `"${createHash('sha256').update(other).digest('hex').slice(0, 40)}"`
		});
		expect(await content(arrivals().whole(now))).toEqual(other);
	});

	it('is fetched anew when what an earlier attempt left is wrong', async () => {
		const sink = await files.append(SHA);
		await sink.write(Uint8Array.of(9, 9, 9));
		await sink.close();
		expect(await content(arrivals().whole(onHub()))).toEqual(BYTES);
	});
});

describe('a part of a file', () => {
	it('comes alone, and from what is here once the whole is', async () => {
		const here = arrivals();
		expect(await here.part(onHub(), 100, 110)).toEqual(BYTES.slice(100, 110));
		expect(hub.filesAsked.at(-1)).toBe(`cdn /${SHA} bytes=100-109`);
		expect(await here.waiting()).toBe(0);
		await here.whole(onHub());
		const before = hub.asked.length;
		expect(await here.part(onHub(), 4990, 5000)).toEqual(BYTES.slice(4990));
		expect(hub.asked).toHaveLength(before);
	});

	it('comes with the whole, once, from a host that sends no parts', async () => {
		hub.ranges = false;
		const here = arrivals();
		expect(await here.part(onHub(), 0, 8)).toEqual(BYTES.slice(0, 8));
		expect(await here.part(onHub(), 2000, 2010)).toEqual(BYTES.slice(2000, 2010));
		const before = hub.asked.length;
		expect(await here.part(onHub(), 3000, 3010)).toEqual(BYTES.slice(3000, 3010));
		expect(hub.asked).toHaveLength(before);
	});

	it('may not reach beyond the file', async () => {
		await expect(arrivals().part(onHub(), 4990, 5010)).rejects.toMatchObject({
			name: 'pack-damaged'
		});
	});
});

describe('what is kept', () => {
	it('can be counted and deleted', async () => {
		const here = arrivals();
		await here.whole(onHub());
		expect(await here.waiting()).toBe(5000);
		await here.clear([onHub()]);
		expect(await here.waiting()).toBe(0);
		await here.whole(onHost());
		await here.clear();
		expect(await here.waiting()).toBe(0);
	});

	it('ends in a sentence when there is no room, with what has arrived', async () => {
		let room = 3000;
		const append: FileStore['append'] = async (key) => {
			const sink = await files.append(key);
			const write = (bytes: Uint8Array) => {
				if ((room -= bytes.length) < 0) throw new DOMException('full', 'QuotaExceededError');
				return sink.write(bytes);
			};
			return { close: () => sink.close(), write };
		};
		hub.slowness = 1;
		await expect(arrivals({ append }).whole(onHost())).rejects.toMatchObject({
			name: 'storage-full',
			message: expect.stringMatching(/no room left for a download/)
		});
		expect(await arrivals().present(onHost())).toBe(3000);
	});

	it('holds no secret in what it says', async () => {
		hub.plain.clear();
		const failing = arrivals().whole(onHost(), { headers: { authorization: 'Bearer t0ken' } });
		const error = (await failing.catch((e: unknown) => e)) as Error;
		expect(error.message).toMatch(/file\.npz is not there/);
		expect(`${error.message}${error.stack}`).not.toMatch(/s3cret|t0ken/);
	});
});
