/** Steering along a chain of features through the layers (arXiv 2502.03032, appendix B). */
import type { Edit } from './writing';
import type { FeatureId } from '../names/ids';
import { spread, type Spread } from './strengths';

/** A residual feature of a chain, and how strongly it fires elsewhere; null when not measured. */
export interface Link {
	id: FeatureId;
	layer: number;
	mean: number | null;
	max: number | null;
}

export interface ChainPlan {
	/** `one layer`: the feature alone; `cumulative`: it and all before it; `whole`: those after it, too. */
	scope: 'one layer' | 'cumulative' | 'whole';
	spread: Spread;
	/** Strength at the first layer steered, in `unit`s. */
	dose: number;
	/** What a strength of 1 is: each feature's mean when it fires, its maximum, or 1. */
	unit: 'typical' | 'maximum' | 'absolute';
}

/** Links that a scope takes; at least the feature itself, if the chain has it. */
export function linksOf(chain: Link[], centre: FeatureId, scope: ChainPlan['scope']): Link[] {
	const own = chain.find((link) => link.id === centre);
	if (scope === 'whole' || !own) return chain;
	if (scope === 'one layer') return [own];
	return chain.filter((link) => link.layer <= own.layer);
}

/**
 * `add` edits for a plan. Every layer gets its strength whole, as in the paper: a chain therefore pushes harder than
 * one layer at the same dose, and only at equal divergence do the two compare. A feature that was not measured counts
 * in units of 1.
 */
export function editsOf(chain: Link[], centre: FeatureId, plan: ChainPlan): Edit[] {
	const links = linksOf(chain, centre, plan.scope);
	if (links.length === 0) return [];
	const strengths = spread(
		plan.spread,
		links.map((link) => link.layer),
		// A linear spread falls to nothing at the end of the chain.
		{ strength: plan.dose, last: 0 }
	);
	return links.map(({ id, mean, max }, i) => {
		const unit = plan.unit === 'typical' ? mean : plan.unit === 'maximum' ? max : 1;
		return { id, mode: 'add', value: Number((strengths[i]! * (unit || 1)).toPrecision(4)) };
	});
}
