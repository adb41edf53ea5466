/** What plots with an upward axis share. */

export interface PlotFrame {
	width: number;
	height: number;
	margin: { top: number; right: number; bottom: number; left: number };
}

export interface PlotTicks {
	xTicks: { value: number; x: number }[];
	yTicks: { value: number; y: number }[];
}
