/** A line for each kind of site, over the layers. */
import type { Line } from '../../charts/layout/lines';

const KINDS = [
	{ kind: 'attn', name: 'attention' },
	{ kind: 'mlp', name: 'MLP' },
	{ kind: 'resid', name: 'residual' }
] as const;

/** A layer without a value is a gap. */
export function linesByKind(
	layers: number[],
	valueOf: (layer: number, kind: (typeof KINDS)[number]['kind']) => number | null | undefined
): Line[] {
	const all = [...new Set(layers)].toSorted((a, b) => a - b);
	return KINDS.map(({ kind, name }) => ({
		name,
		tone: kind,
		points: all.map((x) => ({ x, y: valueOf(x, kind) ?? null }))
	}));
}
