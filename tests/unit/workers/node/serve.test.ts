import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../../../workers/node/site/serve.mjs';

let folder: string;
let port: number;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'serve-'));
	mkdirSync(path.join(folder, 'dist/assets'), { recursive: true });
	mkdirSync(path.join(folder, 'dist-secret'));
	writeFileSync(path.join(folder, 'dist/index.html'), 'page');
	writeFileSync(path.join(folder, 'dist/assets/a b@1.wasm'), 'wasm');
	writeFileSync(path.join(folder, 'dist/stats.safetensors.gz'), 'gz');
	writeFileSync(path.join(folder, 'dist-secret/key'), 'secret');
	writeFileSync(path.join(folder, 'key'), 'secret');
	server = await serve({ folder: path.join(folder, 'dist'), base: '/sub/' });
	port = (server.address() as AddressInfo).port;
});

afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true });
});

const get = (address: string, init?: RequestInit) =>
	fetch(`http://127.0.0.1:${port}${address}`, init);

/** Asks without any client's tidying of the path; gives the status line. */
function raw(target: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = connect(port, '127.0.0.1', () =>
			socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
		);
		let answer = '';
		socket.on('data', (data) => (answer += data.toString()));
		socket.on('end', () => resolve(answer));
		socket.on('error', reject);
	});
}

describe('serve', () => {
	it.each([
		['/sub/', 'text/html; charset=utf-8', 'page'],
		['/sub/?backend=wasm', 'text/html; charset=utf-8', 'page'],
		['/sub/assets/a%20b%401.wasm', 'application/wasm', 'wasm'],
		['/sub/stats.safetensors.gz', 'application/octet-stream', 'gz']
	])('serves %s as %s', async (address, type, body) => {
		const response = await get(address);
		expect(response.status).toBe(200);
		expect(response.headers.get('content-type')).toBe(type);
		expect(response.headers.get('content-encoding')).toBeNull();
		expect(await response.text()).toBe(body);
	});

	it('sends the headers of isolation only where it is told to', async () => {
		const names = ['cross-origin-opener-policy', 'cross-origin-embedder-policy'];
		const plain = await get('/sub/');
		expect(names.map((name) => plain.headers.get(name))).toEqual([null, null]);
		const isolating = await serve({ folder: path.join(folder, 'dist'), isolated: true });
		const at = (isolating.address() as AddressInfo).port;
		const { headers } = await fetch(`http://127.0.0.1:${at}/`);
		expect(names.map((name) => headers.get(name))).toEqual(['same-origin', 'require-corp']);
		isolating.close();
	});

	it('answers HEAD without a body, and nothing but GET and HEAD', async () => {
		const head = await get('/sub/', { method: 'HEAD' });
		expect([head.status, head.headers.get('content-length')]).toEqual([200, '4']);
		expect((await get('/sub/', { method: 'POST' })).status).toBe(405);
	});

	it.each([
		'/',
		'/sub',
		'/sub/nowhere',
		'/sub/assets',
		'/sub/assets/',
		'/sub/../key',
		'/sub/..%2fkey',
		'/sub/%2e%2e/key',
		'/sub/..%2fdist-secret/key',
		'/sub/..\\key',
		'/sub/%2e%2e%5ckey',
		'/sub//etc/passwd',
		'/sub/%00',
		'/sub/%E0%A4%A',
		'http://other/sub/../key'
	])('answers 404 to %s', async (target) => {
		const answer = await raw(target);
		expect(answer).toMatch(/^HTTP\/1\.1 404/);
		expect(answer).not.toContain('secret');
	});
});
