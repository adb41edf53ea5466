/** ReLU(x·W_enc + b_enc), as in https://transformer-circuits.pub/2023/monosemantic-features. */
import type { SaeArchitecture } from '../architecture';
import { linear } from '../linear';

export const standard: SaeArchitecture<'standard'> = {
	name: 'standard',
	transcoder: 'transcoder',
	topK: false,
	tensors: ({ dIn, dSae }) => ({ W_enc: [dIn, dSae], b_enc: [dSae] }),
	activations: (g, x, tensor) => g.op('Relu', [linear(g, x, tensor('W_enc'), tensor('b_enc'))]),
	directions: (index) => [['W_enc', index]],
	rule: () => 'its activation function is a plain ReLU'
};
