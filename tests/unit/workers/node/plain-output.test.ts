import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { printable, printableJson } from '../../../../workers/node/plain-output';
import { FIXTURES } from '../../../golden/fixture';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const HOSTILE = 'a\u001b[2Jb\u009b1mc\u202ed\u2066e\u{e0041}f\u007f';

it('shows people the number of what a terminal would obey', () => {
	expect(printable(HOSTILE)).toBe('a<U+001B>[2Jb<U+009B>1mc<U+202E>d<U+2066>e<U+E0041>f<U+007F>');
	expect(printable('ναί, “Łódź” 🙂\n\t日本\r\ud800')).toBe('ναί, “Łódź” 🙂\n\t日本<U+000D>\ufffd');
});

it('gives programs the same value', () => {
	const json = printableJson({ [HOSTILE]: [HOSTILE, null] });
	expect(json).toMatch(/^[ -~]+$/);
	expect(JSON.parse(json)).toEqual({ [HOSTILE]: [HOSTILE, null] });
	expect(printableJson(undefined)).toBe('null');
});

/** The command line as a person runs it. */
function command(...words: string[]) {
	const tsx = path.join(ROOT, 'node_modules/.bin/tsx');
	return spawnSync(tsx, [path.join(ROOT, 'workers/node/main.ts'), ...words], { encoding: 'utf8' });
}

it('knows no command of the name of what every object has', () => {
	for (const name of ['constructor', '__proto__']) {
		const { status, stderr, stdout } = command(name);
		expect([status, stdout]).toEqual([1, '']);
		expect(stderr).toContain(`There is no command "${name}".`);
	}
});

it('prints no escape sequence of a pack', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'undercurrent-'));
	try {
		cpSync(path.join(FIXTURES, 'gpt2'), folder, { recursive: true });
		const file = path.join(folder, 'pack.json');
		const pack = JSON.parse(readFileSync(file, 'utf8')) as { saes: { site: string }[] };
		pack.saes[0]!.site = HOSTILE;
		writeFileSync(file, JSON.stringify(pack));
		const { status, stderr } = command('report', '--pack', folder);
		expect(status).toBe(1);
		expect(stderr).toContain('<U+001B>[2J');
		expect(stderr).toMatch(/^[\x20-\x7e]+\n$/);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
