/** Short names for people; data, addresses and commands never abbreviate. */
import { parseFeatureId, placeOf, siteOf, type SiteKind } from './site';

/** Of the sites around the MLP two letters: residual in the middle, what the MLP reads (input), its norm, its hidden layer. */
const LETTER: Record<SiteKind, string> = {
	...{ attn: 'A', mlp: 'M', resid: 'R', embed: 'E' },
	...{ mid: 'RM', norm: 'MN', input: 'MI', hidden: 'MH' }
};
const WORD: Record<SiteKind, string> = {
	attn: 'attention of',
	mlp: 'MLP of',
	resid: 'residual after',
	embed: 'embedding',
	mid: 'residual after attention of',
	norm: 'normalised residual before the MLP of',
	input: 'input of the MLP of',
	hidden: 'hidden layer of the MLP of'
};

/** `R3`, `A0`, `E`; with the SAE's own name where a site has several. */
export function shortSite(sae: string): string {
	const place = placeOf(siteOf(sae));
	const name = sae.includes('@') ? `@${sae.split('@')[1]}` : '';
	if (!place) return sae;
	return `${LETTER[place.kind]}${place.kind === 'embed' ? '' : place.layer}${name}`;
}

/** `R3 · 812` */
export function shortFeature(id: string): string {
	const parsed = parseFeatureId(id);
	return parsed ? `${shortSite(parsed.sae)} · ${parsed.index}` : id;
}

/** `residual after layer 3`; with the SAE's own name where a site has several. */
export function siteInWords(sae: string): string {
	const place = placeOf(siteOf(sae));
	if (!place) return sae;
	const own = sae.includes('@') ? `, SAE “${sae.split('@')[1]}”` : '';
	if (place.kind === 'embed') return `embedding${own}`;
	return `${WORD[place.kind]} layer ${place.layer}${own}`;
}
