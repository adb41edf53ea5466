#!/usr/bin/env node
/**
 * How long a frame takes while a large flow graph is panned with a real mouse in Chromium, and zoomed with
 * a real wheel: scripting, style and layout on the page's main thread, from a trace.
 * `node tests/bench/pan.mjs [--nodes 500] [--edges 1500] [--seconds 3]` prints JSON. The goal for panning
 * is a 95th percentile of 8 ms on a machine that is doing nothing else.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { serve } from '../../workers/node/site/serve.mjs';
import { CHROMIUM_ARGS, findChromium } from '../find-chromium.mjs';

const HERE = import.meta.dirname;
const SIZE = { width: 1280, height: 900 };
const TIMEOUT = 300_000;
/** Events of a trace by what they are: scripting, style, layout; and what comes after, which is reported apart. */
const MEASURED = new Set([
	'EventDispatch',
	'FunctionCall',
	'FireAnimationFrame',
	'TimerFire',
	'RunMicrotasks',
	'UpdateLayoutTree',
	'Layout',
	'HitTest'
]);
const PAINT = new Set(['PrePaint', 'Paint', 'Layerize', 'UpdateLayer', 'Commit']);

const { values } = parseArgs({
	options: {
		nodes: { type: 'string', default: '500' },
		edges: { type: 'string', default: '1500' },
		seconds: { type: 'string', default: '3' }
	}
});

async function buildPage(folder) {
	await build({
		configFile: false,
		root: HERE,
		base: './',
		logLevel: 'error',
		publicDir: false,
		plugins: [svelte()],
		build: {
			outDir: folder,
			target: 'es2023',
			modulePreload: false,
			rolldownOptions: {
				input: path.join(HERE, 'pan-page.ts'),
				output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' }
			}
		}
	});
	writeFileSync(
		path.join(folder, 'index.html'),
		'<!doctype html><title>Pan</title><link rel="icon" href="data:,">' +
			'<link rel="stylesheet" href="pan-page.css"><script type="module" src="pan-page.js"></script>'
	);
}

/** Events of a trace while `act` runs. */
async function traced(page, act) {
	const client = await page.context().newCDPSession(page);
	const events = [];
	client.on('Tracing.dataCollected', ({ value }) => events.push(...value));
	const done = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve));
	const categories = 'devtools.timeline,disabled-by-default-devtools.timeline';
	await client.send('Tracing.start', { transferMode: 'ReportEvents', categories });
	await act();
	await client.send('Tracing.end');
	await done;
	await client.detach();
	return events;
}

/** Milliseconds, of the clock and of the processor, that the page's main thread spent on each frame. */
function frames(events) {
	const commits = events.filter((e) => e.name === 'Commit' && e.ph === 'X');
	const threads = new Map();
	for (const e of commits)
		threads.set(`${e.pid} ${e.tid}`, [...(threads.get(`${e.pid} ${e.tid}`) ?? []), e]);
	// The page's own: of the other processes none commits as often.
	const [thread, ends] = [...threads].toSorted((a, b) => b[1].length - a[1].length)[0] ?? ['', []];
	const own = events.filter((e) => e.ph === 'X' && `${e.pid} ${e.tid}` === thread);
	const spent = ends
		.map(({ ts }) => ({ ts, clock: 0, cpu: 0, painted: 0 }))
		.toSorted((a, b) => a.ts - b.ts);
	const add = (names, count) => {
		let end = 0;
		for (const event of own.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
			// What lies within another that is counted is counted already.
			if (!names.has(event.name) || event.ts < end) continue;
			end = event.ts + event.dur;
			const frame = spent.find(({ ts }) => event.ts <= ts);
			if (frame) count(frame, event);
		}
	};
	add(MEASURED, (frame, { dur, tdur }) => {
		frame.clock += dur / 1000;
		frame.cpu += (tdur ?? dur) / 1000;
	});
	add(PAINT, (frame, { dur }) => (frame.painted += dur / 1000));
	return spent;
}

function summary(spent) {
	const at = (key) => {
		const sorted = spent.map((frame) => frame[key]).sort((a, b) => a - b);
		const share = (p) => Number((sorted[Math.floor(p * (sorted.length - 1))] ?? 0).toFixed(2));
		return { median: share(0.5), p95: share(0.95) };
	};
	return { frames: spent.length, ms: at('clock'), cpu_ms: at('cpu'), paint_ms: at('painted') };
}

async function pan(page, milliseconds) {
	const [x, y] = [SIZE.width / 2, 330];
	await page.mouse.move(x, y);
	await page.mouse.down();
	const start = Date.now();
	for (let i = 0; Date.now() - start < milliseconds; i++)
		await page.mouse.move(x + 300 * Math.sin(i / 9), y + 180 * Math.sin(i / 7));
	await page.mouse.up();
}

async function wheel(page, milliseconds) {
	await page.keyboard.down('Control');
	const start = Date.now();
	for (let i = 0; Date.now() - start < milliseconds; i++)
		await page.mouse.wheel(0, i % 40 < 20 ? -20 : 20);
	await page.keyboard.up('Control');
}

async function main() {
	const executablePath = findChromium();
	if (!executablePath) throw new Error('The benchmark needs a Chromium: set CHROMIUM_PATH.');
	const folder = mkdtempSync(path.join(os.tmpdir(), 'undercurrent-pan-'));
	await buildPage(folder);
	const server = await serve({ folder });
	const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS, timeout: TIMEOUT });
	try {
		const page = await browser.newPage({ viewport: SIZE });
		page.setDefaultTimeout(TIMEOUT);
		const query = new URLSearchParams({ nodes: values.nodes, edges: values.edges });
		await page.goto(`http://127.0.0.1:${server.address().port}/?${query}`, { timeout: TIMEOUT });
		await page.getByRole('button', { name: 'Zoom in' }).click();
		await page.waitForTimeout(1500);
		const milliseconds = 1000 * Number(values.seconds);
		const result = {
			nodes: await page.locator('a[data-id]').count(),
			edges: await page.locator('path.line').count(),
			load: Number(os.loadavg()[0].toFixed(1)),
			pan: summary(frames(await traced(page, () => pan(page, milliseconds)))),
			zoom: summary(frames(await traced(page, () => wheel(page, milliseconds))))
		};
		process.stdout.write(`${JSON.stringify(result, null, '\t')}\n`);
	} finally {
		await browser.close();
		server.closeAllConnections();
		server.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

await main();
