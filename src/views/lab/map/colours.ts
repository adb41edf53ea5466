/** What the points of a map are coloured by. */
import type { MapFound } from '../../../core/lab/methods/map/map';

export const COLOURINGS = [
	{ value: 'density', text: 'Density' },
	{ value: 'lobe', text: 'Lobe' },
	{ value: 'source', text: 'Name' },
	{ value: 'origin', text: 'Origin' }
] as const;
export type Colouring = (typeof COLOURINGS)[number]['value'];

/** Told apart by those who see few colours (Okabe and Ito). */
const KINDS = [
	...['#0072b2', '#e69f00', '#009e73', '#cc79a7'],
	...['#56b4e9', '#d55e00', '#8a8a00', '#7a5cc8']
];
const NONE = '#9aa4a8';
/** From rare to frequent. */
const SHADES = ['#2b3a8c', '#2f7fb8', '#35b0a0', '#9ac93c', '#e8b21e'];
/** Least densities of the shades. */
const STEPS = [0, 1e-4, 1e-3, 1e-2, 1e-1];

interface Colours {
	colours: string[];
	legend: { colour: string; text: string }[];
}

/** `origins`: by feature; null while they are not known. */
export function coloursOf(
	found: MapFound,
	by: Colouring,
	origins: readonly (string | null)[] | null
): Colours {
	if (by === 'density') return byDensity(found.density);
	if (by === 'lobe')
		return byKind(
			found.x.map((_, i) => {
				const lobe = found.lobes?.of[i] ?? -1;
				return lobe < 0 ? null : `lobe ${lobe + 1}`;
			}),
			found.lobes ? 'in no lobe' : 'not measured'
		);
	if (by === 'source') return byKind(found.source, 'no name');
	return byKind(origins ?? found.x.map(() => null), origins ? 'no origin' : 'being found');
}

function byDensity(density: readonly (number | null)[]): Colours {
	const shade = (x: number) => STEPS.findLastIndex((least) => x >= least);
	return {
		colours: density.map((x) => (x === null ? NONE : SHADES[shade(x)]!)),
		legend: [
			...STEPS.map((least, i) => ({
				colour: SHADES[i]!,
				text: i === 0 ? 'below 0.01 %' : `from ${100 * least} %`
			})),
			...(density.includes(null) ? [{ colour: NONE, text: 'not measured' }] : [])
		]
	};
}

function byKind(kinds: readonly (string | null)[], none: string): Colours {
	const names = [...new Set(kinds.filter((kind) => kind !== null))].toSorted();
	const colourOf = (kind: string | null) =>
		kind === null ? NONE : KINDS[names.indexOf(kind) % KINDS.length]!;
	return {
		colours: kinds.map(colourOf),
		legend: [
			...names.map((text) => ({ colour: colourOf(text), text })),
			...(kinds.includes(null) ? [{ colour: NONE, text: none }] : [])
		]
	};
}
