/** What the READMEs say it takes to add something, held against the code: by doing it, and by who names whom. */
import { execFileSync } from 'node:child_process';
import {
	cpSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

const read = (name: string, root = ROOT) => readFileSync(path.join(root, name), 'utf8');

function sourcesBelow(folder: string): string[] {
	return readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
		.map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

/** Files that a file imports, without their endings. */
function importsOf(name: string): string[] {
	const from = [...read(name).matchAll(/(?:from\s+|import\()['"](\.[^'"]+)['"]/g)];
	return from.map(([, to]) => path.join(path.dirname(name), to!.replace(/(\.svelte)?\.ts$/, '')));
}

describe('a registry', () => {
	const sources = ['src', 'workers'].flatMap(sourcesBelow);

	it.each([
		[
			'workers/graph/families/families.ts',
			'workers/graph/families',
			/^export const \w+: Architecture\b/m
		],
		[
			'workers/import/formats/formats.ts',
			'workers/import/formats',
			/^export const \w+: SaeFormat\b/m
		],
		['src/views/registry.ts', 'src/views', null]
	])('%s alone names what it lists, and lists all there is', (registry, folder, declares) => {
		const entries = declares
			? sourcesBelow(folder).filter((name) => name !== registry && declares.test(read(name)))
			: readdirSync(path.join(ROOT, folder), { withFileTypes: true })
					.filter((entry) => entry.isDirectory())
					.map(({ name }) => `${folder}/${name}/${name[0]!.toUpperCase()}${name.slice(1)}.svelte`);
		expect(entries.length).toBeGreaterThan(3);
		for (const entry of entries) {
			const file = entry.replace(/\.ts$/, '');
			expect(
				sources.filter((name) => importsOf(name).includes(file)),
				entry
			).toEqual([registry]);
		}
	});

	it('of calls is met by every handler and by nothing else', () => {
		const named = [...read('src/core/experiments/calls.ts').matchAll(/^\t(\w+): Call</gm)].map(
			([, name]) => name!
		);
		expect(named.length).toBeGreaterThan(5);
		for (const name of named)
			expect(read('workers/experiments/calls.ts'), name).toMatch(new RegExp(`\\t${name}: `));
		const plumbing = [
			'src/engine/client.ts',
			'workers/engine.ts',
			'workers/engine.worker.ts',
			'workers/calls/serve.ts'
		];
		for (const file of plumbing)
			for (const name of named) expect(read(file), `${file}: ${name}`).not.toContain(`${name}:`);
	});
});

describe('an experiment, added to a copy of the code', () => {
	let copy: string;

	/** Writes a file of the copy, after `before` where it is given. */
	const write = (name: string, text: string) => writeFileSync(path.join(copy, name), text);
	const addLine = (name: string, before: string, line: string) => {
		const text = read(name, copy);
		expect(text.split(before).length, `${name}: ${before}`).toBe(2);
		write(name, text.replace(before, `${line}\n${before}`));
	};

	beforeAll(() => {
		copy = mkdtempSync(path.join(tmpdir(), 'recipe-'));
		for (const name of ['src', 'workers', 'tsconfig.json', 'package.json'])
			cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
		symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
	});
	afterAll(() => rmSync(copy, { recursive: true, force: true }));

	it(
		'is its types, its file and a line in each table: then the page can call it',
		{ timeout: 240_000 },
		() => {
			write(
				'src/core/experiments/token-count.ts',
				'export interface TokenCountRequest {\n\ttext: string;\n}\n'
			);
			write(
				'workers/experiments/token-count.ts',
				`import type { TokenCountRequest } from '../../src/core/experiments/token-count';
import type { Workbench } from '../packs/open-pack';

export const countTokens = ({ text }: TokenCountRequest, { tokenizer }: Workbench): number =>
	tokenizer.encode(text).length;
`
			);
			addLine(
				'src/core/experiments/calls.ts',
				'export interface ExperimentCalls {',
				"import type { TokenCountRequest } from './token-count';"
			);
			addLine(
				'src/core/experiments/calls.ts',
				'	testEdge: Call<',
				'	countTokens: Call<TokenCountRequest, number>;'
			);
			addLine(
				'workers/experiments/calls.ts',
				'export const experimentCalls =',
				"import { countTokens } from './token-count';"
			);
			addLine(
				'workers/experiments/calls.ts',
				'	testEdge: (request, run)',
				'	countTokens: (request) => countTokens(request, bench()),'
			);
			write(
				'src/caller.ts',
				`import type { Engine } from './core/engine';
export const ask = (engine: Engine): Promise<number> => engine.countTokens({ text: 'a' });
`
			);
			write(
				'workers/node/ask.ts',
				`import { LocalEngine } from '../engine';
import { FolderSource } from './folders/pack-source';

const engine = new LocalEngine({ open: ({ address }) => FolderSource.open(address) });
await engine.calls.open({ address: process.argv[2]!, backend: 'wasm' } as never);
process.stdout.write(String(await engine.calls.countTokens({ text: 'one two three' })));
`
			);
			const run = (bin: string, ...args: string[]) =>
				execFileSync(path.join(copy, 'node_modules/.bin', bin), args, {
					cwd: copy,
					encoding: 'utf8'
				});
			run('tsc', '-p', 'src');
			run('tsc', '-p', 'workers');
			expect(Number(run('tsx', 'workers/node/ask.ts', path.join(ROOT, 'models/default')))).toBe(4);
		}
	);
});
