/**
 * The eight groups of a feature's active tokens by which of its best upstream matches are active there
 * too (arXiv 2502.03032, section 5.1), in the order in which packs store their shares.
 */
import { UPSTREAM, type UpstreamKind } from './flow';

export const GROUPS: readonly (readonly UpstreamKind[])[] = [
	[],
	['resid'],
	['mlp'],
	['attn'],
	['resid', 'mlp'],
	['resid', 'attn'],
	['mlp', 'attn'],
	['resid', 'mlp', 'attn']
];

/** Index of the group of these kinds. */
export function groupOf(kinds: UpstreamKind[]): number {
	return GROUPS.findIndex((group) =>
		UPSTREAM.every((k) => group.includes(k) === kinds.includes(k))
	);
}
