import { describe, expect, it } from 'vitest';
import { Pace } from '../../../../src/state/calls/pace';
import { outcomeOf, stepOf, timeLeft } from '../../../../src/views/models/packs/pack-words';

const imported = { name: 'a', title: 'A', hash: 'f', files: 3, bytes: 12e6, added: 12e6 };

describe('the words of a transfer', () => {
	it('say how far it is, how fast, and how long it takes', () => {
		const progress = { phase: 'store' as const, what: 'a.bin', done: 12e6, total: 40e6 };
		expect(stepOf(null, null)).toBe('Reading the list of files');
		expect(stepOf(progress, null)).toBe('12 MB of 40 MB');
		expect(stepOf(progress, 7e6)).toBe('12 MB of 40 MB, 7.0 MB/s, 4 s left');
	});

	it.each([
		[0.2, 'less than 1 s'],
		[40, '40 s'],
		[200, '3 min'],
		[9000, '3 h']
	])('%d seconds are %s', (seconds, text) => expect(timeLeft(seconds)).toBe(text));

	it('say what was there already', () => {
		const line = (added: number) =>
			outcomeOf({ kind: 'import', imported: { ...imported, added } }).join();
		expect(line(12e6)).toBe('A is stored: 3 files, 12 MB, all checked.');
		expect(line(2e6)).toMatch(/; 2.0 MB of it new\.$/);
		expect(line(0)).toMatch(/; all of them were here already\.$/);
	});

	it('name what has changed, but not hundreds of files', () => {
		const changed = Array.from({ length: 8 }, (_, i) => ({ path: `f${i}`, again: false }));
		const verified = { intact: 0, bytes: 0, changed, missing: ['m'] };
		expect(outcomeOf({ kind: 'verify', verified })).toEqual([
			'Changed, and deleted because they could not be downloaded again: f0, f1, f2, f3, f4 and 3 more. Import the pack again.',
			'Incomplete: m.'
		]);
	});
});

describe('Pace', () => {
	it('is of the last seconds, and says nothing at the beginning', () => {
		const pace = new Pace();
		expect(pace.at(0, 1000)).toBeNull();
		expect(pace.at(100, 1400)).toBeNull();
		expect(pace.at(1000, 2000)).toBe(1000);
		expect(pace.at(1000, 7000)).toBeCloseTo(900 / 5.6, 6);
		expect(pace.at(6000, 8000)).toBeCloseTo(5000 / 6, 6);
	});
});
