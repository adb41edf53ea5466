/** A prompt continued, steered or not. */
import type { Handlers } from '../../src/core/calls';
import type { WritingCalls } from '../../src/core/steering/writing';
import type { Context } from '../calls/context';
import { writeSteered } from './write';

export const steeringCalls = ({ bench }: Context): Handlers<WritingCalls> => ({
	write: (request, run) => writeSteered(request, bench(), run)
});
