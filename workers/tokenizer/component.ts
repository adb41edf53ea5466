/** A component of `tokenizer.json`, of which every option must be asked for: what nobody asked for is refused. */
import { Problem } from '../../src/core/names/errors';

/** Where in `tokenizer.json` a component stands. */
export type Place = 'normalizer' | 'pre-tokenizer' | 'model' | 'post-processor' | 'added token';

/** What a tokenizer asks for and cannot have here. */
export function refused(what: string): Problem {
	return new Problem(
		'unsupported',
		`The tokenizer of this model asks for ${what}, which is not supported.`,
		'Take a model whose tokenizer does without it: other tokens would mean other numbers.'
	);
}

/** What is wrong with `tokenizer.json` itself. */
export function unsound(what: string): Problem {
	return new Problem(
		'pack-invalid',
		`The tokenizer of this pack cannot be read: ${what}.`,
		'Take tokenizer.json from the same place as the weights and make the pack again.'
	);
}

export function fieldsOf(value: unknown, what: string): Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw unsound(`${what} is no object`);
	return value as Record<string, unknown>;
}

export class Component {
	readonly type: string;
	readonly #fields: Record<string, unknown>;
	readonly #asked = new Set<string>();

	/** `type`: what to call it where its own field does not say. Throws a Problem for what is no component. */
	constructor(
		readonly place: Place,
		value: unknown,
		type?: string
	) {
		this.#fields = fieldsOf(value, `the ${place}`);
		this.type = type ?? this.text('type');
		this.#asked.add('type');
	}

	/** A field as it is; `undefined` where there is none. */
	any(name: string): unknown {
		this.#asked.add(name);
		return this.#fields[name];
	}

	/** True or false; null or absent is `otherwise`, and without that unsound, as in the other methods. */
	flag(name: string, otherwise?: boolean): boolean {
		return this.#field(name, otherwise, (x): x is boolean => typeof x === 'boolean');
	}

	text(name: string, otherwise?: string): string {
		return this.#field(name, otherwise, (x): x is string => typeof x === 'string');
	}

	count(name: string, otherwise?: number): number {
		return this.#field(
			name,
			otherwise,
			(x): x is number => Number.isSafeInteger(x) && Number(x) >= 0
		);
	}

	list(name: string): unknown[] {
		return this.#field(name, undefined, (x): x is unknown[] => Array.isArray(x));
	}

	/** One of some words. Throws a Problem that names any other. */
	choice<T extends string>(name: string, words: readonly T[], otherwise?: T): T {
		const word = this.text(name, otherwise);
		const found = words.find((known) => known === word);
		if (found === undefined) throw this.refuse(`${name} “${word}”`);
		return found;
	}

	/** Throws a Problem that names an option that nobody has asked for. */
	end(): void {
		for (const [name, value] of Object.entries(this.#fields))
			if (!this.#asked.has(name) && value !== null) throw this.refuse(`the option ${name}`);
	}

	/** A Problem that names this component, and the option if there is one to blame. */
	refuse(option?: string): Problem {
		return refused(`the ${this.place} ${this.type}${option ? ` with ${option}` : ''}`);
	}

	#field<T>(name: string, otherwise: T | undefined, fits: (x: unknown) => x is T): T {
		const value = this.any(name);
		if (fits(value)) return value;
		if (value == null && otherwise !== undefined) return otherwise;
		const which = this.type ? ` ${this.type}` : '';
		throw unsound(`${name} of the ${this.place}${which} is missing or of another kind`);
	}
}

/**
 * What `make` makes of a component, all of whose options it must ask for; `nothing` where the file has none. Throws a
 * Problem that names a component, or an option of one, that is not known to be exact.
 */
export function madeOf<T>(
	place: Place,
	value: unknown,
	make: (component: Component) => T,
	nothing: T
): T {
	if (value == null) return nothing;
	const component = new Component(place, value);
	const made = make(component);
	component.end();
	return made;
}

/** A text on its way to the model. */
export interface Piece {
	text: string;
	/** Length of the part at its beginning that comes from the very first character of the whole text. */
	lead: number;
}

/** A part of a piece. */
export const partOf = ({ text, lead }: Piece, from: number, to: number): Piece => ({
	text: text.slice(from, to),
	lead: Math.max(0, Math.min(lead, to) - from)
});

/** A piece whose characters are changed one by one. */
export const changed = ({ text, lead }: Piece, change: (text: string) => string): Piece => ({
	text: change(text),
	lead: lead > 0 ? change(text.slice(0, lead)).length : 0
});

/** A piece with something put before it, which takes the place of its first character in the text. */
export const prepended = ({ text, lead }: Piece, start: string): Piece => ({
	text: start + text,
	lead: lead > 0 ? lead + start.length : 0
});
