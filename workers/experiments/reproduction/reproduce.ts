/** Everything of the paper that a pack allows, measured in one go (arXiv 2502.03032). */
import { deactivationOf } from '../../../src/core/experiments/deactivation';
import { STRATEGIES, type Trial } from '../../../src/core/experiments/deactivation';
import type { Run } from '../../../src/core/calls';
import {
	PAPER,
	type Agreement,
	type Part,
	type Reproduction,
	type ReproductionSettings
} from '../../../src/core/experiments/reproduction';
import { isHigh } from '../../../src/core/flow/matching';
import { Activity } from '../../features/activations';
import { deactivate } from '../deactivation';
import type { Flows } from '../../flow/flows';
import { layersOf, saesOf, type Layer } from '../../flow/layers';
import { groupReport } from './groups';
import { themeReports } from './themes';
import { transitions } from './transitions';

/** A correlation over fewer active tokens says little. */
const LEAST_ACTIVE = 10;

export async function reproduce(
	flows: Flows,
	settings: ReproductionSettings,
	run: Run
): Promise<Reproduction> {
	const { bench } = flows;
	const activity = new Activity(bench, settings.tokens);
	const layers = layersOf(bench);
	const leftOut: string[] = [];
	const took: Reproduction['took'] = [];
	const timed = async <T>(part: Part, work: () => Promise<T>): Promise<T> => {
		const start = Date.now();
		const found = await work();
		took.push({ part, seconds: (Date.now() - start) / 1000 });
		return found;
	};
	if (layers.length === 0)
		leftOut.push('No residual SAE has another one step before it, so nothing flows.');
	await timed('texts', () => activity.of(saesOf(layers), run));
	const groups = await timed('groups', () =>
		groupReport(layers, flows, activity, settings.seed, run)
	);
	if (!groups)
		leftOut.push(
			'Groups: no layer has SAEs on residual, MLP and attention at once, so they are not measured.'
		);
	const trials = await timed('deactivation', () => trialsOf(settings, flows, activity, run));
	const deactivation = trials.length > 0 ? deactivationOf(trials, [...STRATEGIES]) : null;
	if (!deactivation)
		leftOut.push('Deactivation: no feature had an active match, so it is not measured.');
	leftOut.push(
		'No judge reads the steered texts: the paper asked a large model, which a page cannot.'
	);
	const steering = await timed('steering', () => themeReports(flows, settings, run));
	if (steering.length === 0)
		leftOut.push(
			'Steering: the middle layer has no named feature of middling density, so it is not measured.'
		);
	return {
		settings,
		groups,
		deactivation,
		transitions: await timed('transitions', () => transitions(layers, flows, activity, run)),
		agreement: await timed('agreement', () => agreements(layers, flows, activity, run)),
		steering,
		leftOut,
		took,
		paper: PAPER
	};
}

async function trialsOf(
	settings: ReproductionSettings,
	flows: Flows,
	activity: Activity,
	run: Run
): Promise<Trial[]> {
	const trials: Trial[] = [];
	await deactivate({ ...settings, factor: 0, strategies: [...STRATEGIES] }, flows, activity, {
		...run,
		part: (part) => {
			// One by one: a spread of many thousand arguments would overflow the stack.
			for (const trial of part) trials.push(trial);
		}
	});
	return trials;
}

/** How often correlation of activations chooses what the cosine of directions does. */
async function agreements(
	layers: Layer[],
	{ pairs }: Flows,
	activity: Activity,
	run: Run
): Promise<Agreement[]> {
	const out: Agreement[] = [];
	for (const { target, upstream } of layers)
		for (const { sae } of upstream) {
			const pearson = await activity.correlated(target, sae, run);
			const { moments } = (await activity.of([target], run)).get(target)!;
			const { k, indices, cosines } = await pairs.best(target, sae, run);
			const chance = await pairs.null(sae);
			const known = moments.flatMap(({ count }, f) => (count >= LEAST_ACTIVE ? [f] : []));
			const high = known.filter((f) => isHigh(cosines[f * k]!, chance));
			const same = (some: number[]) => some.filter((f) => indices[f * k] === pearson[f]).length;
			out.push({
				from: sae,
				to: target,
				same: known.length > 0 ? same(known) / known.length : 0,
				features: known.length,
				sameOfHigh: high.length > 0 ? same(high) / high.length : null,
				high: high.length
			});
		}
	return out;
}
