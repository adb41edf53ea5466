/** Patterns for the features of several SAEs from what a walk gathered, and how well they do on held-out windows. */
import type { SaeId } from '../../src/core/names/ids';
import { byFeature, joined, type SparseColumns, type SparseRows } from '../../src/core/math/sparse';
import { placesOf, stronger } from '../../src/core/corpus/examples';
import type { Gathered } from '../../src/core/corpus/tallies';
import {
	joinedTexts,
	patternsOf,
	score,
	type Context,
	type Fires,
	type Joined,
	type Scored
} from '../../src/core/corpus/patterns';
import { tapsOf, type Sae } from '../sae/sae';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';
import { exciting, numberingOf } from './endings';
import { windowStart } from './walk';

/** Strongest contexts looked at for each feature: half of what the recipe takes, for the time it takes. */
const CONTEXTS = 4;
/** More tokens than the longest ending that is tried. */
const REACH = 6;

/** The codes of an SAE over some windows, special tokens left out. */
export interface SampleCodes {
	rows: SparseRows;
	columns: SparseColumns;
}

/** Windows of the samples, and what each SAE makes of them. */
export interface Samples {
	texts: Joined;
	codes: Map<SaeId, SampleCodes>;
}

/** Reads windows with all SAEs. `onWindow` hears how many are done. */
export async function readSamples(
	bench: Pick<Workbench, 'model'>,
	saes: Map<SaeId, Sae>,
	{ windows, first }: { windows: number[][]; first: number },
	onWindow: (done: number) => void,
	signal?: AbortSignal
): Promise<Samples> {
	const parts = new Map<SaeId, SparseRows[]>([...saes.keys()].map((id) => [id, []]));
	for (const [i, window] of windows.entries()) {
		onWindow(i);
		const taps = await bench.model.texts([window], tapsOf(saes.values()), signal);
		for (const [id, sae] of saes) {
			const x = taps.get(sae.tap)!.subarray(first * sae.spec.dIn);
			parts.get(id)!.push(await sae.encode(x, signal));
		}
		await breathe();
		signal?.throwIfAborted();
	}
	const codes = new Map<SaeId, SampleCodes>();
	for (const [id, sae] of saes) {
		const rows = joined(parts.get(id)!);
		codes.set(id, { rows, columns: byFeature(rows, sae.wDec.rows) });
	}
	return { texts: joinedTexts(windows.map((window) => window.slice(first))), codes };
}

/** By SAE and feature; features without a pattern are not among them. */
export async function namesOf(
	bench: Workbench,
	saes: Map<SaeId, Sae>,
	gathered: Gathered,
	{ fit, scored }: { fit: Samples; scored: Samples },
	onStep: (done: number, total: number) => void,
	signal?: AbortSignal
): Promise<Map<SaeId, Map<number, Scored>>> {
	const numbering = numberingOf(saes);
	const contexts = numbering.saes.flatMap(({ id, from }) => contextsOf(gathered, id, from));
	let [step, steps] = [0, 1];
	const onRows = (done: number, total: number) => onStep(step + done / total, steps);
	const patterns = await patternsOf(
		contexts,
		exciting(bench, numbering, onRows, signal),
		windowStart(bench),
		(done, total) => ([step, steps] = [done, total])
	);
	const out = new Map<SaeId, Map<number, Scored>>();
	for (const { id, sae, from } of numbering.saes) {
		const named = new Map<number, Scored>();
		for (let f = 0; f < sae.wDec.rows; f++) {
			const found = patterns.get(from + f);
			if (!found) continue;
			const side = ({ texts, codes }: Samples) => ({
				texts,
				fires: firesOf(codes.get(id)!.columns, f)
			});
			named.set(f, score(found, side(fit), side(scored)));
		}
		out.set(id, named);
		await breathe();
		signal?.throwIfAborted();
	}
	return out;
}

/** Where the features of an SAE were strongest; their numbers begin at `from`. */
function contextsOf({ tallies, texts, first }: Gathered, id: SaeId, from: number): Context[] {
	const { strongest, count } = tallies.get(id)!;
	return Array.from(count.keys()).flatMap((f) =>
		placesOf(strongest, f, stronger)
			.slice(0, CONTEXTS)
			.map(({ window, position, a }) => ({
				feature: from + f,
				ids: texts.get(window)!.slice(Math.max(first, position + 1 - REACH), position + 1),
				level: a
			}))
	);
}

function firesOf({ offsets, tokens, activations }: SparseColumns, feature: number): Fires {
	const [from, to] = [offsets[feature]!, offsets[feature + 1]!];
	return { places: tokens.subarray(from, to), activations: activations.subarray(from, to) };
}
