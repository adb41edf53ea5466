/** Whether a model can have the layers that its config claims. */
import { Problem } from '../../src/core/names/errors';
import { architectureOf } from '../graph/families/families';
import type { Config } from '../graph/families/model-config';

/**
 * Throws a Problem where files with this many tensors cannot hold the layers of the config, which everything that is
 * built of a config grows with.
 */
export function checkLayers(config: Config, tensors: number): void {
	const { layers } = architectureOf(config).shape(config);
	if (layers <= tensors) return;
	throw new Problem(
		'pack-invalid',
		`The model's config.json says ${layers} layers, and its weights are only ${tensors} tensors.`,
		'Take config.json from the same place as the weights.'
	);
}
