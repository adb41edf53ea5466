/** Themes that a pack can write about: sliders over one or several features, dosed by measurement, with stored texts. */
import type { Call } from '../calls';
import * as j from '../files/json';
import { wordsOf } from './dose';
import { formatEdit, parseEdit } from './edits';
import type { Edit } from './writing';

export interface Theme {
	/** One or two words. */
	name: string;
	/** What counts as the theme in a text: words in lower case, or a mark. */
	words: string[];
	/** All `add`; together they are a strength of 1. */
	edits: Edit[];
	/** Measured at a strength of 1. */
	kl: number;
	perplexityRatio: number;
	/** The story at a strength of 1. */
	steered: string[];
	measured: ThemeMeasure[];
}

export interface Themes {
	/** How the story begins. */
	prompt: string;
	/** How it goes on without a theme. */
	plain: string[];
	themes: Theme[];
}

/** One theme at one temperature, on `THEME_PROMPTS`. */
export interface ThemeMeasure {
	temperature: number;
	/** Texts of each way to write. */
	texts: number;
	plain: Written;
	steered: Written;
	/** Random directions at the same sites, of the same divergence. */
	random: Written;
}

export interface Written {
	/** Share of the words that are of the theme. */
	share: number;
	/** Words in all. */
	words: number;
	/** exp of the mean −ln p of all tokens, under the model without steering. */
	perplexity: number;
	/** Texts in which four words in a row come again at once, or three times in all. */
	loops: number;
}

/** Tokens written after each prompt when themes are measured, and the temperatures. */
export const THEME_WRITING = { tokens: 48, temperatures: [0, 0.8] } as const;

/** Where the themes are measured: none of them is a prompt of the doses. */
export const THEME_PROMPTS: readonly string[] = [
	'Once upon a time there was a little girl who',
	'Tom and Anna were',
	'A woman opened the door and',
	'Long ago, in a far land,',
	'There was once a poor farmer who',
	'The teacher said to the class',
	'When the sun came up,',
	'My sister and I',
	'The old king had',
	'Lily wanted to',
	'The shop was full of',
	'On Monday the doctor',
	'They sat down together and',
	'He took the bag and',
	'A young man stood by the road and',
	'Nobody knew why the',
	'The children ran to',
	'Grandmother told them about',
	'The first thing he saw was',
	'At the end of the street'
];

export interface ThemeCalls {
	/** What the pack brings; null where it brings none. */
	themes: Call<void, Themes | null>;
}

/** How many of a text's words are of a theme, and how many there are. */
export function counted(text: string, words: readonly string[]): { hits: number; of: number } {
	const found = wordsOf(text);
	const wanted = new Set(words);
	return {
		hits: found.filter((word) => wanted.has(word)).length,
		of: found.filter((word) => /[\p{L}\p{N}]/u.test(word)).length
	};
}

const atLeast0 = j.numberFrom(0);
const written = j.object({
	share: j.share,
	words: j.integer(0),
	perplexity: atLeast0,
	loops: j.integer(0)
});
const added: j.Parse<Edit> = (value, at) => {
	const edit = parseEdit(j.text(value, at));
	if (edit?.mode === 'add') return edit;
	throw j.invalid(`has no usable ${at}`);
};
const tokens = j.list(j.textUpTo(400), 1000);
const themes = j.object({
	prompt: j.shown(400),
	plain: tokens,
	themes: j.list(
		j.object({
			name: j.checked(j.shown(40), (name, at) => name.trim() === '' && `has no usable ${at}`),
			words: j.list(j.shown(40), 200),
			edits: j.checked(
				j.list(added, 16),
				(edits, at) => edits.length === 0 && `has no usable ${at}`
			),
			kl: atLeast0,
			perplexityRatio: ['perplexity_ratio', atLeast0],
			steered: tokens,
			measured: j.optional(
				j.list(
					j.object({
						temperature: atLeast0,
						texts: j.integer(1),
						plain: written,
						steered: written,
						random: written
					}),
					8
				),
				[]
			)
		}),
		24
	)
});

/** Throws a Problem for anything else than a pack's file of themes. */
export function parseThemes(json: string): Themes {
	return j.parseText(json, themes, 'The file of themes', 'Fetch or make the pack again.');
}

/** The other way. */
export function themesJson({ prompt, plain, themes }: Themes): unknown {
	return {
		prompt,
		plain,
		themes: themes.map(({ edits, perplexityRatio, ...rest }) => ({
			...rest,
			edits: edits.map(formatEdit),
			perplexity_ratio: perplexityRatio
		}))
	};
}
