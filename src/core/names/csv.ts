/** Tables as comma-separated values (RFC 4180), written and read. */
import { Problem } from './errors';
import type { Cell } from './numbers';

/**
 * What spreadsheets take for the beginning of a formula, which may send the sheet elsewhere or start a program; and a text
 * that looks as if it had been kept from that already, so that each comes back as it was.
 */
const FORMULA = /^'*[=+\-@\t\r]/;

/**
 * Quoted where needed, CRLF between rows. A text that a spreadsheet would run begins with an apostrophe
 * (https://owasp.org/www-community/attacks/CSV_Injection): texts come from models, packs and readers.
 */
export function csv(columns: string[], rows: Cell[][]): string {
	const cell = (value: Cell) => {
		const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : `${value ?? ''}`;
		return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	};
	return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** A cell as it was before `csv` put an apostrophe in front of it. */
const unguarded = (cell: string): string =>
	cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;

/**
 * The rows of a text, blank lines left out, each with the line on which it begins. `separator`: a comma, a semicolon
 * or a tab. Throws a Problem for a quoted cell that has no end, or that goes on after its end.
 */
export function parseCsv(text: string, separator = ','): { line: number; cells: string[] }[] {
	const rows: { line: number; cells: string[] }[] = [];
	let [at, line] = [text.startsWith('\uFEFF') ? 1 : 0, 1];
	while (at < text.length) {
		const row = { line, cells: [] as string[] };
		for (;;) {
			let cell: string;
			if (text[at] === '"') {
				const parts: string[] = [];
				for (;;) {
					const end = text.indexOf('"', at + 1);
					if (end < 0) throw wrong(row.line, 'has a quotation mark without its partner');
					parts.push(text.slice(at + 1, end));
					at = end + 1;
					if (text[at] !== '"') break;
				}
				cell = parts.join('"');
				if (at < text.length && !`${separator}\r\n`.includes(text[at]!))
					throw wrong(row.line, 'has text after a closing quotation mark');
				line += cell.split('\n').length - 1;
			} else {
				const from = at;
				while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r')
					at++;
				cell = text.slice(from, at);
			}
			row.cells.push(unguarded(cell));
			if (text[at] !== separator) break;
			at++;
		}
		if (text[at] === '\r') at++;
		if (text[at] === '\n') at++;
		line++;
		if (row.cells.some((cell) => cell.trim() !== '')) rows.push(row);
	}
	return rows;
}

const wrong = (line: number, what: string) =>
	new Problem('usage', `Line ${line} of the table ${what}.`, 'Save it again as CSV.');
