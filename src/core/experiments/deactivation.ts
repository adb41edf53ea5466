/**
 * The deactivation experiment in numbers (arXiv 2502.03032, appendix A.2): of the features whose chosen
 * predecessor was active, how many fell silent without it, and by how much the others fell. Intervals resample
 * whole texts, since trials on one text are alike.
 */

import type { UpstreamKind } from '../flow/flow';
import { GROUPS } from '../flow/groups';
import { differenceInterval, ratioInterval } from '../math/interval';
import type { FeatureId } from '../names/ids';
import type { Change } from './edge';

/** How the predecessor to be taken away is chosen. */
export const STRATEGIES = [
	'top-1',
	'top-5',
	'exhaustive',
	'random of top-5',
	'permutation',
	'top-1 by Pearson',
	'random direction'
] as const;

export type Strategy = (typeof STRATEGIES)[number];

export interface DeactivationRequest {
	/** Texts of the pack, tokens of each, features of each token and layer: the most that are tried. */
	texts: number;
	tokensPerText: number;
	featuresPerToken: number;
	/**
	 * Features of each token and layer on which `exhaustive` is tried, at most: of all active features upstream
	 * it takes the one whose removal changes most, and so runs the model once for each of them.
	 */
	exhaustiveFeatures: number;
	factor: number;
	seed: number;
	strategies: Strategy[];
}

/** One target on one token, and one way to take its predecessor away. */
export interface Trial extends Change {
	text: number;
	token: number;
	to: FeatureId;
	layer: number;
	kind: UpstreamKind;
	strategy: Strategy;
	/** Index in `GROUPS`: which of the best matches were active. */
	group: number;
}

/** A rate or mean with its 95 % interval. */
export type Measured = NonNullable<ReturnType<typeof ratioInterval>>;
export type Difference = NonNullable<ReturnType<typeof differenceInterval>>;

/** Trials under one strategy, or some of them. */
export interface Deactivation {
	/** Targets whose predecessor was active: (text, token, feature, kind of site). */
	trials: number;
	/** Share that fell silent. */
	off: Measured | null;
	/** Mean of 1 − after / before. */
	change: Measured | null;
	/** Mean of (loss after − loss before) / mean loss before; null when no token follows. */
	lossChange: number | null;
}

export interface DeactivationSummary {
	texts: number;
	/** Different features on different tokens. */
	targets: number;
	strategies: ({ strategy: Strategy } & Deactivation)[];
	/** The same of targets with a single active match: what the paper's Table 1 is about. */
	single: ({ strategy: Strategy } & Deactivation)[];
	/** Of the strategy `top-1`. */
	layers: ({ layer: number; kind: UpstreamKind } & Deactivation)[];
	/** Of `top-1`, by how many of the three best matches were active. */
	company: ({ active: number } & Deactivation)[];
	/** `top-1` less each other strategy; exhaustive search is held against it on the targets of both. */
	differences: { strategy: Strategy; off: Difference | null; change: Difference | null }[];
}

const SEED = 4;

export function deactivationOf(trials: Trial[], strategies: Strategy[]): DeactivationSummary {
	const texts = 1 + trials.reduce((most, trial) => Math.max(most, trial.text), -1);
	const of = (some: Trial[]) => deactivation(some, texts);
	const by = (strategy: Strategy) => trials.filter((trial) => trial.strategy === strategy);
	const top = by('top-1');
	const single = (trial: Trial) => GROUPS[trial.group]!.length === 1;
	const layers = [...new Set(top.map((trial) => trial.layer))].sort((a, b) => a - b);
	const kinds = [...new Set(top.map((trial) => trial.kind))];
	return {
		texts,
		targets: new Set(trials.map(({ text, token, to }) => `${text} ${token} ${to}`)).size,
		strategies: strategies.map((strategy) => ({ strategy, ...of(by(strategy)) })),
		single: strategies.map((strategy) => ({ strategy, ...of(by(strategy).filter(single)) })),
		layers: layers.flatMap((layer) =>
			kinds.map((kind) => ({
				layer,
				kind,
				...of(top.filter((trial) => trial.layer === layer && trial.kind === kind))
			}))
		),
		company: [1, 2, 3].map((active) => ({
			active,
			...of(top.filter((trial) => GROUPS[trial.group]!.length === active))
		})),
		differences: strategies
			.filter((strategy) => strategy !== 'top-1')
			.map((strategy) => {
				const other = by(strategy);
				const own = strategy === 'exhaustive' ? onSame(top, other) : top;
				const less = (sums: typeof offs) =>
					differenceInterval(sums(own, texts), sums(other, texts), SEED);
				return { strategy, off: less(offs), change: less(changes) };
			})
	};
}

/** Those of the trials that were made on the targets of others, too. */
function onSame(trials: Trial[], others: Trial[]): Trial[] {
	const target = ({ text, token, to, kind }: Trial) => `${text} ${token} ${to} ${kind}`;
	const known = new Set(others.map(target));
	return trials.filter((trial) => known.has(target(trial)));
}

function deactivation(trials: Trial[], texts: number): Deactivation {
	const known = trials.filter((trial) => trial.loss !== null);
	const before = sum(known, (trial) => trial.loss!);
	const after = sum(known, (trial) => trial.lossAfter!);
	return {
		trials: trials.length,
		off: ratioInterval(offs(trials, texts), SEED),
		change: ratioInterval(changes(trials, texts), SEED),
		lossChange: before > 0 ? (after - before) / before : null
	};
}

const offs = (trials: Trial[], texts: number) =>
	perText(trials, texts, (trial) => Number(trial.off));

const changes = (trials: Trial[], texts: number) => perText(trials, texts, (trial) => trial.change);

function perText(trials: Trial[], texts: number, value: (trial: Trial) => number) {
	const sums = Array.from({ length: texts }, () => ({ hit: 0, of: 0 }));
	for (const trial of trials) {
		sums[trial.text]!.hit += value(trial);
		sums[trial.text]!.of++;
	}
	return sums;
}

function sum<T>(items: T[], value: (item: T) => number): number {
	return items.reduce((total, item) => total + value(item), 0);
}
