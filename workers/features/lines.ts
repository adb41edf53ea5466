/** Labels and densities of features, for lists. */
import type { FeatureLine } from '../../src/core/features/feature';
import type { FeatureId } from '../../src/core/names/ids';
import { parseFeatureId } from '../../src/core/names/site';
import { unknownFeature, type Workbench } from '../packs/open-pack';

/** In the order asked for. Throws a Problem for what is no feature id. */
export function featureLines(ids: FeatureId[], bench: Workbench): Promise<FeatureLine[]> {
	return Promise.all(
		ids.map(async (id) => {
			const parsed = parseFeatureId(id);
			if (!parsed) throw unknownFeature(id);
			const { sae, index } = parsed;
			const statistics = await bench.statistics(sae);
			const exists = index < (bench.info(sae)?.cfg.dSae ?? 0);
			return {
				id,
				label: exists ? await bench.label(id) : null,
				density: statistics?.density[index] ?? null,
				max: statistics?.max[index] ?? null,
				mean: statistics?.mean[index] ?? null
			};
		})
	);
}
