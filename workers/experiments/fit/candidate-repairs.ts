/** The known mistakes that an SAE can suffer from, each undone in the way that a text's activations suggest. */
import { SAE_ARCHITECTURES, saeArchitecture } from '../../../src/core/sae/architectures';
import { standard } from '../../../src/core/sae/architectures/standard';
import { NORMALIZATIONS, type SaeConfig } from '../../../src/core/sae/config';
import { tapOf } from '../../../src/core/names/site';
import { statedL0, type Repair } from '../../../src/core/experiments/fit';
import type { Sae } from '../../sae/sae';
import type { FitRun, SiteMoments } from './fit-run';
import { repaired } from './repaired';
import { assembled, numbers, type UnpackedSae } from './unpacked-sae';

type ActivationRepair = Repair & { kind: 'activation' };

/** Numbers of active features that SAEs are commonly trained to, for one that states none. */
const COMMON_L0 = [8, 16, 32, 64, 128];
/** A factor this near to 1 changes nothing. */
const SAME_SCALE = 0.03;

/** All repairs that change something and that this SAE can have; other sites first. */
export async function candidateRepairs(
	unpacked: UnpackedSae,
	sae: Sae,
	run: FitRun
): Promise<Repair[]> {
	const { site, cfg } = unpacked.info;
	const moments = await run.moments(site);
	const repairs: Repair[] = [
		...run.evaluator.bench.model.sites
			.filter((other) => other !== tapOf(site))
			.map((other) => ({ kind: 'site' as const, site: other })),
		...normalizations(cfg),
		...(await biases(unpacked, sae, moments, run))
	];
	// The others rewrite W_enc.
	if (!('W_enc' in saeArchitecture(cfg.architecture).tensors(cfg))) return repairs;
	return [
		...repairs,
		...scales(cfg, moments),
		...(await activations(unpacked, run)),
		...turns(cfg)
	];
}

/** √d ÷ mean norm, as SAELens has it, or 1 ÷ root mean square, as dictionary_learning has it. */
function scales({ dIn, normalizeActivations }: SaeConfig, { norm, square }: SiteMoments): Repair[] {
	if (normalizeActivations !== 'none') return [];
	return [Math.sqrt(dIn) / norm, 1 / Math.sqrt(square)]
		.filter((factor) => Number.isFinite(factor) && Math.abs(Math.log(factor)) > SAME_SCALE)
		.map((factor) => ({ kind: 'scale', factor }));
}

const normalizations = ({ normalizeActivations }: SaeConfig): Repair[] =>
	NORMALIZATIONS.filter((to) => to !== normalizeActivations).map((to) => ({
		kind: 'normalize',
		to
	}));

async function biases(
	unpacked: UnpackedSae,
	sae: Sae,
	{ mean }: SiteMoments,
	run: FitRun
): Promise<Repair[]> {
	const { applyBDecToInput, normalizeActivations } = unpacked.info.cfg;
	if (numbers(unpacked, 'b_dec').some((x) => x !== 0))
		return [{ kind: 'subtract', bDec: !applyBDecToInput }];
	if (normalizeActivations !== 'none') return [];
	// Training starts a b_dec that is subtracted at the mean; one that is only added is what the features leave of it.
	const left = applyBDecToInput ? mean : await residue(sae, mean, run);
	return [{ kind: 'bias', bDec: Array.from(left) }];
}

/** Mean of x − x̂. */
async function residue(sae: Sae, mean: Float32Array, run: FitRun): Promise<Float32Array> {
	const sum = new Float64Array(mean.length);
	for await (const { window, x, codes } of run.evaluator.encoded(sae, run.signal))
		run.evaluator.each(window, (t) => {
			sae.decode(codes, t, x.subarray(t * sum.length, (t + 1) * sum.length)).forEach((y, c) => {
				sum[c]! += y;
			});
		});
	return mean.map((x, c) => x - sum[c]! / run.tokens);
}

/** The rules of other architectures that encode by W_enc and b_enc, and other k. */
async function activations(unpacked: UnpackedSae, run: FitRun): Promise<Repair[]> {
	const { cfg } = unpacked.info;
	if (!saeArchitecture(cfg.architecture).rule) return [];
	const stated = statedL0(cfg);
	const l0s = stated === null ? COMMON_L0 : [Math.max(1, Math.round(stated))];
	const found: ActivationRepair[] = [];
	for (const { name, rule, topK, threshold } of SAE_ARCHITECTURES) {
		if (!rule || (name === cfg.architecture && !topK)) continue;
		const plain = { kind: 'activation', architecture: name, k: null, threshold: null } as const;
		if (topK) {
			const ks = l0s.filter((k) => k < cfg.dSae / 2 && k !== cfg.k);
			found.push(...ks.map((k) => ({ ...plain, k })));
		} else {
			if (!threshold || numbers(unpacked, threshold).length === cfg.dSae) found.push(plain);
			if (threshold)
				for (const one of await thresholds(unpacked, l0s, run))
					found.push({ ...plain, threshold: one });
		}
	}
	// Of repairs that come to the same, the first is named, and a k says most.
	return found.sort((a, b) => Number(b.k !== null) - Number(a.k !== null));
}

/** The thresholds that would leave so many active features a token, for each of these numbers that there are. */
async function thresholds(unpacked: UnpackedSae, l0s: number[], run: FitRun): Promise<number[]> {
	const relu = assembled(
		repaired(unpacked, {
			kind: 'activation',
			architecture: standard.name,
			k: null,
			threshold: null
		})
	);
	const all: number[] = [];
	for await (const { window, codes } of run.evaluator.encoded(relu, run.signal))
		run.evaluator.each(window, (t) => {
			for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++)
				all.push(codes.activations[i]!);
		});
	await relu.release();
	const strongest = Float32Array.from(all).sort().reverse();
	return l0s
		.map((l0) => strongest[Math.round(l0 * run.tokens)])
		.filter((threshold) => threshold !== undefined);
}

function turns({ dIn, dSae, architecture }: SaeConfig): Repair[] {
	const square = dIn === dSae ? (['encoder', 'decoder', 'both'] as const) : [];
	const swapped = saeArchitecture(architecture).rule ? (['swapped'] as const) : [];
	return [...swapped, ...square].map((which) => ({ kind: 'turned', which }));
}
