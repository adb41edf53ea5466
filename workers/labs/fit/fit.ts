/** All SAEs of an open pack judged on one text. */
import type { Run } from '../../../src/core/calls';
import type { Site } from '../../../src/core/names/ids';
import { Problem } from '../../../src/core/names/errors';
import { tapOf } from '../../../src/core/names/site';
import {
	LEAST_TOKENS,
	type Examination,
	type SaeVerdict,
	type Verdicts
} from '../../../src/core/labs/fit';
import { windowsOf } from '../../corpus/text-windows';
import { Measure } from '../../sae/metrics';
import { unknownFeature, type Workbench } from '../../packs/open-pack';
import type { Spread } from './causes';
import { judge } from './judge';
import { subjectOf } from './parts';
import { TEXT } from './text';

/** Enough to tell: more tokens take longer and change nothing. */
const TOKENS = 700;
/** Most numbers of all sites' streams that are kept, 128 MB. */
const KEPT = 32e6;
/** The first place of a window is where attention rests; where there is no special token, a word stands there. */
const FIRST = 1;

/** Throws a Problem when the text is too short. Each verdict is handed on as it comes. */
export async function verdicts(
	{ text, saes }: Examination,
	bench: Workbench,
	{ signal, progress, part }: Run<SaeVerdict>
): Promise<Verdicts> {
	const measure = measureOf(bench, text);
	const { windows } = measure;
	let tokens = 0;
	for (const window of windows) measure.each(window, () => tokens++);
	if (tokens < LEAST_TOKENS)
		throw new Problem(
			'unsupported',
			`The text has ${tokens} tokens that count, too few to tell whether an SAE fits.`,
			`Give a text of at least ${LEAST_TOKENS} tokens, some ${Math.ceil(LEAST_TOKENS / 50) * 50} words.`
		);
	const ids = saes ?? bench.saeIds;
	const spread = spreads(measure, signal);
	const found: SaeVerdict[] = [];
	try {
		for (const [i, id] of ids.entries()) {
			const send = (done: number, total: number) =>
				progress({ phase: 'measure', what: id, done: i + done / total, total: ids.length });
			send(0, 1);
			const info = bench.info(id);
			if (!info) throw unknownFeature(id);
			const subject = await subjectOf(bench, info, signal);
			const verdict = await judge(subject, { measure, spread, signal, onAttempt: send });
			found.push(verdict);
			part(verdict);
		}
	} finally {
		await measure.release();
	}
	return { tokens, text: text === null ? 'built in' : 'own', saes: found };
}

/** The text's first windows, as many as tell enough and find room. */
export function measureOf(bench: Workbench, text: string | null): Measure {
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
	return new Measure(bench, kept, model.sites, FIRST);
}

/** What is known of each site's activations, computed when asked for. */
export function spreads(measure: Measure, signal?: AbortSignal): (site: Site) => Promise<Spread> {
	const known = new Map<Site, Promise<Spread>>();
	return (site) => {
		const tap = tapOf(site);
		const spread = known.get(tap) ?? spreadOf(measure, tap, signal);
		known.set(tap, spread);
		return spread;
	};
}

async function spreadOf(measure: Measure, site: Site, signal?: AbortSignal): Promise<Spread> {
	const d = measure.bench.model.shape.dModel;
	const sum = new Float64Array(d);
	let [norm, square, tokens] = [0, 0, 0];
	for (const window of measure.windows) {
		const x = (await measure.streams(window, [site], signal)).get(site)!;
		measure.each(window, (t) => {
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
