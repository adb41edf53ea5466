#!/usr/bin/env node
/**
 * Finds a Chromium for the tests: CHROMIUM_PATH, the usual system names, Playwright's own. Run as a
 * command it installs one where there is none, and prints its path or one sentence that says why not.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = [
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium'
];

/** What tests must tell a Chromium that may run as root, without a screen, beside other programs. */
export const CHROMIUM_ARGS = [
	'--no-sandbox',
	'--enable-unsafe-webgpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	// Tests collect garbage when it is least wanted.
	'--js-flags=--expose-gc'
];

/** @returns {string | null} Path of a Chromium. */
export function findChromium() {
	const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
	const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
	const candidates = [process.env.CHROMIUM_PATH, ...onPath, ...MAC, chromium.executablePath()];
	return candidates.find((file) => file && existsSync(file)) ?? null;
}

/** Path of a Chromium, installed if need be; null when that is impossible here. */
export function provideChromium() {
	if (findChromium()) return findChromium();
	process.stderr.write('No Chromium found: installing one for the tests …\n');
	const playwright = path.join(import.meta.dirname, '../node_modules/playwright-core/cli.js');
	run(process.execPath, [playwright, 'install', 'chromium']);
	if (!findChromium() && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
		run('apt-get', ['update', '-q']);
		run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium']);
	}
	return findChromium();
}

function run(command, args) {
	spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: 600_000 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const file = provideChromium();
	if (file) process.stdout.write(`${file}\n`);
	else {
		process.stderr.write(
			'The tests need a Chromium and could not install one: install it and set CHROMIUM_PATH to its path.\n'
		);
		process.exitCode = 1;
	}
}
