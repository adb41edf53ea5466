/** What a probe is worth, from what it says and what is so. */
import { bootstrap } from '../../../math/interval';
import type { ProbeScore } from './probes';

export interface Confusion {
	tp: number;
	fp: number;
	fn: number;
	tn: number;
}

export const nothing = (): Confusion => ({ tp: 0, fp: 0, fn: 0, tn: 0 });

export function tally(into: Confusion, said: boolean, is: boolean): void {
	if (said) into[is ? 'tp' : 'fp']++;
	else into[is ? 'fn' : 'tn']++;
}

/** 0 where there is nothing to divide by, as scikit-learn has it. */
export function scoreOf({ tp, fp, fn, tn }: Confusion): ProbeScore {
	const over = (a: number, b: number) => (b === 0 ? 0 : a / b);
	return {
		f1: over(2 * tp, 2 * tp + fp + fn),
		precision: over(tp, tp + fp),
		recall: over(tp, tp + fn),
		mcc: over(tp * tn - fp * fn, Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)))
	};
}

export function sumOf(parts: readonly Confusion[], times?: ArrayLike<number>): Confusion {
	const all = nothing();
	parts.forEach((part, i) => {
		const by = times?.[i] ?? 1;
		for (const key of ['tp', 'fp', 'fn', 'tn'] as const) all[key] += by * part[key];
	});
	return all;
}

/** 95 % interval of F1 over documents. */
export function intervalOf(documents: readonly Confusion[], seed: number): [number, number] | null {
	const f1 = (times: Uint32Array) => {
		const all = sumOf(documents, times);
		return all.tp + all.fn === 0 ? null : scoreOf(all).f1;
	};
	const found = bootstrap(documents.length, f1, { draws: 300, seed });
	return found && [found.low, found.high];
}
