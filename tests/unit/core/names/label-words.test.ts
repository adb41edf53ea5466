import { describe, expect, it } from 'vitest';
import { GROUP_NAMES, mainGroup } from '../../../../src/core/names/group-words';
import {
	briefMark,
	heldInSentences,
	heldInWords,
	labelMark,
	sourceInWords
} from '../../../../src/core/names/label-words';
import { shortFeature, shortSite, siteInWords } from '../../../../src/core/names/site-words';
import type { Label } from '../../../../src/core/features/feature';

const label = (over: Partial<Label>): Label => ({
	text: 'x',
	source: 'truth',
	score: null,
	...over
});

describe('labelMark', () => {
	it.each<[Partial<Label>, string, string]>([
		[{ score: 0.8276, chance: 0.05 }, 'checked name: F1 0.83', 'checked, F1 0.83'],
		[
			{ score: 0.964, precision: 0.935, recall: 0.996 },
			'checked name: right 94 %, found 100 %',
			'checked, F1 0.96'
		],
		[{ score: 0.5 }, 'checked name: F1 0.5', 'checked, F1 0.5'],
		[
			{ source: 'pattern', score: 0.8, precision: 0.9, recall: 0.7, chance: null },
			'checked pattern: right 90 %, found 70 %',
			'pattern, F1 0.8'
		],
		[{ source: 'pattern', score: 0.8, recall: 0.7 }, 'checked pattern: F1 0.8', 'pattern, F1 0.8'],
		[{ source: 'tokens' }, 'unnamed; pushes towards these tokens', 'unnamed'],
		[{ source: 'own' }, 'your name', 'your name']
	])('says of %o where it came from and how good it is', (over, whole, brief) => {
		expect(labelMark(label(over))).toBe(whole);
		expect(briefMark(label(over))).toBe(brief);
	});

	it('says first in how many examples the name holds', () => {
		const held = { holds: 21, of: 24, strongest: 6, ofStrongest: 6 };
		const seen = label({ score: 0.9, precision: 0.935, recall: 0.996, held });
		expect(heldInWords(seen)).toBe('holds in 21 of 24 examples');
		expect(labelMark(seen)).toBe(
			'checked name: holds in 21 of 24 examples; right 94 %, found 100 %'
		);
		expect(heldInSentences(seen)).toMatch(/in 21 of 24 stored examples.*6 strongest in all\.$/);
		const some = label({ held: { ...held, strongest: 4 } });
		expect(heldInSentences(some)).toMatch(/6 strongest in 4\.$/);
		const older = label({ held: { ...held, strongest: null, ofStrongest: null } });
		expect(heldInSentences(older)).toMatch(/to the weakest\.$/);
	});

	it('says nothing of examples that nobody asked', () => {
		expect(heldInWords(label({}))).toBeNull();
		expect(heldInSentences(label({}))).toBeNull();
	});

	it('has a sentence for every source, known or not', () => {
		for (const source of ['truth', 'pattern', 'tokens', 'own', 'oracle'])
			expect(sourceInWords(label({ source }))).toMatch(/^Named /);
	});
});

describe('groups', () => {
	it('have eight different names', () => {
		expect(new Set(GROUP_NAMES).size).toBe(8);
		expect(GROUP_NAMES[0]).toBe('none of them');
		expect(GROUP_NAMES[7]).toBe('residual before + MLP + attention');
	});

	it('are told by the largest', () => {
		expect(mainGroup([0.1, 0.2, 0, 0, 0.6, 0.1, 0, 0])).toEqual({
			name: 'residual before + MLP',
			share: 0.6
		});
	});
});

describe('site names', () => {
	it('keep the name of a second SAE', () => {
		const kron = 'blocks.3.hook_resid_post@kron';
		expect(shortSite(kron)).toBe('R3@kron');
		expect(shortFeature(`${kron}/12`)).toBe('R3@kron · 12');
		expect(siteInWords(kron)).toBe('residual after layer 3, SAE “kron”');
	});

	it.each(['hook_embed', 'blocks.0.hook_resid_pre'])('call %s the embedding', (site) => {
		expect(shortSite(site)).toBe('E');
		expect(siteInWords(site)).toBe('embedding');
		expect(shortFeature(`${site}/4`)).toBe('E · 4');
	});
});
