/** The flow of all features active on the prompt: asked for when the address or the prompt changes. */
import type { PromptFlow, PromptFlowRequest } from '../../core/flow/prompt';
import type { Engine } from '../../core/engine';
import { AskedTask } from '../calls/asked-task.svelte';

/** Time for the next key or the next step of a slider before a flow is sought. */
const PAUSE_MS = 250;

export class PromptFlows extends AskedTask<PromptFlowRequest, PromptFlow> {
	constructor(engine: Engine) {
		super(PAUSE_MS, (request, { signal }) => engine.promptFlow(request, { signal }));
	}
}
