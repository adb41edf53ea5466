/**
 * ReLU(x·W_enc·exp(r_mag) + b_mag) where x·W_enc + b_gate is positive: a gate that says which features are
 * active, and a magnitude that says how much (https://arxiv.org/abs/2404.16014).
 */
import type { SaeArchitecture } from '../architecture';
import { zeroUnless } from '../linear';

export const gated: SaeArchitecture<'gated'> = {
	name: 'gated',
	topK: false,
	tensors: ({ dIn, dSae }) => ({
		W_enc: [dIn, dSae],
		b_gate: [dSae],
		b_mag: [dSae],
		r_mag: [dSae]
	}),
	activations(g, x, tensor) {
		const u = g.op('MatMul', [x, tensor('W_enc')]);
		const gate = g.op('Add', [u, tensor('b_gate')]);
		const scaled = g.op('Mul', [u, g.op('Exp', [tensor('r_mag')])]);
		const magnitude = g.op('Relu', [g.op('Add', [scaled, tensor('b_mag')])]);
		const on = g.op('Greater', [gate, g.constant(Float32Array.of(0), [1])]);
		return zeroUnless(g, on, magnitude);
	},
	directions: (index) => [['W_enc', index]]
};
