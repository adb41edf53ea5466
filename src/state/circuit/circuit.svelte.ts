/** The circuit of the prompt: asked for when the address or the prompt changes; and what happens when nodes are scaled. */
import type {
	Circuit,
	CircuitNodeKey,
	CircuitPart,
	CircuitRequest,
	Intervention
} from '../../core/circuit/circuit';
import type { Engine } from '../../core/engine';
import type { Address } from '../page/address.svelte';
import type { Reading } from '../prompt/reading.svelte';
import { Resource, same } from '../calls/resource.svelte';
import { Task } from '../calls/task.svelte';

/** Time for the next key or the next step of a slider before a circuit is sought. */
const PAUSE_MS = 500;

type Asked = Omit<CircuitRequest, 'curves'>;

export class CircuitTask extends Task<Asked, Circuit | CircuitPart> {
	/** What was asked last, answered or not. */
	asked = $state.raw<Asked | null>(null);
	/** How much each node that was touched is scaled, by its key. */
	changes = $state.raw<ReadonlyMap<string, number>>(new Map());
	readonly intervention: Resource<
		{ asked: Asked; changes: { node: CircuitNodeKey; factor: number }[] },
		Intervention
	>;
	#pause: ReturnType<typeof setTimeout> | undefined;

	constructor(engine: Engine) {
		super((request, { signal, onProgress, onPart }) =>
			engine.circuit({ ...request, curves: true }, { signal, onProgress, onPart })
		);
		this.intervention = new Resource(({ asked, changes }, signal) => {
			const { text, target, against } = asked;
			return engine.intervene({ text, target, against, changes }, { signal });
		});
	}

	/** Asks what the address says of the prompt, once that has been read. */
	follow(prompt: string, reading: Reading, address: Address): void {
		const { source, text, busy, error, next } = reading;
		const likeliest = next[0];
		if (source !== 'engine' || text !== prompt || busy || error || !likeliest) return;
		const { target, ratherThan, beside, method, nodes: top } = address;
		this.#ask({
			text,
			target: target ?? likeliest.id,
			method,
			top,
			...(ratherThan !== null && { against: ratherThan }),
			...(beside !== null && beside.trim() !== '' && { patch: beside })
		});
	}

	/** The answer to what was asked last, whole or in part, or null while it is not there. */
	get current(): Circuit | CircuitPart | null {
		return this.answerTo(this.asked);
	}

	/** Asks unless the same was asked last. */
	#ask(request: Asked): void {
		if (same(request, this.asked)) return;
		clearTimeout(this.#pause);
		this.asked = request;
		this.error = null;
		this.reset();
		// A part of an answer, left when something else was asked, is none.
		if (this.current && 'edges' in this.current) return this.stop();
		this.busy = true;
		this.#pause = setTimeout(() => void this.start(request), PAUSE_MS);
	}

	/** Asks again, after an error or when it was stopped. */
	again(): void {
		if (this.asked) void this.start(this.asked);
	}

	/** Scales a node where it is; 1 leaves it as it is. */
	scale(node: CircuitNodeKey, factor: number): void {
		const changes = new Map(this.changes);
		if (factor === 1) changes.delete(nodeKey(node));
		else changes.set(nodeKey(node), factor);
		this.changes = changes;
		this.#intervene();
	}

	/** Every node as it is. */
	reset(): void {
		this.changes = new Map();
		this.intervention.clear();
	}

	override stop(): void {
		clearTimeout(this.#pause);
		super.stop();
	}

	override clear(): void {
		super.clear();
		this.asked = null;
		this.reset();
	}

	#intervene(): void {
		const { asked, current, changes } = this;
		if (!asked || !current || changes.size === 0) return this.intervention.clear();
		const chosen = current.nodes.flatMap((node) => {
			const factor = changes.get(nodeKey(node));
			return factor === undefined ? [] : [{ node: keyOf(node), factor }];
		});
		void this.intervention.ask({ asked, changes: chosen });
	}
}

/** One text for each node. */
export const nodeKey = (node: CircuitNodeKey): string =>
	`${'id' in node ? node.id : `error of ${node.error}`} at ${node.position}`;

const keyOf = (node: CircuitNodeKey): CircuitNodeKey =>
	'id' in node
		? { id: node.id, position: node.position }
		: { error: node.error, position: node.position };
