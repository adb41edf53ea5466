import { describe, expect, it } from 'vitest';
import { ranked } from '../../../src/core/prompt/ranking';
import type { SiteReading } from '../../../src/core/prompt/reading';

const site: SiteReading = {
	sae: 'blocks.0.hook_resid_post',
	site: 'blocks.0.hook_resid_post',
	offsets: Uint32Array.of(0, 1, 3, 6),
	features: Uint32Array.of(9, 1, 2, 1, 3, 2),
	activations: Float32Array.of(50, 4, 2, 6, 5, 1),
	l0: Uint32Array.of(1, 2, 3),
	fvu: Float32Array.of(0, 0, 0)
};
const tokens = ['<s>', 'a', 'b'].map((text, id) => ({ id, text, special: id === 0 }));
const weights = {
	sae: site.sae,
	tails: Float32Array.of(0, 0.2, 0.01, 0.1, 0.5, 0.03),
	effects: Float32Array.of(9, 1, -3, 0.5, 0.25, -1),
	target: { token: 'x', id: 0, p: 1 }
};
const ids = (all: { id: string }[]) => all.map(({ id }) => Number(id.split('/')[1]));

describe('the features of a prompt in order', () => {
	it('are those of one token, the strongest first', () => {
		const found = ranked(site, tokens, 2, 'strength', null);
		expect(ids(found)).toEqual([1, 3, 2]);
		expect(found[0]).toMatchObject({ activation: 6, count: 1, tail: null, effect: null });
		expect(ranked(site, tokens, 7, 'strength', null)).toEqual([]);
	});

	it('are those of all tokens that the tokenizer did not add', () => {
		const found = ranked(site, tokens, null, 'strength', weights);
		expect(ids(found)).toEqual([1, 3, 2]);
		expect(found[0]).toMatchObject({ token: 2, activation: 6, count: 2, effect: 1.5 });
		expect(found[0]!.tail).toBeCloseTo(0.1);
		expect(found[2]).toMatchObject({ token: 1, activation: 2, count: 2, effect: -4 });
	});

	it('stand by how seldom they are as strong, or by what they do', () => {
		expect(ids(ranked(site, tokens, 2, 'unusual', weights))).toEqual([2, 1, 3]);
		expect(ids(ranked(site, tokens, null, 'effect', weights))).toEqual([2, 1, 3]);
		// Without what it needs an order is that of strength.
		expect(ids(ranked(site, tokens, 2, 'effect', null))).toEqual([1, 3, 2]);
	});
});
