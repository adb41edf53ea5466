import { describe, expect, it } from 'vitest';
import { coherence, fluencyInWords, GRID, stronger } from '../../../../src/core/steering/meters';
import type { Edit } from '../../../../src/core/steering/writing';

const ID = 'blocks.0.hook_mlp_out/1';
const edit = (mode: Edit['mode'], value: number): Edit => ({ id: ID, mode, value });

describe('edits made stronger', () => {
	it('multiply what is added or set, and what a factor changes', () => {
		expect(stronger([edit('add', 6), edit('set', 4)], 1.5)).toEqual([
			edit('add', 9),
			edit('set', 6)
		]);
		// A factor of 3 adds twice the activation; half of that is a factor of 2.
		expect(stronger([edit('scale', 3)], 0.5)).toEqual([edit('scale', 2)]);
		expect(stronger([edit('ablate', 0)], 3)).toEqual([edit('ablate', 0)]);
	});

	it('hold the strengths as they are, and none', () => {
		expect(GRID).toContain(1);
		expect(stronger([edit('scale', 3)], 0)).toEqual([edit('scale', 1)]);
	});
});

describe('meters in words', () => {
	const meter = (perplexity: number | null) => ({ perplexity, repeated: 0, themes: [] });
	it('compare with the text without steering', () => {
		expect(coherence(meter(12), meter(8))).toBe(1.5);
		expect(coherence(meter(null), meter(8))).toBeNull();
	});
	it.each([
		[1, 0, 'as fluent as without steering'],
		[2, 0.1, 'less fluent'],
		[4, 0, 'broken'],
		[0.3, 0.6, 'repeats itself']
	])('× %d, repeating %d: %s', (ratio, repeated, words) =>
		expect(fluencyInWords(ratio, repeated, 1.5)).toBe(words)
	);
});
