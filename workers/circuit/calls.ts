/** Why the model says a token. */
import type { Handlers } from '../../src/core/calls';
import type { CircuitCalls } from '../../src/core/circuit/circuit';
import { proposedGroups } from '../../src/core/circuit/proposals';
import type { GraphFileCalls } from '../../src/core/circuit/graph-file/graph-file';
import type { TreeCalls } from '../../src/core/circuit/tree';
import type { Context } from '../calls/context';
import { attribute } from './attribution';
import { openGraph } from './graph-file';

export const circuitCalls = ({
	bench,
	circuits,
	flows
}: Context): Handlers<CircuitCalls & GraphFileCalls & TreeCalls> => ({
	attribute: (request, run) => attribute(request, bench(), run.signal),
	circuit: (request, run) => circuits().circuit(request, run),
	openGraph,
	proposeGroups: async ({ nodes }) => {
		const ids = nodes.flatMap((node) => ('id' in node ? [node.id] : []));
		return proposedGroups(nodes, await flows().steps([...new Set(ids)]));
	},
	tree: (request, run) => circuits().trees.tree(request, run),
	intervene: (request, run) => circuits().intervene(request, run.signal)
});
