/**
 * Builds the static site: `npm run build -- [--pack DIR]… [--max-file 24MiB]`; whatever else it is given goes
 * to Vite (`--outDir DIR`). Each pack that is named is verified first; the first is the one that opens.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../../../src/core/names/errors';
import { Arguments, usage } from '../arguments';
import { bytesIn } from '../bytes';
import { COMMANDS } from '../commands';
import { FolderSource } from '../folders/pack-source';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const MIB = 2 ** 20;
/** What hosts take, as they say themselves. */
const HOSTS = [
	{ host: 'Cloudflare Pages', file: 25 * MIB, site: Infinity },
	{ host: 'GitHub Pages', file: 100 * MIB, site: 2 ** 30 }
];

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function build(words: string[]): Promise<void> {
	const { own, vite } = split(words);
	const args = new Arguments(own, ['pack', 'max-file'], []);
	const packs = args.all('pack').map((folder) => path.resolve(folder));
	const limit = args.get('max-file');
	if (limit !== undefined) bytesIn(limit, '--max-file');
	for (const pack of packs) await examine(pack);
	const env = {
		...process.env,
		NODE_ENV: 'production',
		...(packs.length > 0 && { UNDERCURRENT_PACKS: packs.join(path.delimiter) }),
		...(limit !== undefined && { UNDERCURRENT_MAX_FILE: String(bytesIn(limit, '--max-file')) })
	};
	const program = path.join(ROOT, 'node_modules/vite/bin/vite.js');
	const built = spawnSync(
		process.execPath,
		[program, 'build', '--configLoader', 'runner', ...vite],
		{
			cwd: ROOT,
			env,
			stdio: 'inherit'
		}
	);
	if (built.status !== 0)
		throw new Problem('unexpected', 'The site was not built.', 'See above for the reason.');
	weigh(outDir(vite), limit === undefined ? Infinity : bytesIn(limit, '--max-file'));
}

/** Our options, and what is Vite's. */
function split(words: string[]): { own: string[]; vite: string[] } {
	const own: string[] = [];
	const vite: string[] = [];
	for (let i = 0; i < words.length; i++)
		if (words[i] === '--pack' || words[i] === '--max-file') own.push(...words.slice(i, ++i + 1));
		else vite.push(words[i]!);
	return { own, vite };
}

/** Throws a Problem when a pack is not what it says it is. */
async function examine(folder: string): Promise<void> {
	if (folder.includes(path.delimiter))
		throw usage(`The folder "${folder}" has a "${path.delimiter}" in its name`);
	const { pack } = await FolderSource.open(folder);
	say(`verifying ${pack.name} …`);
	await COMMANDS.verify!.run(new Arguments(['--pack', folder], ['pack'], []));
	if (pack.licence === '' || pack.licence === 'not stated')
		say(
			`Warning: the pack ${pack.name} states no licence, so nobody knows whether it may be published or used. Write it into "licence" of ${path.join(folder, 'pack.json')}.`
		);
}

function outDir(vite: string[]): string {
	const options = { outDir: { type: 'string' } } as const;
	const { values } = parseArgs({ args: vite, options, strict: false, allowPositionals: true });
	return path.resolve(ROOT, typeof values.outDir === 'string' ? values.outDir : 'dist');
}

/** Names the files above the limit, and the hosts for which the site, or a file of it, is too large. */
function weigh(folder: string, limit: number): void {
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.map((name) => ({ name, ...sizeOf(path.join(folder, name)) }))
		.filter(({ isFile }) => isFile);
	const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
	const [largest] = files.sort((a, b) => b.bytes - a.bytes);
	const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`;
	say(
		`${files.length} files, ${mib(total)}; the largest, ${largest!.name}, has ${mib(largest!.bytes)}.`
	);
	for (const { name, bytes } of files.filter((file) => file.bytes > limit))
		say(`Longer than --max-file: ${name}, ${mib(bytes)}; descriptions and scripts are never cut.`);
	for (const { host, file, site } of HOSTS) {
		if (largest!.bytes > file)
			say(
				`Too large for ${host} (${mib(file)} a file): build with --max-file ${file / MIB - 1}MiB.`
			);
		if (total > site)
			say(`Too large for ${host} (${mib(site)} a site): make the pack with --dtype f16 or q8.`);
	}
}

function sizeOf(file: string): { isFile: boolean; bytes: number } {
	const found = statSync(file);
	return { isFile: found.isFile(), bytes: found.size };
}

build(process.argv.slice(2)).then(
	() => process.exit(0),
	(error: unknown) => {
		say(error instanceof Error ? error.message : String(error));
		process.exit(1);
	}
);
