/** Makes a pack from a Hugging Face model folder, SAE folders and, for statistics, a text. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Problem } from '../../../src/core/errors';
import { placeOf, tapOf } from '../../../src/core/site';
import { usage } from '../arguments';
import { FolderSource } from '../folder';
import { readSae } from '../../formats/formats';
import type { FoundSae } from '../../formats/found';
import { architectureOf } from '../../graph/architectures';
import { Matcher } from '../../matcher';
import { startRuntime } from '../../session';
import { Workbench } from '../../workbench';
import { deviation } from './deviation';
import { readModelFolder, type ModelFolder } from './hugging-face';
import { PackMeasure, startsOf, windowsOf } from './measure';
import { openFolder, parseSaeArgument } from './sae-folder';
import { summarise } from './summary';
import { TensorFile, type StoredDtype } from './tensors';

export interface PackRequest {
	model: string;
	/** Folders, files or archives, each with what is stated of it after a `#`. */
	saes: string[];
	out: string;
	/** A text file for statistics; null leaves them not measured. */
	corpus: string | null;
	dtype: string;
}

type Entry = Record<string, unknown> & { id: string };
type NamedSae = FoundSae & { folder: string };

/** From here on a number rounds to infinity in float16. */
const LARGEST_HALF = 65520;

export async function makePack(request: PackRequest): Promise<unknown> {
	if (!['f32', 'f16', 'q8'].includes(request.dtype)) throw usage('--dtype must be f32, f16 or q8');
	const dtype = request.dtype as StoredDtype;
	const model = await readModelFolder(request.model);
	const saes: NamedSae[] = [];
	for (const argument of request.saes) {
		const { where, stated } = parseSaeArgument(argument);
		const folder = await openFolder(where);
		saes.push({ ...(await readSae(folder, stated)), folder: folder.name });
	}
	const corpus = request.corpus === null ? null : await readText(request.corpus);

	const out = new Writer(request.out);
	await out.write('model.safetensors', modelFile(model, dtype));
	await out.write('tokenizer.json', model.tokenizer);
	await out.write('tokenizer_config.json', model.tokenizerConfig);
	const ids = namesOf(saes);
	const entries: Entry[] = [];
	for (const [i, sae] of saes.entries()) {
		const weights = `saes/${ids[i]!}.safetensors`;
		await out.write(weights, saeFile(sae, dtype, null));
		entries.push({ id: ids[i]!, site: sae.site, cfg: sae.cfg, weights, stats: null });
	}
	const name = path
		.basename(path.resolve(request.out))
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-');
	const manifest: Record<string, unknown> = {
		format: 'undercurrent-pack',
		version: '1.0.0',
		name: name.replace(/^-+|-+$/g, '').slice(0, 60) || 'pack',
		title: path.basename(path.resolve(request.model)),
		description: '',
		licence: String(model.config.license ?? 'not stated'),
		citation: '',
		provenance: { made_by: 'undercurrent pack', stored_as: dtype },
		model: {
			config: model.config,
			weights: ['model.safetensors'],
			tokenizer: 'tokenizer.json',
			tokenizer_config: 'tokenizer_config.json'
		},
		saes: entries
	};
	await out.finish(manifest);
	await startRuntime(null);
	await measureInto(out, manifest, entries, { model, saes, dtype, corpus });
	await out.finish(manifest);
	const { provenance } = manifest;
	return { out: request.out, files: out.count, bytes: out.bytes, saes: ids, provenance };
}

/** What a pack is made of. */
interface Parts {
	model: ModelFolder;
	saes: NamedSae[];
	dtype: StoredDtype;
	corpus: string | null;
}

/** Opens the pack as written and adds what is measured with exactly the stored weights. */
async function measureInto(
	out: Writer,
	manifest: Record<string, unknown>,
	entries: Entry[],
	{ model, saes, dtype, corpus }: Parts
): Promise<void> {
	let bench = await Workbench.open(await FolderSource.open(out.folder), false);
	for (const entry of entries) checkFits(entry, bench);
	const walk =
		corpus === null ? null : windowsOf(corpus, bench.tokenizer, bench.model.shape.context);
	if (walk?.tokens === 0)
		throw new Problem(
			'pack-invalid',
			'The corpus holds no text.',
			'Give a text file with some pages.'
		);
	if (walk) {
		const measure = new PackMeasure(bench, walk);
		const means = await measure.means(saes.map((s) => s.site));
		for (const [i, sae] of saes.entries())
			await out.write(String(entries[i]!.weights), saeFile(sae, dtype, means.get(sae.site)!));
		await out.write('examples.safetensors', exampleFile(walk.windows));
		manifest.examples = 'examples.safetensors';
		await out.finish(manifest);
		await bench.release();
		bench = await Workbench.open(await FolderSource.open(out.folder), false);
		await statisticsInto(out, entries, bench, walk);
	}
	const matcher = new Matcher();
	for (const entry of entries) {
		progress(`null of ${entry.id}`);
		entry.null = await matcher.null((await bench.sae(entry.id)).unit);
	}
	await out.write('self-test.json', await selfTestFile(bench));
	manifest.self_test = 'self-test.json';
	if (dtype === 'f32') return;
	const found = await deviation(model, bench.model, selfTestIds(bench));
	manifest.provenance = { ...(manifest.provenance as object), deviation: found };
	const share = (part: number) => `${(100 * part).toPrecision(2)} %`;
	progress(
		`stored as ${dtype}: against float32, the logits of the self-test are off by ${share(found.logits)} of their spread, ` +
			`the stream by ${share(found.stream)} at most`
	);
}

async function statisticsInto(
	out: Writer,
	entries: Entry[],
	bench: Workbench,
	walk: ReturnType<typeof windowsOf>
): Promise<void> {
	const measure = new PackMeasure(bench, walk);
	const starts = startsOf(walk.windows);
	const total = walk.windows.reduce((n, w) => n + w.length, 0);
	const bounds = (position: number) => {
		let low = 0;
		for (let high = starts.length - 1; low < high;) {
			const middle = (low + high + 1) >> 1;
			if (starts[middle]! <= position) low = middle;
			else high = middle - 1;
		}
		return { start: starts[low]! + 1, end: starts[low + 1] ?? total };
	};
	const words = { unembedding: bench.unembedding, gain: bench.finalGain };
	for (const entry of entries) {
		progress(`statistics of ${entry.id}`);
		const sae = await bench.sae(entry.id);
		const walked = await measure.sae(sae);
		const file = `stats/${entry.id}.safetensors.gz`;
		await out.write(file, gzipSync(summarise(sae, walked, bounds, words)));
		Object.assign(entry, { stats: file, stats_tokens: walk.tokens, metrics: walked.metrics });
	}
}

/** Every site's SAE is named by the site; further ones by their folder as well. */
function namesOf(saes: NamedSae[]): string[] {
	const taken = new Set<string>();
	return saes.map((sae) => {
		const extra = path
			.basename(path.resolve(sae.folder))
			.replace(/[^\w.-]+/g, '-')
			.slice(0, 60);
		let name = taken.has(sae.site) ? `${sae.site}@${extra || 'other'}` : sae.site;
		for (let n = 2; taken.has(name); n++) name = `${sae.site}@${extra}-${n}`;
		taken.add(name);
		return name;
	});
}

function checkFits(entry: Entry, bench: Workbench): void {
	const site = String(entry.site);
	const { d_in } = entry.cfg as { d_in: number };
	const wrong = !bench.model.sites.includes(tapOf(site))
		? `sits in layer ${placeOf(site)!.layer}, which the model does not have`
		: d_in !== bench.model.shape.dModel
			? `reads ${d_in} numbers, but the model is ${bench.model.shape.dModel} wide`
			: null;
	if (wrong)
		throw new Problem(
			'pack-invalid',
			`The SAE ${entry.id} ${wrong}.`,
			'Give SAEs that were trained on this model.'
		);
}

function modelFile(model: ModelFolder, dtype: StoredDtype): Uint8Array {
	const file = new TensorFile();
	const { storedInOut } = architectureOf(model.config);
	// One scale for each output, whichever axis that is.
	for (const [name, tensor] of model.tensors) {
		if (dtype === 'f16' && tensor.data.some((x) => Math.abs(x) >= LARGEST_HALF))
			throw new Problem(
				'unsupported',
				`The model's ${name} holds numbers too large for float16.`,
				'Make the pack with --dtype f32.'
			);
		file.floats(name, tensor, dtype, storedInOut?.test(name) ? 1 : 0);
	}
	return file.finish();
}

function saeFile(sae: FoundSae, dtype: StoredDtype, mean: Float32Array | null): Uint8Array {
	const file = new TensorFile();
	for (const [name, tensor] of sae.tensors)
		file.floats(name, tensor, dtype, ['W_enc', 'W_p', 'W_q'].includes(name) ? 1 : 0);
	if (mean) file.floats('mean', { shape: [mean.length], data: mean }, 'f32');
	return file.finish();
}

function exampleFile(windows: number[][]): Uint8Array {
	const ids = windows.flat();
	const wide = ids.some((id) => id > 65535);
	return new TensorFile()
		.integers('tokens', [ids.length], wide ? Uint32Array.from(ids) : Uint16Array.from(ids))
		.integers('documents', [windows.length], Int32Array.from(startsOf(windows)))
		.integers('kind', [windows.length], new Uint8Array(windows.length).fill(2))
		.finish();
}

const selfTestIds = (bench: Workbench): number[] =>
	bench
		.tokenize('The quick brown fox jumps over the lazy dog, and then it rests.')
		.tokens.map((t) => t.id);

/** What this machine computes, for other machines and later versions to be checked against. */
async function selfTestFile(bench: Workbench): Promise<Uint8Array> {
	const { model, tokenizer } = bench;
	const ids = selfTestIds(bench);
	const { logits, taps } = await model.readOnce(ids, model.sites);
	const position = ids.length - 1;
	const d = model.shape.dModel;
	const shown = Array.from({ length: Math.min(32, tokenizer.size) }, (_, i) => i);
	const middle = model.sites.filter((_, i) => i % 3 === 0);
	const at = (site: string) =>
		Array.from(taps.get(site)!.subarray(position * d, (position + 1) * d));
	const test = {
		ids,
		logits: { position, ids: shown, values: shown.map((id) => logits[id]!) },
		taps: Object.fromEntries(middle.map((site) => [site, { position, values: at(site) }])),
		codes: {} as Record<string, unknown>,
		tolerance: { absolute_rms: 1e-4, relative: 1e-5 }
	};
	return new TextEncoder().encode(JSON.stringify(test));
}

async function readText(file: string): Promise<string> {
	const text = await readFile(file, 'utf8').catch(() => null);
	if (text !== null) return text;
	throw new Problem(
		'pack-missing',
		`The corpus "${file}" cannot be read.`,
		'Give --corpus a text file in UTF-8.'
	);
}

const progress = (what: string): void => void process.stderr.write(`${what}\n`);

/** The folder in the making, with every file's size and sha256. */
class Writer {
	readonly #files: Record<string, { bytes: number; sha256: string }> = {};
	constructor(readonly folder: string) {}

	get count(): number {
		return Object.keys(this.#files).length + 1;
	}

	get bytes(): number {
		return Object.values(this.#files).reduce((sum, f) => sum + f.bytes, 0);
	}

	async write(file: string, bytes: Uint8Array): Promise<void> {
		const target = path.join(this.folder, file);
		await mkdir(path.dirname(target), { recursive: true });
		await writeFile(target, bytes);
		const sha256 = createHash('sha256').update(bytes).digest('hex');
		this.#files[file] = { bytes: bytes.length, sha256 };
	}

	async finish(manifest: Record<string, unknown>): Promise<void> {
		const whole = JSON.stringify({ ...manifest, files: this.#files }, null, '\t');
		await writeFile(path.join(this.folder, 'pack.json'), `${whole}\n`);
	}
}
