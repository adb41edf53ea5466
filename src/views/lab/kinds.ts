/** Colours of points that are of a few kinds. */

/** Told apart by those who see few colours (Okabe and Ito). */
const KINDS = [
	...['#0072b2', '#e69f00', '#009e73', '#cc79a7'],
	...['#56b4e9', '#d55e00', '#8a8a00', '#7a5cc8']
];
export const NO_KIND = '#9aa4a8';

export interface Colours {
	colours: string[];
	legend: { colour: string; text: string }[];
}

/** `none`: what those of no kind are called. */
export function byKind(kinds: readonly (string | null)[], none: string): Colours {
	const names = [...new Set(kinds.filter((kind) => kind !== null))].toSorted();
	const colourOf = (kind: string | null) =>
		kind === null ? NO_KIND : KINDS[names.indexOf(kind) % KINDS.length]!;
	return {
		colours: kinds.map(colourOf),
		legend: [
			...names.map((text) => ({ colour: colourOf(text), text })),
			...(kinds.includes(null) ? [{ colour: NO_KIND, text: none }] : [])
		]
	};
}
