/** Whether the SAEs of an open pack fit its model, measured on one text. */
import type { Run } from '../../../src/core/calls';
import type { Site } from '../../../src/core/names/ids';
import { Problem } from '../../../src/core/names/errors';
import { tapOf } from '../../../src/core/names/site';
import {
	LEAST_TOKENS,
	type FitRequest,
	type SaeFit,
	type FitReport
} from '../../../src/core/labs/fit';
import { windowsOf } from '../../corpus/text-windows';
import { SaeEvaluator } from '../../sae/evaluator';
import { unknownFeature, type Workbench } from '../../packs/open-pack';
import type { SiteMoments } from './candidate-repairs';
import { fitOf } from './sae-fit';
import { unpackSae } from './unpacked-sae';
import { TEXT } from './text';

/** Enough to tell: more tokens take longer and change nothing. */
const TOKENS = 700;
/** Most numbers of all sites' streams that are kept, 128 MB. */
const KEPT = 32e6;
/** The first place of a window is where attention rests; where there is no special token, a word stands there. */
const FIRST = 1;

/** Throws a Problem when the text is too short. Each SAE is reported as soon as it is measured. */
export async function fitReport(
	{ text, saes }: FitRequest,
	bench: Workbench,
	{ signal, progress, part }: Run<SaeFit>
): Promise<FitReport> {
	const evaluator = evaluatorOf(bench, text);
	const { windows } = evaluator;
	let tokens = 0;
	for (const window of windows) evaluator.each(window, () => tokens++);
	if (tokens < LEAST_TOKENS)
		throw new Problem(
			'unsupported',
			`The text has ${tokens} tokens that count, too few to tell whether an SAE fits.`,
			`Give a text of at least ${LEAST_TOKENS} tokens, some ${Math.ceil(LEAST_TOKENS / 50) * 50} words.`
		);
	const ids = saes ?? bench.saeIds;
	const moments = siteMoments(evaluator, signal);
	const found: SaeFit[] = [];
	try {
		for (const [i, id] of ids.entries()) {
			const send = (done: number, total: number) =>
				progress({ phase: 'measure', what: id, done: i + done / total, total: ids.length });
			send(0, 1);
			const info = bench.info(id);
			if (!info) throw unknownFeature(id);
			const unpacked = await unpackSae(bench, info, signal);
			const fit = await fitOf(unpacked, { evaluator, moments, signal, onAttempt: send });
			found.push(fit);
			part(fit);
		}
	} finally {
		await evaluator.release();
	}
	return { tokens, text: text === null ? 'built in' : 'own', saes: found };
}

/** The text's first windows, as many as tell enough and find room. */
export function evaluatorOf(bench: Workbench, text: string | null): SaeEvaluator {
	const { model, tokenizer } = bench;
	const room = Math.min(TOKENS, Math.floor(KEPT / (model.sites.length * model.shape.dModel)));
	const kept: number[][] = [];
	let tokens = 0;
	for (const window of windowsOf(text ?? TEXT, tokenizer, model.shape.context).windows) {
		if (tokens >= room) break;
		const part = window.slice(0, Math.max(2, room - tokens));
		tokens += part.length;
		if (part.length > FIRST) kept.push(part);
	}
	return new SaeEvaluator(bench, kept, model.sites, FIRST);
}

/** What is known of each site's activations, computed when asked for. */
export function siteMoments(
	evaluator: SaeEvaluator,
	signal?: AbortSignal
): (site: Site) => Promise<SiteMoments> {
	const known = new Map<Site, Promise<SiteMoments>>();
	return (site) => {
		const tap = tapOf(site);
		const moments = known.get(tap) ?? momentsOf(evaluator, tap, signal);
		known.set(tap, moments);
		return moments;
	};
}

async function momentsOf(
	evaluator: SaeEvaluator,
	site: Site,
	signal?: AbortSignal
): Promise<SiteMoments> {
	const d = evaluator.bench.model.shape.dModel;
	const sum = new Float64Array(d);
	let [norm, square, tokens] = [0, 0, 0];
	for (const window of evaluator.windows) {
		const x = (await evaluator.streams(window, [site], signal)).get(site)!;
		evaluator.each(window, (t) => {
			let length = 0;
			for (let c = 0; c < d; c++) {
				const value = x[t * d + c]!;
				sum[c]! += value;
				length += value ** 2;
			}
			norm += Math.sqrt(length);
			square += length;
			tokens++;
		});
	}
	return {
		mean: Float32Array.from(sum, (s) => s / tokens),
		norm: norm / tokens,
		square: square / tokens
	};
}
