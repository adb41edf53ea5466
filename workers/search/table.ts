/** All features of an SAE as a table. */
import type { Origin } from '../../src/core/flow/origin';
import type { FeatureTable } from '../../src/core/search/search';
import type { SaeId } from '../../src/core/names/ids';
import { featureId } from '../../src/core/names/site';
import type { Run } from '../../src/core/calls';
import type { Flows } from '../flow/flows';
import { unknownFeature } from '../packs/open-pack';
import { timeSlices } from '../runtime/time-slices';

export async function featureTable(
	{ sae, origins = false }: { sae: SaeId; origins?: boolean },
	flows: Flows,
	run: Run
): Promise<FeatureTable> {
	const { bench } = flows;
	const info = bench.info(sae);
	if (!info) throw unknownFeature(sae);
	const statistics = await bench.statistics(sae);
	const pause = timeSlices(8, run.signal);
	const labels: FeatureTable['labels'] = [];
	for (let index = 0; index < info.cfg.dSae; index++) {
		labels.push(await bench.label(featureId(sae, index)));
		if (index % 100 === 0) await pause();
	}
	return {
		sae,
		density: statistics?.density ?? null,
		max: statistics?.max ?? null,
		entropy: statistics?.tokenEntropies ?? null,
		labels,
		origins: origins ? await originsOf(sae, info.cfg.dSae, flows, run) : null
	};
}

async function originsOf(
	sae: SaeId,
	dSae: number,
	flows: Flows,
	run: Run
): Promise<(Origin | null)[] | null> {
	const rows = await flows.origins(sae, run);
	return Array.from({ length: dSae }, (_, index) => rows[featureId(sae, index)]?.origin ?? null);
}
