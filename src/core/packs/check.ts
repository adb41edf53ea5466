/**
 * The metrics of a pack's SAEs on texts that ship with it, so that anybody can measure them again. The texts are the
 * first ones that a generator wrote; every number is over all their tokens but the special ones.
 */
import * as j from '../files/json';
import type { SaeId } from '../names/ids';

/** The metrics that are measured again, by their names in `pack.json`. */
export const CHECKED = ['l0', 'nmse', 'ce_clean', 'ce_sae', 'ce_zero', 'ce_recovered'] as const;

/**
 * Active features per token; mean over tokens of ‖x−x̂‖²/‖x‖²; the model's loss in nats per token as it is, with x̂
 * in place of x, and with zeros in place of x; (ce_zero − ce_sae)/(ce_zero − ce_clean).
 */
export type CheckMetrics = Record<(typeof CHECKED)[number], number>;

export interface Check {
	texts: number;
	/** Tokens of these texts, not counting special ones. */
	tokens: number;
	saes: Record<SaeId, CheckMetrics>;
}

/** The pack's metrics of its SAEs, measured again. */
export interface Remeasured {
	texts: number;
	/** Tokens of these texts, not counting special ones. */
	tokens: number;
	/** In order of depth; SAEs for which the pack states no metrics are left out. */
	saes: RemeasuredSae[];
	/** Largest relative difference of all. */
	worst: number;
}

export interface RemeasuredSae {
	sae: SaeId;
	measured: CheckMetrics;
	/** From the pack. */
	stated: CheckMetrics;
	/** |measured − stated| ÷ |stated| */
	difference: CheckMetrics;
	/** Largest of the differences. */
	worst: number;
}

/** The largest relative difference at which a second measurement agrees with the pack. */
export const AGREES = 0.01;

/** Throws a Problem, also for an SAE that is not among `known`. */
export const checkOf = (known: SaeId[]): j.Parse<Check> =>
	j.object({
		texts: j.integer(1),
		tokens: j.integer(1),
		saes: j.checked(j.record(j.object(j.each(CHECKED, j.number))), (saes, at) => {
			const ids = Object.keys(saes);
			const stranger = ids.find((id) => !known.includes(id));
			if (stranger === undefined) return ids.length === 0 && `has no SAE in ${at}`;
			return `has in ${at} an SAE that it does not hold (${stranger.slice(0, 80)})`;
		})
	});

/** Two measurements of one SAE side by side, with their relative differences; of `found` what is checked. */
export function compared(sae: SaeId, found: CheckMetrics, stated: CheckMetrics): RemeasuredSae {
	const measured = byMetric((key) => found[key]);
	const difference = byMetric((key) => relative(measured[key], stated[key]));
	return { sae, measured, stated, difference, worst: Math.max(...Object.values(difference)) };
}

/** |found − stated| ÷ |stated|; 1 where that is not a number, and for anything but 0 when 0 is stated. */
function relative(found: number, stated: number): number {
	if (found === stated) return 0;
	const off = Math.abs((found - stated) / stated);
	return Number.isFinite(off) ? off : 1;
}

function byMetric(of: (key: (typeof CHECKED)[number]) => number): CheckMetrics {
	return Object.fromEntries(CHECKED.map((key) => [key, of(key)])) as CheckMetrics;
}
