/** Where an SAE stands, known before a pack is open. */
import type { SaeId, Site } from '../../core/names/ids';
import { placeOf, siteOf, type SiteKind } from '../../core/names/site';

export interface SaePlace {
	id: SaeId;
	site: Site;
	layer: number;
	kind: SiteKind;
}

export function placed(id: SaeId, site: Site): SaePlace {
	const place = placeOf(siteOf(site));
	return { id, site, layer: place?.layer ?? 0, kind: place?.kind ?? 'resid' };
}
