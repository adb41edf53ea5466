/** What is asked about single features. */
import type { Handlers } from '../../src/core/calls';
import type { FeatureCalls } from '../../src/core/features/feature';
import type { Context } from '../calls/context';
import { featureCard } from './dashboard';
import { featureLines } from './lines';

export const featureCalls = ({ bench, flows }: Context): Handlers<FeatureCalls> => ({
	feature: (id) => featureCard(id, flows()),
	lines: (ids) => featureLines(ids, bench())
});
