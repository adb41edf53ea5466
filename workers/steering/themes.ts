/** Themes made of features: how strong they may be, what they do to texts, and the same of random directions. */
import { normals, seeded } from '../../src/core/math/random';
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

	/** Finds the dose of a theme, and what it writes after `prompt`. */
	async dosed({ name, words, edits }: ThemeIdea, prompt: string, start: number): Promise<Theme> {
		const { add, kl, perplexityRatio } = await this.#doses.of(edits, start);
		const strong = scaled(edits, add).map((edit) => ({
			...edit,
			value: Number(edit.value.toPrecision(3))
		}));
		const steered = await this.story(prompt, strong);
		return { name, words, edits: strong, kl, perplexityRatio, steered, measured: [] };
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
		const drawn = [...steering.adds].map(([site, v]) => {
			const length = Math.hypot(...v);
			const random = v.map(() => normal());
			const scale = length / Math.hypot(...random);
			return [site, random.map((x) => x * scale)] as const;
		});
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
