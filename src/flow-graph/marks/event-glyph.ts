/** The signs of events, which differ in shape, and the corner of a node's mark in which each is drawn. */
import type { FlowEvent } from '../../core/flow/events';
import type { Direction } from '../layout/flow';

/** Line drawings 8 px wide; depth runs to the right. */
export const EVENT_PATH: Record<FlowEvent, string> = {
	// A plus: something new.
	birth: 'M0,-4V4M-4,0H4',
	// A triangle: delta.
	change: 'M0,-3.8L3.6,2.6H-3.6Z',
	// One line that becomes two, and two that become one.
	split: 'M-4,0H-1L3.2,-3.4M-1,0L3.2,3.4',
	merge: 'M4,0H1L-3.2,-3.4M1,0L-3.2,3.4',
	// A line that meets a wall.
	end: 'M-4,0H2.6M2.6,-3.6V3.6'
};

/** Birth and merge are about what comes before, split and end about what comes after. */
const CORNER: Record<FlowEvent, 'before' | 'inside' | 'after'> = {
	birth: 'before',
	merge: 'before',
	change: 'inside',
	split: 'after',
	end: 'after'
};

/** From the middle of a mark of full size, in pixels. */
const AWAY = 11.5;
const PLACE = {
	across: { before: [-AWAY, -AWAY], inside: [-AWAY, AWAY], after: [AWAY, -AWAY] },
	down: { before: [-AWAY, -AWAY], inside: [AWAY, -AWAY], after: [-AWAY, AWAY] }
};

/** Where the sign of an event is drawn; events that can occur together are in different corners. */
export function cornerOf(event: FlowEvent, direction: Direction): number[] {
	return PLACE[direction][CORNER[event]];
}
