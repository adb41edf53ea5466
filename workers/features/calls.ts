/** What is asked about single features. */
import type { Handlers } from '../../src/core/calls';
import type { ComparisonCalls } from '../../src/core/features/comparison';
import type { FeatureCalls } from '../../src/core/features/feature';
import type { Workbench } from '../packs/open-pack';
import type { Context } from '../calls/context';
import { Activity } from './activations';
import { COMPARED_TOKENS, compareFeatures } from './compare';
import { featureCard } from './dashboard';
import { featureLines } from './lines';

export const featureCalls = ({
	bench,
	flows
}: Context): Handlers<FeatureCalls & ComparisonCalls> => {
	const activities = new WeakMap<Workbench, Activity>();
	const activity = (open: Workbench) => {
		const known = activities.get(open) ?? new Activity(open, COMPARED_TOKENS);
		activities.set(open, known);
		return known;
	};
	return {
		feature: (id) => featureCard(id, flows()),
		compareFeatures: (pair, run) => compareFeatures(pair, bench(), activity(bench()), run),
		lines: (ids) => featureLines(ids, bench())
	};
};
