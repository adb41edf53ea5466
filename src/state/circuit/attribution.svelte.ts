/** What pushes towards a token: asked for when a reader chooses one of those that may come next. */
import type { Attribution, AttributionRequest } from '../../core/circuit/attribution';
import type { Engine } from '../../core/engine';
import { Resource } from '../calls/resource.svelte';

export class Attributions extends Resource<AttributionRequest, Attribution> {
	constructor(engine: Engine) {
		super((request, signal) => engine.attribute(request, { signal }));
	}

	/** Asks of the likeliest token, or of another; the same once more ends it. */
	choose(text: string, token: number, against: number | null): void {
		const asked = { text, token, top: PARTS, ...(against !== null && { against }) };
		const { asked: before } = this;
		if (before?.text === text && before.token === token && (before.against ?? null) === against)
			this.clear();
		else void this.ask(asked);
	}
}

/** Features that are switched off one by one. */
const PARTS = 12;
