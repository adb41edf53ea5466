/** Edits as text, the same in addresses and on the command line: `FEATURE_ID=add:6`, `…=ablate`. */
import type { Edit } from './writing';
import { parseFeatureId, placeOf, siteOf } from '../names/site';

/** With as many digits as any number has that is written as text. */
const EDIT =
	/^(.{1,200})=(?:(add|set|scale):(-?\d{1,21}(?:\.\d{1,24})?(?:e[+-]?\d{1,3})?)|(ablate))$/i;

/** null when the text is not an edit. */
export function parseEdit(text: string): Edit | null {
	const match = EDIT.exec(text);
	if (!match) return null;
	const id = match[1]!;
	const parsed = parseFeatureId(id);
	if (!parsed || !placeOf(siteOf(parsed.sae))) return null;
	if (match[4]) return { id, mode: 'ablate', value: 0 };
	const value = Number(match[3]);
	if (!Number.isFinite(value)) return null;
	return { id, mode: match[2]!.toLowerCase() as Edit['mode'], value };
}

export function formatEdit({ id, mode, value }: Edit): string {
	return mode === 'ablate' ? `${id}=ablate` : `${id}=${mode}:${value}`;
}
