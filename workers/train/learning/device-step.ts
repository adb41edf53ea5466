/**
 * A step of learning as one graph, so that all that learns stays on the GPU: what `core/train/learning-step.ts` does by hand,
 * written densely. The k chosen features are those from the k-th largest value on.
 */
import { AUX_K, AUX_SHARE, DECAYS, EPSILON, FAR } from '../../../src/core/train/learning-step';
import { Graph, type Value } from '../../graph/graph';

/** What learns, with Adam's two means of each: `encoder`, `encoder.first`, `encoder.second` and so on. */
export const PARAMETERS = ['encoder', 'decoder', 'bias', 'centre'] as const;
export const PARTS = PARAMETERS.flatMap((name) => [name, `${name}.first`, `${name}.second`]);
/** Of the state after the step, the name of what was `name` before it. */
export const after = (name: string): string => `after.${name}`;

export interface DeviceStep {
	d: number;
	features: number;
	k: number;
	scale: number;
	/** Tokens after which a silent feature is dead. */
	patience: number;
	/** Whether dead features are taught. */
	withAux: boolean;
}

/**
 * Inputs: `x` [n, d], `size` and `correction` [1] of Adam's step, `silent` [1, features] and the parts. Outputs: the same
 * after the step, `unexplained` [1], and `most` [1], the longest silence.
 */
export function deviceStep({ d, features, k, scale, patience, withAux }: DeviceStep): Uint8Array {
	const g = new Graph();
	const number = (x: number) => g.constant(Float32Array.of(x), [1]);
	const [zero, one] = [number(0), number(1)];
	const times = (a: Value, b: Value) => g.op('Mul', [a, b]);
	const minus = (a: Value, b: Value) => g.op('Sub', [a, b]);
	const plus = (a: Value, b: Value) => g.op('Add', [a, b]);
	const over = (a: Value, b: Value) => g.op('Div', [a, b]);
	const squared = (x: Value) => times(x, x);
	const sum = (x: Value, ...axes: number[]) =>
		g.op('ReduceSum', [x, g.integers(...axes)], { keepdims: 1 });
	const turned = (x: Value) => g.op('Transpose', [x], { perm: [1, 0] });
	const product = (a: Value, b: Value) => g.op('MatMul', [a, b]);

	const x = g.input('x', 'float32', ['n', d]);
	const size = g.input('size', 'float32', [1]);
	const correction = g.input('correction', 'float32', [1]);
	const silent = g.input('silent', 'float32', [1, features]);
	const shapes: Record<(typeof PARAMETERS)[number], number[]> = {
		...{ encoder: [features, d], decoder: [features, d], bias: [1, features], centre: [1, d] }
	};
	for (const name of PARAMETERS)
		for (const part of [name, `${name}.first`, `${name}.second`])
			g.input(part, 'float32', shapes[name]);

	// The batch, from the centre: far tokens count less.
	const u = minus(times(x, number(scale)), 'centre');
	const square = sum(squared(u), 1);
	const weights = g.op('Min', [one, over(number(FAR * FAR * d), square)]);
	const weighted = times(u, weights);
	const means = over(squared(sum(weighted, 0)), sum(weights, 0));
	const spread = minus(sum(times(weights, square), 0, 1), sum(means, 0, 1));

	/** The k largest of each row above 0, the rest 0; and where they are. */
	const largest = (all: Value, count: number) => {
		const [values] = g.ops('TopK', [all, g.integers(count)], 2, { axis: -1 });
		const least = g.op('ReduceMin', [values!], { axes: [1], keepdims: 1 });
		const on = g.op('And', [g.op('GreaterOrEqual', [all, least]), g.op('Greater', [all, zero])]);
		return { on, codes: g.op('Where', [on, all, zero]) };
	};
	const pre = plus(product(u, turned('encoder')), 'bias');
	const { on, codes } = largest(pre, k);
	const left = minus(u, product(codes, 'decoder'));
	const lost = sum(times(weights, sum(squared(left), 1)), 0, 1);
	const gradient = times(over(times(weights, number(-2)), spread), left);

	const slopesOf = (of: Value, where: Value) =>
		g.op('Where', [where, product(of, turned('decoder')), zero]);
	let slopes = slopesOf(gradient, on);
	let forDecoder = product(turned(codes), gradient);

	const fired = g.op('ReduceMax', [codes], { axes: [0], keepdims: 1 });
	const n = g.op('Cast', [g.op('Shape', [x], { start: 0, end: 1 })], { to: 1 });
	const silence = g.op('Where', [g.op('Greater', [fired, zero]), zero, plus(silent, n)]);
	if (withAux) {
		// Dead features explain what the others leave over.
		const dead = g.op('Greater', [silence, number(patience)]);
		const among = g.op('Where', [dead, pre, number(-1e30)]);
		const own = largest(among, Math.min(AUX_K, features));
		const wanted = times(left, g.op('Sqrt', [weights]));
		const total = sum(squared(wanted), 0, 1);
		const still = minus(wanted, product(own.codes, 'decoder'));
		const aux = times(over(number(-2 * AUX_SHARE), total), still);
		slopes = plus(slopes, slopesOf(aux, own.on));
		forDecoder = plus(forDecoder, product(turned(own.codes), aux));
	}
	const forEncoder = product(turned(slopes), u);
	const forBias = sum(slopes, 0);
	const gradients = {
		encoder: forEncoder,
		// Rows keep length 1: only what turns them counts.
		decoder: minus(forDecoder, times(sum(times(forDecoder, 'decoder'), 1), 'decoder')),
		bias: forBias,
		centre: minus(sum(gradient, 0), product(forBias, 'encoder'))
	};

	for (const name of PARAMETERS) {
		const of = gradients[name];
		const [m, v] = DECAYS.map((decay, i) => {
			const before = `${name}.${i === 0 ? 'first' : 'second'}`;
			return plus(times(before, number(decay)), times(i ? squared(of) : of, number(1 - decay)));
		}) as [Value, Value];
		const root = plus(g.op('Sqrt', [times(v, correction)]), number(EPSILON));
		const moved = minus(name, over(times(m, size), root));
		const value = name === 'decoder' ? over(moved, g.op('Sqrt', [sum(squared(moved), 1)])) : moved;
		g.output(after(name), value, 'float32', shapes[name]);
		g.output(after(`${name}.first`), m, 'float32', shapes[name]);
		g.output(after(`${name}.second`), v, 'float32', shapes[name]);
	}
	g.output(after('silent'), silence, 'float32', [1, features]);
	g.output('unexplained', over(lost, spread), 'float32', [1, 1]);
	g.output('most', g.op('ReduceMax', [silence], { axes: [1], keepdims: 1 }), 'float32', [1, 1]);
	return g.finish();
}
