/** Where a residual feature comes from, as its best matches upstream say: plain data. */
import type { Site } from '../names/ids';

export type Origin = 'translated' | 'processed' | 'newborn' | 'unexplained' | 'not measured';

export interface OriginRow {
	origin: Origin | null;
	from: ('resid' | 'mlp' | 'attn')[];
	missing: Site[];
	scores: { resid: number | null; mlp: number | null; attn: number | null };
	z: { resid: number | null; mlp: number | null; attn: number | null };
}
