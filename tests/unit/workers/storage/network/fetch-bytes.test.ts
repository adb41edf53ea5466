import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../../src/core/math/random';
import {
	fetchBytes,
	tagOf,
	type FetchBytesOptions
} from '../../../../../workers/storage/network/fetch-bytes';

const BYTES = Uint8Array.from({ length: 500 }, (_, i) => (i * 7) % 251);

/** What a server does with one request. */
interface Behaviour {
	/** Bytes after which the connection breaks, or ends as if all had been sent. */
	breaks?: number;
	ends?: number;
	status?: number;
	/** False: the whole file is sent whatever is asked for. */
	ranges?: boolean;
	/** Where a part begins that is not the one that was asked for. */
	from?: number;
	total?: number;
	silent?: boolean;
}

/** Answers each request by the next behaviour, and properly after the last. */
function server(...behaviours: Behaviour[]) {
	const asked: (string | null)[] = [];
	const fetcher = async (_: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
		init.signal?.throwIfAborted();
		const range = new Headers(init.headers).get('range');
		asked.push(range);
		const { breaks, ends, status, ranges = true, from, total, silent } = behaviours.shift() ?? {};
		if (status) return new Response(null, { status });
		const [, first = '0', last] = /bytes=(\d+)-(\d*)/.exec(range ?? '') ?? [];
		const part = range !== null && ranges;
		const start = part ? (from ?? Number(first)) : 0;
		const all = BYTES.subarray(start, part && last ? Number(last) + 1 : undefined);
		const end = Math.min(breaks ?? ends ?? Infinity, all.length);
		let at = 0;
		const body = new ReadableStream<Uint8Array>({
			pull(controller) {
				if (silent)
					return new Promise((_, reject) =>
						init.signal!.addEventListener('abort', () => reject(init.signal!.reason as Error))
					);
				if (at < end) return controller.enqueue(all.slice(at, (at = Math.min(end, at + 30))));
				if (breaks === undefined) controller.close();
				else controller.error(new TypeError('network error'));
			}
		});
		const contentRange = `bytes ${start}-${start + all.length - 1}/${total ?? BYTES.length}`;
		return part
			? new Response(body, { status: 206, headers: { 'content-range': contentRange } })
			: new Response(body);
	};
	return { asked, fetch: fetcher };
}

async function fetched(from: ReturnType<typeof server>, over: Partial<FetchBytesOptions> = {}) {
	const bytes: number[] = [];
	const result = await fetchBytes({
		address: 'https://example.org/x?key=s3cret',
		name: 'x.bin',
		bytes: BYTES.length,
		from: 0,
		to: null,
		fetch: from.fetch,
		retryDelays: [0, 0, 0],
		onChunk: (chunk) => void bytes.push(...chunk),
		...over
	});
	return { bytes, ...result };
}

describe('fetchBytes', () => {
	it('gets exactly what is wanted, whatever three connections do', async () => {
		const random = seeded(9);
		const upTo = (n: number) => Math.floor(random() * n);
		for (let round = 0; round < 300; round++) {
			const from = random() < 0.5 ? 0 : upTo(400);
			const to = random() < 0.5 ? null : from + 1 + upTo(BYTES.length - from);
			const behaviours = Array.from({ length: upTo(4) }, (): Behaviour => {
				const kind = upTo(5);
				if (kind === 0) return { breaks: upTo(500) };
				if (kind === 1) return { ends: 1 + upTo(500) };
				if (kind === 2) return { status: [408, 429, 500, 503][upTo(4)]! };
				return kind === 3 ? { ranges: false } : { ranges: false, breaks: upTo(500) };
			});
			const from_ = server(...behaviours);
			const result = await fetched(from_, { from, to });
			const expected = BYTES.subarray(from, to ?? undefined);
			// A server that ends early twice without a new byte is taken at its word.
			const got = result.bytes;
			expect(got).toEqual([...expected.subarray(0, got.length)]);
			if (!behaviours.some(({ ends }) => ends)) expect(got).toHaveLength(expected.length);
			expect(result.at).toBe(from + got.length);
			expect(result.tooLong).toBe(false);
			expect(from_.asked.length).toBeLessThanOrEqual(4);
		}
	});

	it('asks for the rest, and for the whole where a part is out of range', async () => {
		const cut = server({ breaks: 60 }, { status: 416 }, {});
		expect((await fetched(cut)).bytes).toEqual([...BYTES]);
		expect(cut.asked).toEqual([null, 'bytes=60-', null]);
	});

	it('says what it cannot have, without the address', async () => {
		for (const [behaviour, code] of [
			[{ status: 404 }, 'pack-missing'],
			[{ from: 3 }, 'network'],
			[{ total: 501 }, 'pack-damaged']
		] as const) {
			const failing = fetched(server(behaviour, behaviour, behaviour, behaviour), { from: 10 });
			const error = await failing.catch((thrown: unknown) => thrown as Error);
			expect(error).toMatchObject({ name: code });
			expect((error as Error).message).not.toContain('s3cret');
		}
	});

	it('notices a server that has more than the file', async () => {
		const more = await fetched(server(), { bytes: 400 });
		expect(more).toMatchObject({ at: 400, tooLong: true });
		expect(more.bytes).toHaveLength(400);
	});

	it('gives up a silent connection, and tries again', async () => {
		const silent = server({ silent: true });
		expect((await fetched(silent, { idleTimeout: 20 })).bytes).toEqual([...BYTES]);
		expect(silent.asked).toHaveLength(2);
	});

	it('ends at once when cancelled, also while it waits', async () => {
		const cancel = new AbortController();
		const waiting = fetched(server({ status: 503 }), {
			retryDelays: [60_000],
			signal: cancel.signal
		});
		setTimeout(() => cancel.abort(), 10);
		await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
	});
});

describe('tagOf', () => {
	it.each([
		[{ etag: '"a"' }, '"a"'],
		[{ etag: 'W/"a"' }, '"a"'],
		[{ 'last-modified': 'Mon' }, 'Mon'],
		[{ etag: '"a"', 'last-modified': 'Mon' }, '"a"'],
		[{}, null]
	])('of %j is %j', (headers, tag) => {
		expect(tagOf(new Headers(headers as Record<string, string>))).toBe(tag);
	});
});
