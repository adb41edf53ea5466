/**
 * `npm run soak -- --minutes 120`: the built page in a real browser, used without a pause. Fails where memory does not
 * stay within 5 % above its level after ten minutes, or the page reports an error. `--warm 60`: that level after so many
 * seconds, for a short try.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { buildIfStale, serve } from '../../workers/node/site/serve.mjs';
import { findChromium } from '../find-chromium.mjs';
import { levelsOf, rendererBytes, SIDES, WARM, type Sample } from './memory';
import { writePack } from './pack';

const { values } = parseArgs({
	options: {
		minutes: { type: 'string', default: '120' },
		warm: { type: 'string', default: String(WARM) }
	}
});
const above0 = (name: 'minutes' | 'warm'): number => {
	const number = Number(values[name]);
	if (number > 0 && Number.isFinite(number)) return number;
	throw new Error(`--${name} takes a number above 0, not "${values[name]}".`);
};

const say = (line: string) => process.stdout.write(`${line}\n`);
const megabytes = (bytes: number | null) => (bytes === null ? '?' : (bytes / 1e6).toFixed(1));

interface Said {
	round?: number;
	page?: number;
	worker?: number;
	complaint?: string;
}

/** The site with somebody in it who never rests. */
function siteWithVisitor(folder: string): string {
	const site = path.join(folder, 'site');
	// Hard links where the file system has them: the packs are large.
	const dist = path.resolve(import.meta.dirname, '../../dist');
	if (spawnSync('cp', ['-rl', dist, site]).status !== 0) cpSync(dist, site, { recursive: true });
	const page = path.join(site, 'index.html');
	const pack = writePack(path.join(site, 'other-pack.zip'));
	const html = readFileSync(page, 'utf8');
	const script = `<script type="module" src="visitor.mjs?pack=${pack}"></script>`;
	rmSync(page);
	writeFileSync(page, html.replace('</head>', `${script}</head>`));
	cpSync(path.join(import.meta.dirname, 'visitor.mjs'), path.join(site, 'visitor.mjs'));
	return site;
}

async function main(): Promise<boolean> {
	const [seconds, warm] = [60 * above0('minutes'), above0('warm')];
	const chromium = findChromium();
	if (!chromium) throw new Error('There is no Chromium: set CHROMIUM_PATH.');
	if (!buildIfStale()) throw new Error('The site could not be built: see above.');
	const folder = mkdtempSync(path.join(tmpdir(), 'undercurrent-soak-'));
	const server = await serve({ folder: siteWithVisitor(folder), base: '/soak/', isolated: true });
	const { port } = server.address() as AddressInfo;
	const browser = spawn(
		chromium,
		[
			...['--headless=new', '--no-sandbox', '--no-first-run', '--disable-gpu'],
			...[`--user-data-dir=${path.join(folder, 'profile')}`, '--js-flags=--expose-gc'],
			...['--enable-logging=stderr', '--window-size=1280,900'],
			`http://127.0.0.1:${port}/soak/?backend=wasm&threads=1#/models`
		],
		{ stdio: ['ignore', 'ignore', 'pipe'], detached: true }
	);
	const samples: Sample[] = [];
	const complaints: string[] = [];
	const begun = performance.now();
	const since = () => (performance.now() - begun) / 1000;
	say(`second\tround\t${SIDES.join('\t')}\t(MB)`);
	try {
		const lines = createInterface({ input: browser.stderr });
		const timer = setTimeout(() => lines.close(), 1000 * seconds);
		for await (const line of lines) {
			const said = toldBy(line);
			if (!said) continue;
			if (said.complaint !== undefined) {
				complaints.push(said.complaint);
				break;
			}
			const { page = null, worker = null } = said;
			const sample = { at: since(), page, worker, renderer: rendererBytes() };
			samples.push(sample);
			const shown = SIDES.map((side) => megabytes(sample[side]));
			say([Math.round(sample.at), said.round, ...shown].join('\t'));
			if (since() > seconds) break;
		}
		clearTimeout(timer);
		return report(samples, complaints, warm);
	} finally {
		// Its renderers would write on into the folder that is removed.
		process.kill(-browser.pid!, 'SIGKILL');
		server.closeAllConnections();
		server.close();
		rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
	}
}

/** What the visitor said, if a line of the browser's log is of that. */
function toldBy(line: string): Said | null {
	const match = /"soak (\{.*\})", source:/.exec(line);
	if (match) return JSON.parse(match[1]!) as Said;
	const failed = /:ERROR:CONSOLE[^\]]*\] "(.*)", source:/.exec(line);
	return failed ? { complaint: failed[1]! } : null;
}

/** Whether all is well. */
function report(samples: Sample[], complaints: string[], warm: number): boolean {
	const levels = levelsOf(samples, warm);
	for (const { side, level, last, change, isSteady } of levels)
		say(
			`${side}: ${megabytes(level)} MB after ${warm} s, ${megabytes(last)} MB at the end ` +
				`(${(100 * change).toFixed(1)} %): ${isSteady ? 'steady' : 'it grows'}`
		);
	for (const side of SIDES)
		if (!levels.some((level) => level.side === side)) say(`${side}: not measured often enough`);
	for (const complaint of complaints) say(`The page: ${complaint}`);
	if (complaints.length === 0) say('The page reported no error.');
	return levels.length > 0 && levels.every(({ isSteady }) => isSteady) && complaints.length === 0;
}

main().then(
	(isWell) => process.exit(isWell ? 0 : 1),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		process.exit(1);
	}
);
