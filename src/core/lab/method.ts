/** What the laboratory knows of a method: its paper, what it can and cannot say, and what may be set. */
import { Problem } from '../names/errors';

/** A published method, run on whatever pack is open. */
export interface Method<O extends Options = Options> {
	/** As its heading and its region are called. */
	title: string;
	paper: { title: string; authors: string; year: number; url: string };
	/** What it shows, in a sentence. */
	does: string;
	/** What its numbers can and cannot say. */
	says: string;
	options: O;
	/** Whether it begins by itself: only where the answer is there within a second or two. */
	live?: true;
}

/** What every method finds: how much it rests on, and what chance gives. */
export interface Found {
	n: number;
	/** Of what there are `n`. */
	unit: string;
	control: unknown;
}

/** Something a reader may set. `about` ends no sentence: "how many features". */
export type Option = { about: string } & (
	| /** An SAE; the one in view unless said otherwise. */ { kind: 'sae' }
	| /** A text to be read; the page's prompt unless said otherwise. */ { kind: 'prompt' }
	| { kind: 'whole' | 'number'; usual: number; least: number; most: number }
	| { kind: 'choice'; usual: string; of: readonly string[] }
	| /** A line of text. */ { kind: 'line'; usual: string }
	| /** Long text of the reader's own, from a file; it stays out of addresses. */ { kind: 'file' }
);
export type Options = Readonly<Record<string, Option>>;

/** The option that every method with chance in it has. */
export const seedOf = (about: string) =>
	({ kind: 'whole', usual: 0, least: 0, most: 4_294_967_295, about }) as const;

type Value<O extends Option> = O extends { kind: 'whole' | 'number' }
	? number
	: O extends { kind: 'choice'; of: readonly (infer Name)[] }
		? Name
		: O extends { kind: 'file' }
			? string | null
			: string;

/** The values of a method's options. */
export type Settings<O extends Options> = { -readonly [K in keyof O]: Value<O[K]> };

/** What is set where a reader says nothing. */
export interface Surroundings {
	sae: string;
	prompt: string;
}

/** What a reader has set, as text, by the names of the options. */
export type Given = Readonly<Record<string, string>>;

/** Throws a Problem for an option that there is not, and for a value that cannot be. */
export function settingsOf<O extends Options>(
	options: O,
	given: Given,
	around: Surroundings
): Settings<O> {
	for (const name of Object.keys(given))
		if (!Object.hasOwn(options, name)) {
			const known = Object.keys(options).join(', ');
			throw wrong(`There is no option "${name.slice(0, 40)}" here.`, `Options: ${known}.`);
		}
	return Object.fromEntries(
		Object.entries(options).map(([name, option]) => [
			name,
			valueOf(name, option, Object.hasOwn(given, name) ? given[name]! : null, around)
		])
	) as Settings<O>;
}

function valueOf(
	name: string,
	option: Option,
	text: string | null,
	{ sae, prompt }: Surroundings
): string | number | null {
	switch (option.kind) {
		case 'sae':
			return text ?? sae;
		case 'prompt':
			return text ?? prompt;
		case 'file':
			return text;
		case 'line':
			return text ?? option.usual;
		case 'choice':
			if (text === null || option.of.includes(text)) return text ?? option.usual;
			throw wrong(
				`${name} is "${text.slice(0, 40)}", which it cannot be.`,
				`Choose one of ${option.of.join(', ')}.`
			);
		default:
			return text === null ? option.usual : numberOf(name, option, text);
	}
}

function numberOf(
	name: string,
	{ kind, least, most }: { kind: 'whole' | 'number'; least: number; most: number },
	text: string
): number {
	const value = text.trim() === '' ? NaN : Number(text);
	if (value >= least && value <= most && (kind === 'number' || Number.isInteger(value)))
		return value;
	throw wrong(
		`${name} is "${text.slice(0, 40)}".`,
		`Give a ${kind === 'whole' ? 'whole ' : ''}number from ${least} to ${most}.`
	);
}

const wrong = (sentence: string, advice: string): Problem => new Problem('usage', sentence, advice);
