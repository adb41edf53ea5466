/**
 * A reproduction that was stored with a pack (`reproduction.json`): hostile until parsed. It is what the command
 * `reproduce` printed; what the paper found is not read from it, since that is not the pack's to say.
 */
import type { Deactivation, DeactivationSummary, Difference, Measured } from './deactivation';
import { Problem } from '../names/errors';
import { STRATEGIES } from './deactivation';
import { UPSTREAM } from '../flow/flow';
import { GROUPS } from '../flow/groups';
import {
	count,
	DESCRIPTION,
	invalid,
	list,
	number,
	object,
	oneOf,
	share,
	text
} from '../files/json';
import {
	MAPS,
	PAPER,
	PARTS,
	SCALES,
	type Agreement,
	type GroupReport,
	type GroupTest,
	type Reproduction,
	type ReproductionSettings,
	type ThemeArm,
	type ThemeReport,
	type Transition
} from './reproduction';
import { parseFeatureId, placeOf, siteOf } from '../names/site';

const CONTROLS = ['none', 'random', 'reversed'] as const;
/** How far from 1 rounding may bring a sum of shares. */
const ROUNDING = 1e-6;

/** Throws a Problem for anything else than what `reproduce` prints. Unknown fields are ignored. */
export function parseReproduction(json: string): Reproduction {
	try {
		return whole(JSON.parse(json));
	} catch (cause) {
		const sentence =
			cause instanceof Problem
				? cause.sentence.replace(DESCRIPTION, 'The stored measurement (reproduction.json)')
				: 'The stored measurement (reproduction.json) is not JSON.';
		throw new Problem('pack-damaged', sentence, 'Measure it again here, or fetch the pack again.', {
			cause
		});
	}
}

function whole(value: unknown): Reproduction {
	const fields = object(value, 'reproduction');
	return {
		settings: settings(fields.settings, 'settings'),
		groups: orNull(fields.groups, 'groups', groups),
		deactivation: orNull(fields.deactivation, 'deactivation', deactivation),
		transitions: each(fields.transitions, 'transitions', transition),
		agreement: each(fields.agreement, 'agreement', agreement),
		steering: each(fields.steering, 'steering', theme),
		leftOut: each(fields.leftOut, 'leftOut', text),
		took: each(fields.took, 'took', (value, at) => {
			const of = object(value, at);
			return {
				part: oneOf(of.part, PARTS, `${at}.part`),
				seconds: least(of.seconds, `${at}.seconds`, 0)
			};
		}),
		paper: PAPER
	};
}

type Parse<T> = (value: unknown, at: string) => T;

const each = <T>(value: unknown, at: string, parse: Parse<T>): T[] =>
	list(value, at).map((item, i) => parse(item, `${at}[${i}]`));

const orNull = <T>(value: unknown, at: string, parse: Parse<T>): T | null =>
	value === null ? null : parse(value, at);

/** As many as said. */
function exactly<T>(value: unknown, at: string, many: number, parse: Parse<T>): T[] {
	const found = each(value, at, parse);
	if (found.length !== many) throw invalid(`has a ${at} of another length than ${many}`);
	return found;
}

function least(value: unknown, at: string, bound: number): number {
	const n = number(value, at);
	if (n < bound) throw invalid(`has no usable ${at}`);
	return n;
}

const size: Parse<number> = (value, at) => count(value, at, 0);

function settings(value: unknown, at: string): ReproductionSettings {
	const of = object(value, at);
	const read = (key: keyof ReproductionSettings) => count(of[key], `${at}.${key}`, 0);
	return {
		tokens: read('tokens'),
		texts: read('texts'),
		tokensPerText: read('tokensPerText'),
		featuresPerToken: read('featuresPerToken'),
		exhaustiveFeatures: read('exhaustiveFeatures'),
		themes: read('themes'),
		samples: read('samples'),
		length: read('length'),
		seed: read('seed')
	};
}

function groups(value: unknown, at: string): GroupReport {
	const of = object(value, at);
	const many = GROUPS.length;
	return {
		layers: each(of.layers, `${at}.layers`, (value, at) => {
			const layer = object(value, at);
			const shares = exactly(layer.shares, `${at}.shares`, many, share);
			const sum = shares.reduce((a, b) => a + b, 0);
			if (Math.abs(sum - 1) > ROUNDING) throw invalid(`has ${at}.shares that do not add up to 1`);
			return {
				layer: count(layer.layer, `${at}.layer`, 0),
				active: count(layer.active, `${at}.active`, 1),
				shares
			};
		}),
		tests: each(of.tests, `${at}.tests`, groupTest),
		variability: exactly(of.variability, `${at}.variability`, many, (line, at) =>
			exactly(line, at, many, (cell, at) => orNull(cell, at, share))
		),
		steadiness: share(of.steadiness, `${at}.steadiness`)
	};
}

function groupTest(value: unknown, at: string): GroupTest {
	const of = object(value, at);
	const [a, b] = exactly(of.groups, `${at}.groups`, 2, group) as [number, number];
	const [m, n] = exactly(of.n, `${at}.n`, 2, size) as [number, number];
	return {
		layer: count(of.layer, `${at}.layer`, 0),
		groups: [a, b],
		score: oneOf(of.score, UPSTREAM, `${at}.score`),
		p: share(of.p, `${at}.p`),
		corrected: share(of.corrected, `${at}.corrected`),
		effect: share(of.effect, `${at}.effect`),
		n: [m, n]
	};
}

const group: Parse<number> = (value, at) => {
	const index = count(value, at, 0);
	if (index >= GROUPS.length) throw invalid(`names a group that does not exist (${at})`);
	return index;
};

function deactivation(value: unknown, at: string): DeactivationSummary {
	const of = object(value, at);
	const strategy = (value: unknown, at: string) => ({
		strategy: oneOf(object(value, at).strategy, STRATEGIES, `${at}.strategy`)
	});
	const byStrategy = (value: unknown, at: string) => ({
		...strategy(value, at),
		...trials(value, at)
	});
	return {
		texts: count(of.texts, `${at}.texts`, 0),
		targets: count(of.targets, `${at}.targets`, 0),
		strategies: each(of.strategies, `${at}.strategies`, byStrategy),
		single: each(of.single, `${at}.single`, byStrategy),
		layers: each(of.layers, `${at}.layers`, (value, at) => ({
			layer: count(object(value, at).layer, `${at}.layer`, 0),
			kind: oneOf(object(value, at).kind, UPSTREAM, `${at}.kind`),
			...trials(value, at)
		})),
		company: each(of.company, `${at}.company`, (value, at) => ({
			active: count(object(value, at).active, `${at}.active`, 1),
			...trials(value, at)
		})),
		differences: each(of.differences, `${at}.differences`, (value, at) => ({
			...strategy(value, at),
			off: orNull(object(value, at).off, `${at}.off`, difference),
			change: orNull(object(value, at).change, `${at}.change`, difference)
		}))
	};
}

function trials(value: unknown, at: string): Deactivation {
	const of = object(value, at);
	return {
		trials: count(of.trials, `${at}.trials`, 0),
		off: orNull(of.off, `${at}.off`, measured),
		change: orNull(of.change, `${at}.change`, measured),
		lossChange: orNull(of.lossChange, `${at}.lossChange`, number)
	};
}

function interval(value: unknown, at: string): Omit<Measured, 'n'> {
	const of = object(value, at);
	const [low, high] = [number(of.low, `${at}.low`), number(of.high, `${at}.high`)];
	if (low > high) throw invalid(`has an interval the wrong way round (${at})`);
	return {
		value: number(of.value, `${at}.value`),
		low,
		high,
		clusters: count(of.clusters, `${at}.clusters`, 1)
	};
}

const measured: Parse<Measured> = (value, at) => ({
	...interval(value, at),
	n: count(object(value, at).n, `${at}.n`, 1)
});

const difference: Parse<Difference> = (value, at) => ({
	...interval(value, at),
	n: exactly(object(value, at).n, `${at}.n`, 2, size) as [number, number]
});

function transition(value: unknown, at: string): Transition {
	const of = object(value, at);
	return {
		from: sae(of.from, `${at}.from`),
		to: sae(of.to, `${at}.to`),
		map: oneOf(of.map, MAPS, `${at}.map`),
		k: count(of.k, `${at}.k`, 0),
		scale: oneOf(of.scale, SCALES, `${at}.scale`),
		explained: number(of.explained, `${at}.explained`),
		tokens: count(of.tokens, `${at}.tokens`, 0)
	};
}

function agreement(value: unknown, at: string): Agreement {
	const of = object(value, at);
	return {
		from: sae(of.from, `${at}.from`),
		to: sae(of.to, `${at}.to`),
		same: share(of.same, `${at}.same`),
		features: count(of.features, `${at}.features`, 0),
		sameOfHigh: orNull(of.sameOfHigh, `${at}.sameOfHigh`, share),
		high: count(of.high, `${at}.high`, 0)
	};
}

function theme(value: unknown, at: string): ThemeReport {
	const of = object(value, at);
	return {
		id: feature(of.id, `${at}.id`),
		label: orNull(of.label, `${at}.label`, text),
		chain: each(of.chain, `${at}.chain`, feature),
		arms: each(of.arms, `${at}.arms`, arm)
	};
}

function arm(value: unknown, at: string): ThemeArm {
	const of = object(value, at);
	return {
		name: text(of.name, `${at}.name`),
		control: oneOf(of.control, CONTROLS, `${at}.control`),
		dose: number(of.dose, `${at}.dose`),
		target: orNull(of.target, `${at}.target`, number),
		kl: number(of.kl, `${at}.kl`),
		perplexity: least(of.perplexity, `${at}.perplexity`, 0),
		repeated: orNull(of.repeated, `${at}.repeated`, share),
		theme: number(of.theme, `${at}.theme`),
		lexicon: share(of.lexicon, `${at}.lexicon`),
		samples: count(of.samples, `${at}.samples`, 0)
	};
}

const sae: Parse<string> = (value, at) => {
	const id = text(value, at);
	if (!placeOf(siteOf(id))) throw invalid(`names a site that does not exist (${id.slice(0, 80)})`);
	return id;
};

const feature: Parse<string> = (value, at) => {
	const id = text(value, at);
	if (!parseFeatureId(id)) throw invalid(`names a feature that is none (${id.slice(0, 80)})`);
	return id;
};
