/**
 * x·W_enc + b_enc where it is positive and above each feature's threshold (https://arxiv.org/abs/2407.14435).
 * BatchTopK and Matryoshka SAEs are run as this.
 */
import type { SaeArchitecture } from '../architecture';
import { linear, zeroUnless } from '../linear';

export const jumprelu: SaeArchitecture<'jumprelu'> = {
	name: 'jumprelu',
	transcoder: 'jumprelu_transcoder',
	topK: false,
	tensors: ({ dIn, dSae }) => ({ W_enc: [dIn, dSae], b_enc: [dSae], threshold: [dSae] }),
	activations(g, x, tensor) {
		const pre = linear(g, x, tensor('W_enc'), tensor('b_enc'));
		return zeroUnless(g, g.op('Greater', [pre, tensor('threshold')]), g.op('Relu', [pre]));
	},
	directions: (index) => [['W_enc', index]],
	threshold: 'threshold',
	rule: ({ threshold }) =>
		threshold === null
			? 'its features count only above the thresholds in its file (JumpReLU)'
			: `its features count only above a threshold, here ${threshold.toPrecision(3)} (JumpReLU)`
};
