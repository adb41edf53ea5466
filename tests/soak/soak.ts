/**
 * `npm run soak -- --minutes 120`: the built page in a real browser, used without a pause. Fails where memory does not
 * stay within 5 % above its level after ten minutes, or the page reports an error. `--warm 60`: that level after so many
 * seconds, for a short try.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale, serve } from '../../workers/node/site/serve.mjs';
import { newVisitor, openBrowser } from '../journey/visitor';
import { levelsOf, MemoryMeter, SIDES, WARM, type Sample } from './memory';
import { Rounds, writePack } from './rounds';

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

async function main(): Promise<boolean> {
	const [seconds, warm] = [60 * above0('minutes'), above0('warm')];
	if (!buildIfStale()) throw new Error('The site could not be built: see above.');
	const folder = mkdtempSync(path.join(tmpdir(), 'undercurrent-soak-'));
	const server = await serve({
		folder: path.resolve(import.meta.dirname, '../../dist'),
		base: '/soak/'
	});
	const browser = await openBrowser();
	try {
		const { page, complaints, requests } = await newVisitor(browser);
		const { port } = server.address() as AddressInfo;
		const meter = await MemoryMeter.on(page);
		const rounds = new Rounds(
			page,
			`http://127.0.0.1:${port}/soak/?backend=wasm`,
			writePack(folder)
		);
		// A busy machine takes its time, and that is not what is looked for here.
		page.setDefaultTimeout(600_000);
		await rounds.begin();
		const samples: Sample[] = [];
		const begun = performance.now();
		const since = () => (performance.now() - begun) / 1000;
		say(`second\tround\t${SIDES.join('\t')}\t(MB)`);
		for (let round = 1; since() < seconds; round++) {
			await rounds.next();
			// A list of every address would be what grows.
			requests.length = 0;
			const sample = await meter.sample(since());
			samples.push(sample);
			const shown = SIDES.map((side) => megabytes(sample[side]));
			say([Math.round(sample.at), round, ...shown].join('\t'));
			if (complaints.length > 0) break;
		}
		return report(samples, complaints, warm);
	} finally {
		await browser.close();
		server.closeAllConnections();
		server.close();
		rmSync(folder, { recursive: true, force: true });
	}
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
