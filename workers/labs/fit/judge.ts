/** One SAE on a text: measured as it is, then with each known mistake undone, and judged by the numbers. */
import type { Site } from '../../../src/core/names/ids';
import { Problem } from '../../../src/core/names/errors';
import type { PackSae } from '../../../src/core/packs/manifest';
import { tapOf } from '../../../src/core/names/site';
import {
	decide,
	expectedOf,
	type Repair,
	type SaeVerdict,
	type Tried,
	type VerdictMetrics
} from '../../../src/core/labs/fit';
import { sentenceOf } from '../../../src/core/labs/fit-words';
import type { Measurable, Measure, Measured } from '../../sae/metrics';
import type { Sae } from '../../sae/sae';
import { causes, type Spread } from './causes';
import { repaired } from './repaired';
import { assembled, placed, type Subject } from './parts';

export interface Court {
	/** Keeps the streams of every site; the first token of a window never counts. */
	measure: Measure;
	spread(site: Site): Promise<Spread>;
	signal?: AbortSignal | undefined;
	/** Which of how many attempts is next. */
	onAttempt?: (done: number, total: number) => void;
}

/** Throws an AbortError when it was cancelled; an SAE that cannot be measured is a verdict, too. */
export async function judge(subject: Subject, court: Court): Promise<SaeVerdict> {
	const unfit = unmeasurable(subject.info, court.measure);
	if (unfit) return cannotTell(subject.info, unfit);
	let sae: Sae;
	try {
		sae = assembled(subject);
	} catch (error) {
		if (error instanceof Problem) return cannotTell(subject.info, error.sentence);
		throw error;
	}
	try {
		return await judged(subject, sae, court);
	} finally {
		await sae.release();
	}
}

async function judged(subject: Subject, sae: Sae, court: Court): Promise<SaeVerdict> {
	const { info } = subject;
	const { measure, signal } = court;
	const expected = expectedOf(info.cfg);
	const { mean } = await court.spread(info.site);
	const base = await measure.sae(placed(sae, info.site, mean), { signal });
	const all = await causes(subject, sae, await court.spread(info.site), measure, signal);
	const tried: Tried[] = [];
	for (const [i, repair] of all.entries()) {
		court.onAttempt?.(i, all.length);
		tried.push(
			await trial(subject, sae, repair, court, async (one) => {
				const { l0, fvu } = await measure.sae(one, { signal, spliced: 0 });
				return { repair, l0, fvu };
			})
		);
	}
	court.onAttempt?.(all.length, all.length);
	const decision = decide(base, tried, expected);
	const { best } = decision;
	const found = best
		? await trial(subject, sae, best.repair, court, (one) => measure.sae(one, { signal }))
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
	subject: Subject,
	sae: Sae,
	repair: Repair,
	court: Court,
	work: (one: Measurable) => Promise<T>
): Promise<T> {
	if (repair.kind === 'site')
		return work(placed(sae, repair.site, (await court.spread(repair.site)).mean));
	const other = assembled(repaired(subject, repair));
	try {
		return await work(
			placed(other, subject.info.site, (await court.spread(subject.info.site)).mean)
		);
	} finally {
		await other.release();
	}
}

/** Why there is nothing to measure; null where there is. */
function unmeasurable({ cfg, site }: PackSae, { bench }: Measure): string | null {
	const { dModel } = bench.model.shape;
	if (cfg.heads) return 'It reads what attention’s heads leave, where no mistakes are tried.';
	if (cfg.dIn !== dModel)
		return `It reads ${cfg.dIn} numbers, but every site of this model is ${dModel} wide.`;
	return bench.model.sites.includes(tapOf(site))
		? null
		: `It sits at ${site}, which this model does not have.`;
}

function cannotTell({ id, cfg }: PackSae, why: string): SaeVerdict {
	const nothing = { measured: null, gain: null, repair: null, repaired: null };
	return { sae: id, word: 'cannot tell', why, expected: expectedOf(cfg), ...nothing };
}

function metricsOf(found: Measured): VerdictMetrics {
	const { l0, fvu, ce_clean, ce_sae, ce_zero, ce_recovered, tokens } = found;
	const harmless = !(ce_zero > ce_clean);
	return {
		...{ l0, fvu, ce_clean, ce_sae, ce_zero, tokens },
		ce_recovered: harmless ? null : ce_recovered
	};
}
