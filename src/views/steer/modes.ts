/** The ways to steer: each in one line and its formula. */
import type { EditMode } from '../../core/steering/writing';

export const MODES: Record<EditMode, { text: string; line: string; formula: string }> = {
	add: {
		text: 'add',
		line: 'Adds s times the feature’s direction at every token, whether it fires there or not.',
		formula: 'h ← h + s·w'
	},
	set: {
		text: 'set',
		line: 'Sets the feature’s activation to v: its own activation is removed first.',
		formula: 'h ← h + (v − a)·w'
	},
	scale: {
		text: 'scale',
		line: 'Multiplies the feature’s own activation by r, so it acts only where the feature fires.',
		formula: 'h ← h + (r − 1)·a·w'
	},
	ablate: {
		text: 'ablate',
		line: 'Removes the feature wherever it fires, the same as setting it to 0.',
		formula: 'h ← h − a·w'
	}
};

/** Where a mode does nothing, for the slider’s zero; null where that depends on the text. */
export function neutralOf(mode: EditMode): number {
	return mode === 'scale' ? 1 : 0;
}

/** Three significant digits: what a dragged slider writes into the address. */
export const rounded = (value: number): number => Number(value.toPrecision(3));
