/** Packs in a folder that somebody else made, revised there: nothing beside that folder may change. */
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Problem } from '../../../src/core/names/errors';
import { PackFolder } from '../../../workers/node/folders/pack-writer';
import type { Draws } from '../../draws';
import { hostileJson, hostileText } from '../hostile-json';
import type { Parser } from '../parser';
import { jsonOf, packFiles } from './sound-files';

const SECRET = 'not for others';

interface Manifest {
	files: Record<string, { bytes: number; sha256: string }>;
}

/** Ways out of the folder, as somebody would write them who seeks one. */
const ways = (outside: string) => [
	'../outside/secret',
	'a/../../outside/secret',
	'./../outside/secret',
	'..\\outside\\secret',
	`${outside}/secret`,
	`file://${outside}/secret`,
	'%2e%2e/outside/secret',
	'../outside/secret\0.json',
	'link/secret',
	'link',
	'file-link'
];

/** What stands below a folder. */
const seen = (folder: string): string =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.map((entry) => {
			const file = path.join(entry.parentPath, entry.name);
			return `${file} ${entry.isFile() ? readFileSync(file, 'utf8') : ''}`;
		})
		.toSorted()
		.join('\n');

/** Runs each, and lets no refusal keep the others from being run. */
async function all(steps: (() => unknown)[]): Promise<void> {
	for (const step of steps)
		try {
			await step();
		} catch (error) {
			// The system's own word is as good: that something was refused.
			if (!(error instanceof Problem) && !(error as { code?: unknown }).code) throw error;
		}
}

async function reviseAll(folder: string, draws: Draws, names: string[]): Promise<void> {
	const writer = await PackFolder.revise(folder);
	const some = () =>
		draws.chance(0.5) ? draws.pick(Object.keys(writer.files)) : draws.pick(names);
	const chosen = draws.list(4, some).filter((name) => name !== undefined);
	await all([
		...chosen.map((name) => () => writer.read(name)),
		...chosen.map((name) => () => writer.write(name, new Uint8Array(4))),
		...chosen.slice(1).map((name) => () => writer.drop(name)),
		() => writer.finish(writer.base ?? {})
	]);
}

export const writtenParsers: Parser[] = [
	{
		name: 'pack revised in its folder',
		prepare() {
			const top = mkdtempSync(path.join(tmpdir(), 'undercurrent-fuzz-'));
			process.on('exit', () => rmSync(top, { recursive: true, force: true }));
			const [folder, outside] = [path.join(top, 'pack'), path.join(top, 'outside')];
			mkdirSync(outside);
			writeFileSync(path.join(outside, 'secret'), SECRET);
			const before = seen(outside);
			const sound = jsonOf(packFiles('gpt2')['pack.json']!) as Manifest;
			const names = ways(outside);
			return async (draws) => {
				mkdirSync(folder, { recursive: true });
				const manifest = structuredClone(sound);
				const files = Object.entries(manifest.files);
				for (let n = draws.chance(0.4) ? draws.integer(1, 2) : 0; n > 0; n--) {
					const way = draws.chance(0.7) ? draws.pick(names) : hostileText(draws, draws.pick(names));
					draws.pick(files)[0] = way;
				}
				manifest.files = Object.fromEntries(files);
				const text = draws.chance(0.2) ? hostileJson(draws, manifest) : JSON.stringify(manifest);
				writeFileSync(path.join(folder, 'pack.json'), text);
				symlinkSync(outside, path.join(folder, 'link'));
				symlinkSync(path.join(outside, 'secret'), path.join(folder, 'file-link'));
				const outcome = await reviseAll(folder, draws, names).catch((error: unknown) => error);
				const isWhole = seen(outside) === before && readdirSync(top).length === 2;
				rmSync(folder, { recursive: true, force: true });
				if (!isWhole) {
					writeFileSync(path.join(outside, 'secret'), SECRET);
					throw new Error('Something outside the folder was changed.');
				}
				if (outcome) throw outcome as Error;
			};
		}
	}
];
