/** The known mistakes that an SAE can suffer from, each undone in the way that a text's activations suggest. */
import type { SaeConfig } from '../../../src/core/packs/manifest';
import { tapOf } from '../../../src/core/names/site';
import { statedL0, type Repair } from '../../../src/core/labs/fit';
import type { SaeEvaluator } from '../../sae/evaluator';
import type { Sae } from '../../sae/sae';
import { repaired } from './repaired';
import { assembled, numbers, type UnpackedSae } from './unpacked-sae';

/** Numbers of active features that SAEs are commonly trained to, for one that states none. */
const COMMON_L0 = [8, 16, 32, 64, 128];
/** A factor this near to 1 changes nothing. */
const SAME_SCALE = 0.03;
const NORMALIZATIONS = ['none', 'layer_norm', 'constant_norm_rescale', 'centre'] as const;

/** Lengths and mean of a site's activations over the tokens that count. */
export interface SiteMoments {
	mean: Float32Array;
	/** Mean of ‖x‖. */
	norm: number;
	/** Mean of ‖x‖². */
	square: number;
}

/** All repairs that change something and that this SAE can have; other sites first. */
export async function candidateRepairs(
	unpacked: UnpackedSae,
	sae: Sae,
	moments: SiteMoments,
	evaluator: SaeEvaluator,
	signal?: AbortSignal
): Promise<Repair[]> {
	const { info } = unpacked;
	const { model } = evaluator.bench;
	const sites = model.sites
		.filter((site) => site !== tapOf(info.site))
		.map((site): Repair => ({ kind: 'site', site }));
	const own = [
		...normalizations(info.cfg),
		...(await biases(unpacked, sae, moments, evaluator, signal))
	];
	if (info.cfg.kron) return [...sites, ...own];
	return [
		...sites,
		...own,
		...scales(info.cfg, moments),
		...(await activations(unpacked, evaluator, signal)),
		...turns(info.cfg)
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
	evaluator: SaeEvaluator,
	signal?: AbortSignal
): Promise<Repair[]> {
	const { applyBDecToInput, normalizeActivations } = unpacked.info.cfg;
	if (numbers(unpacked, 'b_dec').some((x) => x !== 0))
		return [{ kind: 'subtract', bDec: !applyBDecToInput }];
	if (normalizeActivations !== 'none') return [];
	// What is subtracted is where SAEs begin, the mean; what is only added is what the features leave of it.
	const left = applyBDecToInput ? mean : await residue(sae, mean, evaluator, signal);
	return [{ kind: 'bias', bDec: Array.from(left) }];
}

/** Mean of x − x̂. */
async function residue(
	sae: Sae,
	mean: Float32Array,
	evaluator: SaeEvaluator,
	signal?: AbortSignal
): Promise<Float32Array> {
	const sum = new Float64Array(mean.length);
	let tokens = 0;
	const site = tapOf(sae.info.site);
	for (const window of evaluator.windows) {
		const x = (await evaluator.streams(window, [site], signal)).get(site)!;
		const codes = await sae.encode(x, signal);
		evaluator.each(window, (t) => {
			sae.decode(codes, t, x.subarray(t * sum.length, (t + 1) * sum.length)).forEach((y, c) => {
				sum[c]! += y;
			});
			tokens++;
		});
	}
	return mean.map((x, c) => x - sum[c]! / tokens);
}

async function activations(
	unpacked: UnpackedSae,
	evaluator: SaeEvaluator,
	signal?: AbortSignal
): Promise<Repair[]> {
	const { cfg } = unpacked.info;
	const { architecture, dSae } = cfg;
	if (architecture === 'gated' || architecture === 'kron') return [];
	const relu = { kind: 'activation', architecture: 'standard', k: null, threshold: null } as const;
	const stated = statedL0(cfg);
	const wanted = stated === null ? COMMON_L0 : [Math.max(1, Math.round(stated))];
	const ks = wanted.filter((k) => k < dSae / 2 && k !== cfg.k);
	const out: Repair[] = ks.map((k) => ({ ...relu, architecture: 'topk', k }));
	if (architecture !== 'standard') out.push(relu);
	if (architecture === 'jumprelu') return out;
	if (numbers(unpacked, 'threshold').length === dSae)
		out.push({ ...relu, architecture: 'jumprelu' });
	const plain = assembled(repaired(unpacked, relu));
	const found = await strengths(plain, evaluator, signal);
	await plain.release();
	for (const l0 of wanted) {
		const threshold = found.values[Math.round(l0 * found.tokens)];
		if (threshold !== undefined) out.push({ ...relu, architecture: 'jumprelu', threshold });
	}
	return out;
}

/** Activations of all tokens, strongest first. */
async function strengths(sae: Sae, evaluator: SaeEvaluator, signal?: AbortSignal) {
	const parts: Float32Array[] = [];
	let tokens = 0;
	const site = tapOf(sae.info.site);
	for (const window of evaluator.windows) {
		const x = (await evaluator.streams(window, [site], signal)).get(site)!;
		const { offsets, activations: all } = await sae.encode(x, signal);
		evaluator.each(window, (t) => {
			parts.push(all.subarray(offsets[t], offsets[t + 1]));
			tokens++;
		});
	}
	const values = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
	let at = 0;
	for (const part of parts) {
		values.set(part, at);
		at += part.length;
	}
	return { values: values.sort().reverse(), tokens };
}

function turns({ dIn, dSae, architecture }: SaeConfig): Repair[] {
	const square = dIn === dSae ? (['encoder', 'decoder', 'both'] as const) : [];
	const all = architecture === 'gated' ? square : (['swapped', ...square] as const);
	return all.map((which) => ({ kind: 'turned', which }));
}
