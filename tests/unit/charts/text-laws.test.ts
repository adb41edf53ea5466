/** Laws of cutting and wrapping text, of cells and of bands, over random input. */
import { describe, expect, it } from 'vitest';
import { csv } from '../../../src/core/names/csv';
import { cellAt, layoutHeat, moveCell } from '../../../src/charts/layout/heat';
import { inBands, peakOf } from '../../../src/charts/layout/quantiles';
import { fit, visible, widthOfText, wrap } from '../../../src/charts/layout/text';
import { Draws } from '../../draws';

const draws = new Draws(14);
const WORDS = [
	'a',
	'fox',
	'mill',
	'WWW',
	'naïve',
	'日本',
	'😀',
	'—',
	'incomprehensibilities',
	'(i)'
];
const sentence = (words = draws.integer(1, 12)) =>
	draws.list(words, () => draws.pick(WORDS)).join(' ');

describe('the width of a text', () => {
	it('is the sum of its characters’, in proportion to their size', () => {
		for (let trial = 0; trial < 60; trial++) {
			const [a, b] = [sentence(), sentence()];
			expect(widthOfText(a + b, 12)).toBeCloseTo(widthOfText(a, 12) + widthOfText(b, 12), 9);
			expect(widthOfText(a, 24)).toBeCloseTo(2 * widthOfText(a, 12), 9);
		}
		expect(widthOfText('', 12)).toBe(0);
		expect(widthOfText('i', 10)).toBeLessThan(widthOfText('n', 10));
		expect(widthOfText('n', 10)).toBeLessThan(widthOfText('W', 10));
		// A character of two UTF-16 units is one.
		expect(widthOfText('😀', 10)).toBe(widthOfText('n', 10));
	});
});

describe('a text cut to a room', () => {
	it('is the text, or the longest beginning of it that leaves room for an ellipsis', () => {
		for (let trial = 0; trial < 300; trial++) {
			const [text, room] = [sentence(), draws.real(8, 200)];
			const found = fit(text, room, 12);
			if (widthOfText(text, 12) <= room) {
				expect(found).toBe(text);
				continue;
			}
			expect(widthOfText(found, 12)).toBeLessThanOrEqual(room);
			expect(found.endsWith('…')).toBe(true);
			const kept = found.slice(0, -1);
			expect(text.startsWith(kept)).toBe(true);
			expect(kept).toBe(kept.trimEnd());
			expect(kept.isWellFormed()).toBe(true);
			const rest = text.slice(kept.length);
			const next = /^\s*\S/u.exec(rest)![0];
			expect(widthOfText(`${kept}${next}…`, 12)).toBeGreaterThan(room);
		}
	});

	it('wraps into lines that are no wider than the room, as full as they can be', () => {
		for (let trial = 0; trial < 300; trial++) {
			const [text, room, most] = [sentence(), draws.real(40, 220), draws.integer(1, 4)];
			const lines = wrap(text, room, 12, most);
			expect(lines.length).toBeLessThanOrEqual(most);
			for (const line of lines) expect(widthOfText(line, 12)).toBeLessThanOrEqual(room);
			const whole = lines.join(' ');
			if (!whole.endsWith('…')) expect(whole).toBe(text);
			else expect(text.startsWith(whole.slice(0, -1))).toBe(true);
			// The first word of a line had no room on the line before.
			lines.slice(1).forEach((line, i) => {
				const [word] = line.split(' ');
				if (!word!.endsWith('…'))
					expect(widthOfText(`${lines[i]} ${word}`, 12)).toBeGreaterThan(room);
			});
		}
	});
});

describe('a token made visible', () => {
	it('has no white space of ASCII and no control character, and all the rest of it', () => {
		for (let code = 0; code < 0x300; code++) {
			const character = String.fromCodePoint(code);
			const shown = visible(`x${character}y`);
			expect(shown).not.toMatch(/[ \p{Cc}]/u);
			expect(shown.startsWith('x') && shown.endsWith('y')).toBe(true);
			const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
			if (!isControl && character !== ' ') expect(shown).toBe(`x${character}y`);
		}
		expect(visible('\0\u001f\u0085')).toBe('<0x00><0x1F><0x85>');
	});
});

describe('a table as CSV', () => {
	/** A reader by RFC 4180. */
	function parsed(text: string): string[][] {
		const rows: string[][] = [];
		let row: string[] = [];
		const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
		while (cell.lastIndex < text.length) {
			const [, quoted, bare, end] = cell.exec(text)!;
			row.push(quoted === undefined ? bare! : quoted.replaceAll('""', '"'));
			if (end === ',') continue;
			rows.push(row);
			row = [];
		}
		return rows;
	}

	it('is read back cell by cell, whatever is in them', () => {
		for (let trial = 0; trial < 100; trial++) {
			const drawn = () =>
				draws
					.list(draws.integer(0, 4), () =>
						draws.pick(['a', ',', '"', '\n', '\r\n', ' ', '😀', '=1'])
					)
					.join('');
			const header = draws.list(3, (i) => `column ${i}`);
			const rows = draws.list(draws.integer(0, 5), () =>
				draws.list(3, () => draws.pick([drawn(), draws.real(-1, 1), null]))
			);
			// A number keeps its sign; a text that begins like a formula does not stay one.
			const text = (cell: string | number | null) =>
				typeof cell === 'string' && /^[=\r]/.test(cell) ? `'${cell}` : `${cell ?? ''}`;
			const expected = [header, ...rows.map((row) => row.map(text))];
			expect(parsed(csv(header, rows))).toEqual(expected);
		}
	});
});

describe('cells of a heat map', () => {
	const cases = draws.list(40, () => {
		const columns = draws.integer(1, 60);
		const rows = draws.list(draws.integer(1, 12), (i) => ({
			id: `${i}`,
			group: Math.floor(i / 3),
			shares: draws.list(columns, () => draws.pick([null, 0, draws.uniform(), 1, 1.5]))
		}));
		const frame = {
			width: draws.integer(200, 1200),
			columns,
			labelWidth: 40,
			margin: 12,
			rowHeight: draws.integer(10, 24),
			gap: 7
		};
		return { rows, frame, layout: layoutHeat(rows, frame) };
	});

	it('are found under their own middle, and under nothing beside', () => {
		for (const { rows, frame, layout } of cases) {
			layout.rows.forEach((row, r) => {
				for (let column = 0; column < frame.columns; column++) {
					const x = layout.left + (column + 0.5) * layout.cell.width;
					expect(cellAt(layout, x, row.y + layout.cell.height / 2)).toEqual({ row: r, column });
				}
			});
			expect(layout.rows).toHaveLength(rows.length);
			expect(cellAt(layout, layout.left - 0.1, 1)).toBeNull();
			expect(cellAt(layout, layout.right, 1)).toBeNull();
			expect(cellAt(layout, layout.left + 1, layout.height)).toBeNull();
			expect(cellAt(layout, layout.left + 1, -0.1)).toBeNull();
		}
	});

	it('lie in rows that do not touch, groups further apart', () => {
		for (const { rows, layout } of cases)
			layout.rows.forEach(({ y }, i) => {
				if (i === 0) expect(y).toBe(0);
				else {
					const apart = rows[i]!.group === rows[i - 1]!.group ? 0 : 7;
					expect(y).toBe(layout.rows[i - 1]!.y + layout.cell.height + apart);
				}
			});
	});

	it('are as dark as their share, in twelve steps, each drawn once', () => {
		for (const { rows, layout } of cases) {
			const shares = rows
				.flatMap((row) => row.shares)
				.filter((s): s is number => s !== null && s > 0);
			const steps = shares.map((s) => Math.max(1, Math.round(12 * Math.min(1, s))) / 12);
			for (const { share, path } of layout.levels)
				expect(path.match(/M/g)).toHaveLength(steps.filter((step) => step === share).length);
			expect(new Set(layout.levels.map(({ share }) => share))).toEqual(new Set(steps));
		}
	});

	it('are moved between by keys, never out of the table', () => {
		const KEYS = [
			'ArrowUp',
			'ArrowDown',
			'ArrowLeft',
			'ArrowRight',
			'PageUp',
			'PageDown',
			'Home',
			'End'
		];
		const opposite = new Map([
			['ArrowUp', 'ArrowDown'],
			['ArrowLeft', 'ArrowRight'],
			['PageUp', 'PageDown']
		]);
		for (let trial = 0; trial < 300; trial++) {
			const [rows, columns] = [draws.integer(7, 20), draws.integer(3, 20)];
			const from = { row: draws.integer(0, rows - 1), column: draws.integer(0, columns - 1) };
			for (const key of KEYS) {
				const to = moveCell(key, from, rows, columns)!;
				expect(to.row >= 0 && to.row < rows && to.column >= 0 && to.column < columns).toBe(true);
			}
			const middle = { row: 3, column: 1 };
			for (const [one, other] of opposite)
				expect(moveCell(other, moveCell(one, middle, rows, columns)!, rows, columns)).toEqual(
					middle
				);
			expect(moveCell('Home', from, rows, columns)).toEqual({ row: from.row, column: 0 });
			expect(moveCell('End', from, rows, columns)).toEqual({ row: from.row, column: columns - 1 });
		}
		expect(moveCell('Enter', { row: 0, column: 0 }, 3, 3)).toBeNull();
	});
});

describe('examples in bands', () => {
	it('are each in one, the stronger band first, in their order', () => {
		for (let trial = 0; trial < 60; trial++) {
			const examples = draws.list(draws.integer(0, 30), (id) => ({
				id,
				quantile: draws.pick([0, 0.25, 0.5, 0.75, 0.9, 0.99, 1, draws.uniform(), -0.1])
			}));
			const bands = inBands(examples);
			const ids = bands.flatMap((band) => band.examples.map(({ id }) => id));
			expect(ids.toSorted((a, b) => a - b)).toEqual(examples.map(({ id }) => id));
			for (const band of bands) {
				const own = band.examples.map(({ id }) => id);
				expect(own).toEqual(own.toSorted((a, b) => a - b));
			}
			bands.forEach((band, i) => {
				const least = Math.min(...band.examples.map(({ quantile }) => quantile));
				for (const weaker of bands.slice(i + 1))
					for (const { quantile } of weaker.examples) expect(quantile).toBeLessThan(least);
			});
		}
	});

	it.each([
		[1, 'Strongest (top 1 %)'],
		[0.99, 'Strongest (top 1 %)'],
		[0.989, 'Very strong (90th to 99th percentile)'],
		[0.9, 'Very strong (90th to 99th percentile)'],
		[0.75, 'Strong (75th to 90th percentile)'],
		[0.5, 'Above the median'],
		[0.25, 'Below the median'],
		[0.249, 'Weakest quarter'],
		[0, 'Weakest quarter']
	])('at %f are called “%s”', (quantile, name) =>
		expect(inBands([{ quantile }]).map((band) => band.name)).toEqual([name])
	);

	it('have their peak where they are strongest, the first of equals', () => {
		for (let trial = 0; trial < 60; trial++) {
			const activations = draws.list(draws.integer(0, 12), () => draws.integer(-2, 4));
			const most = Math.max(0, ...activations);
			expect(peakOf(activations)).toBe(most > 0 ? activations.indexOf(most) : -1);
		}
	});
});
