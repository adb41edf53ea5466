import { describe, expect, it } from 'vitest';
import { best, merged } from '../../../../src/core/search/merging';
import { idsIn } from '../../../../src/core/search/notation';
import type { FeatureTable } from '../../../../src/core/search/search';
import { orderedRows, type TableWish } from '../../../../src/core/search/table-order';
import { isSentence, lettersOf, plainName, wordsOf } from '../../../../src/core/search/words';

const SAES = [
	{ id: 'blocks.0.hook_resid_pre', dSae: 100 },
	{ id: 'blocks.3.hook_attn_out', dSae: 1000 },
	{ id: 'blocks.3.hook_resid_post', dSae: 1000 },
	{ id: 'blocks.3.hook_resid_post@kron', dSae: 1000 }
];

describe('ids as people write them', () => {
	it.each(['R3 · 442', 'R3·442', 'r3/442', 'R3 442', ' blocks.3.hook_resid_post/442 '])(
		'%s is one feature',
		(text) => expect(idsIn(text, SAES)).toEqual(['blocks.3.hook_resid_post/442'])
	);

	it('tells an SAE with a name of its own from the site’s first', () => {
		expect(idsIn('R3@kron · 7', SAES)).toEqual(['blocks.3.hook_resid_post@kron/7']);
		expect(idsIn('E · 7', SAES)).toEqual(['blocks.0.hook_resid_pre/7']);
	});

	it('takes a number for one feature of each SAE that has it, the one in sight first', () => {
		expect(idsIn('442', SAES, 'blocks.3.hook_attn_out')).toEqual([
			'blocks.3.hook_attn_out/442',
			'blocks.3.hook_resid_post/442',
			'blocks.3.hook_resid_post@kron/442'
		]);
	});

	it.each(['R3 · 1000', 'R9 · 1', 'sea', '', 'blocks.3.hook_resid_post/', '1 fox'])(
		'%s names none',
		(text) => expect(idsIn(text, SAES)).toEqual([])
	);
});

describe('words', () => {
	it('are letters and digits, and every other sign by itself', () => {
		expect(wordsOf('The fox’s “den”, 12!')).toEqual([
			'the',
			'fox’s',
			'“',
			'den',
			'”',
			',',
			'12',
			'!'
		]);
		expect(lettersOf('a, b')).toEqual(['a', 'b']);
		expect(lettersOf('“,”')).toEqual(['“', ',', '”']);
		expect(wordsOf('狐が走る')).toEqual(['狐が走る']);
	});

	it('of a name are compared without its quotation marks', () => {
		expect(plainName(' “Sea” ')).toBe('sea');
		expect(plainName('“,”')).toBe(',');
		expect(plainName('after  “in”')).toBe('after “in”');
	});

	it('are a sentence from three on', () => {
		expect(isSentence('sad cry')).toBe(false);
		expect(isSentence('the sad fox')).toBe(true);
		expect(isSentence('1 2 3')).toBe(false);
	});
});

describe('what several ways found', () => {
	const hit = (id: string, confidence: number, why: string) => ({ id, score: 0, confidence, why });

	it('adds up, with every reason, the weightiest first', () => {
		const [a, b] = best(merged([hit('a', 0.5, 'x'), hit('b', 0.7, 'z'), hit('a', 0.6, 'y')]), 2);
		expect(a).toMatchObject({ id: 'a', why: 'y; x' });
		expect(a!.score).toBeCloseTo(0.8, 12);
		expect(b!.id).toBe('b');
	});
});

describe('the table', () => {
	const label = (text: string, score: number | null, source = 'truth') => ({ text, source, score });
	const table: FeatureTable = {
		sae: 's',
		density: Float32Array.of(0.1, 0.001, 0.5, 0),
		max: Float32Array.of(1, 4, 2, 3),
		entropy: null,
		labels: [label('sea', 0.9), label('fox', 0.5), null, label('“a” “b”', null, 'tokens')],
		origins: ['newborn', 'processed', null, 'newborn']
	};
	const usual: TableWish = {
		...{ column: 'index', down: false, text: '', maxDensity: null, named: false, origin: null }
	};
	const rows = (wish: Partial<TableWish>) => Array.from(orderedRows(table, { ...usual, ...wish }));

	it('is sorted both ways; what is not measured comes last', () => {
		expect(rows({ column: 'max', down: true })).toEqual([1, 3, 2, 0]);
		expect(rows({ column: 'score' })).toEqual([1, 0, 2, 3]);
		expect(rows({ column: 'score', down: true })).toEqual([0, 1, 2, 3]);
		expect(rows({ column: 'name' })).toEqual([1, 0, 2, 3]);
		expect(rows({ column: 'entropy' })).toEqual([0, 1, 2, 3]);
	});

	it('is filtered', () => {
		expect(rows({ maxDensity: 0.05 })).toEqual([1, 3]);
		expect(rows({ named: true })).toEqual([0, 1]);
		expect(rows({ text: 'FO' })).toEqual([1]);
		expect(rows({ origin: 'newborn' })).toEqual([0, 3]);
	});
});
