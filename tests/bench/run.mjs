#!/usr/bin/env node
/**
 * `npm run bench`: how fast the engine decodes, beside transformers.js in the same browser, how long the
 * built page takes to start, and what two threads are worth. `-- --pack DIR --backend wasm|webgpu --rounds 5
 * --tokens 64 --no-start`; with `--all` also what `pan.mjs`, `matching.ts`, `learning.ts` and `large.mjs` measure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { tsImport } from 'tsx/esm/api';
import { buildIfStale, serve } from '../../workers/node/site/serve.mjs';
import { CHROMIUM_ARGS, provideChromium } from '../find-chromium.mjs';
import { measureDecoding } from './decoding.mjs';
import { measureStart } from './start.mjs';
import { printTables, summary } from './tables.mjs';

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, '../..');
const MEGABITS = 20;
/** Measured each time, and what `--all` adds: programs that print JSON. */
const ALWAYS = { threads: 'threads.mjs' };
const OTHERS = {
	panning: 'pan.mjs',
	matching: 'matching.ts',
	learning: 'learning.ts',
	large: 'large.mjs'
};

const { values } = parseArgs({
	options: {
		pack: { type: 'string', default: path.join(ROOT, 'models/default') },
		backend: { type: 'string', default: 'wasm' },
		rounds: { type: 'string', default: '5' },
		tokens: { type: 'string', default: '64' },
		'no-start': { type: 'boolean', default: false },
		all: { type: 'boolean', default: false }
	}
});
const { backend } = values;
const pack = path.resolve(values.pack);
const count = (name) => {
	const number = Number(values[name]);
	if (Number.isInteger(number) && number > 1) return number;
	throw new Error(`--${name} takes a whole number above 1, not "${values[name]}".`);
};

function install() {
	if (existsSync(path.join(HERE, 'node_modules/@huggingface/transformers'))) return;
	say('Installing what the benchmark compares with (once) …');
	const npm = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: HERE, stdio: ['ignore', 2, 2] });
	if (npm.status !== 0) throw new Error('The peers could not be installed: see above.');
}

/** The two workers bundled, the pack and the exported model beside them. */
async function buildSite(folder) {
	const { build } = await import('vite');
	await build({
		configFile: false,
		root: HERE,
		base: './',
		logLevel: 'error',
		publicDir: false,
		build: {
			outDir: folder,
			emptyOutDir: true,
			target: 'es2023',
			modulePreload: false,
			assetsInlineLimit: 0,
			rolldownOptions: {
				input: {
					engine: path.join(HERE, 'engine.worker.ts'),
					peer: path.join(HERE, 'peer.worker.mjs')
				},
				output: { entryFileNames: '[name].js' }
			}
		}
	});
	writeFileSync(
		path.join(folder, 'index.html'),
		'<!doctype html><title>Benchmark</title><link rel="icon" href="data:,">'
	);
	symlinkSync(pack, path.join(folder, 'pack'));
	symlinkSync(path.join(HERE, 'node_modules/onnxruntime-web/dist'), path.join(folder, 'ort'));
	mkdirSync(path.join(folder, 'peer'));
	const { exportModel } = await tsImport('./export.ts', import.meta.url);
	return exportModel(pack, path.join(folder, 'peer'));
}

/** What another of these programs measured. Throws where it fails. */
function measuredBy(program) {
	say(`Running ${program} …`);
	const { stdout, status } = spawnSync(
		process.execPath,
		['--import', 'tsx', path.join(HERE, program)],
		{ cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 2] }
	);
	if (status !== 0) throw new Error(`${program} failed: see above.`);
	return JSON.parse(stdout);
}

function say(text) {
	process.stderr.write(`${text}\n`);
}

async function main() {
	const counts = { rounds: count('rounds'), tokens: count('tokens') };
	if (!['wasm', 'webgpu'].includes(backend)) throw new Error('--backend is wasm or webgpu.');
	if (!existsSync(path.join(pack, 'pack.json'))) throw new Error(`There is no pack in ${pack}.`);
	const executablePath = provideChromium();
	if (!executablePath) throw new Error('The benchmark needs a Chromium: set CHROMIUM_PATH.');
	const args = [...CHROMIUM_ARGS, ...(backend === 'webgpu' ? ['--enable-unsafe-webgpu'] : [])];
	const browser = { executablePath, args };

	install();
	const folder = mkdtempSync(path.join(os.tmpdir(), 'undercurrent-bench-'));
	try {
		const model = await buildSite(path.join(folder, 'site'));
		const server = await serve({ folder: path.join(folder, 'site') });
		const base = `http://127.0.0.1:${server.address().port}/`;
		const measured = await measureDecoding({ base, backend, browser, ...counts, say }).finally(
			() => {
				server.closeAllConnections();
				server.close();
			}
		);
		let start = null;
		if (!values['no-start']) {
			if (!buildIfStale()) throw new Error('The site could not be built: see above.');
			say(`Starting the built page, cold and warm, at ${MEGABITS} Mbit/s …`);
			const dist = path.join(ROOT, 'dist');
			start = await measureStart({ dist, pack, megabits: MEGABITS, browser, backend });
		}
		const results = summary({ backend, model, megabits: MEGABITS, ...counts, ...measured, start });
		// Kept after each: what fails takes nothing with it.
		const keep = () =>
			writeFileSync(path.join(HERE, 'results.json'), `${JSON.stringify(results, null, '\t')}\n`);
		keep();
		for (const [name, program] of Object.entries({ ...ALWAYS, ...(values.all && OTHERS) })) {
			results[name] = measuredBy(program);
			keep();
		}
		printTables(results);
		if (!results.same_tokens)
			throw new Error('The two engines wrote different tokens: the comparison does not hold.');
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

// Ended outright: the bundler's and the compiler's helpers would keep the process.
main().then(
	() => process.exit(),
	(error) => {
		say(error.message);
		process.exit(1);
	}
);
