import { expect, it } from 'vitest';
import {
	expectedL0,
	explained,
	rowsOf,
	summaryOf
} from '../../../../src/views/report/fit/fit-words';
import { fakeFitReport } from '../../../fakes/workshop';

it('says of all what is found, and on whose text', () => {
	const all = fakeFitReport();
	const [fits, unfit, open] = all.saes as [(typeof all.saes)[0], ...typeof all.saes];
	expect(summaryOf({ ...all, saes: [fits] })).toBe(
		'✓ The SAE fits, on 680 tokens of the built-in text.'
	);
	expect(summaryOf({ ...all, saes: [fits, fits], text: 'own' })).toBe(
		'✓ All 2 SAEs fit, on 680 tokens of your text.'
	);
	expect(summaryOf({ ...all, saes: [unfit!, unfit!, open!] })).toMatch(
		/^✗ 2 of 3 do not fit, 1 cannot be judged/
	);
});

it('says what is stated as about so much, and the usual as a range', () => {
	expect(expectedL0({ l0: [16, 64], stated: true, explained: 0.3 })).toBe('about 32');
	expect(expectedL0({ l0: [1, 500], stated: false, explained: 0.3 })).toBe('1 to 500');
});

it('gives no per cent for what is far below nothing', () => {
	expect([explained(0.1), explained(1.5), explained(40)]).toEqual([
		'90 %',
		'−50 %',
		'less than nothing'
	]);
});

it('saves a row an SAE, unrounded, with empty cells where nothing was measured', () => {
	const { columns, rows } = rowsOf(fakeFitReport());
	expect(rows.every((row) => row.length === columns.length)).toBe(true);
	const at = (row: number, column: string) => rows[row]![columns.indexOf(column)];
	expect([at(1, 'fvu'), at(1, 'repaired_fvu')]).toEqual([4.5, 0.12]);
	expect([at(0, 'repaired_fvu'), at(2, 'fvu'), at(2, 'verdict')]).toEqual([
		null,
		null,
		'cannot tell'
	]);
});
