/** The views, in the order of the navigation; each is loaded when it is first shown. */
import type { Component } from 'svelte';
import type { View } from '../core/address';

export interface ViewEntry {
	view: View;
	title: string;
	load: () => Promise<{ default: Component }>;
}

export const VIEW_LIST: readonly ViewEntry[] = [
	{ view: 'explore', title: 'Explore', load: () => import('./explore/Explore.svelte') },
	{ view: 'find', title: 'Find', load: () => import('./find/Find.svelte') },
	{ view: 'feature', title: 'Feature', load: () => import('./feature/Feature.svelte') },
	{ view: 'flow', title: 'Flow', load: () => import('./flow/Flow.svelte') },
	{ view: 'circuit', title: 'Circuit', load: () => import('./circuit/Circuit.svelte') },
	{ view: 'steer', title: 'Steer', load: () => import('./steer/Steer.svelte') },
	{ view: 'lab', title: 'Lab', load: () => import('./lab/Lab.svelte') },
	{ view: 'notebook', title: 'Notebook', load: () => import('./notebook/Notebook.svelte') },
	{ view: 'train', title: 'Train', load: () => import('./train/Train.svelte') },
	{ view: 'report', title: 'Report', load: () => import('./report/Report.svelte') },
	{ view: 'models', title: 'Models', load: () => import('./models/Models.svelte') }
];
