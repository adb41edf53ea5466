/** The flow of all features active on the prompt: asked for when the address or the prompt changes. */
import type { PromptFlow, PromptFlowRequest } from '../../core/flow/prompt';
import type { Engine } from '../../core/engine';
import { same } from '../calls/resource.svelte';
import { Task } from '../calls/task.svelte';

/** Time for the next key or the next step of a slider before a flow is sought. */
const PAUSE_MS = 250;

export class PromptFlows extends Task<PromptFlowRequest, PromptFlow> {
	/** What was asked last, answered or not. */
	asked = $state.raw<PromptFlowRequest | null>(null);
	#pause: ReturnType<typeof setTimeout> | undefined;

	constructor(engine: Engine) {
		super((request, { signal }) => engine.promptFlow(request, { signal }));
	}

	/** The answer to what was asked last, or null while it is not there. */
	get current(): PromptFlow | null {
		return this.answerTo(this.asked);
	}

	/** Asks unless the same was asked last; the newest wins, and what was stopped stays so until it changes. */
	ask(request: PromptFlowRequest): void {
		if (same(request, this.asked)) return;
		clearTimeout(this.#pause);
		this.asked = request;
		this.error = null;
		if (this.current) return this.stop();
		this.busy = true;
		this.#pause = setTimeout(() => void this.start(request), PAUSE_MS);
	}

	/** Asks again, after an error or when it was stopped. */
	again(): void {
		if (this.asked) void this.start(this.asked);
	}

	override stop(): void {
		clearTimeout(this.#pause);
		super.stop();
	}

	override clear(): void {
		super.clear();
		this.asked = null;
	}
}
