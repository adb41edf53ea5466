/** Whether a model has the places that an SAE reads and writes, in the widths that it has. */
import { headsLayer, placeOf, readAt, tapOf } from '../../src/core/names/site';
import type { SaeConfig } from '../../src/core/sae/config';
import type { Site } from '../../src/core/names/ids';
import { architectureOf } from '../graph/families/families';
import type { Config } from '../graph/families/model-config';
import { widthOf } from '../graph/shape';

/** What is wrong, as the end of "The SAE … "; null where it fits. SAEs of heads are `checkHeads`'. */
export function misplaced(
	config: Config,
	{ site, cfg }: { site: Site; cfg: SaeConfig }
): string | null {
	if (cfg.heads) return null;
	const architecture = architectureOf(config);
	const shape = architecture.shape(config);
	const ends: [tap: Site, numbers: number, does: string][] = [
		[readAt({ site, cfg }), cfg.dIn, 'reads'],
		[tapOf(site), cfg.dOut, 'writes']
	];
	for (const [tap, numbers, does] of ends) {
		const place = placeOf(tap);
		const layer = place?.kind === 'embed' ? 0 : (place?.layer ?? headsLayer(tap) ?? Infinity);
		if (layer >= shape.layers) return `sits in layer ${layer}, which the model does not have`;
		if (place?.kind === 'mid' && architecture.parallel?.(config))
			return `${does} the stream between attention and MLP, and this model computes both from the same stream`;
		const width = widthOf(shape, tap);
		const there =
			width === shape.dModel ? `the model is ${width} wide` : `there are ${width} there`;
		if (numbers !== width) return `${does} ${numbers} numbers, but ${there}`;
	}
	return null;
}
