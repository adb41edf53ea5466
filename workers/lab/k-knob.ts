/** k knob: see `src/core/lab/methods/k-knob.ts`. */
import type { Run } from '../../src/core/calls';
import {
	cut,
	steps,
	type KKnobFound,
	type KKnobRow,
	type KKnobSettings
} from '../../src/core/lab/methods/k-knob';
import { seeded, shuffle } from '../../src/core/math/random';
import type { Workbench } from '../packs/open-pack';
import type { Codes } from '../sae/codes';
import { SaeEvaluator, type SaeEvaluation } from '../sae/evaluator';
import type { Sae } from '../sae/sae';
import { openSae } from './sae';

/** Throws a Problem for a text of which nothing can be read. */
export async function kKnob(
	{ sae: id, text, seed }: KKnobSettings,
	bench: Workbench,
	run: Run<KKnobFound>
): Promise<KKnobFound> {
	const sae = await openSae(bench, id, run.signal);
	const window = bench.tokenize(text).tokens.map((token) => token.id);
	// Attention rests on the first token, even where that is a word and not a special token: it never counts.
	const from = bench.tokenizer.isSpecial(window[0]!) ? 0 : 1;
	const evaluator = new SaeEvaluator(bench, [window], [...bench.model.sites, sae.tap], from);
	try {
		return await walk(sae, evaluator, seed, run);
	} finally {
		await evaluator.release();
	}
}

async function walk(
	sae: Sae,
	evaluator: SaeEvaluator,
	seed: number,
	{ signal, progress, part }: Run<KKnobFound>
): Promise<KKnobFound> {
	const taps = await evaluator.streams(evaluator.windows[0]!, [sae.tap, sae.target], signal);
	const codes = await sae.encode(taps.get(sae.tap)!, signal);
	const counts = Array.from(
		{ length: codes.offsets.length - 1 },
		(_, t) => codes.offsets[t + 1]! - codes.offsets[t]!
	);
	const all = steps(Math.max(...counts));
	const mixed = shuffled(codes, seed);
	const measured = async (kept: Codes) =>
		evaluator.evaluate({ ...partsOf(sae), encode: () => Promise.resolve(kept) }, { signal });
	const rows: KKnobRow[] = [];
	const control: KKnobRow[] = [];
	let found: KKnobFound | null = null;
	for (const [i, k] of all.entries()) {
		progress({ phase: 'measure', what: `k = ${k}`, done: i, total: all.length });
		const best = await measured(cut(codes, k));
		const drawn = await measured(cut(mixed, k));
		rows.push(rowOf(k, best));
		control.push(rowOf(k, drawn));
		found = {
			sae: sae.id,
			n: best.tokens,
			unit: 'tokens',
			rows: rows.slice(),
			ce_clean: number(best.ce_clean),
			ce_zero: number(best.ce_zero),
			control: control.slice()
		};
		part(found);
	}
	return found!;
}

/** Each token's features in a random order, the same for every k, so that more are always these and others. */
function shuffled(codes: Codes, seed: number): Codes {
	const uniform = seeded(seed);
	const places = Array.from(codes.features, (_, i) => i);
	for (let t = 0; t + 1 < codes.offsets.length; t++) {
		const own = places.slice(codes.offsets[t], codes.offsets[t + 1]);
		shuffle(own, uniform);
		own.forEach((place, i) => (places[codes.offsets[t]! + i] = place));
	}
	return {
		offsets: codes.offsets,
		features: Uint32Array.from(places, (at) => codes.features[at]!),
		activations: Float32Array.from(places, (at) => codes.activations[at]!)
	};
}

const partsOf = (sae: Sae) => ({
	tap: sae.tap,
	target: sae.target,
	mean: sae.mean,
	decode: (codes: Codes, t: number, x: Float32Array) => sae.decode(codes, t, x)
});

const rowOf = (k: number, { l0, fvu, ce_sae }: SaeEvaluation): KKnobRow => ({
	k,
	l0,
	fvu,
	ce: number(ce_sae)
});

/** No number where nothing was measured. */
const number = (x: number): number | null => (Number.isFinite(x) ? x : null);
