/** Themes made of features: how strong they may be, what they do to texts, and the same of random directions. */
import { normals, seeded } from '../../src/core/math/random';
import { BOUND } from '../../src/core/steering/dose';
import { matchKl } from '../../src/core/steering/strengths';
import {
	counted,
	THEME_PROMPTS,
	THEME_WRITING,
	type Theme,
	type ThemeMeasure,
	type Themes,
	type Written
} from '../../src/core/steering/themes';
import type { Edit } from '../../src/core/steering/writing';
import { likeRandom } from '../experiments/causal';
import type { Steering } from '../model/language-model';
import type { Workbench } from '../packs/open-pack';
import { runOf } from '../../src/core/calls';
import { Doses, scaled } from './dose';
import { Divergence, idsOf, written, type Texts } from './fluency';
import { steeringOf } from './steering';
import { write } from './write';

/** What a theme is made of, before it is dosed. */
export interface ThemeIdea {
	name: string;
	words: string[];
	/** How strong its features are to one another. */
	edits: Edit[];
}

const SEED = 11;
/** How near a random direction comes to the theme's divergence, as a share. */
const NEAR = 0.05;
/** A theme whose texts repeat themselves is made weaker by this, so often. */
const WEAKER = 0.85;
const TIMES = 8;

const rounded = (x: number) => Number(x.toPrecision(3));

export class ThemeMeter {
	readonly #prompts: number[][];
	readonly #divergence: Divergence;
	readonly #doses: Doses;
	readonly #plain = new Map<number, Promise<Texts>>();

	constructor(readonly bench: Workbench) {
		this.#prompts = idsOf(THEME_PROMPTS, bench);
		this.#divergence = new Divergence(this.#prompts, bench);
		this.#doses = new Doses(bench);
	}

	/**
	 * Finds the dose of a theme, and what it writes after `prompt`. Where texts of `THEME_PROMPTS` go round in circles that
	 * do not do so unsteered, or lose their fluency, it is made weaker.
	 */
	async dosed({ name, words, edits }: ThemeIdea, prompt: string, start: number): Promise<Theme> {
		const saes = await this.bench.steered(edits);
		let { add, kl, perplexityRatio } = await this.#doses.of(edits, start);
		for (let time = 0; time < TIMES; time++) {
			const strong = scaled(edits, add).map((edit) => ({ ...edit, value: rounded(edit.value) }));
			if (time === TIMES - 1 || (await this.#fluent(steeringOf(strong, saes)))) {
				const steered = await this.story(prompt, strong);
				return { name, words, edits: strong, kl, perplexityRatio, steered, measured: [] };
			}
			add = rounded(add * WEAKER);
			({ kl, perplexityRatio } = await this.#doses.at(edits, add));
		}
		throw new RangeError('Nothing was tried.');
	}

	async #fluent(steering: Steering | null): Promise<boolean> {
		for (const temperature of THEME_WRITING.temperatures) {
			const plain = await this.#unsteered(temperature);
			const steered = await this.#write(steering, temperature);
			const ratio = steered.perplexity / plain.perplexity;
			if (steered.loops > plain.loops || ratio > BOUND.perplexityRatio) return false;
		}
		return true;
	}

	/** The tokens that follow a prompt, greedily. */
	async story(prompt: string, edits: Edit[]): Promise<string[]> {
		const { bench } = this;
		const steering = steeringOf(edits, await bench.steered(edits));
		const { tokens } = THEME_WRITING;
		const request = { text: prompt, edits, tokens, temperature: 0, topP: 1, seed: 0 };
		const [ids] = idsOf([prompt], bench) as [number[]];
		return (await write(request, ids, steering, bench.model, bench.tokenizer, runOf())).tokens;
	}

	/** A theme on `THEME_PROMPTS`, beside a random direction of the same divergence. */
	async measure({ words, edits }: Pick<Theme, 'words' | 'edits'>): Promise<ThemeMeasure[]> {
		const steering = steeringOf(edits, await this.bench.steered(edits))!;
		const random = await this.#random(steering);
		const out: ThemeMeasure[] = [];
		for (const temperature of THEME_WRITING.temperatures) {
			const of = async (steering: Steering | null) =>
				told(await this.#write(steering, temperature), words);
			out.push({
				temperature,
				texts: THEME_PROMPTS.length,
				plain: told(await this.#unsteered(temperature), words),
				steered: await of(steering),
				random: await of(random)
			});
		}
		return out;
	}

	#unsteered(temperature: number): Promise<Texts> {
		const known = this.#plain.get(temperature) ?? this.#write(null, temperature);
		this.#plain.set(temperature, known);
		return known;
	}

	#write(steering: Steering | null, temperature: number): Promise<Texts> {
		const settings = { tokens: THEME_WRITING.tokens, temperature, seed: SEED };
		return written(this.#prompts, steering, settings, this.bench);
	}

	/** Random vectors at the same sites, as strong as moves the model equally far. */
	async #random(steering: Steering): Promise<Steering> {
		const normal = normals(seeded(SEED));
		const drawn = [...steering.adds].map(([site, v]) => [site, likeRandom(v, normal)] as const);
		const at = (strength: number): Steering => ({
			...steering,
			adds: new Map(drawn.map(([site, v]) => [site, v.map((x) => x * strength)]))
		});
		const target = await this.#divergence.of(steering);
		const { strength } = await matchKl((s) => this.#divergence.of(at(s)), target, {
			most: 1e4,
			tolerance: NEAR * target,
			steps: 20
		});
		return at(strength);
	}
}

function told({ texts, perplexity, loops }: Texts, words: string[]): Written {
	const counts = texts.map((text) => counted(text, words));
	const of = counts.reduce((sum, one) => sum + one.of, 0);
	const hits = counts.reduce((sum, one) => sum + one.hits, 0);
	return { share: of > 0 ? hits / of : 0, words: of, perplexity, loops };
}

/** Doses ideas, measures them and writes their stories. */
export async function makeThemes(
	ideas: ThemeIdea[],
	prompt: string,
	bench: Workbench,
	say: (line: string) => void
): Promise<Themes> {
	const meter = new ThemeMeter(bench);
	const themes: Theme[] = [];
	for (const idea of ideas) {
		const theme = await meter.dosed(idea, prompt, 40);
		themes.push({ ...theme, measured: await meter.measure(theme) });
		say(`${theme.name}: ${JSON.stringify(themes.at(-1))}`);
	}
	return { prompt, plain: await meter.story(prompt, []), themes };
}
