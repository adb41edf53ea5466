/**
 * What a pack states of its SAEs on texts that ship with it, for anybody to measure again: the texts are
 * the first of those that a generator wrote. Every number is over all their tokens but the special ones.
 */
import type { SaeId } from '../names/ids';
import { count, invalid, number, object } from '../files/json';

/** The metrics that are measured again, in the words of `pack.json`. */
export const CHECKED = ['l0', 'nmse', 'ce_clean', 'ce_sae', 'ce_zero', 'ce_recovered'] as const;

/**
 * Active features a token; mean over tokens of ‖x−x̂‖²/‖x‖²; the model's loss in nats a token as it is, with
 * x̂ in the place of x, and with zeros there; (ce_zero − ce_sae)/(ce_zero − ce_clean).
 */
export type CheckMetrics = Record<(typeof CHECKED)[number], number>;

export interface Check {
	texts: number;
	/** Tokens of these texts, special ones left out. */
	tokens: number;
	saes: Record<SaeId, CheckMetrics>;
}

/** What a pack states of its SAEs on texts that ship with it, measured again. */
export interface Remeasured {
	texts: number;
	/** Tokens that count: all but the special ones. */
	tokens: number;
	/** In order of depth; those that the pack makes no statement on are left out. */
	saes: RemeasuredSae[];
	/** Largest relative difference of all. */
	worst: number;
}

export interface RemeasuredSae {
	sae: SaeId;
	measured: CheckMetrics;
	/** As the pack has it. */
	stated: CheckMetrics;
	/** |measured − stated| ÷ |stated| */
	difference: CheckMetrics;
	/** Largest of the differences. */
	worst: number;
}

/** A second measurement agrees with the card up to this relative difference. */
export const AGREES = 0.01;

/** Throws a Problem, also for an SAE that is not among `known`. */
export function parseCheck(value: unknown, at: string, known: SaeId[]): Check {
	const fields = object(value, at);
	const entries = Object.entries(object(fields.saes, `${at}.saes`));
	if (entries.length === 0) throw invalid(`has a ${at} of no SAE`);
	const stranger = entries.find(([id]) => !known.includes(id));
	if (stranger)
		throw invalid(`has a ${at} of an SAE that it does not hold (${stranger[0].slice(0, 80)})`);
	return {
		texts: count(fields.texts, `${at}.texts`, 1),
		tokens: count(fields.tokens, `${at}.tokens`, 1),
		saes: Object.fromEntries(
			entries.map(([id, of]) => [id, parseMetrics(of, `${at}.saes["${id}"]`)])
		)
	};
}

function parseMetrics(value: unknown, at: string): CheckMetrics {
	const fields = object(value, at);
	return each((key) => number(fields[key], `${at}.${key}`));
}

/** Two measurements of one SAE side by side, with their relative differences; of `found` what is checked. */
export function compared(sae: SaeId, found: CheckMetrics, stated: CheckMetrics): RemeasuredSae {
	const measured = each((key) => found[key]);
	const difference = each((key) => relative(measured[key], stated[key]));
	return { sae, measured, stated, difference, worst: Math.max(...Object.values(difference)) };
}

/** |found − stated| ÷ |stated|; 1 where that is no number, as for anything beside a stated 0. */
function relative(found: number, stated: number): number {
	if (found === stated) return 0;
	const off = Math.abs((found - stated) / stated);
	return Number.isFinite(off) ? off : 1;
}

function each(of: (key: (typeof CHECKED)[number]) => number): CheckMetrics {
	return Object.fromEntries(CHECKED.map((key) => [key, of(key)])) as CheckMetrics;
}
