/** The builds of the inference runtime on their way into a static site: in parts where a host limits a file. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { partSizes, partsOf } from '../../../src/core/packs/parts';
import type { PublishedRuntime } from '../../storage/runtime-cache';

const DIST = path.resolve(import.meta.dirname, '../../../node_modules/onnxruntime-web/dist');
/** The folder of a built site that holds the program. */
const ASSETS = 'assets';

/** Builds by their names in the package; of more than `limit` bytes, with the parts that are published of each. */
export function publishedRuntimes(limit: number): Record<string, PublishedRuntime> {
	const published: Record<string, PublishedRuntime> = {};
	for (const name of readdirSync(DIST).filter((file) => file.endsWith('.wasm'))) {
		const bytes = readFileSync(path.join(DIST, name));
		const sizes = limit === Infinity ? null : partSizes(name, bytes.length, limit);
		const sha256 = createHash('sha256').update(bytes).digest('hex');
		// Another version of it has other addresses: what a reader's browser keeps stays right.
		const address = name.replace(/\.wasm$/, `-${sha256.slice(0, 8)}.wasm`);
		const parts = sizes ? partsOf(address, { bytes: bytes.length, parts: sizes }) : null;
		published[name] = { bytes: bytes.length, sha256, parts };
	}
	return published;
}

/** Puts parts into a built site, each in the place of the whole build that Vite has put there. */
export async function writeRuntimes(
	published: Record<string, PublishedRuntime>,
	site: string
): Promise<void> {
	const folder = path.join(site, ASSETS);
	await mkdir(folder, { recursive: true });
	for (const file of await readdir(folder)) {
		const name = file.replace(/-[\w-]{8}\.wasm$/, '.wasm');
		const parts = published[name]?.parts;
		if (!parts || !file.endsWith('.wasm')) continue;
		const bytes = readFileSync(path.join(DIST, name));
		let at = 0;
		for (const part of parts)
			await writeFile(path.join(folder, part.path), bytes.subarray(at, (at += part.bytes)));
		await rm(path.join(folder, file));
	}
}
