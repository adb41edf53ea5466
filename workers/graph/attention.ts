/**
 * Causal attention as ONNX nodes, in two forms: onnxruntime's fused operator, and plain operators for what
 * that one lacks on one backend or the other (on WebGPU it leaves the soft cap out and says nothing).
 */
import type { Graph, Value } from './graph';
import { softcapped } from './readout';
import type { ModelShape } from './shape';

/** How a layer attends, beyond its sizes. */
export interface Attending {
	/** `[context, dHead/2]` each; null where positions come in otherwise. */
	rotary: { cos: Value; sin: Value } | null;
	/** It sees so many of the newest tokens, the present one among them; null sees all. */
	window: number | null;
	/** Queries times keys are multiplied by it. */
	scale: number;
	/** Scores are cap · tanh(score / cap); null leaves them as they are. */
	softcap: number | null;
}

interface KeysAndValues {
	key: Value;
	value: Value;
}

/** Widths of heads that the fused operator takes: whole vectors of 8, and of 16 where they turn. */
export function isFused({ dHead }: ModelShape, { rotary, softcap }: Attending): boolean {
	return softcap === null && dHead % (rotary ? 16 : 8) === 0;
}

/** The mask that the host feeds for a window: input of plain attention, `[S, T]`. */
export const maskInput = (window: number | null): string =>
	window === null ? 'mask' : `mask.${window}`;

/** What forbids: far below any score, and no infinity, which shaders may not know. */
const FORBIDDEN = -1e30;

/** What input `name` wants for `coming` tokens after `before`, `[coming × (before + coming)]`; null if it is no mask. */
export function maskFor(name: string, before: number, coming: number): Float32Array | null {
	const match = /^mask(?:\.(\d+))?$/.exec(name);
	if (!match) return null;
	const window = match[1] === undefined ? Infinity : Number(match[1]);
	const total = before + coming;
	const mask = new Float32Array(coming * total).fill(FORBIDDEN);
	for (let i = 0; i < coming; i++) {
		const self = before + i;
		mask.fill(0, i * total + Math.max(0, self + 1 - window), i * total + self + 1);
	}
	return mask;
}

/**
 * Over packed queries, keys and values `[R, S, (heads + 2·kvHeads)·dHead]` and a past `[R, kvHeads, P, dHead]`:
 * what is mixed, `[R, S, heads·dHead]`, and the past with the new rows in it.
 */
export function fusedAttention(
	g: Graph,
	{ heads, kvHeads, dHead }: ModelShape,
	qkv: Value,
	past: KeysAndValues,
	lengths: [Value, Value],
	{ rotary, window, scale }: Attending
): KeysAndValues & { mixed: Value } {
	const tables = rotary ? [rotary.cos, rotary.sin] : [];
	const inputs = [qkv, '', '', past.key, past.value, ...lengths, ...tables];
	const [mixed, key, value] = g.ops('GroupQueryAttention', inputs, 3, {
		num_heads: heads,
		kv_num_heads: kvHeads,
		do_rotary: rotary ? 1 : 0,
		rotary_interleaved: 0,
		...(scale !== 1 / Math.sqrt(dHead) && { scale: { float: scale } }),
		...(window !== null && { local_window_size: window })
	});
	return { mixed: mixed!, key: key!, value: value! };
}

/**
 * The same of a past that holds nothing but the tokens before; `first`, `[1]`, is the place of the first new
 * one. Answers the new keys and values by themselves too, and the
 * queries, `[R, kvHeads, group, S, dHead]`, as they are multiplied.
 */
export function plainAttention(
	g: Graph,
	{ heads, kvHeads, dHead }: ModelShape,
	qkv: Value,
	past: KeysAndValues,
	{ first, mask }: { first: Value; mask: Value },
	{ rotary, scale, softcap }: Attending
): KeysAndValues & { mixed: Value; fresh: KeysAndValues; queries: Value } {
	const turned = (x: Value) =>
		rotary ? g.op('RotaryEmbedding', [x, first, rotary.cos, rotary.sin]) : x;
	const byHead = (x: Value) =>
		g.op('Transpose', [g.op('Reshape', [x, g.integers(0, -1, kvHeads, dHead)])], {
			perm: [0, 2, 1, 3]
		});
	const widths = g.integers(heads * dHead, kvHeads * dHead, kvHeads * dHead);
	const [q, k, v] = g.ops('Split', [qkv, widths], 3, { axis: 2 });
	const fresh = { key: byHead(turned(k!)), value: byHead(v!) };
	const key = g.op('Concat', [past.key, fresh.key], { axis: 2 });
	const value = g.op('Concat', [past.value, fresh.value], { axis: 2 });

	// Query heads that share keys and values lie side by side: [R, kvHeads, group, S, dHead].
	const group = heads / kvHeads;
	const queries = g.op(
		'Transpose',
		[g.op('Reshape', [turned(q!), g.integers(0, -1, kvHeads, group, dHead)])],
		{ perm: [0, 2, 3, 1, 4] }
	);
	const forGroup = (x: Value) => g.op('Unsqueeze', [x, g.integers(2)]);
	const columns = g.op('Transpose', [key], { perm: [0, 1, 3, 2] });
	const products = g.op('MatMul', [queries, forGroup(columns)]);
	const scores = g.op('Mul', [products, g.constant(Float32Array.of(scale), [1])]);
	const capped = softcap === null ? scores : softcapped(g, scores, softcap);
	const shares = g.op('Softmax', [g.op('Add', [capped, mask])], { axis: -1 });
	const rows = g.op('Transpose', [g.op('MatMul', [shares, forGroup(value)])], {
		perm: [0, 3, 1, 2, 4]
	});
	return {
		mixed: g.op('Reshape', [rows, g.integers(0, -1, heads * dHead)]),
		key,
		value,
		fresh,
		queries
	};
}
