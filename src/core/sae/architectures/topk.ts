/** The k largest of x·W_enc + b_enc, where they are positive (https://arxiv.org/abs/2406.04093). */
import type { SaeArchitecture } from '../architecture';
import { linear } from '../linear';

export const topk: SaeArchitecture<'topk'> = {
	name: 'topk',
	transcoder: 'topk_transcoder',
	topK: true,
	tensors: ({ dIn, dSae }) => ({ W_enc: [dIn, dSae], b_enc: [dSae] }),
	activations: (g, x, tensor) => linear(g, x, tensor('W_enc'), tensor('b_enc')),
	directions: (index) => [['W_enc', index]],
	rule: ({ k }) => `only its ${k} strongest features count on a token (TopK)`
};
