/** Everything the page knows, and the one place that decides what to ask the engine when something changes. */
import { createContext } from 'svelte';
import type { ReportPage, View } from '../core/address';
import type { Themes } from '../core/steering/themes';
import type { FeatureCard } from '../core/features/feature';
import type { FeatureId, SaeId } from '../core/names/ids';
import type { FlowGraph, FlowRequest } from '../core/flow/graph';
import type { PromptFlowRequest } from '../core/flow/prompt';
import type { Thresholds } from '../core/flow/flow';
import { shortHash } from '../core/packs/pack-name';
import type { SitePack } from '../core/packs/site-pack';
import { firstPrompt } from '../core/prompt/first-prompt';
import { byDepth, parseFeatureId } from '../core/names/site';
import { Comparison } from './features/comparison.svelte';
import { Attributions } from './circuit/attribution.svelte';
import { CircuitTask } from './circuit/circuit.svelte';
import { TreeTask } from './circuit/tree.svelte';
import { GraphFile } from './circuit/graph-file.svelte';
import { Address } from './page/address.svelte';
import { DoseList } from './steering/doses.svelte';
import { EditList } from './steering/edit-list';
import { ThemeStory } from './steering/theme-story.svelte';
import type { Engine } from '../core/engine';
import type { Example } from './packs/example';
import { ModelImport } from './import/import.svelte';
import { Finding } from './search/finding.svelte';
import { FitTask } from './experiments/fit.svelte';
import { Experiments } from './experiments/experiments.svelte';
import { Laboratory } from './lab/laboratory.svelte';
import { Labels } from './packs/labels.svelte';
import { Model, type ModelSetup } from './packs/model.svelte';
import { placed, type SaePlace } from './packs/sae-place';
import { Packs } from './packs/packs.svelte';
import { NotebookShelf } from './notebook/notebooks.svelte';
import { OwnNames } from './notebook/own-names.svelte';
import { noticesOf } from './page/notices';
import { Preferences } from './page/preferences.svelte';
import { PromptFlows } from './flow/prompt-flow.svelte';
import { Reading, rowsOf } from './prompt/reading.svelte';
import { PromptWeights } from './prompt/weights.svelte';
import { RemoteImport } from './import/remote.svelte';
import { Remeasurement } from './experiments/remeasure.svelte';
import { ReproductionTask } from './experiments/reproduction.svelte';
import { Resource } from './calls/resource.svelte';
import { Steering } from './steering/steering.svelte';
import { Trainings } from './train/trainings.svelte';
import { TextStatistics } from './corpus/statistics.svelte';

export interface Setup extends ModelSetup {
	engine: Engine;
	/** Brings the stored example, or null. */
	example?: () => Promise<Example | null>;
	/** Brings the themes stored with the page's own pack, or null. */
	themes?: () => Promise<Themes | null>;
}

export class Explorer {
	readonly address = new Address();
	readonly preferences = new Preferences();
	readonly engine: Engine;
	readonly model: Model;
	readonly reading: Reading;
	readonly labels: Labels;
	readonly steering: Steering;
	readonly story: ThemeStory;
	readonly doses: DoseList;
	readonly edits: EditList;
	readonly comparison: Comparison;
	readonly notebooks: NotebookShelf;
	readonly names: OwnNames;
	readonly experiments: Experiments;
	readonly fit: FitTask;
	readonly lab: Laboratory;
	readonly finding: Finding;
	readonly remeasurement: Remeasurement;
	readonly packs: Packs;
	readonly modelImport: ModelImport;
	readonly remoteImport: RemoteImport;
	readonly texts: TextStatistics;
	readonly trainings: Trainings;
	readonly reproductionTask: ReproductionTask;
	readonly feature: Resource<FeatureId, FeatureCard>;
	readonly flow: Resource<FlowRequest, FlowGraph>;
	readonly promptFlow: PromptFlows;
	readonly circuit: CircuitTask;
	readonly graphFile: GraphFile;
	readonly tree: TreeTask;
	readonly attribution: Attributions;
	readonly weights: PromptWeights;
	/** The packs that come with the page; the first opens by itself. */
	readonly offered: readonly SitePack[];
	example = $state.raw<Example | null>(null);
	/** The feature that was looked at last. */
	#last = $state.raw<FeatureId | null>(null);
	readonly #setup: Setup;
	/** In the order in which they ask: what is written comes before what is read beside it. */
	readonly #parts: { ask: () => void; clear: () => void }[] = [];

	constructor(setup: Setup) {
		const { engine } = setup;
		this.#setup = setup;
		this.engine = engine;
		this.offered = setup.packs ?? [];
		this.model = new Model(engine, setup);
		this.packs = new Packs(engine);
		this.packs.onForgotten = (hash) => this.model.forgotten(hash);
		this.graphFile = new GraphFile(engine);
		this.tree = this.#part(new TreeTask(engine));
		this.modelImport = new ModelImport(engine, this.packs, () => this.model.pack);
		this.remoteImport = new RemoteImport(engine, this.modelImport, this.packs);

		this.steering = this.#part(new Steering(engine), (steering) => {
			const { view, length: tokens, temperature, topP, seed, steer, paused } = this.address.state;
			const settings = { text: this.prompt, tokens, temperature, topP, seed };
			if (view === 'steer') steering.ask(settings, steer, paused);
		});
		this.story = this.#part(new ThemeStory(engine), (story) => {
			void story.find(this.model.packName);
			if (this.isFirst) story.ask(this.address.steer);
		});
		const writing = () => this.steering.busy || this.story.stream.busy || this.reading.busy;
		this.doses = this.#part(new DoseList(engine, writing), (doses) => {
			const { view, steer } = this.address;
			if (writing()) doses.yield();
			if (view === 'steer')
				doses.ask(steer.flatMap(({ id, mode }) => (mode === 'add' ? [id] : [])));
		});
		this.reading = this.#part(new Reading(engine), (reading) =>
			reading.ask(this.prompt, this.#inView())
		);
		this.labels = this.#part(new Labels(engine, () => this.model.ready));
		this.reproductionTask = this.#part(new ReproductionTask(engine), ({ stored }) => {
			if (this.address.view === 'report' && this.address.page === 'flow')
				void stored.ask(this.model.packName ?? '');
		});
		this.promptFlow = this.#part(new PromptFlows(engine));
		this.attribution = this.#part(new Attributions(engine));
		this.weights = this.#part(new PromptWeights(engine));
		this.circuit = this.#part(new CircuitTask(engine), (circuit) => {
			if (this.address.view === 'circuit') circuit.follow(this.prompt, this.reading, this.address);
		});
		const flow = new Resource((request: FlowRequest, signal) => engine.flow(request, { signal }));
		this.flow = this.#part(flow, () => {
			const { view, id } = this.address;
			if (view !== 'flow') return;
			if (id !== null) void flow.ask({ id, ...this.thresholds });
			else if (this.promptRequest) this.promptFlow.ask(this.promptRequest);
		});
		const feature = new Resource((id: FeatureId, signal) => engine.feature(id, { signal }));
		this.feature = this.#part(feature, this.#askFeature);
		const side = new Comparison(engine);
		this.comparison = this.#part(side, () => side.ask(this.address, this.focus));
		this.edits = new EditList(engine, this.address, this.labels, this.reading, this.doses);
		this.experiments = this.#part(new Experiments(engine));
		this.remeasurement = this.#part(new Remeasurement(engine));
		this.texts = this.#part(new TextStatistics(engine, this.packs));
		this.trainings = this.#part(new Trainings(engine, this.packs));
		this.fit = this.#part(new FitTask(engine));
		this.lab = this.#part(new Laboratory(engine), ({ methods }) => {
			const { view, page, options } = this.address;
			if (view !== 'lab' || page === null || page === 'flow') return;
			methods.get(page)?.follow(options, { sae: this.site ?? '', prompt: this.prompt });
		});
		this.finding = this.#part(new Finding(engine), (finding) => {
			if (this.address.view === 'find') finding.follow(this.address.state, this.site);
		});
		this.notebooks = new NotebookShelf(engine);
		this.names = this.#part(new OwnNames(engine, [this.labels, this.feature, this.finding, side]));
		this.notebooks.onNames = () => this.model.ready && void this.names.refresh();

		this.address.onChange = () => this.#follow();
		this.reading.onSettled = () => {
			this.#follow();
			void this.model.keep();
			this.finding.prepareSoon();
		};
		this.model.onLeave = () => this.#leave();
		this.model.onReady = () => {
			this.labels.flush();
			void this.names.refresh();
			this.#follow();
			if (this.prompt.trim() === '') void this.model.keep();
		};
	}

	/** Loads the model, once `first` is done, and follows the address; the answer ends the latter. */
	start(first?: Promise<void>): () => void {
		const stops = [this.address.listen(), this.notebooks.listen()];
		void (first ? first.then(() => this.#begin()) : this.#begin());
		return () => stops.forEach((stop) => stop());
	}

	/** Whether the address asks for the page's own pack, which the worked example is of. */
	readonly #isOwn: boolean = $derived.by(() => {
		const { pack } = this.address;
		const own = this.offered[0] && shortHash(this.offered[0].hash);
		return pack === null || (own !== undefined && pack.endsWith(`-${own}`));
	});

	/** The prompt in force. */
	readonly prompt: string = $derived.by(() => {
		const example = this.#isOwn ? this.example?.prompt : null;
		return this.address.prompt ?? firstPrompt(this.model.pack?.chat ?? null, example ?? null);
	});

	/** Every SAE in order of depth: of the pack, or of the worked example before one is open. */
	readonly saes: SaePlace[] = $derived.by(() => {
		const pack = this.model.pack?.saes;
		const example = this.#isOwn ? this.example : null;
		const known = pack ?? example?.sites.map(({ sae: id, site }) => placed(id, site)) ?? [];
		return known
			.map(({ id, site, layer, kind }) => ({ id, site, layer, kind }))
			.toSorted((a, b) => byDepth(a.id, b.id));
	});

	/** The chosen SAE: the address's, else the residual of the middle layer. */
	readonly site: SaeId | null = $derived.by(() => {
		const asked = this.address.site;
		if (asked !== null && (this.saes.length === 0 || this.#has(asked))) return asked;
		const layers = this.model.pack?.layers ?? 1 + Math.max(-1, ...this.saes.map((s) => s.layer));
		const middle = `blocks.${layers >> 1}.hook_resid_post`;
		if (this.#has(middle)) return middle;
		return this.saes[this.saes.length >> 1]?.id ?? null;
	});

	/** Index of the chosen token: the address's, else the last. */
	readonly token: number = $derived.by(() => {
		const last = this.reading.tokens.length - 1;
		return Math.min(this.address.token ?? last, last);
	});

	/** Features of the chosen token at the chosen site, strongest first. */
	readonly strongest: { id: FeatureId; activation: number }[] = $derived.by(() => {
		const site = this.site === null ? undefined : this.reading.sites.get(this.site);
		if (!site || this.token < 0 || this.token >= rowsOf(site)) return [];
		const [from, to] = [site.offsets[this.token]!, site.offsets[this.token + 1]!];
		return Array.from(site.features.subarray(from, to), (feature, i) => ({
			id: `${site.sae}/${feature}`,
			activation: site.activations[from + i]!
		}));
	});

	/** The feature that the views Feature and Flow are about. */
	readonly focus: FeatureId | null = $derived(
		this.address.id ?? this.#last ?? this.strongest[0]?.id ?? null
	);

	/** Least cosines of the flow view; absent: the null's 99.9th percentile. */
	readonly thresholds: Thresholds = $derived.by(() => {
		const { tRes, tModule } = this.address;
		return { ...(tRes !== null && { tRes }), ...(tModule !== null && { tModule }) };
	});

	/** What the flow of the prompt is asked; null while the prompt is not read, or has nothing to ask of. */
	readonly promptRequest: PromptFlowRequest | null = $derived.by(() => {
		const { tokens, source, text, busy, error } = this.reading;
		const { token, most, beside } = this.address;
		if (source !== 'engine' || text !== this.prompt || busy || error) return null;
		const chosen = token === null ? null : this.token;
		const asked = chosen === null ? tokens : tokens.slice(chosen, chosen + 1);
		if (asked.every(({ special }) => special)) return null;
		const second = beside === null || beside.trim() === '' ? {} : { beside };
		return { text, token: chosen, most, ...this.thresholds, ...second };
	});

	/** Whether a visitor has asked for nothing yet, and is shown a story that themes rewrite. */
	readonly isFirst: boolean = $derived.by(
		() =>
			this.address.view === 'explore' && this.address.prompt === null && this.story.themes !== null
	);

	/** Whether what is shown is the stored example and not the engine's own work. */
	readonly isExample: boolean = $derived.by(() => this.reading.source === 'example');

	/** What of the address could not be followed, one sentence each. */
	readonly notices: string[] = $derived.by(() =>
		noticesOf(this.address, this.model, this.reading, this.site, (sae) => this.#has(sae))
	);

	/** Address of a view with every parameter, for links. */
	href(view: View): string;
	href(view: 'feature' | 'flow', id: FeatureId): string;
	href(view: View, id?: FeatureId): string {
		const owned = view === 'feature' || view === 'flow';
		const stays = view === 'flow' && this.address.view === 'flow';
		return this.address.href(view, owned ? (id ?? (stays ? this.address.id : this.focus)) : null);
	}

	/** Address of Explore with this SAE chosen. */
	exploreHref(site: SaeId): string {
		return this.address.href('explore', null, { site });
	}

	/** Address of this view with another pack open; sites and features are not those of the one before. */
	packHref(pack: string): string {
		const none = { site: null, within: null, token: null, steer: [], groups: [] };
		return this.address.href(this.address.view, null, { ...none, pack });
	}

	/** Opens another stored pack in this view. */
	openPack(pack: string): void {
		this.address.set({ site: null, within: null, token: null, steer: [], groups: [], pack });
	}

	/** Address of a page of the report; null is its first. */
	reportHref(page: ReportPage | null): string {
		return this.address.href('report', null, { page });
	}

	type(prompt: string): void {
		this.address.type(prompt);
	}

	choose(choice: { site?: SaeId; token?: number | null }): void {
		this.address.set(choice);
	}

	setThresholds({ tRes, tModule }: Thresholds): void {
		this.address.set({ tRes: tRes ?? null, tModule: tModule ?? null });
	}

	/** Asks for what is not there, after something changed that no address holds. */
	askAgain(): void {
		this.#follow();
	}

	/** Drops from the address what could not be followed. */
	tidy(): void {
		const { site, token, pack } = this.address;
		this.address.set({
			site: site === null ? null : this.site,
			token: token === null || token >= this.reading.tokens.length ? null : token,
			pack: pack === null ? null : this.model.packName
		});
	}

	/** Full address with the pack's name, so that another machine knows what made it. */
	link(): string {
		return this.address.link({ pack: this.model.packName ?? this.address.pack });
	}

	#has(sae: SaeId): boolean {
		return this.saes.some(({ id }) => id === sae);
	}

	async #begin(): Promise<void> {
		this.model.want(this.address.pack);
		const opening = this.model.open();
		const themes = this.#setup.themes?.();
		const example = (await this.#setup.example?.()) ?? null;
		if (this.#isOwn && this.story.themes === null) this.story.themes = (await themes) ?? null;
		this.example = example;
		if (example && this.#isOwn && this.prompt === example.prompt && !this.model.ready)
			this.#show(example);
		this.#follow();
		await opening;
	}

	#show(example: Example): void {
		this.reading.show(example);
		this.labels.learn(example.lines);
		if (example.write && this.address.steer.length === 0) this.steering.example = example.write;
	}

	/** Asks the engine for whatever the address and the view need and is not there. */
	#follow(): void {
		const { id, pack } = this.address;
		this.model.want(pack);
		if (id !== null) this.#last = id;
		if (this.model.ready) for (const { ask } of this.#parts) ask();
		else if (this.model.phase === 'opening') this.#askFeature();
	}

	/** A card needs the pack, but nothing that runs: it is there before the engine is ready. */
	readonly #askFeature = (): void => {
		if (this.address.view === 'feature' && this.focus !== null) void this.feature.ask(this.focus);
	};

	/** Keeps what a view found with the open pack; `ask` is called when the address or the prompt changes. */
	#part<P extends { clear(): void }>(part: P, ask: (part: P) => void = () => undefined): P {
		this.#parts.push({ ask: () => ask(part), clear: () => part.clear() });
		return part;
	}

	/** Forgets what was found with a pack that is open no more. */
	#leave(): void {
		for (const { clear } of this.#parts) clear();
		this.#last = null;
	}

	/** SAEs whose features are in sight. */
	#inView(): SaeId[] {
		const { view, compare } = this.address;
		const ids = view === 'explore' ? [] : [this.focus, compare];
		const saes = ids.map((id) => (id === null ? null : (parseFeatureId(id)?.sae ?? null)));
		return [...saes, this.site].filter((sae) => sae !== null);
	}
}

export const [getExplorer, setExplorer] = createContext<Explorer>();
