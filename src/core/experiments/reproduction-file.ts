/**
 * A reproduction that was stored with a pack (`reproduction.json`): hostile until parsed. It is what the command
 * `reproduce` printed, except what the paper found, which is not the pack's to say.
 */
import * as j from '../files/json';
import { UPSTREAM } from '../flow/flow';
import { GROUPS } from '../flow/groups';
import { parseFeatureId, placeOf, siteOf } from '../names/site';
import { STRATEGIES } from './deactivation';
import { MAPS, PAPER, PARTS, SCALES, WHOLE, type Reproduction } from './reproduction';

const CONTROLS = ['none', 'random', 'reversed'] as const;
/** How far from 1 rounding may bring a sum of shares. */
const ROUNDING = 1e-6;

const size = j.integer(0);
const some = j.integer(1);
const shortened = (id: string) => id.slice(0, 80);

const sae = j.checked(
	j.text,
	(id) => !placeOf(siteOf(id)) && `names a site that does not exist (${shortened(id)})`
);
const feature = j.checked(
	j.text,
	(id) => !parseFeatureId(id) && `names a feature that does not exist (${shortened(id)})`
);
const group = j.integer(0, GROUPS.length - 1);

const groups = j.object({
	layers: j.list(
		j.object({
			layer: size,
			active: some,
			shares: j.checked(j.listOf(GROUPS.length, j.share), (shares, at) => {
				const sum = shares.reduce((a, b) => a + b, 0);
				return Math.abs(sum - 1) > ROUNDING && `has ${at} that do not add up to 1`;
			})
		})
	),
	tests: j.list(
		j.object({
			layer: size,
			groups: j.pair(group),
			score: j.oneOf(UPSTREAM),
			...j.each(['p', 'corrected', 'effect'], j.share),
			n: j.pair(size)
		})
	),
	variability: j.listOf(GROUPS.length, j.listOf(GROUPS.length, j.nullable(j.share))),
	steadiness: j.share
});

const ordered = <T extends { low: number; high: number }>(interval: j.Parse<T>) =>
	j.nullable(
		j.checked(
			interval,
			({ low, high }, at) => low > high && `has an interval the wrong way round (${at})`
		)
	);
const bounds = { value: j.number, low: j.number, high: j.number, clusters: some };
const interval = ordered(j.object({ ...bounds, n: some }));
const difference = ordered(j.object({ ...bounds, n: j.pair(size) }));
const trials = { trials: size, off: interval, change: interval, lossChange: j.nullable(j.number) };
const strategy = { strategy: j.oneOf(STRATEGIES) };
const deactivation = j.object({
	texts: size,
	targets: size,
	strategies: j.list(j.object({ ...strategy, ...trials })),
	single: j.list(j.object({ ...strategy, ...trials })),
	layers: j.list(j.object({ layer: size, kind: j.oneOf(UPSTREAM), ...trials })),
	company: j.list(j.object({ active: some, ...trials })),
	differences: j.list(j.object({ ...strategy, off: difference, change: difference }))
});

const transition = j.object({
	from: sae,
	to: sae,
	map: j.oneOf(MAPS),
	k: size,
	scale: j.oneOf(SCALES),
	explained: j.number,
	tokens: size
});
const agreement = j.object({
	from: sae,
	to: sae,
	same: j.share,
	features: size,
	sameOfHigh: j.nullable(j.share),
	high: size
});

const arm = j.object({
	name: j.text,
	control: j.oneOf(CONTROLS),
	dose: j.number,
	target: j.nullable(j.number),
	kl: j.number,
	perplexity: j.numberFrom(0),
	repeated: j.nullable(j.share),
	theme: j.number,
	lexicon: j.share,
	samples: size
});
const theme = j.object({
	id: feature,
	label: j.nullable(j.text),
	chain: j.list(feature),
	arms: j.list(arm)
});

const reproduction: j.Parse<Reproduction> = j.object({
	settings: j.object(j.each(Object.keys(WHOLE) as (keyof typeof WHOLE)[], size)),
	groups: j.nullable(groups),
	deactivation: j.nullable(deactivation),
	transitions: j.list(transition),
	agreement: j.list(agreement),
	steering: j.list(theme),
	leftOut: j.list(j.text),
	took: j.list(j.object({ part: j.oneOf(PARTS), seconds: j.numberFrom(0) })),
	paper: () => PAPER
});

/** Throws a Problem for anything but what `reproduce` prints. */
export function parseReproduction(json: string): Reproduction {
	const file = 'The stored measurement (reproduction.json)';
	const advice = 'Measure it again here, or fetch the pack again.';
	return j.parseText(json, reproduction, file, advice);
}
