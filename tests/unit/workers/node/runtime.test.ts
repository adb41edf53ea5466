/** The inference runtime in parts: cut as hosts can bear it, and joined again over a network that misbehaves. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { partsOf } from '../../../../src/core/packs/parts';
import { publishedRuntimes, writeRuntimes } from '../../../../workers/node/site/runtime';
import { joinRuntime } from '../../../../workers/runtime/runtime-parts';
import { FakeHub } from '../../../fakes/hub';

const PACKAGE = path.resolve(import.meta.dirname, '../../../../node_modules/onnxruntime-web/dist');
const LIMIT = 16 * 2 ** 20;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('cutting', () => {
	it('cuts the builds above the limit, and no other', () => {
		for (const { parts } of Object.values(publishedRuntimes(Infinity))) expect(parts).toBeNull();
		const published = publishedRuntimes(LIMIT);
		const cut = Object.fromEntries(Object.entries(published).filter(([, { parts }]) => parts));
		expect(Object.keys(cut)).toContain('ort-wasm-simd-threaded.asyncify.wasm');
		expect(Object.keys(cut)).not.toContain('ort-wasm-simd-threaded.wasm');
		for (const { bytes, parts } of Object.values(cut)) {
			expect(parts!.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes);
			for (const part of parts!) expect(part.bytes).toBeLessThanOrEqual(LIMIT);
		}
	});

	it('puts the parts into a site in the place of the whole', async () => {
		const site = await mkdtemp(path.join(tmpdir(), 'runtime-'));
		const assets = path.join(site, 'assets');
		await mkdir(assets);
		const name = 'ort-wasm-simd-threaded.asyncify';
		for (const file of [`${name}-D5D0fo7z.wasm`, 'ort-wasm-simd-threaded-DcHrbrbl.wasm', 'page.js'])
			await writeFile(path.join(assets, file), 'as built');
		const cut = publishedRuntimes(LIMIT);
		await writeRuntimes(cut, site);
		const { parts, sha256: hash } = cut[`${name}.wasm`]!;
		expect((await readdir(assets)).toSorted()).toEqual(
			['ort-wasm-simd-threaded-DcHrbrbl.wasm', 'page.js', ...parts!.map((part) => part.path)].sort()
		);
		const pieces = parts!.map((part) => readFile(path.join(assets, part.path)));
		const whole = Buffer.concat(await Promise.all(pieces));
		expect(whole.equals(await readFile(path.join(PACKAGE, `${name}.wasm`)))).toBe(true);
		expect(sha256(whole)).toBe(hash);
		await rm(site, { recursive: true });
	});
});

describe('joining', () => {
	const NAME = 'ort-wasm.wasm';
	const bytes = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7919) >> 3);
	const lengths = [20_000, 20_000, 10_000];
	const parts = partsOf('ort-wasm-01234567.wasm', { bytes: bytes.length, parts: lengths });
	const runtime = { bytes: bytes.length, sha256: sha256(bytes), parts };
	let host: FakeHub;

	beforeAll(async () => {
		host = await FakeHub.open();
		vi.stubGlobal('location', { href: `${host.origin}/sub/assets/engine.worker-1.js` });
	});
	afterAll(async () => {
		vi.unstubAllGlobals();
		await host.close();
	});
	beforeEach(() => {
		let at = 0;
		for (const part of parts)
			host.plain.set(`sub/assets/${part.path}`, bytes.slice(at, (at += part.bytes)));
		host.asked.length = 0;
	});

	it('fetches the parts in order, beside the program', async () => {
		expect(await joinRuntime(NAME, runtime, parts)).toEqual(bytes);
		expect(host.asked.map(({ url }) => url)).toEqual(
			parts.map((part) => `/sub/assets/${part.path}`)
		);
	});

	it('goes on at the byte where a connection was cut', async () => {
		host.faults.push({ path: parts[1]!.path, cut: 7000 });
		expect(await joinRuntime(NAME, runtime, parts)).toEqual(bytes);
		expect(host.asked.map(({ range }) => range).filter(Boolean)).toEqual(['bytes=7000-']);
	});

	it('asks once more for what is not the runtime, and then says so', async () => {
		host.plain.set(`sub/assets/${parts[2]!.path}`, new Uint8Array(10_000));
		await expect(joinRuntime(NAME, runtime, parts)).rejects.toThrow(
			/did not arrive as it was published/
		);
		expect(host.asked).toHaveLength(6);
		// The first answer of a network that wants its terms accepted is none of the site's.
		const right = bytes.slice(40_000);
		const then = () => host.plain.set(`sub/assets/${parts[2]!.path}`, right);
		host.faults.push({ path: parts[2]!.path, then });
		expect(await joinRuntime(NAME, runtime, parts)).toEqual(bytes);
	});

	it('says so when a part is not there', async () => {
		host.plain.delete(`sub/assets/${parts[1]!.path}`);
		await expect(joinRuntime(NAME, runtime, parts)).rejects.toThrow(
			/did not arrive as it was published/
		);
	});
});
