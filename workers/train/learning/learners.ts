/** Where an SAE learns: on the GPU if the model runs there. */
import type { SaeState } from '../../../src/core/train/sae-state';
import { isOnGpu } from '../../runtime/session';
import { DeviceLearner } from './device-learner';
import { HostLearner } from './host-learner';
import type { Learner } from './learner';
import type { TopEncoder } from './top-encoder';

/** `patience`: tokens after which a silent feature is dead. */
export const learnerOf = (state: SaeState, encoder: TopEncoder, patience: number): Learner =>
	isOnGpu() ? new DeviceLearner(state, patience) : new HostLearner(state, encoder, patience);
