/**
 * The methods of the laboratory. A new one is its file in `methods`, a line in each of the two tables here, its worker
 * in `workers/lab` with a line in `calls.ts` there, and its picture in `views/lab` with a line in `results.ts` there.
 */
import type { Call } from '../calls';
import type { Found, Method } from './method';
import { CIRCLES, type CirclesFound, type CirclesSettings } from './methods/circles/circles';
import { DEPTH, type DepthFound, type DepthSettings } from './methods/depth/depth';
import { K_KNOB, type KKnobFound, type KKnobSettings } from './methods/k-knob';
import { MAP, type MapFound, type MapSettings } from './methods/map/map';
import { PROBES, type ProbesFound, type ProbeSettings } from './methods/probes/probes';
import { RETRIEVE, type RetrieveFound, type RetrieveSettings } from './methods/retrieve';
import {
	SUBSPACES,
	type SubspacesFound,
	type SubspacesSettings
} from './methods/subspaces/subspaces';

/** As calls of the engine, by `lab:` and the method's name; parts are what has been found so far. */
export interface LabCalls {
	'lab:circles': LabCall<CirclesSettings, CirclesFound>;
	'lab:map': LabCall<MapSettings, MapFound>;
	'lab:probes': LabCall<ProbeSettings, ProbesFound>;
	'lab:depth': LabCall<DepthSettings, DepthFound>;
	'lab:subspaces': LabCall<SubspacesSettings, SubspacesFound>;
	'lab:retrieve': LabCall<RetrieveSettings, RetrieveFound>;
	'lab:k-knob': LabCall<KKnobSettings, KKnobFound>;
}

/** In the order of the list. */
export const METHODS = {
	map: MAP,
	circles: CIRCLES,
	probes: PROBES,
	subspaces: SUBSPACES,
	depth: DEPTH,
	retrieve: RETRIEVE,
	'k-knob': K_KNOB
} as const satisfies Record<MethodName, Method>;

type LabCall<S, F extends Found> = Call<S, F, F>;
type NameIn<C> = C extends `lab:${infer Name}` ? Name : never;

/** As addresses and the command line name it. */
export type MethodName = NameIn<keyof LabCalls>;

export const METHOD_NAMES = Object.keys(METHODS) as MethodName[];

/** The method of a name, of its title or of something near it; null where there is none. */
export function methodNamed(text: string): MethodName | null {
	const plain = text
		.trim()
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-');
	return METHOD_NAMES.find((name) => name === plain) ?? null;
}
