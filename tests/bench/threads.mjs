#!/usr/bin/env node
/**
 * `node tests/bench/threads.mjs [--rounds 7] [--pack DIR] [--shape smollm2]`: what two threads are worth over one, for each
 * kind of work, in one browser and in turns. `--shape smollm2` takes a model of its shape, of random numbers. With `--busy`
 * another process uses a core meanwhile.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { tsImport } from 'tsx/esm/api';
import { build } from 'vite';
import { serve } from '../../workers/node/site/serve.mjs';
import { CHROMIUM_ARGS, provideChromium } from '../find-chromium.mjs';
import { worker } from './decoding.mjs';

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, '../..');
const THREADS = [1, 2];
const WORKS = ['decode', 'prefill', 'walk', 'encode'];
const TOKENS = 24;

const { values } = parseArgs({
	options: {
		rounds: { type: 'string', default: '7' },
		pack: { type: 'string', default: path.join(ROOT, 'models/default') },
		shape: { type: 'string' },
		busy: { type: 'boolean', default: false }
	}
});

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function siteIn(folder) {
	await build({
		configFile: false,
		root: HERE,
		base: './',
		logLevel: 'error',
		publicDir: false,
		worker: { format: 'es' },
		build: {
			outDir: folder,
			emptyOutDir: true,
			target: 'es2023',
			modulePreload: false,
			assetsInlineLimit: 0,
			rolldownOptions: {
				input: { threads: path.join(HERE, 'threads.worker.ts') },
				output: { entryFileNames: '[name].js' }
			}
		}
	});
	writeFileSync(
		path.join(folder, 'index.html'),
		'<!doctype html><title>Threads</title><link rel="icon" href="data:,">'
	);
	if (!values.shape) return symlinkSync(path.resolve(values.pack), path.join(folder, 'pack'));
	const { makeLargePack } = await tsImport('./large-pack.ts', import.meta.url);
	await makeLargePack(path.join(folder, 'pack'), values.shape);
}

/** Milliseconds by kind of work and threads, round by round. */
async function measure(page, base) {
	const engines = {};
	for (const threads of THREADS) {
		engines[threads] = await worker(page, 'threads');
		const { isolated, helpers } = await engines[threads]('open', { base, threads });
		if (!isolated || (threads > 1 && !helpers)) throw new Error('The browser gave no threads.');
	}
	const times = Object.fromEntries(
		WORKS.map((work) => [work, Object.fromEntries(THREADS.map((threads) => [threads, []]))])
	);
	const measured = [];
	const run = (work, threads) => engines[threads](work, { tokens: TOKENS });
	for (const work of WORKS) for (const threads of THREADS) await run(work, threads);
	for (let round = 0; round < Number(values.rounds); round++)
		for (const work of WORKS) {
			const made = {};
			// Another one first in each round.
			for (const threads of round % 2 ? THREADS.toReversed() : THREADS) {
				const { ms, made: ids } = await run(work, threads);
				times[work][threads].push(ms);
				made[threads] = ids?.join();
			}
			if (made[1] !== made[2]) throw new Error('Threads change which tokens are written.');
			measured.push(await engines[2]('speedup', {}));
		}
	return { times, measured };
}

async function main() {
	const executablePath = provideChromium();
	if (!executablePath) throw new Error('The benchmark needs a Chromium: set CHROMIUM_PATH.');
	const folder = mkdtempSync(path.join(os.tmpdir(), 'undercurrent-threads-'));
	const busy = values.busy ? spawn(process.execPath, ['-e', 'for (;;);']) : null;
	const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
	try {
		await siteIn(path.join(folder, 'site'));
		const server = await serve({ folder: path.join(folder, 'site'), isolated: true });
		const base = `http://127.0.0.1:${server.address().port}/`;
		const page = await browser.newPage();
		await page.goto(base);
		const load = [os.loadavg()[0]];
		const { times, measured } = await measure(page, base);
		load.push(os.loadavg()[0]);
		const ratios = (work) => times[work][1].map((one, round) => one / times[work][2][round]);
		const results = {
			model: values.shape ?? path.basename(values.pack),
			rounds: Number(values.rounds),
			busy: values.busy,
			load,
			ms: Object.fromEntries(
				WORKS.map((work) => [work, THREADS.map((threads) => median(times[work][threads]))])
			),
			two_vs_one: Object.fromEntries(
				WORKS.map((work) => {
					const all = ratios(work);
					return [work, { median: median(all), min: Math.min(...all), max: Math.max(...all) }];
				})
			),
			measured_at_start: { median: median(measured), all: measured.map((x) => +x.toFixed(2)) }
		};
		process.stdout.write(`${JSON.stringify(results, null, '\t')}\n`);
		server.closeAllConnections();
		server.close();
	} finally {
		busy?.kill();
		await browser.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

main().then(
	() => process.exit(),
	(error) => {
		process.stderr.write(`${error.message}\n`);
		process.exit(1);
	}
);
