/** One SAE on a text: measured as it is, then with each known mistake undone. The numbers decide. */
import type { Site } from '../../../src/core/names/ids';
import { Problem } from '../../../src/core/names/errors';
import type { PackSae } from '../../../src/core/packs/manifest';
import { tapOf } from '../../../src/core/names/site';
import {
	decide,
	expectedOf,
	type Repair,
	type SaeFit,
	type RepairTrial,
	type FitMetrics
} from '../../../src/core/labs/fit';
import { sentenceOf } from '../../../src/core/labs/fit-words';
import type { EvaluatedSae, SaeEvaluator, SaeEvaluation } from '../../sae/evaluator';
import type { Sae } from '../../sae/sae';
import { candidateRepairs, type SiteMoments } from './candidate-repairs';
import { repaired } from './repaired';
import { assembled, placed, type UnpackedSae } from './unpacked-sae';

export interface FitRun {
	/** Keeps the streams of every site; the first token of a window never counts. */
	evaluator: SaeEvaluator;
	moments(site: Site): Promise<SiteMoments>;
	signal?: AbortSignal | undefined;
	/** Which of how many attempts is next. */
	onAttempt?: (done: number, total: number) => void;
}

/** Throws an AbortError when it was cancelled; an SAE that cannot be measured is reported as such. */
export async function fitOf(unpacked: UnpackedSae, run: FitRun): Promise<SaeFit> {
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
		return await measured(unpacked, sae, run);
	} finally {
		await sae.release();
	}
}

async function measured(unpacked: UnpackedSae, sae: Sae, run: FitRun): Promise<SaeFit> {
	const { info } = unpacked;
	const { evaluator, signal } = run;
	const expected = expectedOf(info.cfg);
	const { mean } = await run.moments(info.site);
	const base = await evaluator.evaluate(placed(sae, info.site, mean), { signal });
	const all = await candidateRepairs(
		unpacked,
		sae,
		await run.moments(info.site),
		evaluator,
		signal
	);
	const trials: RepairTrial[] = [];
	for (const [i, repair] of all.entries()) {
		run.onAttempt?.(i, all.length);
		trials.push(
			await trial(unpacked, sae, repair, run, async (one) => {
				const { l0, fvu } = await evaluator.evaluate(one, { signal, spliced: 0 });
				return { repair, l0, fvu };
			})
		);
	}
	run.onAttempt?.(all.length, all.length);
	const decision = decide(base, trials, expected);
	const { best } = decision;
	const found = best
		? await trial(unpacked, sae, best.repair, run, (one) => evaluator.evaluate(one, { signal }))
		: null;
	return {
		sae: info.id,
		word: decision.word,
		why: sentenceOf(decision, base, expected, info.site),
		expected,
		measured: metricsOf(base),
		gain: decision.gain,
		repair: best?.repair ?? null,
		repaired: found && metricsOf(found)
	};
}

/** Runs `work` on the SAE with a mistake undone, and frees it again. */
async function trial<T>(
	unpacked: UnpackedSae,
	sae: Sae,
	repair: Repair,
	run: FitRun,
	work: (one: EvaluatedSae) => Promise<T>
): Promise<T> {
	if (repair.kind === 'site')
		return work(placed(sae, repair.site, (await run.moments(repair.site)).mean));
	const other = assembled(repaired(unpacked, repair));
	try {
		return await work(
			placed(other, unpacked.info.site, (await run.moments(unpacked.info.site)).mean)
		);
	} finally {
		await other.release();
	}
}

/** Why there is nothing to measure; null where there is. */
function unmeasurable({ cfg, site }: PackSae, { bench }: SaeEvaluator): string | null {
	const { dModel } = bench.model.shape;
	if (cfg.heads) return 'It reads what attention’s heads leave, where no mistakes are trials.';
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

function metricsOf(found: SaeEvaluation): FitMetrics {
	const { l0, fvu, ce_clean, ce_sae, ce_zero, ce_recovered, tokens } = found;
	const harmless = !(ce_zero > ce_clean);
	return {
		...{ l0, fvu, ce_clean, ce_sae, ce_zero, tokens },
		ce_recovered: harmless ? null : ce_recovered
	};
}
