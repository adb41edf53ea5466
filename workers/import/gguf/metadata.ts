/** The metadata of a GGUF file: each answer has the type that was asked for, and what nobody asked for is known. */
import { damagedGguf, type GgufValue } from '../../../src/core/files/gguf-cursor';

export class GgufMetadata {
	readonly #asked = new Set<string>();

	constructor(readonly values: ReadonlyMap<string, GgufValue>) {}

	has(key: string): boolean {
		return this.values.has(key);
	}

	text(key: string): string | null {
		return this.#of(key, (value): value is string => typeof value === 'string');
	}

	number(key: string): number | null {
		return this.#of(key, (value): value is number => typeof value === 'number');
	}

	flag(key: string): boolean | null {
		return this.#of(key, (value): value is boolean => typeof value === 'boolean');
	}

	texts(key: string): readonly string[] | null {
		return this.#of(
			key,
			(value): value is readonly string[] =>
				Array.isArray(value) && value.every((each) => typeof each === 'string')
		);
	}

	numbers(key: string): readonly number[] | null {
		return this.#of(
			key,
			(value): value is readonly number[] =>
				Array.isArray(value) && value.every((each) => typeof each === 'number')
		);
	}

	/** A number or a list of numbers: some words may be either. */
	any(key: string): GgufValue | null {
		this.#asked.add(key);
		return this.values.get(key) ?? null;
	}

	/** Keys with this beginning that nobody has asked for. */
	unasked(start: string): string[] {
		return [...this.values.keys()].filter((key) => key.startsWith(start) && !this.#asked.has(key));
	}

	/** Throws a Problem where the key has a value of another kind. */
	#of<T extends GgufValue>(key: string, fits: (value: GgufValue) => value is T): T | null {
		const value = this.any(key);
		if (value === null) return null;
		if (fits(value)) return value;
		throw damagedGguf(`says ${key.slice(0, 80)} in another form than all others`);
	}
}
