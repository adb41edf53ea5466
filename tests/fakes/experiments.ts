/** The experiments of an engine without a model: what they answer follows from what they are asked. */
import { runOf, type Run } from '../../src/core/calls';
import type { Token } from '../../src/core/names/tokens';
import type {
	ArmResult,
	DivergenceRequest,
	SteeringRequest
} from '../../src/core/experiments/steering-effect';
import type { EdgeRequest, EdgeTest } from '../../src/core/experiments/edge';
import type {
	MatchAnswer,
	MatchRequest,
	NullRow,
	PairMatches,
	PairRequest
} from '../../src/core/flow/matches';
import {
	PARTS,
	WHOLE,
	type Reproduction,
	type ReproductionSettings
} from '../../src/core/experiments/reproduction';
import { featureId } from '../../src/core/names/site';
import { fakeLabel, noise } from './pack';
import { fakeNulls } from './prompt-flow';
import { fakeReproduction } from './reproduction';

export class FakeExperiments {
	/** Names of the calls so far, in order. */
	readonly log: string[] = [];

	constructor(
		/** Milliseconds between two steps. */
		public pace: number,
		/** The pack also brings what newer ones do. */
		readonly rich: boolean,
		readonly layers: number
	) {}

	/** Of a rich pack with all settings as in the paper. */
	async storedReproduction(_?: void, { signal }: Run = runOf()): Promise<Reproduction | null> {
		this.log.push('storedReproduction');
		await this.wait(signal);
		return this.rich ? fakeReproduction(this.layers, WHOLE) : null;
	}

	async reproduce(
		settings: ReproductionSettings,
		{ signal, progress }: Run = runOf()
	): Promise<Reproduction> {
		this.log.push('reproduce');
		for (const [done, what] of PARTS.entries()) {
			progress({ phase: 'read', what, done, total: PARTS.length });
			await this.wait(signal);
		}
		return fakeReproduction(this.layers, settings);
	}

	/** Grows with the square of what is added. */
	async divergence({ edits }: DivergenceRequest, { signal }: Run = runOf()): Promise<number> {
		this.log.push('divergence');
		await this.wait(signal);
		return edits.reduce((sum, edit) => sum + edit.value ** 2 / 100, 0);
	}

	async measureSteering(
		{ arms, samples }: SteeringRequest,
		{ signal, part, progress }: Run<ArmResult>
	): Promise<void> {
		this.log.push('measureSteering');
		for (const [i, { name, control, edits }] of arms.entries()) {
			await this.wait(signal);
			const dose = edits.reduce((sum, edit) => sum + edit.value, 0) / 10;
			const texts = Array.from({ length: samples }, (_, s) => ({
				text: `a fox of ${name} ${s}`,
				perplexity: 4 + dose + s / 10,
				repeated: 0.1,
				theme: control === 'none' ? 0.1 + dose / 4 : 0.1,
				lexicon: 0.05
			}));
			part({ name, control, kl: dose ** 2, texts });
			progress({ phase: 'write' as const, what: name, done: i + 1, total: arms.length });
		}
	}

	async matches(
		{ id, target, measure, k }: MatchRequest,
		{ signal, progress }: Run = runOf()
	): Promise<MatchAnswer> {
		this.log.push('matches');
		for (let done = 0; done < 3; done++) {
			progress({ phase: 'match', what: id, done, total: 3 });
			await this.wait(signal);
		}
		const matches = Array.from({ length: measure === 'assignment' ? 1 : k }, (_, i) => ({
			id: featureId(target, i),
			score: 0.9 - i / 10,
			cosine: 0.8 - i / 10,
			z: 12 - i,
			high: i < 3,
			label: fakeLabel(featureId(target, i), this.rich)
		}));
		return { matches, tokens: measure === 'pearson' || measure === 'coactivation' ? 20_000 : null };
	}

	/** Of ten features: nine with matches, the first best of all, and one without. */
	async matchPair(
		{ measure, k: most }: PairRequest,
		{ signal, progress }: Run = runOf()
	): Promise<PairMatches> {
		this.log.push('matchPair');
		for (let done = 0; done < 10; done += 5) {
			progress({ phase: 'match', what: 'features', done, total: 10 });
			await this.wait(signal);
		}
		const k = measure === 'assignment' ? 1 : most;
		const of = (f: number, i: number) => (f < 9 ? 0.9 - f / 12 - i / 50 : 0);
		const cosines = Float32Array.from({ length: 10 * k }, (_, i) => of(Math.floor(i / k), i % k));
		return {
			k,
			indices: Int32Array.from({ length: 10 * k }, (_, i) => (i < 9 * k ? 3 * i : -1)),
			scores: cosines,
			cosines,
			chance: { median: 0.3, std: 0.05, q999: 0.5, draws: 20_000, seed: 20_000 },
			without: 1,
			tokens: measure === 'pearson' || measure === 'coactivation' ? 20_000 : null
		};
	}

	async nulls(
		pair: { from: string; target: string },
		{ signal }: Run = runOf()
	): Promise<NullRow[]> {
		this.log.push(`nulls ${pair.from} ${pair.target}`);
		await this.wait(signal);
		return fakeNulls();
	}

	async testEdge(
		{ text, randoms }: EdgeRequest,
		{ signal, progress }: Run = runOf()
	): Promise<EdgeTest> {
		this.log.push('testEdge');
		const tokens = tokensOf(text);
		progress({ phase: 'read', what: 'tokens', done: 0, total: 2 });
		await this.wait(signal);
		const row = (token: number, after: number) => ({
			token,
			activation: 3,
			before: 4,
			after,
			change: 1 - after / 4,
			off: after === 0,
			loss: 2,
			lossAfter: 2.25,
			randoms: Array.from({ length: randoms }, (_, i) => ({ change: i / 100, off: false }))
		});
		return { tokens, rows: [row(1, 0), row(2, 3)], without: [3] };
	}

	async wait(signal?: AbortSignal): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve, this.pace));
		if (signal?.aborted) throw new DOMException('Cancelled.', 'AbortError');
	}
}

export function tokensOf(text: string): Token[] {
	const words = text.match(/\s?[^\s]+|\s+/g) ?? [];
	return [
		{ id: 0, text: '<|endoftext|>', special: true },
		...words.map((text) => ({ id: 1 + Math.floor(noise(text) * 4000), text, special: false }))
	];
}
