#!/usr/bin/env node
/**
 * Serves `dist/` on this machine alone, as any static host would: `node workers/node/site/serve.mjs
 * [--build] [--port 4173]`. With `--build` the site is built first, if anything is newer than it.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const SOURCES = [
	'index.html',
	'models',
	'package-lock.json',
	'public',
	'src',
	'vite.config.ts',
	'workers'
];

const TYPES = {
	'.css': 'text/css; charset=utf-8',
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.json': 'application/json',
	'.mjs': 'text/javascript; charset=utf-8',
	'.png': 'image/png',
	'.svg': 'image/svg+xml',
	'.wasm': 'application/wasm',
	'.webmanifest': 'application/manifest+json'
};

/** Lets a page have threads from its first visit on; on other hosts the service worker sees to that (`public/`). */
const ISOLATION = {
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-embedder-policy': 'require-corp'
};

/**
 * Listens on 127.0.0.1; `base` is the sub-path under which the folder appears. Port 0 takes any. Without `isolated` it
 * sends no headers that a plain static host would not.
 * @param {{ folder: string, port?: number, base?: string, isolated?: boolean }} options
 * @returns {Promise<import('node:http').Server>}
 */
export function serve({ folder, port = 0, base = '/', isolated = false }) {
	const server = createServer((request, response) => {
		const file = fileFor(folder, base, request.url ?? '/');
		if (!file || !['GET', 'HEAD'].includes(request.method ?? '')) {
			response.writeHead(file ? 405 : 404).end();
			return;
		}
		response.writeHead(200, {
			'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
			'content-length': statSync(file).size,
			'cache-control': 'no-cache',
			...(isolated && ISOLATION)
		});
		if (request.method === 'HEAD') response.end();
		else createReadStream(file).pipe(response);
	});
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => resolve(server));
	});
}

/**
 * The file an address asks for; null for what is missing, malformed or outside the folder.
 * @param {string} folder @param {string} base @param {string} url
 */
function fileFor(folder, base, url) {
	let name;
	try {
		name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
	} catch {
		return null;
	}
	if (!name.startsWith(base) || name.includes('\0')) return null;
	const root = path.resolve(folder);
	const file = path.join(root, name.slice(base.length) || 'index.html');
	const inside = file.startsWith(root + path.sep);
	return inside && existsSync(file) && statSync(file).isFile() ? file : null;
}

/** @param {string} file @returns {number} */
function newest(file) {
	const { mtimeMs } = statSync(file);
	if (!statSync(file).isDirectory()) return mtimeMs;
	return Math.max(mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

function isStale() {
	const built = path.join(ROOT, 'dist/index.html');
	if (!existsSync(built)) return true;
	const sources = SOURCES.map((name) => path.join(ROOT, name)).filter((file) => existsSync(file));
	return Math.max(...sources.map(newest)) > statSync(built).mtimeMs;
}

/** Builds the site where it is missing or older than its sources; false when that fails. */
export function buildIfStale() {
	if (!isStale()) return true;
	process.stdout.write('Building the site (once; about half a minute) …\n');
	const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js');
	const built = spawnSync(
		process.execPath,
		[vite, 'build', '--configLoader', 'runner', '--logLevel', 'warn'],
		{
			cwd: ROOT,
			env: { ...process.env, NODE_ENV: 'production' },
			stdio: 'inherit'
		}
	);
	return built.status === 0;
}

async function main() {
	const options = { build: { type: 'boolean' }, port: { type: 'string', default: '4173' } };
	const { values } = parseArgs({ options });
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 0 || port > 65535)
		throw new Error(`"${values.port}" is not a port: give a whole number up to 65535.`);
	if (values.build && !buildIfStale()) throw new Error('The build failed: see above.');
	const server = await serve({ folder: path.join(ROOT, 'dist'), port, isolated: true });
	process.stdout.write(`Undercurrent is at http://127.0.0.1:${server.address().port}/\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	main().catch((error) => {
		const busy = error.code === 'EADDRINUSE';
		const advice = 'The port is taken: choose another with `npm start -- --port 4174`.';
		process.stderr.write(`${busy ? advice : error.message}\n`);
		process.exitCode = 1;
	});
