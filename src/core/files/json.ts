/**
 * Parsers of JSON that came from outside, declared from small ones: each returns a value of its type or throws a
 * Problem that names the path of what is wrong. Fields that no parser asks for are ignored.
 */
import { plainText } from '../names/plain-text';
import { Problem } from '../names/errors';

/** `at`: the path of the value, for messages; '' for the whole file. */
export type Parse<T> = (value: unknown, at: string) => T;

/** How the messages begin: the file that they are about. */
export const DESCRIPTION = "The pack's description (pack.json)";

export function invalid(what: string): Problem {
	return new Problem(
		'pack-invalid',
		`${DESCRIPTION} ${what}.`,
		'Ask whoever made the pack, or make it again.'
	);
}

const usable =
	<T>(is: (value: unknown) => value is T): Parse<T> =>
	(value, at) => {
		if (is(value)) return value;
		throw invalid(`has no usable ${at || 'content'}`);
	};

/** An object with any fields. */
export const fields = usable(
	(value): value is Record<string, unknown> =>
		typeof value === 'object' && value !== null && !Array.isArray(value)
);

/** A number from `least` to `most`, both included. */
export const numberFrom = (least: number, most = Number.MAX_VALUE) =>
	usable((n): n is number => typeof n === 'number' && n >= least && n <= most);

export const number = numberFrom(-Number.MAX_VALUE);

/** A number from 0 to 1. */
export const share = numberFrom(0, 1);

export const integer = (least: number, most = 2 ** 40) =>
	usable(
		(n): n is number => Number.isInteger(n) && (n as number) >= least && (n as number) <= most
	);

export const textUpTo = (longest: number) =>
	usable((value): value is string => typeof value === 'string' && value.length <= longest);

export const text = textUpTo(20_000);

/** Text that people read: what is more than `longest` is left out, as is what turns the text around it. */
export const shown =
	(longest: number, parse = text): Parse<string> =>
	(value, at) =>
		plainText(parse(value, at)).slice(0, longest);

/** Text of this form; `wrong` as in `checked`. */
export const matching = (form: RegExp, wrong?: string): Parse<string> =>
	checked(text, (value, at) => !form.test(value) && (wrong ?? `has no usable ${at}`));

/** A value as a sentence names it. An object may have a toString of its own, which is no function. */
export const asWritten = (value: unknown): string =>
	typeof value === 'object' ? JSON.stringify(value) : String(value);

export const oneOf =
	<T extends string>(known: readonly T[]): Parse<T> =>
	(value, at) => {
		const found = known.find((word) => word === value);
		if (found !== undefined) return found;
		throw invalid(
			`asks for ${at} "${asWritten(value).slice(0, 40)}", which is not one of ${known.join(', ')}`
		);
	};

export const nullable =
	<T>(parse: Parse<T>): Parse<T | null> =>
	(value, at) =>
		value === null ? null : parse(value, at);

/** A value that may be missing or null, and is `absent` then. */
export function optional<T>(parse: Parse<T>): Parse<T | undefined>;
export function optional<T, A>(parse: Parse<T>, absent: A): Parse<T | A>;
export function optional<T, A>(parse: Parse<T>, absent?: A): Parse<T | A | undefined> {
	return (value, at) => (value == null ? absent : parse(value, at));
}

/** `wrong` returns what is wrong with a parsed value, if anything is: the rest of a sentence that begins with the file. */
export const checked =
	<T>(parse: Parse<T>, wrong: (value: T, at: string) => string | false | null): Parse<T> =>
	(value, at) => {
		const parsed = parse(value, at);
		const what = wrong(parsed, at);
		if (what) throw invalid(what);
		return parsed;
	};

export const list =
	<T>(item: Parse<T>, most = 10_000): Parse<T[]> =>
	(value, at) => {
		if (!Array.isArray(value) || value.length > most) throw invalid(`has no usable list ${at}`);
		return value.map((one, i) => item(one, `${at}[${i}]`));
	};

/** A list of exactly `length` values. */
export const listOf = <T>(length: number, item: Parse<T>): Parse<T[]> =>
	checked(
		list(item),
		(items, at) => items.length !== length && `has a ${at} of another length than ${length}`
	);

export const pair = <T>(item: Parse<T>) => listOf(2, item) as Parse<[T, T]>;

/** A list whose values each have a parser of their own; missing ones are parsed as undefined. */
export const tuple =
	<T extends unknown[]>(...items: { [I in keyof T]: Parse<T[I]> }): Parse<T> =>
	(value, at) => {
		const values = list((one) => one)(value, at);
		return items.map((item, i) => item(values[i], `${at}[${i}]`)) as T;
	};

/** An object with any keys. It has no prototype, so a key is `in` it only if it was in the file. */
export const record =
	<T>(item: Parse<T>, most = Infinity): Parse<Record<string, T>> =>
	(value, at) => {
		const entries = Object.entries(fields(value, at));
		if (entries.length > most) throw invalid(`has more than ${most} entries in ${at}`);
		const result = Object.create(null) as Record<string, T>;
		for (const [key, one] of entries) result[key] = item(one, `${at}["${key.slice(0, 80)}"]`);
		return result;
	};

/** A parser of a field, with the field's name in the file where it is a different one. */
type Field<T> = Parse<T> | readonly [name: string, parse: Parse<T>];
type ValueOf<F> = F extends Field<infer T> ? T : never;
type OptionalKey<S> = { [K in keyof S]: undefined extends ValueOf<S[K]> ? K : never }[keyof S];
type ObjectOf<S> = { [K in Exclude<keyof S, OptionalKey<S>>]: ValueOf<S[K]> } & {
	[K in OptionalKey<S>]?: Exclude<ValueOf<S[K]>, undefined>;
};

/** Fields that are parsed as undefined are left out. */
export const object =
	<const S extends Record<string, Field<unknown>>>(shape: S): Parse<ObjectOf<S>> =>
	(value, at) => {
		const from = fields(value, at);
		const entries = Object.entries<Field<unknown>>(shape).map(([key, field]) => {
			const [name, parse] = typeof field === 'function' ? [key, field] : field;
			return [key, parse(from[name], at ? `${at}.${name}` : name)] as const;
		});
		return Object.fromEntries(entries.filter(([, one]) => one !== undefined)) as ObjectOf<S>;
	};

/** Fields of one kind, to be spread into the shape of an `object`. */
export const each = <const K extends string, T>(keys: readonly K[], parse: Parse<T>) =>
	Object.fromEntries(keys.map((key) => [key, parse])) as Record<K, Parse<T>>;

/** Deeper than anything that is written on purpose, and far from where writing it again or sending it to another thread fails. */
const DEEPEST = 200;

/** Characters: three times the largest tokenizer.json that is published. */
const LONGEST = 100e6;

/** As `JSON.parse`, but throws a SyntaxError also for what is nested or goes on without end. */
export function parseJson(
	json: string,
	reviver?: (key: string, value: unknown) => unknown
): unknown {
	if (json.length > LONGEST) throw new SyntaxError(`It is longer than ${LONGEST} characters.`);
	// Inside strings brackets are text.
	let depth = 0;
	for (let at = 0; at < json.length; at++) {
		const code = json.charCodeAt(at);
		if (code === 0x22) {
			for (at++; at < json.length && json.charCodeAt(at) !== 0x22; at++)
				if (json.charCodeAt(at) === 0x5c) at++;
		} else if (code === 0x5b || code === 0x7b) {
			if (++depth > DEEPEST) throw new SyntaxError(`It is nested more than ${DEEPEST} deep.`);
		} else if (code === 0x5d || code === 0x7d) depth--;
	}
	return JSON.parse(json, reviver);
}

/** Parses the text of a file other than `pack.json`; messages call it `file`. */
export function parseText<T>(json: string, parse: Parse<T>, file: string, advice: string): T {
	try {
		return parse(parseJson(json), '');
	} catch (cause) {
		const sentence =
			cause instanceof Problem ? cause.sentence.replace(DESCRIPTION, file) : `${file} is not JSON.`;
		throw new Problem('pack-damaged', sentence, advice, { cause });
	}
}
