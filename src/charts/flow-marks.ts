/** What the flow graph draws of a node and of an edge. */
import type { Origin } from '../core/contract';
import type { FlowLink, FlowMark } from './layout/flow';

/** The widest halo's rim beyond the mark, in pixels. */
export const HALO = 17;

export interface FlowNodeMark extends FlowMark {
	origin: Origin | null;
	label: string;
	/** As the interface abbreviates it: `R3 · 812`. */
	short: string;
	href: string;
	/** Accessible name; begins with the full feature id. */
	spoken: string;
	/** Largest activation on the prompt as a share of the feature's own maximum, 0 to 1. */
	share: number;
	/** Lines of its tooltip. */
	details: string[];
}

export interface FlowEdgeMark extends FlowLink {
	z: number;
	/** Above the null's 99.9th percentile. */
	high: boolean;
	/** Above the threshold in force: part of a path. */
	counts: boolean;
	/** The ends as the interface abbreviates them. */
	short: string;
}
