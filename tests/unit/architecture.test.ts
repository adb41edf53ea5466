/** The rules of the house, executed: see `src/README.md`. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What a folder may import besides itself. `views` also keep apart from each other. */
const MAY_IMPORT: Record<string, string[]> = {
	'src/core': [],
	'src/ui': ['src/core/names'],
	'src/charts': ['src/core/names', 'src/ui'],
	'src/flow-graph': ['src/core', 'src/ui', 'src/charts'],
	'src/engine': ['src/core'],
	'src/state': ['src/core', 'src/engine'],
	'src/frame': ['src/core', 'src/state', 'src/charts', 'src/ui', 'src/views/registry.ts'],
	'src/views': ['src/core', 'src/state', 'src/charts', 'src/flow-graph', 'src/ui'],
	workers: ['src/core']
};

/** The files through which an outside package may be used; whole folders end in a slash. */
const DOORS: [RegExp, string[]][] = [
	[/^onnxruntime-web/, ['workers/runtime/session.ts']],
	[/^oniguruma-parser\//, ['workers/tokenizer/patterns.ts']],
	[/^@huggingface\/jinja$/, ['workers/prompt/chat-template.ts']],
	[/^umap-js$/, ['workers/lab/umap.ts']],
	[/^minisearch$/, ['workers/search/name-index.ts']],
	[/^@tanstack\/virtual-core$/, ['src/ui/tables/virtual-rows.svelte.ts']],
	[/^lean-qr$/, ['src/charts/layout/qr-code.ts']],
	[/^comlink$/, ['workers/engine.worker.ts', 'src/engine/client.ts']],
	[/^idb$/, ['workers/storage/files/connection.ts']],
	[/^hash-wasm$/, ['workers/storage/files/hash.ts']],
	[/^hyparquet(-writer)?$/, ['workers/node/corpus/parquet.ts']],
	[/^virtual:pwa-register$/, ['src/pwa.svelte.ts']],
	[/^d3-/, ['src/charts/', 'src/flow-graph/']],
	[/^svelte(\/.*)?$/, ['src/']],
	[/^node:/, ['workers/node/']]
];

const TOP_LEVEL =
	/^(src|public|models|workers|tests|node_modules|dist|coverage|index\.html|package(-lock)?\.json|tsconfig(\.\w+)?\.json|(vite|vitest|svelte|eslint)\.config\.[jt]s|knip\.json|README\.md|LICENSE|\..+)$/;

const WORDS_NEVER_ALLOWED: [string, RegExp][] = [
	['raw HTML', /\{@html/],
	['console output', /\bconsole\.\w+\(/],
	['unfinished work', /\b(TO[D]O|FIX[M]E|XX[X])\b/],
	['silenced types', /@ts-(ignore|nocheck)/],
	['a silenced linter', /eslint-disable/],
	['code from text', /\beval\(|\bnew Function\(/]
];

interface Source {
	/** Relative to the repository, with forward slashes. */
	name: string;
	text: string;
	imports: { from: string; typeOnly: boolean }[];
}

function filesBelow(folder: string): string[] {
	const entries = readdirSync(path.join(ROOT, folder)).filter((entry) => entry !== 'node_modules');
	return entries.flatMap((entry) => {
		const name = `${folder}/${entry}`;
		return statSync(path.join(ROOT, name)).isDirectory() ? filesBelow(name) : [name];
	});
}

const IMPORT =
	/^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

function sourceOf(name: string): Source {
	const text = readFileSync(path.join(ROOT, name), 'utf8');
	const imports = [...text.matchAll(IMPORT)].map(([statement, type, from, lazy]) => ({
		from: (from ?? lazy)!,
		typeOnly:
			Boolean(type) || /^\s*import\s*\{(\s*type\s+\w+(\s+as\s+\w+)?,?)+\s*\}/.test(statement)
	}));
	return { name, text, imports };
}

const sources = ['src', 'workers']
	.flatMap(filesBelow)
	.filter((name) => /\.(ts|mjs|svelte)$/.test(name) && !name.endsWith('.d.ts'))
	.map(sourceOf);
const names = new Set(sources.map((source) => source.name));

/** The file that a relative import means; null for an outside package. */
function resolved(source: Source, from: string): string | null {
	if (!from.startsWith('.')) return null;
	const base = path.posix.join(path.posix.dirname(source.name), from.replace(/\?.*$/, ''));
	return [base, `${base}.ts`, `${base}.svelte.ts`].find((name) => names.has(name)) ?? base;
}

/** `src/core`, `src/views`, `workers`, … ; null for the files that tie everything together. */
const folderOf = (name: string): string | null =>
	Object.keys(MAY_IMPORT).find((folder) => name.startsWith(`${folder}/`)) ?? null;

const viewOf = (name: string) => /^src\/views\/([^/]+)\//.exec(name)?.[1];

function crossings(): string[] {
	const wrong: string[] = [];
	for (const source of sources)
		for (const { from } of source.imports) {
			const target = resolved(source, from);
			if (!target) continue;
			const [here, there] = [folderOf(source.name), folderOf(target)];
			const top = here === null && source.name.startsWith('src/');
			const allowed = top
				? target.startsWith('src/')
				: here === there ||
					MAY_IMPORT[here!]!.some((open) => target === open || target.startsWith(`${open}/`));
			const views = [viewOf(source.name), viewOf(target)];
			if (!allowed || (here === there && views[0] && views[1] && views[0] !== views[1]))
				wrong.push(`${source.name} → ${target}`);
		}
	return wrong;
}

/** `types`: imports of types alone count too, and circles within one folder do not. */
function cycles(types = false): string[] {
	const edges = new Map(
		sources.map((source) => [
			source.name,
			source.imports
				.filter((i) => types || !i.typeOnly)
				.flatMap(({ from }) => resolved(source, from) ?? [])
				.filter((target) => target !== source.name)
		])
	);
	const found: string[] = [];
	const done = new Set<string>();
	const walk = (name: string, trail: string[]) => {
		if (trail.includes(name)) found.push([...trail.slice(trail.indexOf(name)), name].join(' → '));
		else if (!done.has(name)) {
			for (const next of edges.get(name) ?? []) walk(next, [...trail, name]);
			done.add(name);
		}
	};
	for (const name of edges.keys()) walk(name, []);
	if (!types) return found;
	const folders = (circle: string) =>
		new Set(circle.split(' → ').map((name) => path.posix.dirname(name)));
	return found.filter((circle) => folders(circle).size > 1);
}

/** Folders that hold one file a thing, however many things there are. */
const REGISTRIES = ['workers/import/formats', 'workers/graph/families'];

function crowdedFolders(): string[] {
	const counts = new Map<string, number>();
	for (const name of names) {
		const folder = path.posix.dirname(name);
		counts.set(folder, (counts.get(folder) ?? 0) + 1);
	}
	return [...counts].flatMap(([folder, files]) =>
		files > 14 && !REGISTRIES.includes(folder) ? [`${folder}: ${files} files`] : []
	);
}

/** Names that core and workers export from more than one file, and how many they export in all. */
function exportedNames(): { twice: string[]; all: number } {
	const EXPORTED =
		/^export (?:declare )?(?:async )?(?:abstract )?(?:class|function\*?|const|type|interface) (\w+)/gm;
	const files = new Map<string, Set<string>>();
	for (const { name, text } of sources) {
		if (!/^(src\/core|workers)\//.test(name)) continue;
		for (const [, exported] of text.matchAll(EXPORTED))
			files.set(exported!, (files.get(exported!) ?? new Set()).add(name));
	}
	return {
		twice: [...files].flatMap(([exported, found]) => (found.size > 1 ? [exported] : [])),
		all: files.size
	};
}

describe('the source', () => {
	it('is found and read', () => {
		expect(sources.length).toBeGreaterThan(40);
		const client = sources.find((source) => source.name === 'src/engine/client.ts')!;
		expect(client.imports).toContainEqual({ from: 'comlink', typeOnly: false });
		expect(client.imports).toContainEqual({ from: '../core/packs/info', typeOnly: true });
	});

	it('imports only across the borders that are open', () => expect(crossings()).toEqual([]));

	it('has no cycles', () => expect(cycles()).toEqual([]));

	it('has no cycles of types across folders', () => expect(cycles(true)).toEqual([]));

	it('has at most 14 files directly in a folder', () => expect(crowdedFolders()).toEqual([]));

	it('exports a name from one file: at most one in a hundred from two', () => {
		const { twice, all } = exportedNames();
		expect(all).toBeGreaterThan(500);
		expect(twice.length / all, twice.join(', ')).toBeLessThanOrEqual(0.01);
	});

	it('uses each outside package through its door, and no other package', () => {
		const wrong = sources.flatMap(({ name, imports }) =>
			imports
				.filter(({ from }) => !from.startsWith('.'))
				.filter(({ from }) => {
					const doors = DOORS.find(([pattern]) => pattern.test(from))?.[1] ?? [];
					return !doors.some((door) =>
						door.endsWith('/') ? name.startsWith(door) : name === door
					);
				})
				.map(({ from }) => `${name} imports ${from}`)
		);
		expect(wrong).toEqual([]);
	});

	it('has no barrels, and no file whose name says nothing', () => {
		const vague = /\/(index|utils?|helpers?|types|common|misc)\.(svelte\.)?(ts|mjs|svelte)$/;
		expect([...names].filter((name) => vague.test(name))).toEqual([]);
	});

	it('names relative imports without extension, components excepted', () => {
		const wrong = sources.flatMap(({ name, imports }) =>
			imports.filter(({ from }) => /^\..*(?<!\.svelte)\.(ts|js)$/.test(from)).map(() => name)
		);
		expect(wrong).toEqual([]);
	});
});

describe('every file', () => {
	const everywhere = [
		...sources,
		...filesBelow('tests')
			.filter((name) => /\.(ts|mjs|py)$/.test(name))
			.map(sourceOf)
	];

	it('has at most 400 lines', () => {
		const long = everywhere.filter(({ text }) => text.split('\n').length > 401);
		expect(long.map((source) => source.name)).toEqual([]);
	});

	it.each(WORDS_NEVER_ALLOWED)('has no %s', (_, pattern) => {
		const product = sources.filter(({ text }) => pattern.test(text));
		expect(product.map((source) => source.name)).toEqual([]);
	});
});

describe('the repository', () => {
	it('has the agreed top level', () => {
		expect(readdirSync(ROOT).filter((name) => !TOP_LEVEL.test(name))).toEqual([]);
	});
});
