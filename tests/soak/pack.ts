/** A second pack, as one file. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipOf } from '../crafted-files';
import { FIXTURES } from '../golden/fixture';

/** Writes it to `file`, and says by which name a page knows it. */
export function writePack(file: string): string {
	const read = (name: string) => readFileSync(path.join(FIXTURES, 'gpt2', name));
	const text = read('pack.json');
	const { files } = JSON.parse(text.toString()) as { files: Record<string, unknown> };
	const entries = ['pack.json', ...Object.keys(files)].map((name) => ({
		name,
		bytes: new Uint8Array(read(name))
	}));
	writeFileSync(file, zipOf(entries));
	return `gpt2-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}
