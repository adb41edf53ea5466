/** What steering does, as it is asked for and measured (arXiv 2502.03032, appendix B): plain data. */
import type { FeatureId } from '../names/ids';
import type { Edit } from '../steering/writing';

/** One way to steer, to be measured. */
export interface Arm {
	name: string;
	edits: Edit[];
	/** `random`: each feature's direction replaced by one of equal norm; `reversed`: pushed the other way. */
	control: 'none' | 'random' | 'reversed';
}

export interface SteeringRequest {
	text: string;
	arms: Arm[];
	/** Features whose theme is sought in what is written. */
	theme: FeatureId[];
	/** Continuations of each arm, with seeds from `seed` on. */
	samples: number;
	tokens: number;
	temperature: number;
	topP: number;
	seed: number;
}

/** What one continuation is like, read by the model without steering. */
export interface WrittenText {
	text: string;
	/** exp of the mean −ln p of its tokens. */
	perplexity: number;
	/** Share of its 3-grams that repeat an earlier one; null when too short. */
	repeated: number | null;
	/** Mean over tokens of the theme features' activation, each by its maximum. */
	theme: number;
	/** Share of its tokens that the theme's features promote most. */
	lexicon: number;
}

export interface ArmResult {
	name: string;
	control: Arm['control'];
	/** KL(plain ‖ steered) of the next-token distribution after the prompt, in nats. */
	kl: number;
	texts: WrittenText[];
}

export interface DivergenceRequest extends Pick<Arm, 'edits' | 'control'> {
	text: string;
	seed: number;
}
