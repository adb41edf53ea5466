/** Ids of features as people write them: `R3 · 442`, `R3·442`, `r3/442`, `blocks.3.hook_resid_post/442`, `442`. */
import type { FeatureId, SaeId } from '../names/ids';
import { featureId, parseFeatureId, placeOf, siteOf, isMain } from '../names/site';
import { shortSite } from '../names/site-words';

const SHORT = /^([a-z]{1,2}\d{0,4}(?:@[\w.-]{1,64})?)[\s·:/#.,-]+(\d{1,9})$/i;
const ALONE = /^[#/]?(\d{1,9})$/;

interface Sized {
	id: SaeId;
	dSae: number;
}

/**
 * The features that a text names, the likeliest first. A number alone names one of each SAE: of `near`, then of the
 * residual stream, then of the rest. Empty where the text is no id, or there is no such feature.
 */
export function idsIn(text: string, saes: readonly Sized[], near?: SaeId): FeatureId[] {
	const trimmed = text.trim();
	const own = (wanted: (sae: Sized) => boolean, index: number) =>
		saes.filter((sae) => index < sae.dSae && wanted(sae)).map((sae) => featureId(sae.id, index));
	const whole = parseFeatureId(trimmed.replace(/\s*[·/]\s*(?=\d+$)/, '/'));
	if (whole) return own(({ id }) => id === whole.sae, whole.index);
	const short = SHORT.exec(trimmed);
	if (short) {
		const site = short[1]!.toLowerCase();
		return own(({ id }) => shortSite(id).toLowerCase() === site, Number(short[2]));
	}
	const alone = ALONE.exec(trimmed);
	if (!alone) return [];
	const rank = new Map(saes.map(({ id }) => [id, distance(id, near)]));
	const nearestFirst = saes.toSorted((a, b) => rank.get(a.id)! - rank.get(b.id)!);
	return nearestFirst
		.filter(({ dSae }) => Number(alone[1]) < dSae)
		.map(({ id }) => featureId(id, Number(alone[1])));
}

function distance(id: SaeId, near?: SaeId): number {
	if (id === near) return 0;
	const place = placeOf(siteOf(id));
	return (place?.kind === 'resid' ? 1 : 2) + (isMain(id) ? 0 : 2);
}
