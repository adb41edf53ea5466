/** Shares of a whole, side by side in one bar a row. */

export interface StackRow {
	label: string;
	/** Not below 0; their sum is the bar's whole length. */
	shares: number[];
}

export interface StackFrame {
	width: number;
	rowHeight: number;
	/** Between two bars. */
	gap: number;
	labelWidth: number;
}

export interface Segment {
	/** Index of the share in its row. */
	part: number;
	share: number;
	x: number;
	width: number;
}

export interface PlacedStack {
	label: string;
	y: number;
	height: number;
	/** Left to right; shares of 0 have none. */
	segments: Segment[];
}

export function layoutStacks(rows: StackRow[], frame: StackFrame): PlacedStack[] {
	const room = Math.max(8, frame.width - frame.labelWidth);
	return rows.map(({ label, shares }, i) => {
		const sum = shares.reduce((a, b) => a + b, 0);
		let x = frame.labelWidth;
		const segments = shares.flatMap((share, part) => {
			if (!(share > 0)) return [];
			const width = (share / sum) * room;
			const segment = { part, share, x, width };
			x += width;
			return [segment];
		});
		return {
			label,
			y: i * frame.rowHeight,
			height: frame.rowHeight - frame.gap,
			segments
		};
	});
}
