/** Names of features as token patterns, found with the samples of a pass over a corpus. */
import type { SaeId } from '../../src/core/names/ids';
import { excerptsOf } from '../../src/core/corpus/examples';
import type { CorpusTally } from '../../src/core/corpus/corpus-tally';
import {
	patternsOf,
	scorePatterns,
	type FiringTexts,
	type JoinedTexts,
	type PatternContext,
	type ScoredPatterns
} from '../../src/core/corpus/patterns';
import type { Sae } from '../sae/sae';
import type { TextCodes } from '../sae/encode-texts';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';
import { lastActivations, numbered } from './last-activations';
import { windowStart } from './windows';

/** Contexts of each feature, from its strongest windows: half as many as the recipe takes, to be faster. */
const CONTEXTS = 4;
/** Tokens of a context: those of the longest ending that is tried. */
const LENGTH = 6;

/** A sample of windows, and what each SAE makes of them. */
export interface SampleCodes {
	texts: JoinedTexts;
	codes: Map<SaeId, TextCodes>;
}

/** Patterns of each feature that has any, chosen by the windows `fit` and scored on `scored`. */
export async function namesOf(
	bench: Workbench,
	saes: Map<SaeId, Sae>,
	tally: CorpusTally,
	{ fit, scored }: { fit: SampleCodes; scored: SampleCodes },
	onStep: (done: number, total: number) => void,
	signal?: AbortSignal
): Promise<Map<SaeId, Map<number, ScoredPatterns>>> {
	const all = numbered(saes);
	let [step, steps] = [0, 1];
	const onTexts = (done: number, total: number) => onStep(step + done / total, steps);
	const patterns = await patternsOf(
		all.flatMap(({ id, from }) => contextsOf(tally, id, from)),
		lastActivations(bench, all, onTexts, signal),
		windowStart(bench),
		(done, total) => ([step, steps] = [done, total])
	);
	const out = new Map<SaeId, Map<number, ScoredPatterns>>();
	for (const { id, sae, from } of all) {
		const named = new Map<number, ScoredPatterns>();
		for (let f = 0; f < sae.wDec.rows; f++) {
			const found = patterns.get(from + f);
			if (found) named.set(f, scorePatterns(found, firingIn(fit, id, f), firingIn(scored, id, f)));
		}
		out.set(id, named);
		await breathe();
		signal?.throwIfAborted();
	}
	return out;
}

/** Where the features of an SAE were strongest; they are numbered from `from` on. */
function contextsOf(
	{ saes, texts, first }: CorpusTally,
	id: SaeId,
	from: number
): PatternContext[] {
	const { strongest, count } = saes.get(id)!;
	return Array.from(count.keys()).flatMap((f) =>
		excerptsOf(strongest, f)
			.filter(({ rank }) => rank === 0)
			.slice(0, CONTEXTS)
			.map(({ window, position, activation }) => ({
				feature: from + f,
				ids: texts.get(window)!.slice(Math.max(first, position + 1 - LENGTH), position + 1),
				activation
			}))
	);
}

function firingIn({ texts, codes }: SampleCodes, id: SaeId, feature: number): FiringTexts {
	const { offsets, tokens, activations } = codes.get(id)!.columns;
	const [from, to] = [offsets[feature]!, offsets[feature + 1]!];
	return {
		texts,
		tokens: tokens.subarray(from, to),
		activations: activations.subarray(from, to)
	};
}
