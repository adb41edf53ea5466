/** The mark of a node: its shape shows its origin, which is also written beside it, so that colour is never the only sign. */
import {
	symbol,
	symbolCircle,
	symbolDiamond,
	symbolSquare,
	symbolStar,
	symbolTriangle,
	type SymbolType
} from 'd3-shape';
import type { Origin } from '../../core/flow/origin';
import type { FlowKind } from '../layout/flow';

export interface Glyph {
	path: string;
	/** What kind of site, where there is no origin; empty where the shape tells the origin. */
	letter: string;
	/** Name of its colours in the stylesheet. */
	tone: string;
	/** Moves the letter down to the middle of the shape. */
	shift: number;
}

interface Shape {
	type: SymbolType;
	size: number;
	letter?: string;
	shift?: number;
}

const SHAPES: Record<Origin, Shape> = {
	translated: { type: symbolCircle, size: 480 },
	processed: { type: symbolSquare, size: 460 },
	newborn: { type: symbolStar, size: 560 },
	unexplained: { type: symbolDiamond, size: 430 },
	'not measured': { type: symbolTriangle, size: 400, letter: '?', shift: 3 }
};
const PLAIN: Record<FlowKind, string> = { attn: 'A', mlp: 'M', resid: 'R', embed: 'E' };

/** What each origin means, for legends and tooltips. */
export const MEANING: Record<Origin, string> = {
	translated: 'matched in the previous residual only',
	processed: 'matched in the previous residual and in attention or MLP',
	newborn: 'matched in attention or MLP only',
	unexplained: 'no upstream match above the null',
	'not measured': 'an upstream SAE is missing that could change the answer'
};

export function glyphOf(origin: Origin | null, kind: FlowKind): Glyph {
	if (origin === null)
		return {
			path: symbol(symbolCircle, 330)() ?? '',
			letter: PLAIN[kind],
			tone: kind,
			shift: 0
		};
	const { type, size, letter = '', shift = 0 } = SHAPES[origin];
	return { path: symbol(type, size)() ?? '', letter, tone: origin.replace(' ', '-'), shift };
}
