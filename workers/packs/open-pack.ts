/** A pack laid out for work: its tokenizer, model, SAEs and statistics, each loaded when needed. */
import { shortHash } from '../../src/core/packs/pack-name';
import { parseThemes, type Themes } from '../../src/core/steering/themes';
import type { Edit } from '../../src/core/steering/writing';
import type { FeatureId, SaeId, Site } from '../../src/core/names/ids';
import type { Label } from '../../src/core/features/feature';
import type { Chat } from '../../src/core/prompt/conversation';
import type { PackInfo, SaeInfo } from '../../src/core/packs/info';
import type { Token } from '../../src/core/names/tokens';
import { Problem } from '../../src/core/names/errors';
import { parseLabels, type PackLabels } from '../../src/core/packs/labels';
import type { PackSae } from '../../src/core/packs/manifest';
import { kronShape } from '../../src/core/sae/architectures/kron';
import type { PackSource } from '../../src/core/packs/source';
import { trainedHere } from '../../src/core/train/trained';
import type { Matrix } from '../../src/core/math/matrix';
import type { Reproduction } from '../../src/core/experiments/reproduction';
import { parseReproduction } from '../../src/core/experiments/reproduction-file';
import {
	byDepth,
	EMBEDDING,
	HOOK_EMBED,
	isFlowKind,
	isMain,
	parseFeatureId,
	placeOf,
	readAt,
	tapOf
} from '../../src/core/names/site';
import {
	openSafetensors,
	parseSafetensors,
	type Safetensors
} from '../../src/core/files/safetensors';
import type { Config } from '../graph/families/model-config';
import { architectureOf } from '../graph/families/families';
import { LanguageModel } from '../model/language-model';
import { checkHeads, throughOutput } from '../sae/heads';
import { misplaced } from '../sae/places';
import { Lens } from '../model/lens';
import { modelWeights } from '../model/model-weights';
import { once } from '../calls/once';
import { Sae } from '../sae/sae';
import { chatOf } from '../prompt/chat-template';
import { gunzipped } from './gunzip';
import { ExampleTexts, Statistics } from './statistics';
import { knownTokens } from '../model/known-tokens';
import { Tokenizer } from '../model/tokenizer';

export class Workbench {
	readonly lens: Lens;
	/** A reader's own names, which win over the pack's. */
	own: ReadonlyMap<FeatureId, Label> = new Map();
	readonly #saes = new Map<SaeId, Promise<Sae>>();
	readonly #statistics = new Map<SaeId, Promise<Statistics | null>>();
	readonly #labels = new Map<SaeId, Promise<PackLabels | null>>();
	#texts: Promise<ExampleTexts | null> | null = null;
	#unembedding: Matrix | null = null;
	#embedding: Matrix | null = null;

	private constructor(
		readonly source: PackSource,
		readonly tokenizer: Tokenizer,
		readonly model: LanguageModel,
		/** How a conversation is written; null for a model that knows none. */
		readonly chat: Chat | null
	) {
		this.lens = new Lens(model);
	}

	/**
	 * Loads tokenizer and model; SAEs and statistics follow when asked for. `wide`: no float16 on this GPU; `asBlocks`:
	 * weights that are stored in blocks run so.
	 */
	static async open(
		source: PackSource,
		wide: boolean,
		signal?: AbortSignal,
		onProgress: (path: string, done: number, total: number) => void = () => undefined,
		asBlocks = false
	): Promise<Workbench> {
		const { model } = source.pack;
		const config = model.config as Config;
		const told = (path: string) => (done: number) =>
			onProgress(path, done, source.pack.files[path]!.bytes);
		const text = async (path: string) =>
			new TextDecoder().decode(await source.bytes(path, signal, told(path)));
		const settings = await text(model.tokenizerConfig);
		const tokenizer = new Tokenizer(await text(model.tokenizer), settings);
		const chat = chatOf(JSON.parse(settings), tokenizer.decode(tokenizer.start));
		const files: Record<string, Safetensors> = {};
		for (const path of model.weights)
			files[path] = openSafetensors(await source.open(path, signal, told(path)));
		const weights = modelWeights(files, config, wide, asBlocks);
		checkEmbedding(config, source.pack.saes);
		for (const sae of source.pack.saes) checkSae(config, sae);
		const more = [...new Set(source.pack.saes.map(readAt))].filter(isBetween);
		const languageModel = new LanguageModel(config, weights, undefined, more);
		return new Workbench(source, tokenizer, languageModel, chat);
	}

	/** The same model with the SAEs of another pack, which lists more or fewer of them. */
	withSaesOf(source: PackSource): Workbench {
		return new Workbench(source, this.tokenizer, this.model, this.chat);
	}

	get pack() {
		return this.source.pack;
	}

	/** SAE ids in the order of computation. */
	get saeIds(): SaeId[] {
		return this.pack.saes.map((s) => s.id).sort(byDepth);
	}

	/** What the pack says of an SAE; undefined where it has none of that name. */
	info(id: SaeId): PackSae | undefined {
		return this.pack.saes.find((s) => s.id === id);
	}

	/** Everything that can be read at once: every site, and what SAEs of heads read. */
	get taps(): Site[] {
		return [...new Set([...this.model.sites, ...this.pack.saes.map(readAt)])];
	}

	/** The main SAE of a site: the one without a name of its own. */
	saeAt(site: string): SaeId | null {
		return this.pack.saes.find((s) => isMain(s.id) && tapOf(s.site) === site)?.id ?? null;
	}

	sae(id: SaeId, signal?: AbortSignal): Promise<Sae> {
		const info = this.info(id);
		if (!info) return Promise.reject(unknownFeature(id));
		const make = async () =>
			Sae.open(info, openSafetensors(await this.source.open(info.weights, signal)), (rows) =>
				throughOutput(this.model, info, rows)
			);
		return once(this.#saes, id, make, signal);
	}

	/** All the SAEs that these ids name. */
	async saes(ids: SaeId[], signal?: AbortSignal): Promise<Map<SaeId, Sae>> {
		const known = ids.filter((id) => this.info(id));
		const pairs = [...new Set(known)].map(async (id) => [id, await this.sae(id, signal)] as const);
		return new Map(await Promise.all(pairs));
	}

	/** The SAEs whose features these edits name. */
	steered(edits: Edit[], signal?: AbortSignal): Promise<Map<SaeId, Sae>> {
		return this.saes(
			edits.map((edit) => parseFeatureId(edit.id)?.sae ?? ''),
			signal
		);
	}

	/** A feature that exists; throws a Problem otherwise. */
	async feature(id: FeatureId): Promise<{ sae: Sae; index: number }> {
		const parsed = parseFeatureId(id);
		const info = parsed && this.info(parsed.sae);
		if (!parsed || !info || parsed.index >= info.cfg.dSae) throw unknownFeature(id);
		return { sae: await this.sae(parsed.sae), index: parsed.index };
	}

	/** Statistics of an SAE, null when the pack has none. */
	statistics(id: SaeId): Promise<Statistics | null> {
		const ready = this.#statistics.get(id);
		if (ready) return ready;
		const info = this.info(id);
		const stats = info?.stats;
		const read = stats
			? this.source
					.bytes(stats)
					.then((bytes) => gunzipped(bytes, stats))
					.then(
						(bytes) =>
							new Statistics(id, parseSafetensors(bytes), info.cfg.dSae, this.model.shape.vocabSize)
					)
			: Promise.resolve(null);
		this.#statistics.set(id, read);
		read.catch(() => this.#statistics.delete(id));
		return read;
	}

	texts(): Promise<ExampleTexts | null> {
		const path = this.pack.examples;
		this.#texts ??= path
			? this.source
					.bytes(path)
					.then((bytes) => new ExampleTexts(parseSafetensors(bytes), this.model.shape.vocabSize))
			: Promise.resolve(null);
		this.#texts.catch(() => (this.#texts = null));
		return this.#texts;
	}

	/** Names of an SAE's features; null when the pack sought none. */
	async labels(id: SaeId): Promise<Map<number, Label> | null> {
		return (await this.#names(id))?.labels ?? null;
	}

	/** Patterns of tokens on which an SAE's features fire, good enough for a name or not. */
	async patterns(id: SaeId): Promise<Map<number, Label> | null> {
		return (await this.#names(id))?.patterns ?? null;
	}

	#names(id: SaeId): Promise<PackLabels | null> {
		const ready = this.#labels.get(id);
		if (ready) return ready;
		const info = this.info(id);
		const labels = info?.labels;
		const read = labels
			? this.source
					.bytes(labels)
					.then((bytes) => gunzipped(bytes, labels))
					.then((bytes) => parseLabels(new TextDecoder().decode(bytes), id, info.cfg.dSae))
			: Promise.resolve(null);
		this.#labels.set(id, read);
		read.catch(() => this.#labels.delete(id));
		return read;
	}

	/** What `reproduce` found on this pack, null when it brings none. Throws a Problem for a file that is no such thing. */
	async reproduction(): Promise<Reproduction | null> {
		const path = this.pack.reproduction;
		if (!path) return null;
		return parseReproduction(new TextDecoder().decode(await this.source.bytes(path)));
	}

	/** Themes that were dosed for this pack, null when it brings none. Throws a Problem for a file that is no such thing. */
	async themes(): Promise<Themes | null> {
		const path = this.pack.themes;
		if (!path) return null;
		return parseThemes(new TextDecoder().decode(await this.source.bytes(path)));
	}

	/** What a feature is called: by its reader, by the pack, or after the tokens it promotes; null when nothing is known. */
	async label(id: FeatureId): Promise<Label | null> {
		return this.own.get(id) ?? this.packLabel(id);
	}

	/** The same without a reader's own names. */
	async packLabel(id: FeatureId): Promise<Label | null> {
		const { sae, index } = parseFeatureId(id)!;
		const named = (await this.labels(sae))?.get(index);
		if (named) return named;
		const statistics = await this.statistics(sae);
		if (!statistics?.listed) return null;
		const ids = Array.from(
			{ length: Math.min(3, statistics.listed) },
			(_, i) => statistics.promoted[index * statistics.listed + i]!
		);
		const words = ids.map((token) => `“${this.tokenizer.text(token).trim() || '␣'}”`);
		return { text: words.join(' '), source: 'tokens', score: null };
	}

	/** [vocab × dModel], as the logits see it. */
	get unembedding(): Matrix {
		const { architecture, config } = this.model;
		return (this.#unembedding ??= this.#matrix(architecture.readout(config).unembedding));
	}

	/** [vocab × dModel], as its rows enter the stream. */
	get embedding(): Matrix {
		if (this.#embedding) return this.#embedding;
		const { architecture, config } = this.model;
		const { table, scale } = architecture.embedding(config);
		const isTied = table === architecture.readout(config).unembedding;
		const stored = isTied ? this.unembedding : this.#matrix(table);
		const data = scale === 1 ? stored.data : stored.data.map((x) => x * scale);
		return (this.#embedding = { ...stored, data });
	}

	/** Gain of the final norm, `[dModel]`. */
	get finalGain(): Float32Array {
		const { gain, onePlus } = this.model.architecture.readout(this.model.config).norm;
		const { data } = this.#matrix(gain);
		return onePlus ? data.map((x) => 1 + x) : data;
	}

	/**
	 * The tokens of a prompt that fit, and those that do not. Throws a Problem where there are none, and where the model
	 * does not know one of them.
	 */
	tokenize(text: string): { tokens: Token[]; leftOut: Token[] } {
		if (text.trim() === '')
			throw new Problem('empty-prompt', 'The prompt is empty.', 'Type a few words.');
		const { context, vocabSize } = this.model.shape;
		const tokens = knownTokens(this.tokenizer.encode(text), vocabSize);
		// What the tokenizer puts around every text is no part of a prompt.
		if (tokens.length === this.tokenizer.encode('').length)
			throw new Problem(
				'empty-prompt',
				'Nothing is left of this prompt: the tokenizer of this model makes no token of it.',
				'Type a few other words.'
			);
		return { tokens: tokens.slice(0, context), leftOut: tokens.slice(context) };
	}

	async packInfo(): Promise<PackInfo> {
		const { pack, source } = this;
		const { shape } = this.model;
		const stored = await source.stored();
		const { metrics } = pack.model;
		return {
			name: pack.name,
			title: pack.title,
			description: pack.description,
			licence: pack.licence,
			citation: pack.citation,
			hash: shortHash(source.hash),
			layers: shape.layers,
			dModel: shape.dModel,
			vocabSize: shape.vocabSize,
			context: shape.context,
			parameters: this.#parameters(),
			chat: this.chat,
			tokensTrained: metrics.tokensTrained,
			bitsPerCharacter: metrics.bitsPerCharacter,
			probes: metrics.probes,
			fluency: metrics.fluency,
			check: metrics.check,
			reproduced: pack.reproduction !== null,
			provenance: pack.provenance,
			saes: this.saeIds.map((id) => this.#saeInfo(id)),
			files: Object.entries(pack.files).map(([path, file]) => ({
				path,
				bytes: file.bytes,
				stored: stored.has(path)
			}))
		};
	}

	async release(): Promise<void> {
		await this.model.release();
		await this.releaseSaes();
	}

	async releaseSaes(): Promise<void> {
		await this.lens.release();
		for (const sae of this.#saes.values()) await (await sae).release();
	}

	#saeInfo(id: SaeId): SaeInfo {
		const sae = this.info(id)!;
		const place = placeOf(sae.site)!;
		const { architecture, dIn, dSae, k } = sae.cfg;
		const heads = sae.cfg.heads && { heads: true };
		const shape = { architecture, ...heads, dIn, dSae, k, kron: kronShape(sae.cfg) };
		const trained = trainedHere(sae.cfg.metadata);
		return { id, site: sae.site, ...place, ...shape, metrics: sae.metrics, trained };
	}

	#parameters(): number {
		const { architecture, config } = this.model;
		const shapes = Object.values(architecture.weights(config));
		return shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
	}

	#matrix(name: string): Matrix {
		const { shape, data } = this.model.weights.read(name);
		return { rows: shape[0]!, columns: shape[1] ?? 1, data };
	}
}

/** Whether a tap is none of those that every graph has. */
function isBetween(tap: Site): boolean {
	const place = placeOf(tap);
	return place !== null && !isFlowKind(place.kind);
}

/** Throws a Problem where the model has no such place. */
function checkSae(config: Config, sae: PackSae): void {
	checkHeads(config, { ...sae, ...sae.cfg });
	const wrong = misplaced(config, sae);
	if (wrong)
		throw new Problem(
			'pack-invalid',
			`The SAE ${sae.id} ${wrong}.`,
			'Give SAEs that were trained on this model.'
		);
}

/** Throws a Problem where an SAE reads the embedding without the positions that the model adds to it. */
function checkEmbedding(config: Config, saes: PackSae[]): void {
	if (!architectureOf(config).embedding(config).placed) return;
	const bare = saes.find((sae) => sae.site === HOOK_EMBED);
	if (!bare) return;
	throw new Problem(
		'unsupported',
		`The SAE ${bare.id} reads the embedding before positions are added, which is not a site of this model's stream.`,
		`Leave it out, or take one trained at ${EMBEDDING}.`
	);
}

export function unknownFeature(id: string): Problem {
	return new Problem(
		'unknown-feature',
		`There is no feature "${id.slice(0, 80)}" in this pack.`,
		'Choose one from a list, or check its layer, site and index.'
	);
}
