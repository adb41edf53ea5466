import { describe, expect, it } from 'vitest';
import type { EdgeRow, EdgeTest } from '../../../../src/core/experiments/edge';
import { edgeTable, verdict } from '../../../../src/views/flow/experiments/edge-test';

const tokens = ['<s>', 'a', 'fox'].map((text, id) => ({ id, text, special: id === 0 }));
const row = (token: number, after: number, randoms: EdgeRow['randoms'] = []): EdgeRow => ({
	token,
	activation: 3,
	before: 4,
	after,
	change: 1 - after / 4,
	off: after === 0,
	loss: token === 2 ? null : 1,
	lossAfter: token === 2 ? null : 1.5,
	randoms
});
const test = (part: Partial<EdgeTest>): EdgeTest => ({ tokens, rows: [], without: [], ...part });

describe('verdict', () => {
	it('says what is lost, and what random directions lose', () => {
		const randoms = [
			{ change: 0.1, off: false },
			{ change: -0.3, off: true }
		];
		expect(
			verdict(test({ rows: [row(1, 0, randoms), row(2, 3)], without: [] }), 'A1 · 2 → R1 · 3')
		).toBe(
			'Without A1 · 2, R1 · 3 falls silent on 1 of 2; it loses 62.5 % of its activation on average (2 tokens tested). ' +
				'Random directions of the same length: silent in 1 of 2, −10 % lost on average.'
		);
	});
	it('tells apart a feature that is silent and one that something else moves', () => {
		expect(verdict(test({}), 'A → B')).toContain('B is silent on this prompt');
		expect(verdict(test({ without: [1] }), 'A → B')).toContain('B fires on 1 token');
	});
	it('says so where it keeps firing, and where it fires alone', () => {
		expect(verdict(test({ rows: [row(2, 2)], without: [1] }), 'A → B')).toBe(
			'Without A, B does not fall silent; it loses 50 % of its activation (1 token tested). On one other token B fires alone.'
		);
	});
});

describe('edgeTable', () => {
	it('holds every number unrounded, and none that was not measured', () => {
		const { columns, rows } = edgeTable(test({ rows: [row(2, 1)] }));
		expect(rows[0]).toHaveLength(columns.length);
		expect(rows[0]).toEqual([2, 'fox', 3, 4, 1, 0.75, 'no', null, 0, null, null]);
	});
});
