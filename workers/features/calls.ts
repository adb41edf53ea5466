/** What is asked about features, one or many. */
import type { Handlers } from '../../src/core/calls';
import type { FeatureCalls } from '../../src/core/features/feature';
import type { MatchCalls } from '../../src/core/features/matches';
import type { FlowCalls } from '../../src/core/flow/graph';
import type { PromptFlowCalls } from '../../src/core/flow/prompt';
import type { Context } from '../calls/context';
import { measuredMatches, pairMatches } from './matches';

export const featureCalls = ({
	features,
	activity
}: Context): Handlers<FeatureCalls & MatchCalls & FlowCalls & PromptFlowCalls> => ({
	feature: (id) => features().card(id),
	lines: (ids) => features().lines(ids),
	matches: (request, run) => measuredMatches(request, features(), activity(), run),
	matchPair: (request, run) => pairMatches(request, features(), activity(), run),
	nulls: (pair, run) => features().pairs.nulls(pair, run),
	flow: (request) => features().flow(request),
	origins: (site, run) => features().origins(site, run),
	promptFlow: (request, run) => features().promptFlow(request, run)
});
