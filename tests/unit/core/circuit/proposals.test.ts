/** Groups proposed from planted flow: chains at one token, a feature at several, nothing else. */
import { expect, it } from 'vitest';
import { proposedGroups } from '../../../../src/core/circuit/proposals';

const [A, B, C, D] = ['0', '1', '2', '3'].map((l) => `blocks.${l}.hook_resid_post/1`) as [
	string,
	string,
	string,
	string
];
const at = (id: string, position: number) => ({ id, position });

it('follows a chain through the layers at one token, however its nodes are ordered', () => {
	const edges = [
		{ from: A, to: B },
		{ from: B, to: C }
	];
	const nodes = [
		at(C, 4),
		at(D, 4),
		at(A, 4),
		at(B, 4),
		{ error: 'blocks.0.hook_resid_post', position: 4 }
	];
	expect(proposedGroups(nodes, edges)).toEqual([[at(C, 4), at(A, 4), at(B, 4)]]);
});

it('keeps tokens apart, but for one feature at several of them', () => {
	const edges = [{ from: A, to: B }];
	expect(proposedGroups([at(A, 1), at(B, 2)], edges)).toEqual([]);
	expect(proposedGroups([at(A, 1), at(A, 2), at(B, 2), at(C, 3), at(C, 5)], edges)).toEqual([
		[at(A, 1), at(A, 2), at(B, 2)],
		[at(C, 3), at(C, 5)]
	]);
	expect(proposedGroups([], edges)).toEqual([]);
});
