/** Experiments on features, and what is measured of SAEs. */
import type { Handlers } from '../../src/core/calls';
import type { ExperimentCalls } from '../../src/core/experiments/calls';
import type { Context } from '../calls/context';
import { deactivate, testEdge } from './deactivation';
import { repairSae } from './fit/apply';
import { fitReport } from './fit/fit';
import { remeasure } from './remeasure';
import { reproduce } from './reproduction/reproduce';
import { divergence, measureSteering } from './steering-effect';

export const experimentCalls = ({
	bench,
	flows,
	activity,
	library
}: Context): Handlers<ExperimentCalls> => ({
	testEdge: (request, run) => testEdge(request, bench(), run),
	deactivate: (request, run) => deactivate(request, flows(), activity(), run),
	measureSteering: (request, run) => measureSteering(request, bench(), run),
	divergence: (request, run) => divergence(request, bench(), run.signal),
	remeasure: (_, run) => remeasure(bench(), run),
	fit: (request, run) => fitReport(request, bench(), run),
	repairSae: async (request, run) => repairSae(request, await library(), run),
	reproduce: (settings, run) => reproduce(flows(), settings, run),
	storedReproduction: () => bench().reproduction()
});
