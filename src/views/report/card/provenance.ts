/** Free words of a pack about its making, as lines to show. */

import { duration, percent } from '../../../core/names/numbers';

export interface Fact {
	name: string;
	value: string;
}

const MOST = 60;

/** Nested objects become names of several parts; lists, and shares of a whole, are joined. */
export function factsOf(provenance: Record<string, unknown>, prefix = ''): Fact[] {
	return Object.entries(provenance)
		.flatMap(([key, value]): Fact[] => {
			const name = prefix + key.replaceAll('_', ' ');
			if (value === null || value === undefined || value === '') return [];
			if (Array.isArray(value)) return [{ name, value: value.map(text).join(', ') }];
			if (isShares(value)) return [{ name, value: percents(value) }];
			if (typeof value === 'object') return factsOf(value as Record<string, unknown>, `${name}, `);
			if (typeof value === 'number' && name.endsWith(' seconds'))
				return [{ name: name.replace(/seconds$/, 'time'), value: duration(value) }];
			return [{ name, value: text(value) }];
		})
		.slice(0, MOST);
}

function isShares(value: unknown): value is Record<string, number> {
	if (typeof value !== 'object' || value === null) return false;
	const parts: unknown[] = Object.values(value);
	const sum = parts.reduce((a: number, b) => a + (typeof b === 'number' && b >= 0 ? b : NaN), 0);
	return parts.length > 1 && Math.abs(sum - 1) < 0.01;
}

function percents(shares: Record<string, number>): string {
	return Object.entries(shares)
		.map(([name, share]) => `${name} ${percent(share)}`)
		.join(', ');
}

function text(value: unknown): string {
	if (typeof value === 'number')
		return Number.isInteger(value) && Math.abs(value) >= 10_000
			? value.toLocaleString('en')
			: `${value}`;
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
