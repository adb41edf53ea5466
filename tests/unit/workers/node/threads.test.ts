import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const PACK = path.join(ROOT, 'tests/fixtures/llama-tied');

/** What the command line prints, run on a number of threads. */
function printed(threads: string) {
	const words = ['read', '--pack', PACK, '--text', 'The old fox', '--json', '--threads', threads];
	return spawnSync(
		path.join(ROOT, 'node_modules/.bin/tsx'),
		[path.join(ROOT, 'workers/node/main.ts'), ...words],
		{ encoding: 'utf8' }
	);
}

it('gives the same numbers on two threads as on one, and ends', () => {
	const [one, two] = [printed('1'), printed('2')];
	expect([one.status, two.status]).toEqual([0, 0]);
	expect((JSON.parse(one.stdout) as { ids: number[] }).ids.length).toBeGreaterThan(0);
	expect(two.stdout).toBe(one.stdout);
});

it('refuses what is no number of threads', () => {
	const { status, stderr } = printed('0');
	expect(status).toBe(1);
	expect(stderr).toMatch(/--threads must be a whole number from 1 on/);
});
