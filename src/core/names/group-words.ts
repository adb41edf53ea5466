/** The groups of a feature's active tokens, in words. */
import type { UpstreamKind } from '../flow/flow';
import { GROUPS } from '../flow/groups';

const WORD: Record<UpstreamKind, string> = {
	resid: 'residual before',
	mlp: 'MLP',
	attn: 'attention'
};

/** `residual before + MLP`; of the group without any, `none of them`. */
export const GROUP_NAMES: string[] = GROUPS.map((group) =>
	group.length === 0 ? 'none of them' : group.map((kind) => WORD[kind]).join(' + ')
);

/** What is drawn of the groups: the kinds, each with its letter, and which of them are in each group. */
export const GROUP_SETS = [
	{ tone: 'resid', letter: 'R' },
	{ tone: 'mlp', letter: 'M' },
	{ tone: 'attn', letter: 'A' }
] as const satisfies { tone: UpstreamKind; letter: string }[];
export const NAMED_GROUPS = GROUPS.map((sets, i) => ({ name: GROUP_NAMES[i]!, sets }));

/** The largest group and its share. */
export function mainGroup(shares: number[]): { name: string; share: number } {
	const at = shares.indexOf(Math.max(...shares));
	return { name: GROUP_NAMES[at] ?? '', share: shares[at] ?? 0 };
}
