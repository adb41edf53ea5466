/** What the flow graph shows of a node and of an edge, drawn and in words. */
import type { Origin } from '../../core/flow/origin';
import type { FlowEvent } from '../../core/flow/events';
import type { FlowLink, FlowMark } from '../layout/flow';

/** How far the widest halo reaches beyond a mark of full size, in pixels. */
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
	/** The same on the second prompt where two are compared; `share` is then that on the first. */
	beside?: number;
	/** Lines of its tooltip. */
	details: string[];
	/** Its events, drawn at its mark. */
	events?: FlowEvent[];
}

/** The one of two prompts that something is on, where it is not on both. */
export type Which = 'first' | 'second';

export interface FlowEdgeMark extends FlowLink {
	z: number;
	/** Above the null's 99.9th percentile. */
	high: boolean;
	/** Above the threshold: part of a path. */
	counts: boolean;
	/** The ends as the interface abbreviates them. */
	short: string;
	/** The prompt on which its ends fire together, where two are compared and it is one of them only. */
	only?: Which;
}

export const LANE_NAMES = { attn: 'attention', resid: 'residual stream', mlp: 'MLP' };

/** Name of a column in so many pixels. */
export function layerName(column: string, room = Infinity): string {
	if (column === 'embed') return room < 68 ? 'E' : 'embedding';
	return room < 52 ? `L${column}` : `layer ${column}`;
}

/** What each event means, for legends and tooltips. */
export const EVENT_MEANING: Record<FlowEvent, string> = {
	birth: 'no match in the previous residual',
	change: 'carried on, and a module writes to it',
	split: 'goes on as two or more features',
	merge: 'two or more features become one',
	end: 'no match in the next residual'
};

/** The only prompt on which a node fires; null if it fires on both, or where none are compared. */
export function onlyOn({ share, beside }: Pick<FlowNodeMark, 'share' | 'beside'>): Which | null {
	if (beside === undefined || share > 0 === beside > 0) return null;
	return share > 0 ? 'first' : 'second';
}

export const ONLY: Record<Which, string> = {
	first: 'on the first prompt only',
	second: 'on the second prompt only'
};

/** Lines that events and comparison add to the tooltip of a node. */
export function remarks(mark: FlowNodeMark): string[] {
	const only = onlyOn(mark);
	return [
		...(mark.events ?? []).map((event) => `${event}: ${EVENT_MEANING[event]}`),
		...(only ? [ONLY[only]] : [])
	];
}

/** Everything about a node in words. */
export const spoken = (mark: FlowNodeMark): string => [mark.spoken, ...remarks(mark)].join('; ');

/**
 * Marks by importance: the centre, then by share, or by the difference of shares between two prompts, then by
 * number of links.
 */
export function rank(
	marks: FlowNodeMark[],
	links: FlowEdgeMark[],
	first: string | null
): FlowNodeMark[] {
	const degree = new Map<string, number>();
	for (const { from, to, counts } of links)
		for (const id of counts ? [from, to] : []) degree.set(id, (degree.get(id) ?? 0) + 1);
	const worth = ({ id, share, beside }: FlowNodeMark) =>
		id === first
			? Infinity
			: (beside === undefined ? share : Math.abs(share - beside)) + 1e-4 * (degree.get(id) ?? 0);
	return marks.toSorted((a, b) => worth(b) - worth(a));
}
