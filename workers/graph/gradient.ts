/**
 * Gradients in reverse, written node by node behind the forward graph: for every operator that the builders use, the product
 * of a vector with its Jacobian. Only values that depend on the wanted ones have a gradient; weights have none.
 */
import { RULES, type Rule } from './gradient-rules';
import type { Graph, GraphNode, Value } from './graph';

/** Gradients reach a value from each node that uses it. */
class Accumulator {
	readonly #parts = new Map<Value, Value[]>();

	constructor(readonly g: Graph) {}

	add(value: Value, gradient: Value): void {
		const parts = this.#parts.get(value);
		if (parts) parts.push(gradient);
		else this.#parts.set(value, [gradient]);
	}

	/** The sum so far; null where nothing has come. */
	take(value: Value): Value | null {
		const parts = this.#parts.get(value);
		if (!parts) return null;
		const sum = parts.reduce((a, b) => this.g.op('Add', [a, b]));
		this.#parts.set(value, [sum]);
		return sum;
	}
}

/**
 * The gradients of Σ value · seed, over the values of `seeds`, with respect to each of `wanted`. A value of `wanted` in
 * `stops` passes nothing on to what it was computed from. Values that the seeds do not depend on are left out of the answer.
 * Throws for an operator without a rule.
 */
export function gradients(
	g: Graph,
	seeds: ReadonlyMap<Value, Value>,
	wanted: readonly Value[],
	stops: ReadonlySet<Value> = new Set(),
	rules: Record<string, Rule> = RULES
): Map<Value, Value> {
	const nodes = [...g.nodes];
	const moving = dependents(nodes, wanted);
	const reached = new Accumulator(g);
	for (const [value, seed] of seeds) reached.add(value, seed);
	for (const node of nodes.toReversed()) {
		const isStopped = node.outputs.some((value) => stops.has(value));
		const inputs = node.inputs.map((value) => moving.has(value));
		if (isStopped || !inputs.includes(true)) continue;
		const outputs = node.outputs.map((value) => reached.take(value));
		if (outputs.every((gradient) => gradient === null)) continue;
		const rule = rules[node.type];
		if (!rule) throw new Error(`There is no gradient of ${node.type}.`);
		const { into, sums = [] } = rule(g, node, outputs, inputs);
		for (const [value, gradient] of sums) reached.add(value, gradient);
		into.forEach((gradient, i) => {
			if (gradient !== null && inputs[i]) reached.add(node.inputs[i]!, gradient);
		});
	}
	const found = wanted.map((value) => [value, reached.take(value)] as const);
	return new Map(found.filter((entry): entry is [Value, Value] => entry[1] !== null));
}

/** These values and all that are computed from them. */
function dependents(nodes: readonly GraphNode[], values: readonly Value[]): Set<Value> {
	const moving = new Set(values);
	for (const { inputs, outputs } of nodes)
		if (inputs.some((value) => moving.has(value))) for (const value of outputs) moving.add(value);
	return moving;
}
