/** Mistakes planted in sound SAEs, each with the repair that must be named. */
import type { SaeId } from '../../src/core/names/ids';
import type { Normalization } from '../../src/core/sae/config';
import { isMain, placeOf } from '../../src/core/names/site';
import type { Repair } from '../../src/core/experiments/fit';
import { repaired } from '../../workers/experiments/fit/repaired';
import type { UnpackedSae } from '../../workers/experiments/fit/unpacked-sae';

export interface Fault {
	sae: SaeId;
	/** In the words of the issue. */
	cause: string;
	unpacked: UnpackedSae;
	/** Whether this repair names it. */
	named(repair: Repair): boolean;
}

/** `factor` of a site: what activations were multiplied by, from a text that the fit test does not see. */
export function faults(
	sound: UnpackedSae[],
	sites: string[],
	factor: (site: string) => number
): Fault[] {
	return sound.flatMap((unpacked) => {
		const plain = unpacked.info.cfg.normalizeActivations === 'none';
		const made = [
			...(isMain(unpacked.info.id) ? elsewhere(unpacked, sites) : []),
			...(plain ? unfolded(unpacked, factor(unpacked.info.site)) : []),
			...normalisedOtherwise(unpacked),
			...(plain ? wrongActivation(unpacked) : []),
			...biasFaults(unpacked),
			...turnedFaults(unpacked)
		];
		return made.map((fault) => ({ sae: unpacked.info.id, ...fault }));
	});
}

type Made = Omit<Fault, 'sae'>;

/** Said to sit at the same kind of site one layer up or down, and at two sites of other kinds. */
function elsewhere(unpacked: UnpackedSae, sites: string[]): Made[] {
	const { site } = unpacked.info;
	const here = placeOf(site)!;
	const depth = (other: string) => {
		const place = placeOf(other)!;
		return place.kind === 'embed' ? -1 : place.layer;
	};
	const kind = (other: string) => placeOf(other)!.kind.replace('embed', 'resid');
	const beside = sites.filter(
		(other) => kind(other) === here.kind && Math.abs(depth(other) - here.layer) === 1
	);
	const others = sites.filter((other) => kind(other) !== here.kind && depth(other) === here.layer);
	const moved = (to: string, cause: string): Made => ({
		cause,
		unpacked: repaired(unpacked, { kind: 'site', site: to }),
		named: (repair) => repair.kind === 'site' && repair.site === site
	});
	return [
		...beside.map((to) => moved(to, 'off by one layer')),
		...others.map((to) => moved(to, 'wrong hook'))
	];
}

function unfolded(unpacked: UnpackedSae, factor: number): Made[] {
	return [
		{
			cause: 'normalisation not folded',
			unpacked: repaired(unpacked, { kind: 'scale', factor: 1 / factor }),
			named: (repair) => repair.kind === 'scale'
		}
	];
}

/** Run-time normalisation forgotten, or done though nobody trained with it. */
function normalisedOtherwise(unpacked: UnpackedSae): Made[] {
	const was = unpacked.info.cfg.normalizeActivations;
	const made = (to: Normalization, cause: string): Made => ({
		cause,
		unpacked: repaired(unpacked, { kind: 'normalize', to }),
		named: (repair) => repair.kind === 'normalize' && repair.to === was
	});
	if (was === 'centre') return [made('none', 'centred model')];
	if (was === 'layer_norm') return [made('none', 'normalisation left out')];
	return unpacked.info.id.includes('resid_post')
		? [made('layer_norm', 'normalised needlessly')]
		: [];
}

/**
 * TopK and JumpReLU run as ReLU, and ReLU as TopK. One threshold for all features and the k largest of a token
 * pick nearly the same features: of a file that lost its threshold, either is right.
 */
function wrongActivation(unpacked: UnpackedSae): Made[] {
	const { architecture } = unpacked.info.cfg;
	const relu = { kind: 'activation', architecture: 'standard', k: null, threshold: null } as const;
	if (architecture === 'standard')
		return [
			{
				cause: 'wrong activation',
				unpacked: repaired(unpacked, { ...relu, architecture: 'topk', k: 3 }),
				named: (repair) => repair.kind === 'activation' && repair.architecture === 'standard'
			}
		];
	const run = repaired(unpacked, relu);
	const bare = { ...run, tensors: new Map(run.tensors) };
	bare.tensors.delete('threshold');
	return [
		{
			cause: 'wrong activation',
			unpacked: bare,
			named: (repair) => repair.kind === 'activation' && repair.architecture !== 'standard'
		}
	];
}

function biasFaults(unpacked: UnpackedSae): Made[] {
	const { cfg } = unpacked.info;
	if (cfg.normalizeActivations !== 'none') return [];
	const { applyBDecToInput: was } = cfg;
	return [
		{
			cause: was ? 'b_dec not subtracted' : 'b_dec subtracted needlessly',
			unpacked: repaired(unpacked, { kind: 'subtract', bDec: !was }),
			named: (repair) => repair.kind === 'subtract'
		},
		{
			cause: 'decoder bias missing',
			unpacked: repaired(unpacked, { kind: 'bias', bDec: new Array<number>(cfg.dIn).fill(0) }),
			named: (repair) => repair.kind === 'bias'
		}
	];
}

function turnedFaults(unpacked: UnpackedSae): Made[] {
	const { dIn, dSae } = unpacked.info.cfg;
	const square = dIn === dSae ? (['encoder', 'decoder', 'both'] as const) : [];
	return (['swapped', ...square] as const).map((which) => ({
		cause: 'transposed',
		unpacked: repaired(unpacked, { kind: 'turned', which }),
		named: (repair) => repair.kind === 'turned' && repair.which === which
	}));
}
