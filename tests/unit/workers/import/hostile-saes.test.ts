/**
 * SAE files made to do harm, and thousands damaged at random: each ends in a Problem, or, where the damage
 * does none, in an SAE whose numbers are sound. Nothing hangs, crashes, fills the memory or is run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/core/names/errors';
import { seeded } from '../../../../src/core/math/random';
import { readSae } from '../../../../workers/import/formats/formats';
import { NO_OVERRIDES } from '../../../../src/core/import/build-request';
import type { ImportedSae } from '../../../../workers/import/sae/imported-sae';
import { parseNpy } from '../../../../workers/import/files/npy';
import { parsePickle } from '../../../../workers/import/files/pickle';
import { readTorchFile } from '../../../../workers/import/files/torch-file';
import { ZipReader } from '../../../../workers/import/files/zip-reader';
import { openArchiveFolder } from '../../../../workers/import/files/archive-folder';
import {
	bytesOf,
	folderOf,
	joined,
	npyOf,
	number,
	pickleOf,
	tensor,
	torchOf,
	word,
	zipOf
} from '../../../crafted-files';

const FORMATS = path.resolve(import.meta.dirname, '../../../fixtures/formats');

/** Every fixture in memory: where it lies, and its files. */
const FIXTURES = readdirSync(FORMATS, { recursive: true, withFileTypes: true })
	.filter(
		(entry) => entry.isFile() && /^(cfg|config|hyperparams)\.json$|\.(npz|pth|pt)$/.test(entry.name)
	)
	.map((entry) => entry.parentPath)
	.filter((folder, i, all) => all.indexOf(folder) === i)
	.map((folder) => ({ folder, files: filesBelow(folder) }));

function filesBelow(folder: string): Record<string, Uint8Array> {
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
	return Object.fromEntries(
		entries
			.filter((entry) => entry.isFile())
			.map((entry) => {
				const file = path.join(entry.parentPath, entry.name);
				return [path.relative(folder, file), new Uint8Array(readFileSync(file))];
			})
	);
}

const archiveOf = (entries: Parameters<typeof zipOf>[0]) =>
	openArchiveFolder('x.zip', new Blob([zipOf(entries) as Uint8Array<ArrayBuffer>]));

/** The Problem that this ends in; anything else that is thrown fails the test. */
async function problemOf(run: () => unknown): Promise<Problem> {
	try {
		await run();
	} catch (error) {
		if (error instanceof Problem) return error;
		throw error;
	}
	throw new Error('It was read.');
}

const opening = (bytes: Uint8Array) => ZipReader.open(bytes);
const reading = async (bytes: Uint8Array) => (await opening(bytes)).read('a');

function isSound({ cfg, tensors }: ImportedSae): boolean {
	const fits = [...tensors.values()].every(
		({ shape, data }) =>
			data.length === shape.reduce((product, n) => product * n, 1) &&
			data.every((x) => Number.isFinite(x))
	);
	return fits && tensors.get('W_dec')!.shape.join() === `${cfg.dSae},${cfg.dIn}`;
}

describe('pickles that would run something', () => {
	const call = (global: string, argument: string) => `${global}${argument}\x85R.`;
	const attacks: [string, Uint8Array][] = [
		['os.system', pickleOf(call('cos\nsystem\n', word('touch /tmp/x')))],
		['posix.system', pickleOf(call('cposix\nsystem\n', word('id')))],
		['builtins.eval', pickleOf(call('cbuiltins\neval\n', word('1')))],
		[
			'builtins.exec by the stack',
			pickleOf(`\x8c\x08builtins\x8c\x04exec\x93${word('1')}\x85R.`, 4)
		],
		['subprocess.Popen', pickleOf(call('csubprocess\nPopen\n', word('id')))],
		['torch.load of another file', pickleOf(call('ctorch\nload\n', word('x')))],
		[
			'a method of an allowed class',
			pickleOf(call('ccollections\nOrderedDict.fromkeys\n', word('x')))
		],
		[
			'getattr through the allow-list',
			pickleOf(`ctorch._utils\n_rebuild_tensor_v2.__globals__\n.`)
		],
		['__proto__', pickleOf('c__proto__\nconstructor\n.')],
		['an instance (INST)', pickleOf(`(${word('id')}ios\nsystem\n.`)],
		['an object (OBJ)', pickleOf(`(cos\nsystem\n${word('id')}o.`)],
		['NEWOBJ', pickleOf('ccollections\nOrderedDict\n)\x81.')],
		['NEWOBJ_EX', pickleOf('ccollections\nOrderedDict\n)}\x92.', 4)],
		['an extension', pickleOf('\x82\x01.')],
		['the result of a call called', pickleOf('ccollections\nOrderedDict\n)R)R.')],
		['a storage called', pickleOf(`ctorch\nFloatStorage\n)R.`)],
		['state of a class', pickleOf('ccollections\nOrderedDict\n}b.')],
		['a persistent id that is text', pickleOf('P0\n.')],
		['a persistent id of another kind', pickleOf(`(${word('module')}tQ.`)],
		[
			'a call within a tensor',
			pickleOf(
				`}${word('W')}ctorch._utils\n_rebuild_tensor_v2\n(cos\nsystem\n${word('id')}\x85RtRs.`
			)
		]
	];

	it.each(attacks)('%s', async (_, pickle) => {
		const problem = await problemOf(() => readTorchFile('ae.pt', torchOf(pickle)));
		expect(problem.sentence).toMatch(/file/);
	});

	it('names the conversion where a file asks for a function', async () => {
		const { sentence, advice } = await problemOf(() => parsePickle(attacks[0]![1]));
		expect(sentence).toContain('"os.system"');
		expect(advice).toContain('python -c');
	});
});

describe('files that would fill the memory or never end', () => {
	// Those that never end run into the test's own time limit.
	const long = 'K\x01'.repeat(200_000);
	const cases: [string, () => unknown][] = [
		[
			'a list recalled a million times',
			() =>
				parsePickle(pickleOf(`](${long}eq\0${'ccollections\nOrderedDict\nh\0\x85R0'.repeat(50)}.`))
		],
		[
			'pairs recalled a million times',
			() =>
				parsePickle(
					pickleOf(
						`](${'}'.repeat(90_000)}eq\0${'ccollections\nOrderedDict\nq\x01h\0\x85R'.repeat(900)}.`
					)
				)
		],
		['marks 300,000 deep', () => parsePickle(pickleOf(`${'('.repeat(300_000)}.`))],
		[
			'lists 300,000 deep',
			() => parsePickle(pickleOf(`${'('.repeat(300_000)}${'l'.repeat(300_000)}.`))
		],
		['a word of 4 GB', () => parsePickle(pickleOf('X\xff\xff\xff\xff.'))],
		['a number of 255 bytes', () => parsePickle(pickleOf(`\x8a\xff${'\x7f'.repeat(255)}.`))],
		[
			'an expanded tensor',
			() =>
				readTorchFile(
					'a.pt',
					torchOf(
						pickleOf(
							`}${word('W')}${tensor('J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86', 'K\0K\0\x86')}s.`
						),
						{ 0: new Uint8Array(16) }
					)
				)
		],
		[
			'a tensor beyond its numbers',
			() =>
				readTorchFile(
					'a.pt',
					torchOf(pickleOf(`}${word('W')}${tensor('K\x04\x85', 'K\x01\x85', 'K\x01')}s.`), {
						0: new Uint8Array(16)
					})
				)
		],
		[
			'a negative stride',
			() =>
				readTorchFile(
					'a.pt',
					torchOf(pickleOf(`}${word('W')}${tensor('K\x04\x85', 'J\xff\xff\xff\xff\x85')}s.`), {
						0: new Uint8Array(16)
					})
				)
		],
		[
			'fewer numbers than announced',
			() =>
				readTorchFile(
					'a.pt',
					torchOf(pickleOf(`}${word('W')}${tensor('K\x01\x85', 'K\x01\x85', 'K\0', 'K\x40')}s.`), {
						0: new Uint8Array(16)
					})
				)
		],
		[
			'one storage under many names',
			() =>
				readTorchFile(
					'a.pt',
					torchOf(
						pickleOf(
							`}(${Array.from({ length: 200 }, (_, i) => word(String(i)) + tensor('M\xe8\x03\x85', 'K\x01\x85', 'K\0', 'M\xe8\x03')).join('')}u.`
						),
						{ 0: new Uint8Array(4000) }
					)
				)
		],
		[
			'an archive that grows a thousandfold',
			() => reading(zipOf([{ name: 'a', bytes: new Uint8Array(5_000_000), deflated: true }]))
		],
		[
			'an archive that grows beyond its word',
			() =>
				reading(
					zipOf([{ name: 'a', bytes: new Uint8Array(900_000), deflated: true, says: { size: 10 } }])
				)
		],
		[
			'an archive that claims 4 GB',
			() =>
				reading(
					zipOf([
						{ name: 'a', bytes: new Uint8Array(9), deflated: true, says: { size: 0xfffffffe } }
					])
				)
		],
		[
			'files over one another',
			() =>
				opening(
					zipOf([
						{ name: 'a', bytes: new Uint8Array(99) },
						{ name: 'b', bytes: new Uint8Array(99), says: { offset: 0 } }
					])
				)
		],
		[
			'65,535 files',
			() => opening(zipOf([{ name: 'a', bytes: new Uint8Array(9) }], { count: 65535 }))
		],
		['a path upwards', () => archiveOf([{ name: '../../cfg.json', bytes: bytesOf('{}') }])],
		['a path from the root', () => opening(zipOf([{ name: '/etc/passwd', bytes: bytesOf('{}') }]))],
		['a path of Windows', () => opening(zipOf([{ name: 'a\\..\\b', bytes: bytesOf('{}') }]))],
		['a name with a zero', () => opening(zipOf([{ name: 'a\0b', bytes: bytesOf('{}') }]))],
		[
			'a file twice',
			() =>
				opening(
					zipOf([
						{ name: 'a', bytes: bytesOf('1') },
						{ name: 'a', bytes: bytesOf('2') }
					])
				)
		],
		['a password', () => reading(zipOf([{ name: 'a', bytes: bytesOf('1'), says: { flags: 1 } }]))],
		[
			'another compression',
			() => reading(zipOf([{ name: 'a', bytes: bytesOf('1'), says: { method: 14 } }]))
		],
		[
			'another checksum',
			() => reading(zipOf([{ name: 'a', bytes: bytesOf('1'), says: { crc: 1 } }]))
		],
		[
			'a directory beyond the end',
			() => opening(zipOf([{ name: 'a', bytes: bytesOf('1') }], { start: 0xfffffff0 }))
		],
		[
			'an array of 10^30 numbers',
			() =>
				parseNpy(
					npyOf(
						`{'descr': '<f4', 'fortran_order': False, 'shape': (${'9'.repeat(30)},), }\n`,
						new Uint8Array(4)
					)
				)
		],
		[
			'an array with a header of 4 GB',
			() => parseNpy(joined([bytesOf('\x93NUMPY\x02\0'), number(0xffffffff, 4), new Uint8Array(9)]))
		],
		[
			'an array whose header is code',
			() =>
				parseNpy(
					npyOf(
						"{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (1,), }",
						new Uint8Array(4)
					)
				)
		],
		[
			'an array of Python objects',
			() =>
				readSae(
					folderOf('layer_1-res', {
						'params.npz': zipOf([
							{
								name: 'b_dec.npy',
								bytes: npyOf(
									"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n",
									pickleOf('cos\nsystem\n.')
								)
							}
						])
					}),
					NO_OVERRIDES
				)
		]
	];

	it.each(cases)('%s', async (_, run) => {
		await problemOf(run);
	});
});

/** Numbers that files are lied about with. */
const HOSTILE = [0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const JSON_VALUES = [
	'-1',
	'0',
	'1e308',
	'9007199254740993',
	'null',
	'true',
	'"x"',
	'[]',
	'{}',
	'[[[[]]]]'
];

function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
	const whole = (n: number) => Math.floor(random() * n);
	const out = Uint8Array.from(bytes);
	const at = whole(out.length);
	const kind = whole(6);
	if (kind === 0) return out.slice(0, at);
	if (kind === 1) {
		for (let i = 0; i <= whole(8); i++) out[whole(out.length)]! ^= 1 << whole(8);
		return out;
	}
	if (kind === 2) {
		out.set(number(HOSTILE[whole(HOSTILE.length)]!, 4).slice(0, out.length - at), at);
		return out;
	}
	if (kind === 3) return joined([out.slice(0, at), out.slice(whole(out.length))]);
	if (kind === 4) return out.fill(whole(256), at, at + whole(64));
	// Headers are text, and stand at either end: one number, word or bracket becomes another.
	const text = Array.from(out, (byte) => String.fromCharCode(byte)).join('');
	const tokens = [...text.matchAll(/\d+(\.\d+)?|"[\w.]+"|[[\]{}]/g)];
	const token = tokens[whole(tokens.length)];
	if (!token) return out.slice(0, at);
	const value = JSON_VALUES[whole(JSON_VALUES.length)]!;
	return bytesOf(text.slice(0, token.index) + value + text.slice(token.index + token[0].length));
}

describe('files damaged at random', () => {
	it('end in a Problem or in a sound SAE, 10,000 times over', async () => {
		const random = seeded(20);
		const ends: Record<string, number> = {};
		const rounds = Math.ceil(10_000 / FIXTURES.length);
		expect(FIXTURES.length).toBeGreaterThan(20);
		for (const { folder, files } of FIXTURES)
			for (let round = 0; round < rounds; round++) {
				const names = Object.keys(files);
				const name = names[Math.floor(random() * names.length)]!;
				const hurt = { ...files, [name]: damaged(files[name]!, random) };
				const end = await readSae(folderOf(folder, hurt), NO_OVERRIDES).then(
					(sae) => (isSound(sae) ? 'sound' : 'unsound'),
					(error: unknown) => {
						if (error instanceof Problem) return error.name;
						throw new Error(`${path.basename(folder)}/${name} in round ${round}`, { cause: error });
					}
				);
				ends[end] = (ends[end] ?? 0) + 1;
			}
		const all = Object.values(ends).reduce((a, b) => a + b, 0);
		expect(all).toBeGreaterThanOrEqual(10_000);
		expect(ends.unsound).toBeUndefined();
		// Most damage shows; what does not changed only the value of a weight.
		expect(all - (ends.sound ?? 0)).toBeGreaterThan(all / 2);
	}, 120_000);

	it('never read what was cut short', async () => {
		for (const { folder, files } of FIXTURES)
			for (const [name, bytes] of Object.entries(files))
				for (let part = 0; part < 8; part++) {
					const cut = { ...files, [name]: bytes.slice(0, Math.floor((bytes.length * part) / 8)) };
					// A factor beside a config that does not ask for it is not read at all.
					await problemOf(() => readSae(folderOf(folder, cut), NO_OVERRIDES));
				}
	});
});
