#!/usr/bin/env node
/**
 * `node tests/bench/large.mjs [--pack DIR]`: a model of the size of GPT-2 small, or a pack of yours, opened from the
 * browser's storage on WebAssembly: time until it says what comes next, which takes the whole model, and to the first
 * features, which take an SAE as well; and the renderer's peak memory by then over the model's size in float32.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { tsImport } from 'tsx/esm/api';
import { buildIfStale, serve } from '../../workers/node/site/serve.mjs';
import { CHROMIUM_ARGS, provideChromium } from '../find-chromium.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROMPT = 'The old lighthouse keeper counted the boats as they came home.';
const TIMEOUT = 600_000;

const { values } = parseArgs({ options: { pack: { type: 'string' } } });

const status = (page, name, text) =>
	page.getByRole('status', { name, exact: true }).filter({ hasText: text });

/** The most resident memory so far, in bytes, of the largest renderer below this process. */
function peakOfRenderers(profile) {
	const peaks = readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map((pid) => {
			try {
				const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
				if (!command.includes('--type=renderer') || !isBelow(pid, profile)) return 0;
				const [, kb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
				return 1024 * Number(kb ?? 0);
			} catch {
				// It has ended meanwhile.
				return 0;
			}
		});
	return Math.max(0, ...peaks);
}

/** Whether a process belongs to the browser of this profile: one of its ancestors names it. */
function isBelow(pid, profile) {
	for (let at = pid; at !== '0' && at !== '1';) {
		if (readFileSync(`/proc/${at}/cmdline`, 'utf8').includes(profile)) return true;
		[, at] = /PPid:\s+(\d+)/.exec(readFileSync(`/proc/${at}/status`, 'utf8'));
	}
	return false;
}

async function main() {
	const executablePath = provideChromium();
	if (!executablePath) throw new Error('The benchmark needs a Chromium: set CHROMIUM_PATH.');
	if (!buildIfStale()) throw new Error('The site could not be built: see above.');
	const folder = mkdtempSync(path.join(tmpdir(), 'undercurrent-large-'));
	const { makeLargePack, float32Size } = await tsImport('./large-pack.ts', import.meta.url);
	const pack = values.pack ? path.resolve(values.pack) : path.join(folder, 'pack');
	const model = values.pack ? float32Size(pack) : await makeLargePack(pack);
	mkdirSync(path.join(folder, 'site/models'), { recursive: true });
	for (const name of readdirSync(path.join(ROOT, 'dist')))
		if (name !== 'models')
			symlinkSync(path.join(ROOT, 'dist', name), path.join(folder, 'site', name));
	symlinkSync(pack, path.join(folder, 'site/models/default'));
	const server = await serve({ folder: path.join(folder, 'site') });
	const base = `http://127.0.0.1:${server.address().port}/?backend=wasm`;
	const profile = path.join(folder, 'profile');
	const visit = async (hash, work) => {
		const context = await chromium.launchPersistentContext(profile, {
			executablePath,
			args: CHROMIUM_ARGS
		});
		try {
			const page = context.pages()[0] ?? (await context.newPage());
			page.setDefaultTimeout(TIMEOUT);
			const start = performance.now();
			await page.goto(base + hash, { waitUntil: 'commit' });
			return await work(page, () => performance.now() - start);
		} finally {
			await context.close();
		}
	};
	const explore = `#/explore?${new URLSearchParams({ prompt: PROMPT })}`;
	try {
		await visit(explore, (page) =>
			status(page, 'Offline', /^\s*ready/).waitFor({ state: 'attached' })
		);
		const opened = await visit(explore, async (page, since) => {
			const list = page.getByRole('list', { name: 'Features', exact: true });
			await status(page, 'Engine', /^\s*wasm/).waitFor({ state: 'attached' });
			const next = page.getByRole('list', { name: 'What may come next', exact: true });
			await next.getByRole('listitem').first().waitFor();
			const [read, alone] = [since(), peakOfRenderers(profile)];
			await list.getByRole('listitem').first().waitFor();
			return { read, alone, ms: since(), peak: peakOfRenderers(profile) };
		});
		const results = {
			model_bytes: model,
			next_token_ms: opened.read,
			first_features_ms: opened.ms,
			peak_renderer_bytes: { model: opened.alone, with_sae: opened.peak },
			peak_over_model: { model: opened.alone / model, with_sae: opened.peak / model }
		};
		process.stdout.write(`${JSON.stringify(results, null, '\t')}\n`);
	} finally {
		server.closeAllConnections();
		server.close();
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
