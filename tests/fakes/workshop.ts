/** A workshop without an engine: what is found and made, as a test says, with what was asked of it. */
import {
	NO_OVERRIDES,
	type BuildRequest,
	type ImportSource,
	type SaeOverrides
} from '../../src/core/import/build-request';
import type {
	SaeFacts,
	ImportListing,
	ListedSae,
	ListedModel
} from '../../src/core/import/listing';
import { runOf, type Handlers, type Run } from '../../src/core/calls';
import type { Calls } from '../../src/core/engine';
import { Problem } from '../../src/core/names/errors';
import type { RemoteSource } from '../../src/core/import/remote';
import type { Imported } from '../../src/core/packs/stored';
import type {
	TextFeature,
	PendingText,
	TextPart,
	TextRequest
} from '../../src/core/corpus/requests';
import type {
	FitRequest,
	ExpectedFit,
	RepairRequest,
	SaeFit,
	FitReport
} from '../../src/core/experiments/fit';

/** One that fits, one that is off by a layer, one that cannot be measured. */
export function fakeFitReport(): FitReport {
	const expected: ExpectedFit = { l0: [16, 64], stated: true, explained: 0.3 };
	const ce = { ce_clean: 2.1, ce_sae: 2.25, ce_zero: 9.4, ce_recovered: 0.98, tokens: 680 };
	const site = 'blocks.1.hook_resid_post';
	const nothing = { gain: null, measured: null, repair: null, repaired: null };
	return {
		tokens: 680,
		text: 'built in',
		saes: [
			{
				...{ sae: 'blocks.0.hook_resid_post', word: 'fits', expected, why: 'It explains 91.0 %.' },
				...{ ...nothing, gain: 0.1, measured: { l0: 32, fvu: 0.09, ...ce } }
			},
			{
				...{ sae: 'blocks.0.hook_mlp_out', word: 'does not fit', expected, gain: 3.1 },
				why: `Most likely it sits at the wrong hook: it was trained at ${site}.`,
				measured: { l0: 32, fvu: 4.5, ...ce, ce_sae: 7.2, ce_recovered: 0.3 },
				repair: { kind: 'site', site },
				repaired: { l0: 32, fvu: 0.12, ...ce }
			},
			{
				...{ sae: 'blocks.1.hook_attn_out', word: 'cannot tell', expected, ...nothing },
				why: 'It reads 32 numbers, but every site of this model is 64 wide.'
			}
		]
	};
}

export const foundModel = (over: Partial<ListedModel> = {}): ListedModel => ({
	path: '',
	type: 'gpt2',
	layers: 12,
	dModel: 768,
	vocabSize: 50257,
	context: 1024,
	parameters: 124439808,
	bytes: 497759232,
	dtype: 'F32',
	stored: { f32: 497759232, f16: 249e6, q8: 125e6 },
	...over
});

export function foundSae(layer: number, over: Partial<SaeFacts> = {}): ListedSae {
	const site = `blocks.${layer}.hook_resid_pre`;
	const stored = { f32: 151e6, f16: 76e6, q8: 38e6 };
	const facts = { site, architecture: 'standard', dIn: 768, dSae: 24576, k: null, stored, ...over };
	return {
		path: `saes/${site}`,
		bytes: 151e6,
		formats: ['SAELens'],
		facts,
		missing: null,
		reason: null
	};
}

export const foundThings = (over: Partial<ImportListing> = {}): ImportListing => ({
	name: 'gpt2',
	isPack: false,
	models: [foundModel()],
	saes: [foundSae(6), foundSae(8)],
	unusable: [],
	otherFiles: 3,
	...over
});

export class FakeWorkshop implements Partial<Handlers<Calls>> {
	found = foundThings();
	/** Why the next pack is not made. */
	failure: Problem | null = null;
	/** Work waits for it when half is done. */
	gate: Promise<void> | null = null;
	readonly looked: Record<string, SaeOverrides>[] = [];
	readonly made: BuildRequest[] = [];

	/** An SAE that asks for its site has one once it is stated. */
	async listImport(
		{ overrides }: { source: ImportSource; overrides: Record<string, SaeOverrides> },
		{ signal }: Run = runOf()
	): Promise<ImportListing> {
		this.looked.push(overrides);
		signal.throwIfAborted();
		const saes = this.found.saes.map((sae) => {
			const { site } = overrides[sae.path] ?? NO_OVERRIDES;
			if (sae.missing !== 'site' || site === null) return sae;
			return { ...foundSae(0, { site }), path: sae.path };
		});
		return { ...this.found, saes };
	}

	/** Bytes that have arrived and were not used. */
	arrived = 0;
	readonly fetched: RemoteSource[] = [];

	async fetchPack(source: RemoteSource, { progress }: Run = runOf()): Promise<Imported> {
		this.fetched.push(source);
		progress({ phase: 'download', what: 'model.safetensors', done: 200e6, total: 800e6 });
		await this.gate;
		const title = 'A pack from elsewhere';
		return { name: 'elsewhere', title, hash: 'd'.repeat(12), files: 9, bytes: 8e8, added: 8e8 };
	}

	async pendingDownloads(): Promise<number> {
		return this.arrived;
	}

	async discardDownloads(): Promise<void> {
		this.arrived = 0;
	}

	async buildPack(order: BuildRequest, { signal, progress }: Run = runOf()): Promise<Imported> {
		this.made.push(order);
		const phase = order.source.kind === 'remote' ? 'download' : 'store';
		progress({ phase, what: 'model.safetensors', done: 200e6, total: 800e6 });
		await this.gate;
		signal.throwIfAborted();
		if (this.failure) throw this.failure;
		const { title } = order;
		return { name: 'made', title, hash: 'c'.repeat(12), files: 9, bytes: 800e6, added: 800e6 };
	}

	/** Texts that were asked for; null where one went on. */
	readonly gathered: (TextRequest | null)[] = [];
	pendingWalk: PendingText | null = null;

	async corpusStatistics(
		request: TextRequest | null,
		{ signal, part }: Run<TextPart>
	): Promise<Imported> {
		this.gathered.push(request);
		const name = request?.name ?? this.pendingWalk?.name ?? '';
		const saes = request?.saes ?? this.pendingWalk?.saes ?? [];
		const tokens = 7_000;
		part(fakePart(name, saes, tokens));
		this.pendingWalk = { name, bytes: 100_000, done: 40_000, tokens, saes };
		await this.gate;
		signal.throwIfAborted();
		if (this.failure) throw this.failure;
		this.pendingWalk = null;
		const [hash, title] = ['d'.repeat(12), 'A fake model'];
		return { name: 'fake', title, hash, files: 9, bytes: 30e6, added: 1e6 };
	}

	async pendingStatistics(): Promise<PendingText | null> {
		return this.pendingWalk;
	}

	async discardStatistics(): Promise<void> {
		this.pendingWalk = null;
	}

	async featureSoFar(id: string): Promise<TextFeature | null> {
		const activations = [0, 2, 0.5];
		const example = { tokens: ['the', ' fox', ' ran'], activations, quantile: 1 };
		const histogram = { edges: [0, 1, 2, 3], counts: [20, 5, 1] };
		const examples = [{ ...example, source: 'text' as const }];
		return { id, tokens: 7_000, density: 26 / 7_000, max: 2, mean: 0.8, histogram, examples };
	}

	/** What every fit report says, one SAE after another. */
	fitReport: FitReport = fakeFitReport();
	readonly fitRequests: FitRequest[] = [];
	readonly repaired: RepairRequest[] = [];

	async fit(request: FitRequest, { signal, progress, part }: Run<SaeFit>): Promise<FitReport> {
		this.fitRequests.push(request);
		if (this.failure) throw this.failure;
		const { saes } = this.fitReport;
		for (const [i, verdict] of saes.entries()) {
			progress({ phase: 'measure', what: verdict.sae, done: i, total: saes.length });
			if (i > 0) await this.gate;
			signal.throwIfAborted();
			part(verdict);
		}
		return { ...this.fitReport, text: request.text === null ? 'built in' : 'own' };
	}

	async repairSae(order: RepairRequest, { signal }: Run = runOf()): Promise<Imported> {
		this.repaired.push(order);
		await this.gate;
		signal.throwIfAborted();
		if (this.failure) throw this.failure;
		const stored = { files: 9, bytes: 800e6, added: 1e6 };
		return { name: 'repaired', title: 'Repaired', hash: 'd'.repeat(12), ...stored };
	}
}

function fakePart(what: string, saes: string[], tokens: number): TextPart {
	const edges = Array.from({ length: 13 }, (_, i) => -6 + i / 2);
	const counts = [0, 0, 0, 0, 3, 40, 300, 700, 500, 90, 5, 0];
	return {
		progress: { phase: 'read', what, done: 40_000, total: 100_000 },
		documents: 12,
		tokens,
		saes: saes.map((id) => {
			const density = { edges, counts };
			return { id, features: 2048, seen: 1638, l0: 32, fvu: 0.12, density };
		})
	};
}
