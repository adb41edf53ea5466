/** Packs: their description and every file that it names, opened in memory, imported from archives and folders. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { QUICK } from '../../../src/core/experiments/reproduction';
import { parseReproduction } from '../../../src/core/experiments/reproduction-file';
import { inMemory } from '../../../src/core/files/open-file';
import { Problem } from '../../../src/core/names/errors';
import { parseLabels } from '../../../src/core/packs/labels';
import { parsePackText } from '../../../src/core/packs/manifest';
import type { PackSource } from '../../../src/core/packs/source';
import { parseSafetensors } from '../../../src/core/files/safetensors';
import { Tokenizer } from '../../../workers/model/tokenizer';
import { Workbench } from '../../../workers/packs/open-pack';
import { parseSelfTest } from '../../../workers/packs/self-test';
import { ExampleTexts, Statistics } from '../../../workers/packs/statistics';
import { filesInMemory, recordsInMemory } from '../../../workers/storage/files/memory';
import { Library } from '../../../workers/storage/library';
import type { Draws } from '../../draws';
import { fakeReproduction } from '../../fakes/reproduction';
import { damagedBytes, hostileGzip, hostileSafetensors } from '../hostile-bytes';
import { damagedText, hostileJson, hostileText } from '../hostile-json';
import type { Parser } from '../parser';
import { hostileZip } from './containers';
import { jsonOf, packFiles, PACKS, type Files } from './sound-files';
import { smallStatistics, smallTexts } from './statistics-files';

const encoded = (text: string) => new TextEncoder().encode(text);
const SAE = 'blocks.0.hook_resid_post';

/** A pack whose files are what they are, whatever it says of their sums. */
function sourceOf(files: Files): PackSource {
	const pack = parsePackText(new TextDecoder().decode(files['pack.json']));
	const bytes = async (name: string) => {
		const found = files[name];
		if (found) return found;
		throw new Problem('pack-missing', `There is no ${name}.`, 'Nothing.');
	};
	return {
		pack,
		hash: '0'.repeat(64),
		bytes,
		open: async (name) => inMemory(await bytes(name)),
		stored: async () => new Set(),
		fetched: () => 0
	};
}

/** Runs each, and lets none keep the others from being run. */
async function all(steps: (() => unknown)[]): Promise<void> {
	for (const step of steps)
		try {
			await step();
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
		}
}

/** Opens a pack, and all that needs no runtime. */
async function openAll(files: Files): Promise<void> {
	const source = sourceOf(files);
	structuredClone(source.pack);
	const bench = await Workbench.open(source, false);
	structuredClone(await bench.packInfo());
	const ids = bench.saeIds;
	await all([
		...ids.flatMap((id) => [
			() => bench.sae(id),
			() => bench.statistics(id),
			() => bench.labels(id),
			() => bench.label(`${id}/0`)
		]),
		() => bench.texts(),
		() => bench.reproduction(),
		() => bench.unembedding,
		() => bench.embedding,
		() => bench.finalGain,
		() => bench.taps,
		async () => {
			const { selfTest } = source.pack;
			if (selfTest)
				parseSelfTest(new TextDecoder().decode(await source.bytes(selfTest)), bench.model);
		}
	]);
}

/** A file of a pack changed as its kind allows. */
function hostileFile(draws: Draws, name: string, bytes: Uint8Array): Uint8Array {
	if (name.endsWith('.json')) return encoded(hostileJson(draws, jsonOf(bytes)));
	if (name.endsWith('.gz')) return hostileGzip(draws, new Uint8Array(gunzipSync(bytes)));
	return name.endsWith('.safetensors')
		? hostileSafetensors(draws, bytes)
		: damagedBytes(draws, bytes);
}

const labels = {
	labels: [
		[3, 'truth', 'next: “fox”', 0.8, 0.9, 0.7, 0.05],
		[5, 'pattern', 'pattern “the”', 0.8, 0.9, 0.7, null]
	],
	patterns: [
		[1, 'pattern “sea”', 0.1, 0.2, 0.3],
		[2, 'pattern “a”', null, null, null]
	]
};

const library = () =>
	new Library({
		files: { ...filesInMemory(), kind: 'opfs' },
		records: recordsInMemory(),
		fetch: () => Promise.reject(new TypeError('There is no network here.')),
		cacheRuntime: async () => true,
		retryDelays: []
	});

const defaultPack = () =>
	readFileSync(path.resolve(import.meta.dirname, '../../../models/default/pack.json'), 'utf8');

export const packParsers: Parser[] = [
	{
		name: 'pack.json',
		prepare() {
			const sound = [
				...PACKS.map((pack) => jsonOf(packFiles(pack)['pack.json']!)),
				JSON.parse(defaultPack())
			];
			return (draws) => structuredClone(parsePackText(hostileJson(draws, draws.pick(sound))));
		}
	},
	{
		name: 'pack opened',
		prepare() {
			const sound = PACKS.map(packFiles).map((files) =>
				Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('golden')))
			);
			return async (draws) => {
				const files = { ...draws.pick(sound) };
				const name = draws.chance(0.5) ? 'pack.json' : draws.pick(Object.keys(files));
				files[name] = hostileFile(draws, name, files[name]!);
				await openAll(files);
			};
		}
	},
	{
		name: 'pack imported',
		prepare() {
			const files = packFiles('gpt2');
			const { files: listed } = jsonOf(files['pack.json']!) as { files: object };
			const sound = ['pack.json', ...Object.keys(listed)].map((name) => ({
				name: `p/${name}`,
				bytes: files[name]!
			}));
			return async (draws) => {
				const entries = sound.map((entry) =>
					draws.chance(0.15)
						? { ...entry, bytes: hostileFile(draws, entry.name, entry.bytes) }
						: entry
				);
				const blob = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]);
				const chosen = draws.chance(0.5)
					? [{ path: 'p.zip', file: blob(hostileZip(draws, entries)) }]
					: entries.map(({ name, bytes }) => ({
							path: draws.chance(0.05) ? hostileText(draws, name) : name,
							file: blob(bytes)
						}));
				await library().importPack(chosen);
			};
		}
	},
	{
		name: 'labels',
		prepare: () => (draws) =>
			parseLabels(hostileJson(draws, labels), SAE, draws.pick([8, 1, 2 ** 40]))
	},
	{
		name: 'labels, damaged',
		prepare: () => (draws) => parseLabels(damagedText(draws, JSON.stringify(labels)), SAE, 8)
	},
	{
		name: 'statistics',
		prepare() {
			const files = packFiles('llama-tied');
			const [json, config] = ['tokenizer.json', 'tokenizer_config.json'].map((name) =>
				new TextDecoder().decode(files[name])
			);
			const tokenizer = new Tokenizer(json!, config!);
			const [sound, texts] = [smallStatistics(), smallTexts()];
			return async (draws) => {
				const both = draws.chance(0.3);
				const file = parseSafetensors(hostileSafetensors(draws, sound));
				const statistics = new Statistics(SAE, file, 3, 64);
				const words = new ExampleTexts(
					parseSafetensors(both ? hostileSafetensors(draws, texts) : texts),
					64
				);
				words.documents('text', 10);
				await all(
					[0, 1, 2].flatMap((index) => [
						() => statistics.histogram(index),
						() => statistics.examples(index, words, tokenizer),
						() => statistics.tokenEntropy(index),
						() => statistics.observed(index),
						() => statistics.together(index),
						() => statistics.matches(index, SAE)
					])
				);
			};
		}
	},
	{
		name: 'example texts',
		prepare() {
			const sound = smallTexts();
			return (draws) => {
				const texts = new ExampleTexts(parseSafetensors(hostileSafetensors(draws, sound)), 64);
				for (let i = 0; i < texts.tokens.length; i++) texts.window(i);
				return [texts.documents(), texts.documents('model', 1)];
			};
		}
	},
	{
		name: 'reproduction',
		prepare() {
			const sound = fakeReproduction(2, { ...QUICK, texts: 3 });
			return (draws) => parseReproduction(hostileJson(draws, sound));
		}
	}
];
