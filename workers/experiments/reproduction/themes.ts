/**
 * Steering one layer against steering a whole chain (arXiv 2502.03032, appendix B), on themes that the pack's own
 * names point out: at fixed doses, and at equal divergence from the unsteered model, which is the fair way to
 * compare. Controls push as hard in random directions, and the other way.
 */
import { editsOf, type ChainPlan, type Link } from '../../../src/core/steering/chain';
import type { FeatureId } from '../../../src/core/names/ids';
import type {
	Arm,
	ArmResult,
	SteeringRequest
} from '../../../src/core/experiments/steering-effect';
import type { Run } from '../../../src/core/calls';
import { chainOf } from '../../../src/core/flow/flow';
import type {
	ReproductionSettings,
	ThemeArm,
	ThemeReport
} from '../../../src/core/experiments/reproduction';
import { featureId, parseFeatureId, placeOf, siteOf } from '../../../src/core/names/site';
import { matchKl } from '../../../src/core/steering/strengths';
import type { Flows } from '../../flow/flows';
import { divergence, measureArm, themeOf } from '../steering-effect';
import type { Workbench } from '../../packs/open-pack';

/** Doses, in units of a feature's maximum. */
const DOSES = [0.125, 0.25, 0.5, 1];
/** KL(plain ‖ steered) at which ways are compared, in nats. */
const TARGETS = [0.25, 1];
const PROMPT = 'One day';
/** A theme fires on at least and at most this share of tokens. */
const DENSITY = [0.002, 0.05] as const;
/** Its name scores at least this. */
const SCORE = 0.5;

type Way = Pick<ChainPlan, 'scope' | 'spread'> & { name: string };
const ONE: Way = { name: 'one layer', scope: 'one layer', spread: 'constant' };
const WAYS: Way[] = [
	ONE,
	{ name: 'cumulative', scope: 'whole', spread: 'constant' },
	{ name: 'cumulative, exponential', scope: 'whole', spread: 'exponential' }
];

export async function themeReports(
	flows: Flows,
	settings: ReproductionSettings,
	run: Run
): Promise<ThemeReport[]> {
	const themes = await themesOf(flows.bench, settings.themes);
	const reports: ThemeReport[] = [];
	for (const [done, id] of themes.entries()) {
		run.progress({ phase: 'write', what: id, done, total: themes.length });
		reports.push(await themeReport(id, flows, settings, run.signal));
	}
	return reports;
}

/** Named residual features of the middle layer, the best named first; by density where there are no names. */
async function themesOf(bench: Workbench, many: number): Promise<FeatureId[]> {
	const middle = bench.saeIds.filter((id) => {
		const { kind, layer } = placeOf(siteOf(id))!;
		return kind === 'resid' && layer === bench.model.shape.layers >> 1 && !id.includes('@');
	})[0];
	if (middle === undefined) return [];
	const [labels, statistics] = [await bench.labels(middle), await bench.statistics(middle)];
	if (!statistics) return [];
	const found: { index: number; score: number }[] = [];
	for (let index = 0; index < statistics.density.length; index++) {
		const density = statistics.density[index]!;
		if (density < DENSITY[0] || density > DENSITY[1]) continue;
		const label = labels?.get(index);
		if (labels && (label?.source !== 'truth' || (label.score ?? 0) < SCORE)) continue;
		found.push({ index, score: label?.score ?? density });
	}
	found.sort((a, b) => b.score - a.score || a.index - b.index);
	return found.slice(0, many).map(({ index }) => featureId(middle, index));
}

async function themeReport(
	id: FeatureId,
	flows: Flows,
	settings: ReproductionSettings,
	signal?: AbortSignal
): Promise<ThemeReport> {
	const { bench } = flows;
	const chain = chainOf(await flows.flow({ id }), id);
	const theme = await themeOf([id], bench);
	const request: SteeringRequest = {
		text: PROMPT,
		arms: [],
		theme: [id],
		samples: settings.samples,
		tokens: settings.length,
		temperature: 0.8,
		topP: 1,
		seed: settings.seed
	};
	const links = await linksOf(chain, bench);
	const editsAt = ({ scope, spread }: Way, dose: number) =>
		editsOf(links, id, { scope, spread, dose, unit: 'maximum' });
	const arms: ThemeArm[] = [];
	const measure = async (arm: Arm, dose: number, target: number | null) => {
		const result = await measureArm(arm, request, bench, theme, signal);
		arms.push({ ...summary(result), dose, target });
		signal?.throwIfAborted();
	};
	await measure({ name: 'unsteered', edits: [], control: 'none' }, 0, null);
	for (const way of WAYS) {
		const arm = (dose: number): Arm => ({
			name: way.name,
			edits: editsAt(way, dose),
			control: 'none'
		});
		for (const dose of DOSES) await measure(arm(dose), dose, null);
		for (const target of TARGETS) {
			const kl = (dose: number) => divergence({ ...request, ...arm(dose) }, bench, signal);
			const { strength, reached } = await matchKl(kl, target, {
				most: 8,
				tolerance: 0.02 * target,
				steps: 24,
				start: 0.25
			});
			if (reached) await measure(arm(strength), strength, target);
		}
	}
	for (const control of ['random', 'reversed'] as const)
		for (const dose of DOSES)
			await measure({ name: ONE.name, edits: editsAt(ONE, dose), control }, dose, null);
	const label = (await bench.label(id))?.text ?? null;
	return { id, label, chain, arms };
}

/** Flows with what the pack says of their strength. */
function linksOf(ids: FeatureId[], bench: Workbench): Promise<Link[]> {
	return Promise.all(
		ids.map(async (id) => {
			const { sae, index } = parseFeatureId(id)!;
			const statistics = await bench.statistics(sae);
			const { layer } = placeOf(siteOf(sae))!;
			return {
				id,
				layer,
				mean: statistics?.mean[index] ?? null,
				max: statistics?.max[index] ?? null
			};
		})
	);
}

function summary({ name, control, kl, texts }: ArmResult): Omit<ThemeArm, 'dose' | 'target'> {
	const mean = (value: (text: (typeof texts)[number]) => number | null) => {
		const known = texts.flatMap((text) => value(text) ?? []);
		return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null;
	};
	return {
		name,
		control,
		kl,
		// The mean of the losses, not of the perplexities: one wild text would rule it.
		perplexity: Math.exp(mean((text) => Math.log(text.perplexity)) ?? 0),
		repeated: mean((text) => text.repeated),
		theme: mean((text) => text.theme) ?? 0,
		lexicon: mean((text) => text.lexicon) ?? 0,
		samples: texts.length
	};
}
