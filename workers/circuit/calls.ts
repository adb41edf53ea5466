/** Why the model says a token. */
import type { Handlers } from '../../src/core/calls';
import type { CircuitCalls } from '../../src/core/circuit/circuit';
import type { Context } from '../calls/context';
import { attribute } from './attribution';

export const circuitCalls = ({ bench, circuits }: Context): Handlers<CircuitCalls> => ({
	attribute: (request, run) => attribute(request, bench(), run.signal),
	circuit: (request, run) => circuits().circuit(request, run),
	intervene: (request, run) => circuits().intervene(request, run.signal)
});
