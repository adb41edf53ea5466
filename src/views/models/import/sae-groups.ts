/** Many SAEs in an order in which people find them: by layer and by what they read. */
import type { ListedSae } from '../../../core/import/listing';
import { placeOf, type SiteKind } from '../../../core/names/site';

export interface SaeGroup {
	/** `Layer 3`, or what is known instead. */
	title: string;
	saes: ListedSae[];
}

/** As filters call what an SAE reads. */
export const KINDS: Record<SiteKind, string> = {
	embed: 'embedding',
	attn: 'attention',
	mid: 'residual stream after attention',
	norm: 'normalised residual before the MLP',
	input: 'input of the MLP',
	hidden: 'hidden layer of the MLP',
	mlp: 'MLP',
	resid: 'residual stream'
};
const ORDER = Object.keys(KINDS) as SiteKind[];
/** A layer by its number: `layer 1` is neither layer 10 nor a path with a 1 in it. */
const LAYER = /\blayer\s+(\d+)(?!\S)/i;

/** Where an SAE sits, by its files or else by its path; null where only the whole file tells. */
export function siteOf({ facts, site }: ListedSae): string | null {
	return facts?.site ?? site ?? null;
}

/** Those whose path, site, format or layer holds every word of `query`, layer by layer; `layer 3` is that layer alone. */
export function groupsOf(saes: ListedSae[], query: string, kind: SiteKind | 'all'): SaeGroup[] {
	const wanted = LAYER.exec(query)?.[1];
	const words = query.replace(LAYER, ' ').toLowerCase().split(/\s+/).filter(Boolean);
	const groups = new Map<number, ListedSae[]>();
	for (const sae of saes) {
		const place = placeOf(siteOf(sae) ?? '');
		if (kind !== 'all' && place?.kind !== kind) continue;
		const layer = place ? place.layer : Infinity;
		if (wanted !== undefined && layer !== Number(wanted)) continue;
		const text = [sae.path, siteOf(sae), ...sae.formats, place ? `layer ${layer}` : ''].join(' ');
		if (!words.every((word) => text.toLowerCase().includes(word))) continue;
		groups.set(layer, [...(groups.get(layer) ?? []), sae]);
	}
	const rank = (sae: ListedSae) => ORDER.indexOf(placeOf(siteOf(sae) ?? '')?.kind ?? 'resid');
	return [...groups]
		.toSorted(([a], [b]) => a - b)
		.map(([layer, inside]) => ({
			title: layer === Infinity ? 'Layer known once it is read' : `Layer ${layer}`,
			saes: inside.toSorted(
				(a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path, 'en', { numeric: true })
			)
		}));
}
