/** The default strength of features, measured: see `core/steering/dose.ts`. */
import { BOUND, DOSE_PROMPTS, DOSE_WRITING, type Dose } from '../../src/core/steering/dose';
import { matchKl } from '../../src/core/steering/strengths';
import type { Edit } from '../../src/core/steering/writing';
import { Problem } from '../../src/core/names/errors';
import type { SaeId } from '../../src/core/names/ids';
import type { Workbench } from '../packs/open-pack';
import type { Sae } from '../sae/sae';
import { Divergence, idsOf, written, type Texts } from './fluency';
import { steeringOf } from './steering';

/** The divergence is brought so near to its bound, from below. */
const NEAR = 0.04;
const STEPS = 24;
const MOST = 1e6;
/** What writes badly is made weaker by this, so often. */
const WEAKER = 0.8;
const TIMES = 10;
const SEED = 5;

/** Writes and measures without steering once, for as many features as are asked for. */
export class Doses {
	readonly #prompts: number[][];
	readonly #divergence: Divergence;
	#plain: Promise<Texts[]> | null = null;

	constructor(readonly bench: Workbench) {
		this.#prompts = idsOf(DOSE_PROMPTS, bench);
		this.#divergence = new Divergence(this.#prompts, bench);
	}

	/** The dose of `edits`, whose strengths say how they are to one another. `start` is tried first. */
	async of(edits: Edit[], start: number, signal?: AbortSignal): Promise<Dose> {
		const saes = await this.bench.steered(edits, signal);
		const at = (strength: number) => steeringOf(scaled(edits, strength), saes);
		const kl = (strength: number) => this.#divergence.of(at(strength), signal);
		const target = BOUND.kl * (1 - NEAR);
		const found = await matchKl(kl, target, {
			most: MOST,
			tolerance: BOUND.kl * NEAR,
			steps: STEPS,
			start
		});
		const below = found.tried.filter((tried) => tried.kl <= BOUND.kl);
		const first = below.reduce((a, b) => (b.strength > a.strength ? b : a), { strength: 0, kl: 0 });
		if (first.strength === 0) throw without(edits);
		let add = Number(first.strength.toPrecision(3));
		for (let time = 0; time < TIMES; time++) {
			const { ratio, looping } = await this.#fluency(edits, add, saes, signal);
			const moved = await kl(add);
			if (ratio <= BOUND.perplexityRatio && !looping && moved <= BOUND.kl)
				return { add, kl: moved, perplexityRatio: ratio };
			add = Number((add * WEAKER).toPrecision(3));
		}
		throw without(edits);
	}

	/** What is measured at a strength. */
	async at(edits: Edit[], add: number, signal?: AbortSignal): Promise<Dose> {
		const saes = await this.bench.steered(edits, signal);
		const { ratio } = await this.#fluency(edits, add, saes, signal);
		const kl = await this.#divergence.of(steeringOf(scaled(edits, add), saes), signal);
		return { add, kl, perplexityRatio: ratio };
	}

	async #fluency(edits: Edit[], add: number, saes: Map<SaeId, Sae>, signal?: AbortSignal) {
		this.#plain ??= this.#write([], 0, saes);
		this.#plain.catch(() => (this.#plain = null));
		const plain = await this.#plain;
		const steered = await this.#write(edits, add, saes, signal);
		return {
			ratio: Math.max(...steered.map((texts, i) => texts.perplexity / plain[i]!.perplexity)),
			// A model that repeats itself unsteered may do so steered.
			looping: steered.some((texts, i) => texts.loops > plain[i]!.loops)
		};
	}

	/** Greedily after one half of the prompts, sampled after the other. */
	async #write(edits: Edit[], add: number, saes: Map<SaeId, Sae>, signal?: AbortSignal) {
		const { tokens, temperature } = DOSE_WRITING;
		const steering = steeringOf(scaled(edits, add), saes);
		const texts: Texts[] = [];
		for (const [half, t] of [0, temperature].entries()) {
			const prompts = this.#prompts.filter((_, i) => i % 2 === half);
			const settings = { tokens, temperature: t, seed: SEED };
			texts.push(await written(prompts, steering, settings, this.bench, signal));
		}
		return texts;
	}
}

/** Edits made stronger. */
export const scaled = (edits: Edit[], by: number): Edit[] =>
	edits.map((edit) => ({ ...edit, value: edit.value * by }));

function without(edits: Edit[]): Problem {
	return new Problem(
		'unsupported',
		`No strength of ${edits.map(({ id }) => id).join(', ')} changes what the model writes and leaves it fluent.`,
		'Choose another feature, or set a strength by hand.'
	);
}
