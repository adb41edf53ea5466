/** Small inputs that claim to be large: each must be refused before the memory that it asks for is taken. */
import { deflateRawSync, gzipSync } from 'node:zlib';
import { parseSafetensors } from '../../../src/core/files/safetensors';
import { fetchManifest } from '../../../workers/storage/network/fetch-manifest';
import { HostTokens } from '../../../workers/storage/network/host-tokens';
import { architectureOf } from '../../../workers/graph/families/families';
import { npzTable } from '../../../workers/import/files/npy';
import { openModelFolder } from '../../../workers/import/hugging-face';
import { readTorchFile } from '../../../workers/import/files/torch-file';
import { gunzipped } from '../../../workers/packs/gunzip';
import {
	folderOf,
	joined,
	npyOf,
	number,
	pickleOf,
	word,
	zipOf,
	type ZipEntry
} from '../../crafted-files';
import type { Draws } from '../../draws';
import type { Parser } from '../parser';
import { jsonOf, packFiles, PACKS } from './sound-files';

const MEGABYTE = 1e6;
const KINDS = [
	'Float',
	'Double',
	'Half',
	'BFloat16',
	'Long',
	'Int',
	'Short',
	'Char',
	'Byte',
	'Bool'
];

/** One number of a storage of this kind. */
const tensorOf = (kind: string, key: string): string =>
	`ctorch._utils\n_rebuild_tensor_v2\n((${word('storage')}ctorch\n${kind}Storage\n${word(key)}${word('cpu')}K\x01tQ` +
	`K\0K\x01\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR`;

/** Storages of zeros, each read as any type, or as all of them. */
function torchBomb(draws: Draws, zeros: Uint8Array): Uint8Array {
	const storages = draws.integer(1, 12);
	const tensors = draws.list(draws.integer(1, 40), (i) => {
		const key = String(draws.integer(0, storages - 1));
		return word(`t${i}`) + tensorOf(draws.pick(KINDS), key);
	});
	const entries: ZipEntry[] = [
		{ name: 'a/data.pkl', bytes: pickleOf(`}(${tensors.join('')}u.`) },
		...draws.list(storages, (i) => ({ name: `a/data/${i}`, bytes: zeros, deflated: true }))
	];
	// Of incompressible bytes, so that the growth of each file is below what an archive may have.
	const filler = draws.list(draws.pick([0, 3e5]), () => draws.integer(0, 255));
	return zipOf([...entries, { name: 'a/version', bytes: Uint8Array.from(filler) }]);
}

const npy = npyOf(
	`{'descr': '<f2', 'fortran_order': False, 'shape': (${(9 * MEGABYTE) / 2},), }\n`,
	new Uint8Array(9 * MEGABYTE)
);

/** A body that never ends. */
const endless = () =>
	new ReadableStream<Uint8Array>({ pull: (out) => out.enqueue(new Uint8Array(MEGABYTE).fill(32)) });

const COUNTS = [9_999_999, 1_000_000, 9999, 10_000, 4096, 2 ** 31, 2 ** 53];

/** A config of which some counts are far from what the weights hold. */
function largeConfig(draws: Draws, config: Record<string, unknown>): Record<string, unknown> {
	const counts = Object.keys(config).filter((key) => Number.isInteger(config[key]));
	const large = draws.list(draws.integer(1, 4), (): [string, unknown] => [
		draws.pick(counts),
		draws.pick(COUNTS)
	]);
	const types = draws.pick<unknown>([
		[[['global', 'local'], 1e15]],
		[[[], 1e15]],
		[[new Array<string>(9999).fill('global'), 9999]],
		new Array<unknown>(9999).fill([['global'], 9999])
	]);
	return {
		...config,
		...Object.fromEntries(large),
		...(draws.chance(0.3) && { attention_types: types })
	};
}

export const bombs: Parser[] = [
	{
		name: 'bombs in archives',
		prepare() {
			const zeros = new Uint8Array(20 * MEGABYTE);
			const packed = deflateRawSync(npy).length;
			return async (draws) => {
				if (draws.chance(0.5)) return readTorchFile('a.pt', torchBomb(draws, zeros));
				const arrays = draws.list(draws.pick([2, 8]), (i) => ({
					name: `${i}.npy`,
					bytes: npy,
					deflated: true
				}));
				const filler = { name: 'filler', bytes: new Uint8Array(draws.pick([0, packed])) };
				return npzTable('a.npz', zipOf([...arrays, filler]));
			};
		}
	},
	{
		name: 'bombs of gzip',
		prepare() {
			const bomb = new Uint8Array(gzipSync(new Uint8Array(400 * MEGABYTE)));
			return (draws) =>
				gunzipped(draws.chance(0.5) ? bomb : joined([bomb, bomb]), 'labels.json.gz');
		}
	},
	{
		name: 'headers without end',
		prepare() {
			const texts = ['[],', '{},', '0,'].flatMap((item) =>
				[2e6, 2e7].map((times) => Buffer.from(`{"x":[${item.repeat(times)}0]}`))
			);
			const files = texts.map((text) => joined([number(text.length, 8), text]));
			return (draws) => parseSafetensors(draws.pick(files));
		}
	},
	{
		name: 'descriptions without end',
		prepare: () => () =>
			fetchManifest(
				'https://host.example/',
				null,
				async () => new Response(endless()),
				new HostTokens()
			)
	},
	{
		name: 'configs without end',
		prepare() {
			const sound = PACKS.map((pack) => packFiles(pack));
			return async (draws: Draws) => {
				const files = draws.pick(sound);
				const { model } = jsonOf(files['pack.json']!) as {
					model: { config: Record<string, unknown> };
				};
				const config = largeConfig(draws, model.config);
				await openModelFolder(
					folderOf('x', {
						'config.json': config,
						'model.safetensors': files['model.safetensors']!,
						'tokenizer.json': files['tokenizer.json']!
					})
				);
				return architectureOf(config);
			};
		}
	}
];
