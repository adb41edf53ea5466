/** A contribution tree in words, and as a table. */
import type { ContributionTree, TreeNode, TreeWay } from '../../../core/circuit/tree';
import type { Cell } from '../../../core/names/numbers';

export const WAYS: Record<TreeWay, { text: string; hint: string }> = {
	writers: {
		text: 'by layer',
		hint: 'What the embedding, each attention and each MLP wrote into the stream.'
	},
	heads: { text: 'by head', hint: 'What each head brings from each token.' },
	gates: {
		text: 'through the MLP',
		hint: 'What the MLP read, with its gates as they are on this prompt.'
	},
	features: {
		text: 'by feature',
		hint: 'Features of the autoencoder there, its bias and its error.'
	},
	pairs: { text: 'by pairs', hint: 'What wrote the query’s stream times what wrote the key’s.' }
};

export const pathOf = (above: string, key: string): string =>
	above === '' ? key : `${above}/${key}`;

export function treeTable({ root, tokens }: ContributionTree) {
	const rows: Cell[][] = [];
	const visit = (node: TreeNode, path: string, depth: number) => {
		const token = node.position === null ? null : (tokens[node.position]?.text ?? null);
		rows.push([path === '' ? node.label : path, depth, token, node.way, node.value]);
		for (const part of node.parts) visit(part, pathOf(path, part.key), depth + 1);
		if (node.rest.count > 0)
			rows.push([`${path} (${node.rest.count} more)`, depth + 1, null, null, node.rest.value]);
	};
	visit(root, '', 0);
	return { name: 'Parts', columns: ['part', 'depth', 'token', 'opened', 'adds'], rows };
}
