/** Opens a model that is stored in OPFS in several files, as the engine's worker does, and spoils it afterwards. */
import type { Backend } from '../../src/core/packs/info';
import { inMemory, type OpenFile } from '../../src/core/files/open-file';
import type { PackSource } from '../../src/core/packs/source';
import { float32, parseSafetensors } from '../../src/core/files/safetensors';
import { Library } from '../../workers/storage/library';
import { recordsInMemory } from '../../workers/storage/files/memory';
import { filesInOpfs } from '../../workers/storage/files/opfs';
import { chooseDevice } from '../../workers/runtime/device';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { startRuntime } from '../../workers/runtime/session';
import { Workbench } from '../../workers/packs/open-pack';

export interface LoadingTask {
	/** In OPFS; it is made. */
	folder: string;
	/** Address of a pack whose files are served as they are. */
	pack: string;
	backend: Backend;
}

/** What one way to open the model gives. */
interface Reading {
	logits: Float32Array;
	/** Activations of one SAE, and their features. */
	codes: { activations: Float32Array; features: Uint32Array };
	held: number;
}

export interface LoadingAnswer {
	/** Bytes of the files that the model lies in. */
	parts: number[];
	/** Out of storage, and with all files in memory. */
	stored: Reading;
	inMemory: Reading;
	/** Whether a range of an open file is what lies there. */
	same: boolean;
	/** Names of the errors of reading beyond a file's end and backwards. */
	outOfRange: string[];
	/** Of reading a file that has been changed since it was opened, and one that has been deleted. */
	changed: string;
	deleted: string;
	/** Of opening a session whose weights are gone. */
	lazyRead: string;
	/** Of opening the changed file again. */
	again: string;
}

const IDS = [5, 3, 9, 14, 2, 7];
/** Small enough that the model takes several files. */
const PART = 20_000;

self.onmessage = ({ data }: MessageEvent<LoadingTask>) => {
	load(data).then(
		(answer) => postMessage(answer),
		(error: unknown) =>
			// A worker's rejections reach nobody; its errors reach the page.
			setTimeout(() => {
				throw error;
			})
	);
};

async function load(data: LoadingTask): Promise<LoadingAnswer> {
	const files = await filesInOpfs(data.folder);
	const library = new Library({
		files,
		records: recordsInMemory(),
		fetch: () => Promise.reject(new TypeError('Failed to fetch')),
		cacheRuntime: async () => true
	});
	await startRuntime((await chooseDevice(data.backend)).device);
	const stored = await store(library, data.pack);
	const open = () => library.open({ address: '', stored });
	const source = await open();
	const { pack } = source;
	const [first, second] = pack.model.weights.map((path) => ({ path, ...pack.files[path]! }));
	const answer: LoadingAnswer = {
		parts: pack.model.weights.map((path) => pack.files[path]!.bytes),
		stored: await reading(source),
		inMemory: await reading(wholly(await open())),
		...(await ranges(source, first!.path)),
		changed: '',
		deleted: '',
		lazyRead: '',
		again: ''
	};
	const bench = await Workbench.open(await open(), false);
	const [one, two] = [await source.open(first!.path), await source.open(second!.path)];
	await alter(data.folder, first!.sha256);
	await files.remove(second!.sha256);
	answer.changed = nameOf(() => one.read(0, 60));
	answer.deleted = nameOf(() => two.read(0, 60));
	answer.lazyRead = await nameOfLater(bench.model.readOnce(IDS, []));
	answer.again = await nameOfLater(source.open(first!.path));
	return answer;
}

/** Stores the model of a served pack in files of about `PART` bytes, with one SAE; returns its hash. */
async function store(library: Library, address: string): Promise<string> {
	const served = async (path: string) =>
		new Uint8Array(await (await fetch(address + path)).arrayBuffer());
	const manifest = JSON.parse(new TextDecoder().decode(await served('pack.json'))) as {
		model: Record<string, unknown> & { tokenizer: string; tokenizer_config: string };
		saes: { weights: string }[];
	};
	const { tokenizer, tokenizer_config } = manifest.model;
	const [sae] = manifest.saes;
	const { hash } = await library.writePack({ file: 'test' }, async (writer) => {
		for (const path of [tokenizer, tokenizer_config, sae!.weights])
			await writer.write(path, await served(path));
		const model = parseSafetensors(await served('model.safetensors'));
		const weights: string[] = [];
		let file = new SafetensorsWriter();
		let size = 0;
		const close = async () => {
			const name = `model-${weights.length}.safetensors`;
			await writer.write(name, file.toBytes());
			weights.push(name);
			file = new SafetensorsWriter();
			size = 0;
		};
		for (const name of model.names) {
			const tensor = float32(model, name);
			if (size > 0 && size + tensor.data.byteLength > PART) await close();
			size += tensor.data.byteLength;
			file.floats(name, tensor, 'f32');
		}
		await close();
		await writer.finish({
			format: 'undercurrent-pack',
			version: '1.0.0',
			name: 'loading',
			title: 'A model in files',
			licence: 'MIT',
			model: { ...manifest.model, weights, metrics: undefined },
			saes: [{ ...sae, stats: undefined, labels: undefined }]
		});
	});
	return hash;
}

async function reading(source: PackSource): Promise<Reading> {
	const bench = await Workbench.open(source, false);
	const [id] = bench.saeIds;
	const sae = await bench.sae(id!);
	const { logits, taps } = await bench.model.readOnce(IDS, [sae.tap]);
	const { activations, features } = await sae.encode(taps.get(sae.tap)!);
	const held = bench.model.weights.held();
	await bench.release();
	return { logits, codes: { activations, features }, held };
}

/** The same pack, every file read as a whole. */
function wholly(source: PackSource): PackSource {
	const open = async (path: string): Promise<OpenFile> => inMemory(await source.bytes(path));
	return {
		pack: source.pack,
		hash: source.hash,
		bytes: (path) => source.bytes(path),
		open,
		stored: () => source.stored(),
		fetched: () => source.fetched()
	};
}

async function ranges(source: PackSource, path: string) {
	const [file, bytes] = [await source.open(path), await source.bytes(path)];
	const { size } = file;
	const some = file.read(3, size - 5);
	return {
		same: size === bytes.length && some.join() === bytes.subarray(3, size - 5).join(),
		outOfRange: [
			nameOf(() => file.read(size - 4, size + 1)),
			nameOf(() => file.read(-1, 4)),
			nameOf(() => file.read(8, 4))
		]
	};
}

async function alter(folder: string, key: string): Promise<void> {
	const root = await navigator.storage.getDirectory();
	const file = await (await root.getDirectoryHandle(folder)).getFileHandle(key);
	const writable = await file.createWritable({ keepExistingData: true });
	await writable.write({ type: 'write', position: 50, data: Uint8Array.of(99) });
	await writable.close();
}

function nameOf(work: () => unknown): string {
	try {
		work();
		return 'none';
	} catch (error) {
		return (error as Error).name;
	}
}

const nameOfLater = (work: Promise<unknown>): Promise<string> =>
	work.then(
		() => 'none',
		(error: Error) => error.name
	);
