/** How the reader wants the features of the prompt in order, and what the order needs. */
import type { Order } from '../../core/prompt/ranking';
import type { FeatureWeights, WeightsRequest } from '../../core/prompt/weights';
import type { Engine } from '../../core/engine';
import { Resource } from '../calls/resource.svelte';

export class PromptWeights extends Resource<WeightsRequest, FeatureWeights> {
	order = $state<Order>('strength');
	/** The features of the whole prompt, not of one token. */
	isWhole = $state(false);

	constructor(engine: Engine) {
		super((request, signal) => engine.weights(request, { signal }));
	}
}
