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
import type { Workbench } from '../packs/open-pack';
import type { Sae } from '../sae/sae';
import type { Activity } from './activations';

const SHARED = 12;
/** Tokens of the pack's texts that are read for a comparison: few enough to wait for. */
export const COMPARED_TOKENS = 6000;

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
	return {
		...found,
		stored: (await bench.texts()) ? await onTexts(a, b, bench, activity, run) : null
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

async function onTexts(
	a: Feature,
	b: Feature,
	bench: Workbench,
	activity: Activity,
	run: Run<never>
) {
	const active = await activity.of([a.sae.id, b.sae.id], run);
	const dense = ({ sae, index }: Feature) => {
		const { columns, tokens } = active.get(sae.id)!;
		return denseColumn(columns, index, tokens);
	};
	const [x, y] = [dense(a), dense(b)];
	// As they were encoded: from behind the special tokens that begin each.
	const ids = (await activity.documents()).flatMap((document) =>
		document.slice(document.findIndex((id) => !bench.tokenizer.isSpecial(id)))
	);
	const counts = new Map<number, number>();
	ids.forEach((id, t) => {
		if (x[t]! > 0 && y[t]! > 0) counts.set(id, (counts.get(id) ?? 0) + 1);
	});
	const shared: SharedToken[] = [...counts]
		.sort(([, m], [, n]) => n - m)
		.slice(0, SHARED)
		.map(([id, times]) => ({ token: bench.tokenizer.text(id), times }));
	return { ...coactivation(x, y), shared };
}

function denseColumn({ offsets, tokens, activations }: SparseColumns, f: number, length: number) {
	const dense = new Float32Array(length);
	for (let i = offsets[f]!; i < offsets[f + 1]!; i++) dense[tokens[i]!] = activations[i]!;
	return dense;
}
