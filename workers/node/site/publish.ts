/** Packs on their way into a static site: what the page is told of them, and their files as hosts can bear them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parsePack, type Pack, type PackFile } from '../../../src/core/packs/manifest';
import { partSizes, partsOf } from '../../../src/core/packs/parts';
import type { SitePack } from '../../../src/core/packs/site-pack';
import { FolderSource } from '../folders/pack-source';

export interface Publication {
	/** The pack's own folder. */
	from: string;
	/** Its folder in the site, relative to the page, with a slash at its end. */
	to: string;
	/** `pack.json` as it is published, and what it says. */
	text: string;
	pack: Pack;
}

/**
 * What is to be published of the packs in these folders; the first is the one that opens. No file is cut to
 * more than `limit` bytes. Throws where a folder holds no readable pack, a Problem if its pack.json is not one.
 */
export function publications(folders: string[], limit: number): Publication[] {
	const taken = new Set<string>();
	return folders.map((from, i) => {
		const json = JSON.parse(readFileSync(path.join(from, 'pack.json'), 'utf8')) as unknown;
		const text = described(json as { files: Record<string, PackFile> }, parsePack(json), limit);
		const pack = parsePack(JSON.parse(text));
		// Who was here before a site changed its pack finds the new one at the same address.
		let name = i === 0 ? 'default' : pack.name;
		for (let n = 2; taken.has(name); n++) name = `${pack.name}-${n}`;
		taken.add(name);
		return { from, to: `models/${name}/`, text, pack };
	});
}

/** `pack.json` with the parts in which its files are published; as it was if all of them lie as they did. */
function described(json: { files: Record<string, PackFile> }, pack: Pack, limit: number): string {
	for (const [file, { bytes }] of Object.entries(pack.files)) {
		const parts = partSizes(file, bytes, limit);
		if (parts) json.files[file]!.parts = parts;
		else delete json.files[file]!.parts;
	}
	return `${JSON.stringify(json, null, '\t')}\n`;
}

/** What the page is told of it; `example` and `themes` are addresses of its worked example and its themes. */
export function sitePack(
	{ pack, text, to }: Omit<Publication, 'from'>,
	example: string | null,
	themes: string | null
): SitePack {
	const files = Object.values(pack.files);
	return {
		name: pack.name,
		title: pack.title,
		licence: pack.licence,
		hash: createHash('sha256').update(text).digest('hex'),
		bytes: files.reduce((sum, file) => sum + file.bytes, 0),
		address: to,
		example,
		themes
	};
}

/** Writes a pack's files into the site, each checked. Throws a Problem when one is not what the pack says. */
export async function publish({ from, to, text, pack }: Publication, site: string): Promise<void> {
	const source = await FolderSource.open(from);
	const write = async (file: string, bytes: Uint8Array | string) => {
		const target = path.join(site, to, file);
		await mkdir(path.dirname(target), { recursive: true });
		await writeFile(target, bytes);
	};
	for (const [file, entry] of Object.entries(pack.files)) {
		const bytes = await source.bytes(file);
		let at = 0;
		for (const part of partsOf(file, entry))
			await write(part.path, bytes.subarray(at, (at += part.bytes)));
	}
	await write('pack.json', text);
}
