/** The circuit of the prompt: asked for when the address or the prompt changes; and what happens when nodes are scaled. */
import {
	keyOf,
	nodeKey,
	type Circuit,
	type CircuitNodeKey,
	type CircuitPart,
	type CircuitRequest,
	type Intervention
} from '../../core/circuit/circuit';
import type { Engine } from '../../core/engine';
import type { Address } from '../page/address.svelte';
import type { Reading } from '../prompt/reading.svelte';
import { AskedTask } from '../calls/asked-task.svelte';
import { Resource, same } from '../calls/resource.svelte';

/** Time for the next key or the next step of a slider before a circuit is sought. */
const PAUSE_MS = 500;

type Asked = Omit<CircuitRequest, 'curves'>;

export class CircuitTask extends AskedTask<Asked, Circuit | CircuitPart> {
	/** How much each node that was touched is scaled, by its key. */
	changes = $state.raw<ReadonlyMap<string, number>>(new Map());
	readonly intervention: Resource<
		{ asked: Asked; changes: { node: CircuitNodeKey; factor: number }[] },
		Intervention
	>;

	/** Groups of nodes that the engine proposes. */
	readonly proposals: Resource<{ nodes: CircuitNodeKey[] }, CircuitNodeKey[][]>;

	constructor(engine: Engine) {
		super(PAUSE_MS, (request, { signal, onProgress, onPart }) =>
			engine.circuit({ ...request, curves: true }, { signal, onProgress, onPart })
		);
		this.proposals = new Resource((nodes, signal) => engine.proposeGroups(nodes, { signal }));
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
		this.ask({
			text,
			target: target ?? likeliest.id,
			method,
			top,
			...(ratherThan !== null && { against: ratherThan }),
			...(beside !== null && beside.trim() !== '' && { patch: beside })
		});
	}

	override ask(request: Asked): void {
		if (!same(request, this.asked)) this.reset();
		super.ask(request);
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

	override clear(): void {
		super.clear();
		this.proposals.clear();
		this.reset();
	}

	protected override isWhole(answer: Circuit | CircuitPart): boolean {
		return 'edges' in answer;
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
