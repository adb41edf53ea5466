/** Makes a pack from a Hugging Face model folder, SAE folders and, for statistics, a text. */
import { asWritten } from '../../src/core/files/json';
import type { SaeOverrides, StoredDtype } from '../../src/core/import/build-request';
import { runOf, type Progress } from '../../src/core/calls';
import { Problem } from '../../src/core/names/errors';
import type { PackWriter } from '../../src/core/packs/writer';
import { isInStream, placeOf, tapOf } from '../../src/core/names/site';
import type { Folder } from './files/folder';
import { readSae } from './formats/formats';
import type { ImportedSae } from './sae/imported-sae';
import type { Config } from '../graph/families/model-config';
import { saeConfigJson, type SaeConfig } from '../../src/core/sae/config';
import { architectureOf } from '../graph/families/families';
import { Matcher } from '../flow/matcher';
import { checkHeads } from '../sae/heads';
import { misplaced } from '../sae/places';
import { Tokenizer } from '../model/tokenizer';
import { Workbench } from '../packs/open-pack';
import { deviation } from './deviation';
import { unfinishedPack } from './unfinished-pack';
import { withOwnTable } from './hugging-face';
import type { ModelFolder } from './model-folder';
import { openModel } from './open-model';
import { CorpusPass } from '../corpus/pass';
import type { TextFile } from '../corpus/text-file';
import { writeStatistics, type SaeEntry, type StatisticsSummary } from '../corpus/write-statistics';
import { meanOf } from '../../src/core/corpus/sae-tally';
import { selfTestFile, selfTestIds } from './self-test-file';
import { saeFileChunks, writeModelWeights } from './weight-files';

export interface BuildOptions {
	/** Where it comes from, when that is not this machine: a repository at its commit, and what it says of its licence. */
	origin?: { from: string; licence: string | null } | undefined;
	/** Null: the SAEs are added to the pack that is revised. */
	model: Folder | null;
	saes: { folder: Folder; overrides: SaeOverrides }[];
	dtype: StoredDtype;
	/** A text for statistics; null leaves them not measured. */
	corpus: TextFile | null;
	/** As people call it; the pack's name in addresses comes from `name`. */
	title: string;
	name: string;
	/** Whether the null of each SAE is drawn now, not when somebody first asks for it: that takes a while. */
	nulls: boolean;
}

type NamedSae = ImportedSae & { folder: string };
type Manifest = Record<string, unknown>;

/** How far the making of a pack is, and whether it goes on. */
class BuildSteps {
	#done = 0;
	constructor(
		readonly onProgress: (progress: Progress) => void,
		readonly signal: AbortSignal | undefined,
		/** Bytes of weights to be read. */
		readonly total: number
	) {}

	/** More bytes were read and stored. Throws an AbortError when the work was cancelled. */
	stored(what: string, bytes: number): void {
		this.signal?.throwIfAborted();
		this.#done += bytes;
		this.onProgress({ phase: 'store', what, done: this.#done, total: this.total });
	}

	/** A step whose length nobody knows. */
	step(what: string): void {
		this.signal?.throwIfAborted();
		this.onProgress({ phase: 'prepare', what, done: 0, total: 0 });
	}
}

/**
 * Writes and finishes the pack; the runtime must have been started. Returns the names of the SAEs that were
 * added and where the pack's weights came from. Throws a Problem where something is missing or does not fit.
 */
export async function buildPack(
	out: PackWriter,
	order: BuildOptions,
	onProgress: (progress: Progress) => void,
	signal?: AbortSignal
): Promise<{ saes: string[]; provenance: unknown; statistics: StatisticsSummary | null }> {
	const model = order.model && (await withOwnTable(await openModel(order.model)));
	const steps = new BuildSteps(onProgress, signal, inputBytes(model, order));
	const base: Manifest = { ...out.base, name: addressName(order.name), title: order.title };
	for (const note of model?.notes ?? []) steps.step(note);
	const manifest = model ? await writeModelFiles(out, model, order, steps) : base;
	const config = (manifest.model as { config: Config }).config;
	const before = (manifest.saes ?? []) as SaeEntry[];
	const taken = before.map(({ id }) => id);
	const entries: SaeEntry[] = [];
	for (const { folder, overrides } of order.saes) {
		const read = { ...(await readSae(folder, overrides)), folder: folder.name };
		const id = nameOf(read, taken);
		checkFits(id, read, config);
		const sae = { ...read, cfg: configFor(id, read, config) };
		for (const note of sae.notes) steps.step(note);
		taken.push(id);
		const weights = `saes/${id}.safetensors`;
		await out.write(weights, ...saeFileChunks(sae, order.dtype));
		entries.push({ id, site: sae.site, cfg: saeConfigJson(sae.cfg), weights, stats: null });
		steps.stored(id, folderBytes(folder));
	}
	manifest.saes = [...before, ...entries];
	const statistics =
		model || order.corpus !== null || order.nulls
			? await measureInto(out, manifest, entries, { ...order, model }, steps)
			: null;
	await out.finish(manifest);
	return { saes: entries.map(({ id }) => id), provenance: manifest.provenance, statistics };
}

const folderBytes = ({ sizes }: Folder) =>
	[...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);

/** What is read of the model, and of the SAEs' folders all. */
function inputBytes(model: ModelFolder | null, { saes }: BuildOptions): number {
	const tensors = [...(model?.tensors.values() ?? [])].reduce((sum, { bytes }) => sum + bytes, 0);
	return saes.reduce((sum, { folder }) => sum + folderBytes(folder), tensors);
}

/** Writes the model and describes a pack of it alone. */
async function writeModelFiles(
	out: PackWriter,
	model: ModelFolder,
	{ origin, dtype, title, name }: BuildOptions,
	steps: BuildSteps
): Promise<Manifest> {
	const [tokenizer, tokenizerConfig] = [await model.tokenizer(), await model.tokenizerConfig()];
	const utf8 = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
	// One that cannot be followed is refused before anything large is written.
	new Tokenizer(utf8(tokenizer), utf8(tokenizerConfig));
	const weights = await writeModelWeights(out, model, dtype, (path, n) => steps.stored(path, n));
	await out.write('tokenizer.json', tokenizer);
	await out.write('tokenizer_config.json', tokenizerConfig);
	return {
		format: 'undercurrent-pack',
		version: '1.0.0',
		name: addressName(name),
		title,
		description: '',
		licence: asWritten(model.config.license ?? origin?.licence ?? 'not stated'),
		citation: '',
		provenance: {
			made_by: 'undercurrent pack',
			stored_as: isStored(model) ? 'gguf' : dtype,
			...(origin && { from: origin.from })
		},
		model: {
			config: model.config,
			weights,
			tokenizer: 'tokenizer.json',
			tokenizer_config: 'tokenizer_config.json'
		}
	};
}

/** Whether a pack holds the model's tensors as its file does. */
const isStored = ({ tensors }: ModelFolder): boolean =>
	[...tensors.values()].some(({ stored }) => stored);

/** A name as addresses bear it. */
function addressName(name: string): string {
	const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
	return plain.replace(/^-+/, '').slice(0, 60).replace(/-+$/, '') || 'pack';
}

/** Opens the pack as written and adds what is measured with exactly the stored weights. */
async function measureInto(
	out: PackWriter,
	manifest: Manifest,
	entries: SaeEntry[],
	order: Omit<BuildOptions, 'model'> & { model: ModelFolder | null },
	steps: BuildSteps
): Promise<StatisticsSummary | null> {
	const { model, saes, dtype, corpus, nulls } = order;
	const { signal, onProgress } = steps;
	let summary: StatisticsSummary | null = null;
	steps.step('opening the model');
	const bench = await Workbench.open(unfinishedPack(out, manifest), false, signal);
	try {
		if (corpus !== null && entries.length > 0) {
			const pass = await CorpusPass.begin(
				bench,
				entries.map(({ id }) => id),
				null,
				signal
			);
			for await (const done of pass.read(corpus, signal))
				onProgress({ phase: 'read', what: corpus.name, done, total: corpus.file.size });
			const { tally } = pass;
			// SAEs are read again, because all of them at once would not fit into memory.
			for (const [i, { folder, overrides }] of saes.entries()) {
				const { id, weights } = entries[i]!;
				const mean = meanOf(tally.saes.get(id)!);
				const sae = await readSae(folder, overrides);
				await out.write(String(weights), ...saeFileChunks(sae, dtype, mean));
			}
			const counted = { tally, text: corpus.facts };
			summary = await writeStatistics(
				{ out, manifest },
				bench,
				counted,
				runOf({ signal, onProgress })
			);
		}
		const matcher = new Matcher();
		for (const entry of nulls ? entries : []) {
			steps.step(`null of ${entry.id}`);
			entry.null = await matcher.null((await bench.sae(entry.id)).unit, signal);
		}
		if (!model) return summary;
		steps.step('self-test');
		await out.write('self-test.json', await selfTestFile(bench, signal));
		manifest.self_test = 'self-test.json';
		if (dtype === 'f32' || isStored(model)) return summary;
		steps.step('deviation from float32');
		const found = await deviation(model, bench.model, selfTestIds(bench), signal);
		manifest.provenance = { ...(manifest.provenance as object), deviation: found };
		if (found) steps.step(`stored as ${dtype}: ${inWords(found)}`);
		return summary;
	} finally {
		await bench.release();
	}
}

function inWords({ logits, stream }: { logits: number; stream: number }): string {
	const share = (part: number) => `${(100 * part).toPrecision(2)} %`;
	return (
		`against float32, the logits of the self-test are off by ${share(logits)} of their spread, ` +
		`the stream by ${share(stream)} at most`
	);
}

/** Every site's SAE is named by the site; further ones by their folder as well. */
function nameOf({ site, folder }: NamedSae, taken: string[]): string {
	const extra = folder
		.slice(folder.search(/[^/\\]*[/\\]*$/))
		.replace(/[^\w.-]+/g, '-')
		.replace(/^-+|-+$/g, '')
		.slice(0, 60);
	let name = taken.includes(site) ? `${site}@${extra || 'other'}` : site;
	for (let n = 2; taken.includes(name); n++) name = `${site}@${extra || 'other'}-${n}`;
	return name;
}

/**
 * Of an SAE that was trained on TransformerLens' model with `center_writing_weights`: there, whatever is written to the
 * stream of a model with LayerNorm has no mean, and with any other norm nothing is changed.
 */
function configFor(id: string, { cfg, centred, site }: ImportedSae, config: Config): SaeConfig {
	const hasMean = architectureOf(config).readout(config).norm.bias !== undefined;
	// A layer norm takes the mean anyway, and the heads are what is written before it is centred.
	if (!centred || !hasMean || cfg.heads || cfg.normalizeActivations === 'layer_norm') return cfg;
	if (cfg.reads !== null)
		throw new Problem(
			'unsupported',
			`The transcoder ${id} was trained on what its model writes without its mean (center_writing_weights), which this one does not write.`,
			'Leave it out, or take one that was trained without it.'
		);
	// What the MLP reads lies behind a norm that takes the mean, and its hidden layer behind that.
	if (!isInStream(site)) return cfg;
	if (cfg.normalizeActivations === 'none') return { ...cfg, normalizeActivations: 'centre' };
	throw new Problem(
		'unsupported',
		`The SAE ${id} was trained on a stream without its mean (center_writing_weights) that was then brought to one length (${cfg.normalizeActivations}), and both together are not supported.`,
		'Leave it out, or take one trained with one of the two.'
	);
}

function checkFits(id: string, { site, cfg, module }: ImportedSae, config: Config): void {
	const { dIn, heads } = cfg;
	checkHeads(config, { id, site, heads, dIn });
	const { kind } = placeOf(tapOf(site))!;
	const expected = heads ? 'heads' : kind;
	if (module !== null && sameModule(architectureOf(config).modules(config), module) !== expected)
		throw new Problem(
			'unsupported',
			`The SAE ${id} reads the module "${module.slice(0, 60)}" of a layer, by its files, which is no site of this model: a norm or a factor follows before the stream, or there is none of that name.`,
			'Use an SAE of the residual stream, or of what comes after that norm.'
		);
	const wrong = misplaced(config, { site, cfg });
	if (wrong)
		throw new Problem(
			'pack-invalid',
			`The SAE ${id} ${wrong}.`,
			'Give SAEs that were trained on this model.'
		);
}

/** Attention is named three ways, and by SAEs' own labels in a fourth. */
function sameModule(modules: Record<string, string>, module: string): string | undefined {
	const plain = (name: string) => name.replace(/^(self_attn|attention)(?=\.|$)/, 'attn');
	return Object.entries(modules).find(([name]) => plain(name) === plain(module))?.[1];
}
