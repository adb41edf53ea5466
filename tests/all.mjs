#!/usr/bin/env node
/** `npm test`: everything that needs neither a GPU nor PyTorch, one step after the other. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { provideChromium } from './find-chromium.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const bin = (name) => path.join(ROOT, 'node_modules/.bin', name);

const STEPS = [
	['types', bin('svelte-check'), '--fail-on-warnings'],
	// Once more where there is no Node, and where there is no page.
	...['src', 'workers', 'workers/node'].map((folder) => [
		`types of ${folder}`,
		bin('tsc'),
		'-p',
		folder
	]),
	['lint', bin('eslint'), '--max-warnings', '0', '.'],
	['format', bin('prettier'), '--check', '--log-level', 'warn', '.'],
	['dead code', bin('knip')],
	['tests', bin('vitest'), 'run', ...process.argv.slice(2)]
];

const failed = [];

function step(name, command, ...args) {
	process.stdout.write(`\n— ${name}\n`);
	const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
	if (status !== 0) failed.push(name);
}

/** The training recipe's own tests, where there is a Python that has PyTorch. */
function recipe() {
	const folders = [path.join(ROOT, 'tests/recipe'), path.join(ROOT, 'models/recipe')];
	const has = (python) =>
		spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
	const python = ['/usr/bin/python3', 'python3'].find(has);
	for (const folder of python ? folders : [])
		step(
			`training recipe: ${path.basename(path.dirname(folder))}`,
			python,
			'-m',
			'unittest',
			'discover',
			'-s',
			folder
		);
	if (!python)
		process.stdout.write('\nThe tests of the training recipe did not run: no PyTorch found.\n');
}

process.env.CHROMIUM_PATH = provideChromium() ?? '';
if (!process.env.CHROMIUM_PATH) {
	process.stderr.write(
		'The tests need a Chromium and could not install one: install it and set CHROMIUM_PATH to its path.\n'
	);
	process.exit(1);
}
for (const [name, command, ...args] of STEPS) step(name, command, ...args);
recipe();
process.stdout.write(failed.length ? `\nFailed: ${failed.join(', ')}.\n` : '\nAll passed.\n');
process.exitCode = failed.length ? 1 : 0;
