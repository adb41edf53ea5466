/** The only door to umap-js: a layout that grows step by step. */
import { UMAP } from 'umap-js';
import type { Neighbours } from '../../src/core/lab/methods/map/neighbours';

export interface GrowingLayout {
	/** Takes a step; the layout has taken so many. */
	step(): number;
	plane(): { x: number[]; y: number[] };
}

/** A layout of so many points by their neighbours. */
export function layoutOf(
	{ k, indices, distances }: Neighbours,
	points: number,
	epochs: number,
	random: () => number
): GrowingLayout {
	const umap = new UMAP({ nNeighbors: k + 1, nEpochs: epochs, random, minDist: 0.1 });
	// A point is its own first neighbour there.
	const rows = (of: ArrayLike<number>, own: (i: number) => number) =>
		Array.from({ length: points }, (_, i) => [
			own(i),
			...Array.from({ length: k }, (__, j) => of[i * k + j]!)
		]);
	umap.setPrecomputedKNN(
		rows(indices, (i) => i),
		rows(distances, () => 0)
	);
	// Only their number matters once the neighbours are known.
	umap.initializeFit(Array.from({ length: points }, (_, i) => [i]));
	return {
		step: () => umap.step(),
		plane() {
			const all = umap.getEmbedding();
			return { x: all.map((point) => point[0]!), y: all.map((point) => point[1]!) };
		}
	};
}
