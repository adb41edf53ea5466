/** One SAE on a text: measured as it is, then with each known mistake undone. The numbers decide. */
import type { Site } from '../../../src/core/names/ids';
import { Problem } from '../../../src/core/names/errors';
import type { PackSae } from '../../../src/core/packs/manifest';
import { tapOf } from '../../../src/core/names/site';
import {
	decide,
	expectedOf,
	type FitMetrics,
	type Repair,
	type RepairTrial,
	type SaeFit
} from '../../../src/core/experiments/fit';
import { sentenceOf } from '../../../src/core/experiments/fit-words';
import type { EvaluatedSae, SaeEvaluation, SaeEvaluator } from '../../sae/evaluator';
import type { Sae } from '../../sae/sae';
import { candidateRepairs } from './candidate-repairs';
import type { FitRun } from './fit-run';
import { repaired } from './repaired';
import { assembled, type UnpackedSae } from './unpacked-sae';

/** Told which of how many repairs is tried next. */
type OnTrial = (done: number, total: number) => void;

/** Throws an AbortError when it was cancelled; an SAE that cannot be measured is reported as such. */
export async function fitOf(
	unpacked: UnpackedSae,
	run: FitRun,
	onTrial?: OnTrial
): Promise<SaeFit> {
	const unfit = unmeasurable(unpacked.info, run.evaluator);
	if (unfit) return cannotTell(unpacked.info, unfit);
	let sae: Sae;
	try {
		sae = assembled(unpacked);
	} catch (error) {
		if (error instanceof Problem) return cannotTell(unpacked.info, error.sentence);
		throw error;
	}
	try {
		return await measured(unpacked, sae, run, onTrial);
	} finally {
		await sae.release();
	}
}

async function measured(
	unpacked: UnpackedSae,
	sae: Sae,
	run: FitRun,
	onTrial?: OnTrial
): Promise<SaeFit> {
	const { info } = unpacked;
	const { evaluator, signal } = run;
	const expected = expectedOf(info.cfg);
	const base = await evaluator.evaluate(await atSite(sae, info.site, run), { signal });
	const repairs = await candidateRepairs(unpacked, sae, run);
	const trials: RepairTrial[] = [];
	for (const [i, repair] of repairs.entries()) {
		onTrial?.(i, repairs.length);
		const { l0, fvu } = await tried(unpacked, sae, repair, run, 0);
		trials.push({ repair, l0, fvu });
	}
	onTrial?.(repairs.length, repairs.length);
	const decision = decide(base, trials, expected);
	const { best } = decision;
	return {
		sae: info.id,
		word: decision.word,
		why: sentenceOf(decision, base, expected, info.site),
		expected,
		measured: metricsOf(base),
		gain: decision.gain,
		repair: best?.repair ?? null,
		repaired: best && metricsOf(await tried(unpacked, sae, best.repair, run))
	};
}

/** The SAE with a mistake undone, measured; `spliced`: see `SaeEvaluator.evaluate`. */
async function tried(
	unpacked: UnpackedSae,
	sae: Sae,
	repair: Repair,
	run: FitRun,
	spliced?: number
): Promise<SaeEvaluation> {
	const options = { signal: run.signal, spliced };
	if (repair.kind === 'site')
		return run.evaluator.evaluate(await atSite(sae, repair.site, run), options);
	const other = assembled(repaired(unpacked, repair));
	try {
		return await run.evaluator.evaluate(await atSite(other, unpacked.info.site, run), options);
	} finally {
		await other.release();
	}
}

/** An SAE as if it sat at this site, against the mean that the text has there. */
async function atSite(sae: Sae, site: Site, run: FitRun): Promise<EvaluatedSae> {
	return {
		tap: tapOf(site),
		target: tapOf(site),
		mean: (await run.moments(site)).mean,
		encode: (x, signal) => sae.encode(x, signal),
		decode: (codes, t, x) => sae.decode(codes, t, x)
	};
}

/** Why there is nothing to measure; null where there is. */
function unmeasurable({ cfg, site }: PackSae, { bench }: SaeEvaluator): string | null {
	const { dModel } = bench.model.shape;
	if (cfg.reads !== null) return 'It is a transcoder, of which no mistakes are tried.';
	if (cfg.heads) return 'It reads what attention’s heads leave, where no mistakes are tried.';
	if (cfg.dIn !== dModel)
		return `It reads ${cfg.dIn} numbers, but every site of this model is ${dModel} wide.`;
	return bench.model.sites.includes(tapOf(site))
		? null
		: `It sits at ${site}, which this model does not have.`;
}

function cannotTell({ id, cfg }: PackSae, why: string): SaeFit {
	const nothing = { measured: null, gain: null, repair: null, repaired: null };
	return { sae: id, word: 'cannot tell', why, expected: expectedOf(cfg), ...nothing };
}

function metricsOf({ nmse: _, ...metrics }: SaeEvaluation): FitMetrics {
	const harmless = !(metrics.ce_zero > metrics.ce_clean);
	return { ...metrics, ce_recovered: harmless ? null : metrics.ce_recovered };
}
