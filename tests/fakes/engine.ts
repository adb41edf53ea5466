/** A small engine without a model: deterministic answers of the right shape, for tests of state and views. */
import type { FeatureCard, FeatureLine } from '../../src/core/features/feature';
import type { FeatureId } from '../../src/core/names/ids';
import type { FlowGraph, FlowNode, FlowRequest } from '../../src/core/flow/graph';
import type { Opened, SaeInfo } from '../../src/core/packs/info';
import { methods, runOf, type Handlers, type Run } from '../../src/core/calls';
import type { ReadingPart, ReadRequest } from '../../src/core/prompt/reading';
import type { TokenProbability } from '../../src/core/names/tokens';
import type { FeatureTable, FoundFeature, SearchRequest } from '../../src/core/search/search';
import type { Dose } from '../../src/core/steering/dose';
import type { Themes } from '../../src/core/steering/themes';
import type { WriteRequest, Written, WrittenToken } from '../../src/core/steering/writing';
import { compared, type Remeasured } from '../../src/core/packs/check';
import { Problem } from '../../src/core/names/errors';
import { featureId, isMain, parseFeatureId, placeOf, siteOf } from '../../src/core/names/site';
import type { PromptFlow, PromptFlowRequest } from '../../src/core/flow/prompt';
import type { Calls, Engine } from '../../src/core/engine';
import { fakeCard } from './card';
import { tokensOf } from './experiments';
import { FakeLab } from './lab';
import { fakePromptFlow } from './prompt-flow';
import { fakeReading } from './reading';
import { abilities, fakeCheck, fakeLabel, fakeSaes, noise, word } from './pack';
import { FakeStore } from './store';

type Answer = (request: unknown, run: Run<unknown>) => unknown;

export interface FakeOptions {
	layers?: number;
	dSae?: number;
	/** Active features per token. */
	k?: number;
	context?: number;
	/** Milliseconds between parts and tokens. */
	pace?: number;
	/** What `open` fails with. */
	failure?: Error;
	/** Also what newer packs hold: an SAE of the embedding, a KronSAE, names, more measurements. */
	rich?: boolean;
	/** Which of its dictionaries the pack holds; all unless it says. */
	holds?: (sae: string) => boolean;
	/** What the pack's file of themes holds. */
	themes?: Themes | null;
	/** How far the embedding's L0 is from what the pack states, as a share of it. */
	drift?: number;
}

export class FakeEngine extends FakeStore implements Partial<Handlers<Calls>> {
	readonly lab = new FakeLab();
	/** As state and views see it. */
	readonly calls: Engine = methods(async (name, request, watch) => {
		const own = [this, this.lab, this.workshop].find((part) => name in part) as unknown as
			Record<string, Answer> | undefined;
		if (!own?.[name]) throw new Error(`The fake engine has no answer to ${name}.`);
		return own[name](request, runOf(watch));
	});
	readonly #options: Required<Omit<FakeOptions, 'failure'>> & { failure?: Error };

	constructor(options: FakeOptions = {}) {
		super(options.pace ?? 0, options.rich ?? false, options.layers ?? 6);
		this.#options = {
			layers: 6,
			dSae: 2048,
			k: 32,
			context: 256,
			pace: 0,
			rich: false,
			holds: () => true,
			drift: 0,
			themes: null,
			...options
		};
	}

	get saes(): SaeInfo[] {
		return fakeSaes(this.#options).filter(({ id }) => this.#options.holds(id));
	}

	async open(
		{ stored }: { stored?: string | null },
		{ signal, progress }: Run = runOf()
	): Promise<Opened> {
		this.log.push('open');
		for (let done = 0; done <= 4; done++) {
			progress({ phase: 'download', what: 'model.safetensors', done: done * 3e6, total: 12e6 });
			await this.wait(signal);
		}
		if (this.#options.failure) throw this.#options.failure;
		const chosen = this.packs.find((pack) => pack.hash === stored);
		return {
			backend: 'wasm',
			threads: { count: 1, reason: 'One is enough for a fake.' },
			reason: 'There is no WebGPU here, so WebAssembly runs.',
			selfTest: {
				ok: true,
				worst: 0.02,
				checks: 10,
				sentence: '10 of 10 checks agree with PyTorch.'
			},
			bytesFetched: 12e6,
			weightsHeld: 6e6,
			pack: {
				name: chosen?.name ?? 'fake',
				title: chosen?.title ?? 'A fake model',
				description: 'Answers of the right shape.',
				licence: 'MIT',
				citation: '',
				hash: chosen?.hash ?? '0123456789ab',
				layers: this.#options.layers,
				dModel: 256,
				vocabSize: 4096,
				context: this.#options.context,
				parameters: 5_900_000,
				chat: null,
				tokensTrained: 20_000_000,
				bitsPerCharacter: { stories: 1.21, books: 1.6 },
				...abilities(this.#options.rich),
				check: fakeCheck(this.#options),
				reproduced: this.#options.rich,
				provenance: { seed: 0 },
				saes: this.saes,
				files: [{ path: 'model.safetensors', bytes: 12e6, stored: false }]
			}
		};
	}

	async read({ text, first = [] }: ReadRequest, { signal, part }: Run<ReadingPart>): Promise<void> {
		this.log.push(`read ${text}`);
		const all = tokensOf(text);
		const tokens = all.slice(0, this.#options.context);
		await this.wait(signal);
		part({ kind: 'tokens', tokens, leftOut: all.slice(this.#options.context) });
		const next = likely(text, 10);
		part({ kind: 'next', next, lens: [], surprise: new Float32Array(0) });
		const ids = this.saes.map((sae) => sae.id);
		for (const id of [...first, ...ids.filter((id) => !first.includes(id))]) {
			await this.wait(signal);
			part({ kind: 'site', site: fakeReading(id, tokens, this.#options) });
		}
		const lens = Array.from({ length: this.#options.layers }, (_, layer) => ({
			site: `blocks.${layer}.hook_resid_post`,
			layer,
			top: tokens.map((_, t) => likely(`${layer} ${t}`, 5))
		}));
		const surprise = Float32Array.from(tokens, (_, t) => (t === 0 ? NaN : 1 + (t % 3)));
		part({ kind: 'next', next, lens, surprise });
	}

	async feature(id: FeatureId): Promise<FeatureCard> {
		const { sae } = this.#known(id);
		const shape = this.saes.find((known) => known.id === sae)!;
		return fakeCard(id, shape, this.#options.rich, (ids) => this.lines(ids));
	}

	async lines(ids: FeatureId[]): Promise<FeatureLine[]> {
		this.log.push(`lines ${ids.length}`);
		return ids.map((id) => {
			this.#known(id);
			return {
				id,
				label: fakeLabel(id, this.#options.rich),
				density: 0.001 + noise(id) / 20,
				max: 4 + Math.round(noise(`${id}m`) * 80) / 10
			};
		});
	}

	async flow({ id }: FlowRequest): Promise<FlowGraph> {
		this.log.push(`flow ${id}`);
		this.#known(id);
		const own = parseFeatureId(id)!.sae;
		const saes = this.saes.filter((sae) =>
			sae.site === siteOf(own) ? sae.id === own : isMain(sae.id)
		);
		const nodes: FlowNode[] = saes.map(({ id: sae, site, layer, kind }) => ({
			id: sae === own ? id : featureId(sae, Math.floor(noise(`${id}${site}`) * 2048)),
			site,
			layer,
			origin: kind === 'resid' && layer > 0 ? 'processed' : null,
			from: kind === 'resid' && layer > 0 ? ['resid', 'mlp'] : [],
			missing: []
		}));
		const edges = nodes
			.filter((node) => placeOf(node.site)?.kind === 'resid')
			.flatMap((to) =>
				nodes
					.filter((from) =>
						from.layer === to.layer
							? from.id !== to.id
							: from.layer === to.layer - 1 && placeOf(from.site)?.kind === 'resid'
					)
					.map((from) => ({
						from: from.id,
						to: to.id,
						cosine: 0.3 + noise(from.id + to.id) / 2,
						z: 6
					}))
			);
		return { nodes, edges, null: {} };
	}

	async promptFlow(request: PromptFlowRequest, { signal }: Run = runOf()): Promise<PromptFlow> {
		this.log.push(`promptFlow ${request.token ?? 'all'} ${request.most}`);
		await this.wait(signal);
		return fakePromptFlow(request, this.saes, tokensOf, (id, tokens) =>
			fakeReading(id, tokens, this.#options)
		);
	}

	themes(): Themes | null {
		return this.#options.themes;
	}

	async dose(id: FeatureId, { signal }: Run = runOf()): Promise<Dose> {
		this.log.push(`dose ${id}`);
		await this.wait(signal);
		return { add: 12, kl: 0.2, perplexityRatio: 1.1 };
	}

	async write(
		{ text, edits, tokens: wanted, seed, temperature }: WriteRequest,
		{ signal, part }: Run<WrittenToken> = runOf()
	): Promise<Written> {
		this.log.push(`write ${edits.length}`);
		const push = edits.reduce((sum, edit) => sum + Math.abs(edit.value), 0);
		const tokens: string[] = [];
		for (let i = 0; i < wanted; i++) {
			await this.wait(signal);
			const steered = push > 2 && i > Math.max(1, 12 - push);
			tokens.push(
				word(`${text}${temperature > 0 ? seed : ''}${i}${steered ? push.toFixed(1) : ''}`)
			);
			part({ index: i, id: i, text: tokens[i]! });
		}
		return {
			text: tokens.join(''),
			ids: tokens.map((_, i) => i),
			tokens,
			leftOut: [],
			stop: 'length'
		};
	}

	async remeasure(_?: void, { signal, progress }: Run = runOf()): Promise<Remeasured> {
		this.log.push('remeasure');
		const { texts, tokens, saes: stated } = fakeCheck(this.#options)!;
		const ids = Object.keys(stated);
		const total = ids.length * texts;
		for (let done = 0; done < total; done++) {
			const what = ids[Math.floor(done / texts)]!;
			progress({ phase: 'measure', what, done, total });
			await this.wait(signal);
		}
		const saes = ids.map((id, i) => {
			const drift = i === 0 ? this.#options.drift : 2e-6;
			return compared(id, { ...stated[id]!, l0: stated[id]!.l0 * (1 + drift) }, stated[id]!);
		});
		return { texts, tokens, saes, worst: Math.max(...saes.map((sae) => sae.worst)) };
	}

	async keep(_?: void, { progress }: Run = runOf()): Promise<boolean> {
		this.log.push('keep');
		progress({ phase: 'download', what: 'saes', done: 1, total: 1 });
		return true;
	}

	prepareSearch(): void {
		this.log.push('prepareSearch');
	}

	/** Features of the first SAE whose index begins with as many letters as the text has. */
	async search({ text = '', sae, top = 20 }: SearchRequest): Promise<FoundFeature[]> {
		this.log.push(`search ${text}`);
		if (text.startsWith('zz')) return [];
		const among = sae ?? this.saes[0]!.id;
		const ids = Array.from({ length: Math.min(top, 5) }, (_, i) =>
			featureId(among, text.length + i)
		);
		const lines = await this.lines(ids);
		return lines.map(({ id, label, density }, i) => {
			return { id, label, density, score: 1 - i / 10, why: `named “${text}”` };
		});
	}

	async featureTable({ sae }: { sae: string }): Promise<FeatureTable> {
		this.log.push(`featureTable ${sae}`);
		const ids = Array.from({ length: this.#options.dSae }, (_, i) => featureId(sae, i));
		const lines = await this.lines(ids);
		return {
			sae,
			density: Float32Array.from(lines, (line) => line.density!),
			max: Float32Array.from(lines, (line) => line.max!),
			entropy: null,
			labels: lines.map(({ label }) => label),
			origins: null
		};
	}

	#known(id: FeatureId) {
		const parsed = parseFeatureId(id);
		if (
			parsed &&
			parsed.index < this.#options.dSae &&
			this.saes.some((sae) => sae.id === parsed.sae)
		)
			return parsed;
		throw new Problem('unknown-feature', `There is no feature ${id}.`, 'Choose one from a list.');
	}
}

/** Words with the space before them; every text starts with a special token. */
function likely(key: string, count: number): TokenProbability[] {
	return Array.from({ length: count }, (_, i) => ({
		token: word(`${key}${i}`),
		id: 10 * i + Math.floor(noise(`${key}${i}`) * 10),
		p: 0.45 * Math.exp(-i / 2)
	}));
}
