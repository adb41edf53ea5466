/** Short names for people; data, addresses and commands never abbreviate. */
import { parseFeatureId, placeOf, siteOf } from './site';

const LETTER = { attn: 'A', mlp: 'M', resid: 'R', embed: 'E' };
const WORD = { attn: 'attention', mlp: 'MLP', resid: 'residual', embed: 'embedding' };

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
	const where = place.kind === 'resid' ? 'after' : 'of';
	return `${WORD[place.kind]} ${where} layer ${place.layer}${own}`;
}
