/** Queries and keys that are normalised head by head, as Qwen 3 and Gemma 3 have them (https://arxiv.org/abs/2302.05442). */
import type { Norm } from '../norm';
import type { Value } from '../graph';
import type { Stream } from '../stream';

/**
 * Packed queries, keys and values `[R, S, (heads + 2·kvHeads)·dHead]` of the linear maps `{attention}.q_proj` and so on,
 * of which each head of the first two is normalised for itself by `{attention}.q_norm` and `k_norm`.
 */
export function normalisedHeads(
	stream: Stream,
	attention: string,
	x: Value,
	normOf: (name: string) => Norm,
	biased = false
): Value {
	const { g, shape } = stream;
	const parts = (['q', 'k', 'v'] as const).map((part) => {
		const name = `${attention}.${part}`;
		const y = stream.linear(x, [`${name}_proj`], biased);
		if (part === 'v') return y;
		const heads = part === 'q' ? shape.heads : shape.kvHeads;
		const split = g.op('Reshape', [y, g.integers(0, -1, heads, shape.dHead)]);
		const normed = stream.normalise(split, normOf(`${name}_norm`));
		return g.op('Reshape', [normed, g.integers(0, -1, heads * shape.dHead)]);
	});
	return g.op('Concat', parts, { axis: 2 });
}
