/** Containers of numbers: safetensors, archives, pickles, arrays. */
import { float32, integers, parseSafetensors } from '../../../src/core/files/safetensors';
import { Problem } from '../../../src/core/names/errors';
import { npzTable, parseNpy } from '../../../workers/import/files/npy';
import { parsePickle } from '../../../workers/import/files/pickle';
import type { TensorTable } from '../../../workers/import/files/tensor-table';
import { readTorchFile } from '../../../workers/import/files/torch-file';
import { ZipReader } from '../../../workers/import/files/zip-reader';
import { bytesOf, npyOf, zipOf, type ZipEntry } from '../../crafted-files';
import type { Draws } from '../../draws';
import { damagedBytes, hostileNumber, hostilePickle, hostileSafetensors } from '../hostile-bytes';
import { hostileText } from '../hostile-json';
import type { Parser } from '../parser';
import { entriesOf, packFiles, saeFolders, soundNpy, soundZip } from './sound-files';

/** What one refuses does not keep the others from being read. */
function each(names: readonly string[], read: (name: string) => unknown): void {
	for (const name of names)
		try {
			read(name);
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
		}
}

const readAll = (table: TensorTable) => each(table.names, (name) => table.floats(name));

const NAMES = [
	'../x',
	'/x',
	'a\\b',
	'C:x',
	'',
	'.',
	'__proto__',
	'constructor',
	'a\0b',
	'a/../b',
	'é',
	'x'.repeat(3000)
];

/** An archive of these files whose directory lies, or whose bytes are damaged. */
export function hostileZip(draws: Draws, sound: ZipEntry[]): Uint8Array {
	if (draws.chance(0.4)) return damagedBytes(draws, zipOf(sound));
	const entries = sound.map((entry) => ({
		...entry,
		deflated: entry.deflated ?? draws.chance(0.2)
	}));
	const one = draws.pick(entries);
	const fields = ['method', 'flags', 'crc', 'packed', 'size', 'offset'] as const;
	switch (draws.integer(0, 4)) {
		case 0:
			one.name = draws.pick(NAMES);
			break;
		case 1:
			one.says = { [draws.pick(fields)]: Number(hostileNumber(draws) & 0xffffffffn) };
			break;
		case 2:
			entries.push({ ...one, name: draws.chance(0.5) ? one.name : 'other' });
			break;
		case 3:
			Object.assign(one, { bytes: new Uint8Array(draws.pick([1e5, 9e5, 6e6])), deflated: true });
			break;
		default:
			entries.push(
				...draws.list(draws.pick([10, 400]), (i) => ({
					name: `n${i}`,
					bytes: one.bytes.slice(0, 500),
					deflated: true
				}))
			);
	}
	const lies = draws.chance(0.2) ? { count: Number(hostileNumber(draws) & 0xffffn) } : {};
	return zipOf(entries, lies);
}

/** A `.pt` file in which the pickle or a storage is another. */
export function hostileTorch(draws: Draws, sound: ZipEntry[]): Uint8Array {
	if (draws.chance(0.3)) return hostileZip(draws, sound);
	const changed = sound.map((entry) =>
		entry.name.endsWith('data.pkl')
			? { ...entry, bytes: hostilePickle(draws, entry.bytes) }
			: draws.chance(0.1)
				? { ...entry, bytes: damagedBytes(draws, entry.bytes) }
				: entry
	);
	return zipOf(changed);
}

const HEADERS = [
	...[
		"'<f8'",
		"'<f2'",
		"'|O'",
		"'>f4'",
		"'<constructor'",
		"'<i8'",
		'True',
		'False',
		'()',
		'(-1,)',
		'(0,)'
	],
	...[
		'(4294967296, 4294967296)',
		'(1, 1, 1, 1, 1, 1, 1, 1, 24)',
		'(1e3,)',
		'(2, 3',
		"__import__('os')"
	]
];

export function hostileNpy(draws: Draws, sound: Uint8Array): Uint8Array {
	if (draws.chance(0.4)) return damagedBytes(draws, sound);
	const length = new DataView(sound.buffer, sound.byteOffset).getUint16(8, true);
	const header = String.fromCharCode(...sound.subarray(10, 10 + length));
	const places = /'<f\d'|True|False|\([^)]*\)/g;
	const chosen = draws.integer(0, 2);
	let place = 0;
	const changed = draws.chance(0.7)
		? header.replace(places, (old) => (place++ === chosen ? draws.pick(HEADERS) : old))
		: hostileText(draws, header);
	return npyOf(changed.slice(0, 60_000), sound.slice(10 + length), draws.integer(1, 3));
}

export const containers: Parser[] = [
	{
		name: 'safetensors',
		prepare() {
			const { 'model.safetensors': gpt2, 'golden.safetensors': golden } = packFiles('gpt2');
			return (draws) => {
				const file = parseSafetensors(hostileSafetensors(draws, draws.pick([gpt2!, golden!])));
				each(file.names, (name) => float32(file, name));
				each(file.names, (name) => integers(file, name));
			};
		}
	},
	{
		name: 'zip',
		prepare: () => async (draws) => {
			const zip = await ZipReader.open(hostileZip(draws, soundZip()));
			for (const name of zip.names.slice(0, 50)) {
				await zip.read(name).catch(refused);
				await zip.slice(name, 0, draws.pick([1, 10, 1e9])).catch(refused);
			}
		}
	},
	{
		name: 'pickle',
		async prepare() {
			const pickles: Uint8Array[] = [];
			for (const archive of torchFiles())
				pickles.push(
					(await entriesOf(archive)).find(({ name }) => name.endsWith('data.pkl'))!.bytes
				);
			return (draws) => parsePickle(hostilePickle(draws, draws.pick(pickles)));
		}
	},
	{
		name: 'torch file',
		async prepare() {
			const sound: ZipEntry[][] = [];
			for (const archive of torchFiles()) sound.push(await entriesOf(archive));
			return async (draws) =>
				readAll(await readTorchFile('ae.pt', hostileTorch(draws, draws.pick(sound))));
		}
	},
	{ name: 'npy', prepare: () => (draws) => parseNpy(hostileNpy(draws, soundNpy())) },
	{
		name: 'npz',
		async prepare() {
			const archive = saeFolders().find(({ files }) => files['params.npz'])!.files['params.npz']!;
			const sound = await entriesOf(archive);
			return async (draws) => {
				const entries = sound.map((entry) =>
					draws.chance(0.3) ? { ...entry, bytes: hostileNpy(draws, entry.bytes) } : entry
				);
				readAll(
					await npzTable(
						'params.npz',
						draws.chance(0.5) ? zipOf(entries) : hostileZip(draws, entries)
					)
				);
			};
		}
	},
	{
		name: 'archive that is no archive',
		prepare: () => (draws) => ZipReader.open(damagedBytes(draws, bytesOf('PK\x03\x04'.repeat(20))))
	}
];

const torchFiles = (): Uint8Array[] =>
	saeFolders().flatMap(({ files }) =>
		Object.entries(files).flatMap(([name, bytes]) =>
			/\.pth?$/.test(name) && ZipReader.isZip(bytes) ? [bytes] : []
		)
	);

function refused(error: unknown): void {
	if (!(error instanceof Problem)) throw error;
}
