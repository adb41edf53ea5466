/** The methods of the laboratory at work, one line each. */
import type { Handlers } from '../../src/core/calls';
import type { LabCalls } from '../../src/core/lab/methods';
import type { Context } from '../calls/context';
import { circles } from './circles';
import { depth } from './depth';
import { kKnob } from './k-knob';
import { map } from './map';
import { probes } from './probes';
import { retrieve } from './retrieve';
import { subspaces } from './subspaces';

export const labCalls = ({ bench }: Context): Handlers<LabCalls> => ({
	'lab:circles': (settings, run) => circles(settings, bench(), run),
	'lab:map': (settings, run) => map(settings, bench(), run),
	'lab:probes': (settings, run) => probes(settings, bench(), run),
	'lab:depth': (settings, run) => depth(settings, bench(), run),
	'lab:subspaces': (settings, run) => subspaces(settings, bench(), run),
	'lab:retrieve': (settings, run) => retrieve(settings, bench(), run),
	'lab:k-knob': (settings, run) => kKnob(settings, bench(), run)
});
