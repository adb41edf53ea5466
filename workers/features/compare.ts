/** Two features beside each other: their directions, and what they do on the pack's texts. */
import type { Run } from '../../src/core/calls';
import {
	coactivation,
	type FeatureComparison,
	type SharedToken
} from '../../src/core/features/comparison';
import { row, times } from '../../src/core/math/matrix';
import type { SparseColumns } from '../../src/core/math/sparse';
import { isInStream, siteOf } from '../../src/core/names/site';
import type { SaeId } from '../../src/core/names/ids';
import type { Codes } from '../sae/codes';
import type { Workbench } from '../packs/open-pack';
import type { Sae } from '../sae/sae';
import type { Activity } from './activations';

const SHARED = 12;
/** Milliseconds between what is told of texts under way. */
const EVERY = 300;
/** Tokens of the pack's texts that are read for a comparison: few enough to wait for. */
export const COMPARED_TOKENS = 6000;

type Stored = NonNullable<FeatureComparison['stored']>;

interface Feature {
	sae: Sae;
	index: number;
}

export async function compareFeatures(
	ids: { a: string; b: string },
	bench: Workbench,
	activity: Activity,
	run: Run<FeatureComparison>
): Promise<FeatureComparison> {
	const [a, b] = [await bench.feature(ids.a), await bench.feature(ids.b)];
	const found = directions(a, b);
	run.part(found);
	const onPart = (stored: Stored) => run.part({ ...found, stored });
	return {
		...found,
		stored: (await bench.texts()) ? await onTexts(a, b, bench, activity, run, onPart) : null
	};
}

function directions(a: Feature, b: Feature): FeatureComparison {
	const one = siteOf(a.sae.id) === siteOf(b.sae.id);
	const joined = one || (isInStream(a.sae.info.site) && isInStream(b.sae.info.site));
	if (!joined || a.sae.unit.columns !== b.sae.unit.columns)
		return { cosine: null, dimensions: null, placeOfA: null, placeOfB: null };
	const cosines = times(b.sae.unit, row(a.sae.unit, a.index));
	return {
		cosine: cosines[b.index]!,
		dimensions: a.sae.unit.columns,
		placeOfB: placeAmong(cosines, b, a),
		placeOfA: placeAmong(times(a.sae.unit, row(b.sae.unit, b.index)), a, b)
	};
}

/** The feature itself is none of its neighbours. */
function placeAmong(cosines: Float32Array, feature: Feature, from: Feature) {
	const own = feature.sae === from.sae ? from.index : -1;
	let place = 1;
	cosines.forEach((cosine, i) => (place += Number(i !== own && cosine > cosines[feature.index]!)));
	return { place, among: cosines.length - Number(own >= 0) };
}

/** `onPart` is told what the texts read so far say, a few times a second. */
async function onTexts(
	a: Feature,
	b: Feature,
	bench: Workbench,
	activity: Activity,
	run: Run<never>,
	onPart: (stored: Stored) => void
): Promise<Stored> {
	// As they were encoded: from behind the special tokens that begin each.
	const ids = (await activity.documents()).flatMap((document) =>
		document.slice(document.findIndex((id) => !bench.tokenizer.isSpecial(id)))
	);
	const columns = [a, b].map(({ sae, index }) => {
		const known = activity.known(sae.id);
		return known && denseColumn(known.columns, index, known.tokens);
	});
	const read: number[][] = [[], []];
	let told = performance.now();
	const onCodes = (codes: Map<SaeId, Codes>) => {
		[a, b].forEach(({ sae, index }, i) => {
			const rows = codes.get(sae.id);
			if (rows) read[i]!.push(...activationsIn(rows, index));
		});
		if (performance.now() - told < EVERY) return;
		told = performance.now();
		const tokens = Math.max(...read.map(({ length }) => length));
		const [x, y] = columns.map((column, i) => column?.subarray(0, tokens) ?? read[i]!);
		onPart(together(x!, y!, ids, bench));
	};
	const active = await activity.of([a.sae.id, b.sae.id], run, onCodes);
	const dense = ({ sae, index }: Feature) => {
		const { columns, tokens } = active.get(sae.id)!;
		return denseColumn(columns, index, tokens);
	};
	return together(dense(a), dense(b), ids, bench);
}

/** Of the first of the texts' tokens, as many as there are activations. */
function together(
	x: ArrayLike<number>,
	y: ArrayLike<number>,
	ids: number[],
	{ tokenizer }: Workbench
): Stored {
	const counts = new Map<number, number>();
	for (let t = 0; t < x.length; t++)
		if (x[t]! > 0 && y[t]! > 0) counts.set(ids[t]!, (counts.get(ids[t]!) ?? 0) + 1);
	const shared: SharedToken[] = [...counts]
		.sort(([, m], [, n]) => n - m)
		.slice(0, SHARED)
		.map(([id, times]) => ({ token: tokenizer.text(id), times }));
	return { ...coactivation(x, y), shared };
}

/** A feature's activation by token. */
function activationsIn({ offsets, features, activations }: Codes, f: number): number[] {
	return Array.from({ length: offsets.length - 1 }, (_, t) => {
		const at = features.subarray(offsets[t], offsets[t + 1]).indexOf(f);
		return at < 0 ? 0 : activations[offsets[t]! + at]!;
	});
}

function denseColumn({ offsets, tokens, activations }: SparseColumns, f: number, length: number) {
	const dense = new Float32Array(length);
	for (let i = offsets[f]!; i < offsets[f + 1]!; i++) dense[tokens[i]!] = activations[i]!;
	return dense;
}
