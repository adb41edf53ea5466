/** A reproduction of the right shape and of consistent numbers, the same for the same settings. */
import { deactivationOf } from '../../src/core/experiments/deactivation';
import { STRATEGIES, type Strategy, type Trial } from '../../src/core/experiments/deactivation';
import { UPSTREAM } from '../../src/core/flow/flow';
import { GROUPS } from '../../src/core/flow/groups';
import { seeded } from '../../src/core/math/random';
import {
	PAPER,
	PARTS,
	QUICK,
	SCALES,
	type Agreement,
	type GroupReport,
	type Reproduction,
	type ReproductionSettings,
	type ThemeArm,
	type Transition
} from '../../src/core/experiments/reproduction';
import { holm } from '../../src/core/math/ranks';
import { attnOut, mlpOut, residPost } from '../../src/core/names/site';

/** Share that falls silent under each strategy. */
const RATES: Record<Strategy, number> = {
	'top-1': 0.3,
	'top-5': 0.36,
	exhaustive: 0.45,
	'random of top-5': 0.18,
	permutation: 0.22,
	'top-1 by Pearson': 0.29,
	'random direction': 0.02
};

/** Made once for the same question: its bootstraps would slow every test that shows it. */
const made = new Map<string, Reproduction>();

/** `layers` blocks; the more texts the settings ask for, the narrower the intervals. */
export function fakeReproduction(
	layers: number,
	settings: ReproductionSettings = QUICK
): Reproduction {
	const key = JSON.stringify([layers, settings]);
	const known = made.get(key) ?? make(layers, settings);
	made.set(key, known);
	return known;
}

function make(layers: number, settings: ReproductionSettings): Reproduction {
	const uniform = seeded(settings.seed);
	const above = Array.from({ length: layers - 1 }, (_, i) => i + 1);
	return {
		settings,
		groups: groups(above, uniform),
		deactivation: deactivationOf(trials(above, settings, uniform), [...STRATEGIES]),
		transitions: above.flatMap((layer) => transitions(layer, uniform)),
		agreement: above.flatMap((layer) => agreement(layer, uniform)),
		steering: Array.from({ length: settings.themes }, (_, i) => ({
			id: `${residPost(1)}/${7 * i + 1}`,
			label: i === 0 ? 'animal, named' : null,
			chain: above.map((layer) => `${residPost(layer)}/${7 * i + 1}`),
			arms: arms(settings.samples, uniform)
		})),
		leftOut: [
			'No judge reads the steered texts: the paper asked a large model, which a page cannot.'
		],
		took: PARTS.map((part, i) => ({ part, seconds: settings.texts * (i + 1) })),
		paper: PAPER
	};
}

type Uniform = () => number;

function groups(layers: number[], uniform: Uniform): GroupReport {
	const shares = () => {
		const parts = GROUPS.map((_, g) => (g === 0 ? 4 : 0.4) * (0.5 + uniform()));
		const sum = parts.reduce((a, b) => a + b, 0);
		return parts.map((part) => part / sum);
	};
	const tests = layers.flatMap((layer) =>
		[[1, 2] as const, [2, 6] as const].flatMap((pair) =>
			UPSTREAM.map((score) => ({
				layer,
				groups: [...pair] as [number, number],
				score,
				p: uniform() < 0.6 ? 1e-12 : 0.4,
				effect: 0.3 + uniform() / 2,
				n: [4000, 900] as [number, number]
			}))
		)
	);
	const corrected = holm(tests.map((test) => test.p));
	return {
		layers: layers.map((layer) => ({ layer, active: 91_264, shares: shares() })),
		tests: tests.map((test, i) => ({ ...test, corrected: corrected[i]! })),
		variability: GROUPS.map((_, a) =>
			GROUPS.map((_, b) => (a === 7 ? null : a === b ? 1 : uniform()))
		),
		steadiness: 0.72
	};
}

function trials(layers: number[], settings: ReproductionSettings, uniform: Uniform): Trial[] {
	const targets = Array.from({ length: settings.texts * settings.tokensPerText * 6 }, (_, i) => i);
	return STRATEGIES.flatMap((strategy) =>
		targets.map((i) => {
			const off = uniform() < RATES[strategy];
			const layer = layers[i % layers.length]!;
			return {
				text: Math.floor(i / (6 * settings.tokensPerText)),
				token: 3,
				to: `${residPost(layer)}/${i}`,
				layer,
				kind: UPSTREAM[i % 3]!,
				strategy,
				group: [1, 4, 7][i % 3]!,
				before: 2,
				after: off ? 0 : 1.6,
				change: off ? 1 : 0.2,
				off,
				loss: 2,
				lossAfter: 2 + RATES[strategy] / 20
			};
		})
	);
}

function transitions(layer: number, uniform: Uniform): Transition[] {
	const maps = [
		['cosine', 1],
		['cosine', 5],
		['pearson', 1],
		['permutation', 1],
		['none', 0],
		['own codes', 0]
	] as const;
	return maps.flatMap(([map, k]) =>
		SCALES.slice(0, k === 0 ? 1 : 3).map((scale) => ({
			from: residPost(layer - 1),
			to: residPost(layer),
			map,
			k,
			scale,
			explained: map === 'own codes' ? 0.9 : 0.7 * uniform() - (k === 5 ? 0.6 : 0.1),
			tokens: 1426
		}))
	);
}

const agreement = (layer: number, uniform: Uniform): Agreement[] =>
	[residPost(layer - 1), mlpOut(layer), attnOut(layer)].map((from, i) => ({
		from,
		to: residPost(layer),
		same: uniform() / (1 + i),
		features: 1953,
		sameOfHigh: i < 2 ? uniform() : null,
		high: i < 2 ? 700 : 0
	}));

function arms(samples: number, uniform: Uniform): ThemeArm[] {
	const ways = [
		['one layer', 'none'],
		['cumulative', 'none'],
		['cumulative, exponential', 'none'],
		['one layer', 'random'],
		['one layer', 'reversed']
	] as const;
	const arm = (dose: number, target: number | null, kl: number) => ({
		dose,
		target,
		kl,
		perplexity: 5 + 4 * dose * uniform(),
		repeated: 0.1,
		theme: 0.05 + dose * uniform(),
		lexicon: 0.02 + (dose * uniform()) / 10,
		samples
	});
	return [
		{ name: 'unsteered', control: 'none', ...arm(0, null, 0) },
		...ways.flatMap(([name, control]) => [
			...[0.125, 0.25, 0.5, 1].map((dose) => ({ name, control, ...arm(dose, null, dose) })),
			...(control === 'none'
				? [0.25, 1].map((target) => ({ name, control, ...arm(target, target, target) }))
				: [])
		])
	];
}
