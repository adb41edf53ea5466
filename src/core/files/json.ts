/** Values out of `pack.json`, hostile until checked: each of these answers with a type or throws a Problem. */
import { Problem } from '../names/errors';

/** How the sentences of these Problems begin: the file that they are about. */
export const DESCRIPTION = "The pack's description (pack.json)";

export type Fields = Record<string, unknown>;

export function object(value: unknown, at: string): Fields {
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw invalid(`has no usable ${at}`);
	return value as Fields;
}

export function list(value: unknown, at: string): unknown[] {
	if (!Array.isArray(value) || value.length > 10_000) throw invalid(`has no usable list ${at}`);
	return value;
}

export function text(value: unknown, at: string): string {
	if (typeof value !== 'string' || value.length > 20_000) throw invalid(`has no usable ${at}`);
	return value;
}

export function number(value: unknown, at: string): number {
	if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`has no usable ${at}`);
	return value;
}

/** A whole number. */
export function count(value: unknown, at: string, least: number): number {
	const n = number(value, at);
	if (!Number.isSafeInteger(n) || n < least || n > 2 ** 40) throw invalid(`has no usable ${at}`);
	return n;
}

/** A number from 0 to 1. */
export function share(value: unknown, at: string): number {
	const n = number(value, at);
	if (n < 0 || n > 1) throw invalid(`has no usable share ${at}`);
	return n;
}

export function oneOf<T extends string>(value: unknown, known: readonly T[], at: string): T {
	const found = known.find((word) => word === value);
	if (found === undefined)
		throw invalid(
			`asks for ${at} "${String(value).slice(0, 40)}", which is not one of ${known.join(', ')}`
		);
	return found;
}

export function invalid(what: string): Problem {
	return new Problem(
		'pack-invalid',
		`${DESCRIPTION} ${what}.`,
		'Ask whoever made the pack, or make it again.'
	);
}
