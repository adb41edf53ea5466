/**
 * An ONNX graph, written node by node (https://onnx.ai/onnx/repo-docs/IR.html). Weights are
 * external data: the graph holds only where in which file they lie, never their bytes.
 */
import { Message } from './protobuf';

export type ElementType = 'float32' | 'float16' | 'int32' | 'int64' | 'uint8' | 'bool';
/** A size, or the name of one that is known only at run time. */
export type Dim = number | string;
export type Attribute = number | string | number[] | { float: number };
/** The name of a value inside the graph; '' stands for an input that is left out. */
export type Value = string;

/** Where a weight's bytes lie: row-major, little-endian. */
export interface Weight {
	name: string;
	type: ElementType;
	shape: number[];
	/** The name under which the session is given the file. */
	file: string;
	offset: number;
	length: number;
}

const ELEMENT: Record<ElementType, number> = {
	float32: 1,
	uint8: 2,
	int32: 6,
	int64: 7,
	bool: 9,
	float16: 10
};
const EXTERNAL = 1;
const MICROSOFT = 'com.microsoft';
/** Operators that onnxruntime defines in its own domain, beyond the ONNX standard. */
const CONTRIB = new Set([
	'FastGelu',
	'GatherBlockQuantized',
	'FusedMatMul',
	'Gelu',
	'GroupQueryAttention',
	'MatMulNBits',
	'QuickGelu',
	'RotaryEmbedding',
	'SkipLayerNormalization',
	'SkipSimplifiedLayerNormalization'
]);

export interface GraphNode {
	readonly type: string;
	readonly inputs: Value[];
	readonly outputs: Value[];
	readonly attributes: Record<string, Attribute>;
}

export class Graph {
	#nodes: GraphNode[] = [];
	/** Values that leave the graph, by the names they were made under. */
	#renamed = new Map<Value, string>();
	#initializers: { name: Value; tensor: Message }[] = [];
	#inputs: Message[] = [];
	#outputs: { name: string; info: Message }[] = [];
	#known = new Set<string>();
	#count = 0;
	readonly inputs: string[] = [];
	readonly outputs: string[] = [];

	/** In the order in which they were added: each after those whose values it takes. */
	get nodes(): readonly GraphNode[] {
		return this.#nodes;
	}

	input(name: Value, type: ElementType, shape: Dim[]): Value {
		this.#inputs.push(valueInfo(name, type, shape));
		this.inputs.push(name);
		return name;
	}

	/**
	 * Lets a value leave the graph under a name. The node that makes it writes it there at once: a copy
	 * would cost a pass over the whole KV cache at every token.
	 */
	output(name: string, from: Value, type: ElementType, shape: Dim[]): void {
		const made = this.#nodes.some((n) => n.outputs.includes(from));
		if (made && !this.#renamed.has(from)) this.#renamed.set(from, name);
		else this.#nodes.push({ type: 'Identity', inputs: [from], outputs: [name], attributes: {} });
		this.#outputs.push({ name, info: valueInfo(name, type, shape) });
		this.outputs.push(name);
	}

	/** A weight as float32; float16 passes through a Cast, which the session folds away. */
	weight(weight: Weight): Value {
		if (!this.#known.has(weight.name)) {
			this.#known.add(weight.name);
			const tensor = new Message().ints(1, weight.shape).int(2, ELEMENT[weight.type]);
			tensor.string(8, weight.name);
			const entries = { location: weight.file, offset: weight.offset, length: weight.length };
			for (const [key, value] of Object.entries(entries))
				tensor.message(13, new Message().string(1, key).string(2, String(value)));
			this.#initializers.push({ name: weight.name, tensor: tensor.int(14, EXTERNAL) });
		}
		if (weight.type !== 'float16') return weight.name;
		const wide = `${weight.name}:float32`;
		if (!this.#known.has(wide)) {
			this.#known.add(wide);
			const attributes = { to: ELEMENT.float32 };
			this.#nodes.push({ type: 'Cast', inputs: [weight.name], outputs: [wide], attributes });
		}
		return wide;
	}

	/** A small constant, kept inside the graph. */
	constant(values: Float32Array | BigInt64Array | Int32Array, shape: number[]): Value {
		const name = `constant:${this.#count++}`;
		const type =
			values instanceof Float32Array
				? ELEMENT.float32
				: values instanceof Int32Array
					? ELEMENT.int32
					: ELEMENT.int64;
		const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
		const tensor = new Message().ints(1, shape).int(2, type).string(8, name).bytes(9, raw);
		this.#initializers.push({ name, tensor });
		return name;
	}

	/** Whole numbers as a vector: sizes, axes, places. */
	integers(...values: number[]): Value {
		return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
	}

	/** Adds a node and returns its outputs, `count` of them. */
	ops(
		type: string,
		inputs: Value[],
		count: number,
		attributes: Record<string, Attribute> = {}
	): Value[] {
		const id = `${type}:${this.#count++}`;
		const outputs = Array.from({ length: count }, (_, i) => `${id}:${i}`);
		this.#nodes.push({ type, inputs, outputs, attributes });
		return outputs;
	}

	op(type: string, inputs: Value[], attributes: Record<string, Attribute> = {}): Value {
		return this.ops(type, inputs, 1, attributes)[0]!;
	}

	/**
	 * The serialised ModelProto. With `wanted`, no other value leaves the graph, and it holds only the nodes and
	 * weights that these need: a session runs every node that it has, whatever is asked of it. Inputs all stay.
	 */
	finish(wanted: string[] = this.outputs): Uint8Array {
		const graph = new Message();
		const name = (value: Value) => this.#renamed.get(value) ?? value;
		const needed = new Set(wanted);
		// Nodes stand after those whose values they take.
		const nodes = this.#nodes.toReversed();
		const kept = nodes.filter(({ inputs, outputs }) => {
			if (!outputs.some((value) => needed.has(name(value)))) return false;
			for (const value of inputs) needed.add(name(value));
			return true;
		});
		kept.reverse().forEach((n, i) => graph.message(1, node(n, `${n.type}:${i}`, name)));
		graph.string(2, 'undercurrent');
		for (const { name: weight, tensor } of this.#initializers)
			if (needed.has(weight)) graph.message(5, tensor);
		for (const i of this.#inputs) graph.message(11, i);
		for (const { name: value, info } of this.#outputs)
			if (wanted.includes(value)) graph.message(12, info);
		return new Message()
			.int(1, 8)
			.string(2, 'undercurrent')
			.message(7, graph)
			.message(8, new Message().string(1, '').int(2, 17))
			.message(8, new Message().string(1, MICROSOFT).int(2, 1))
			.finish();
	}
}

function node(spec: GraphNode, id: string, name: (value: Value) => string): Message {
	const { type, inputs, outputs, attributes } = spec;
	const message = new Message();
	for (const input of inputs) message.string(1, name(input));
	for (const output of outputs) message.string(2, name(output));
	message.string(3, id).string(4, type);
	for (const [key, value] of Object.entries(attributes)) message.message(5, attribute(key, value));
	if (CONTRIB.has(type)) message.string(7, MICROSOFT);
	return message;
}

function attribute(name: string, value: Attribute): Message {
	const message = new Message().string(1, name);
	if (typeof value === 'number') return message.int(3, value).int(20, 2);
	if (typeof value === 'string') return message.string(4, value).int(20, 3);
	if (Array.isArray(value)) return message.ints(8, value).int(20, 7);
	return message.float(2, value.float).int(20, 1);
}

function valueInfo(name: string, type: ElementType, shape: Dim[]): Message {
	const dims = new Message();
	for (const dim of shape)
		dims.message(
			1,
			typeof dim === 'number' ? new Message().int(1, dim) : new Message().string(2, dim)
		);
	const tensor = new Message().int(1, ELEMENT[type]).message(2, dims);
	return new Message().string(1, name).message(2, new Message().message(1, tensor));
}
