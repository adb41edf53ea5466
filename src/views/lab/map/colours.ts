/** What the points of a map are coloured by. */
import type { MapFound } from '../../../core/lab/methods/map/map';
import { byKind, NO_KIND, type Colours } from '../kinds';

export const COLOURINGS = [
	{ value: 'density', text: 'Density' },
	{ value: 'lobe', text: 'Lobe' },
	{ value: 'source', text: 'Name' },
	{ value: 'origin', text: 'Origin' }
] as const;
export type Colouring = (typeof COLOURINGS)[number]['value'];

/** From rare to frequent. */
const SHADES = ['#2b3a8c', '#2f7fb8', '#35b0a0', '#9ac93c', '#e8b21e'];
/** Least densities of the shades. */
const STEPS = [0, 1e-4, 1e-3, 1e-2, 1e-1];

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
		colours: density.map((x) => (x === null ? NO_KIND : SHADES[shade(x)]!)),
		legend: [
			...STEPS.map((least, i) => ({
				colour: SHADES[i]!,
				text: i === 0 ? 'below 0.01 %' : `from ${100 * least} %`
			})),
			...(density.includes(null) ? [{ colour: NO_KIND, text: 'not measured' }] : [])
		]
	};
}
