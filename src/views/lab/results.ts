/** How what a method finds is drawn: a component each, loaded when it is first shown. */
import type { Component } from 'svelte';
import type { LabCalls, MethodName } from '../../core/lab/methods';

/** What the method finds. */
type FoundBy<Name extends MethodName> = LabCalls[`lab:${Name}`]['answer'];
type Results = {
	[Name in MethodName]: () => Promise<{ default: Component<{ found: FoundBy<Name> }> }>;
};

export const RESULTS: Results = {
	map: () => import('./map/Map.svelte'),
	circles: () => import('./circles/Circles.svelte'),
	depth: () => import('./depth/Depth.svelte'),
	probes: () => import('./probes/Probes.svelte'),
	subspaces: () => import('./subspaces/Subspaces.svelte'),
	retrieve: () => import('./retrieve/Retrieve.svelte'),
	'k-knob': () => import('./k-knob/KKnob.svelte')
};
