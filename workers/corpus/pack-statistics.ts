/** Statistics of a pack's SAEs over a text, written into the pack in the making. */
import type { PackWriter } from '../../src/core/packs/writer';
import type { Workbench } from '../packs/open-pack';
import { PackMeasure, startsOf, type Walk } from './text-windows';
import { summarise, type BoundsOf } from './summary';
import { gzipped } from '../import/gzip';

/** An SAE as `pack.json` lists it. */
export type Entry = Record<string, unknown> & { id: string };

/** `entries`: those that are walked; each gets its statistics and metrics. */
export async function statisticsInto(
	out: PackWriter,
	entries: Entry[],
	bench: Workbench,
	walk: Walk,
	progress: (what: string) => void
): Promise<void> {
	const measure = new PackMeasure(bench, walk);
	const bounds = boundsIn(walk);
	const words = { unembedding: bench.unembedding, gain: bench.finalGain };
	for (const entry of entries) {
		progress(`statistics of ${entry.id}`);
		const sae = await bench.sae(entry.id);
		const walked = await measure.sae(sae);
		const file = `stats/${entry.id}.safetensors.gz`;
		await out.write(file, await gzipped(summarise(sae, walked, bounds, words)));
		Object.assign(entry, { stats: file, stats_tokens: walk.tokens, metrics: walked.metrics });
	}
}

function boundsIn({ windows }: Walk): BoundsOf {
	const starts = startsOf(windows);
	const total = windows.reduce((n, w) => n + w.length, 0);
	return (position) => {
		let low = 0;
		for (let high = starts.length - 1; low < high;) {
			const middle = (low + high + 1) >> 1;
			if (starts[middle]! <= position) low = middle;
			else high = middle - 1;
		}
		return { start: starts[low]! + 1, end: starts[low + 1] ?? total };
	};
}
