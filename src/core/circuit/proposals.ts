/** Groups that are proposed: features at one token that flow on into one another, and one feature at several tokens. */
import type { FlowEdge } from '../flow/graph';
import type { CircuitNodeKey } from './circuit';

/** Nodes that belong together by `edges` between features, in groups of two and more, the largest first. */
export function proposedGroups(
	nodes: CircuitNodeKey[],
	edges: Pick<FlowEdge, 'from' | 'to'>[]
): CircuitNodeKey[][] {
	const matched = new Set(edges.map(({ from, to }) => `${from} ${to}`));
	const group = nodes.map((_, i) => i);
	nodes.forEach((a, i) => {
		nodes.slice(0, i).forEach((b, j) => {
			if (!('id' in a) || !('id' in b)) return;
			const isOne = a.id === b.id;
			const flows = matched.has(`${a.id} ${b.id}`) || matched.has(`${b.id} ${a.id}`);
			if (!isOne && !(flows && a.position === b.position)) return;
			const [kept, gone] = [group[j]!, group[i]!];
			group.forEach((own, k) => own === gone && (group[k] = kept));
		});
	});
	const found = new Map<number, CircuitNodeKey[]>();
	nodes.forEach((node, i) => found.set(group[i]!, [...(found.get(group[i]!) ?? []), node]));
	return [...found.values()].filter(({ length }) => length > 1).sort((a, b) => b.length - a.length);
}
