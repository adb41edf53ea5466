/** What is asked about features that match one another, and about the way they take. */
import type { Handlers } from '../../src/core/calls';
import type { FlowCalls } from '../../src/core/flow/graph';
import type { MatchCalls } from '../../src/core/flow/matches';
import type { PromptFlowCalls } from '../../src/core/flow/prompt';
import type { Context } from '../calls/context';
import { measuredMatches, pairMatches } from './matches';

export const flowCalls = ({
	flows,
	activity
}: Context): Handlers<MatchCalls & FlowCalls & PromptFlowCalls> => ({
	matches: (request, run) => measuredMatches(request, flows(), activity(), run),
	matchPair: (request, run) => pairMatches(request, flows(), activity(), run),
	nulls: (pair, run) => flows().pairs.nulls(pair, run),
	flow: (request) => flows().flow(request),
	origins: (site, run) => flows().origins(site, run),
	promptFlow: (request, run) => flows().promptFlow(request, run)
});
