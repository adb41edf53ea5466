/** Lengths of horizontal bars that share one scale, whatever their sign. */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';

export interface BarFrame {
	width: number;
	rowHeight: number;
	labelWidth: number;
	valueWidth: number;
}

export interface Bar {
	x: number;
	y: number;
	width: number;
	value: number;
}

/** Bars grow from the label's edge with the value's size; `most` fixes the scale over several lists. */
export function layoutBars(values: number[], frame: BarFrame, most?: number): Bar[] {
	const room = Math.max(8, frame.width - frame.labelWidth - frame.valueWidth);
	const size = scaleLinear([0, most ?? max(values, Math.abs) ?? 1], [0, room]).clamp(true);
	return values.map((value, i) => ({
		value,
		x: frame.labelWidth,
		y: i * frame.rowHeight,
		width: Math.max(1, size(Math.abs(value)) || 0)
	}));
}
