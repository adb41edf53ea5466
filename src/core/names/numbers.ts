/** Numbers as people read them. Data, commands and exports are never rounded. */

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 400,000 */
export const count = (value: number): string => grouped.format(value);

/** Three significant digits unless told otherwise, without an exponent where that stays short. */
export function short(value: number, digits = 3): string {
	if (!Number.isFinite(value)) return '–';
	const size = Math.abs(value);
	if (size !== 0 && (size < 1e-3 || size >= 1e6))
		return value.toExponential(digits - 2).replaceAll('-', '−');
	return `${Number(value.toPrecision(digits))}`.replace('-', '−');
}

/** Two significant digits, for where three do not fit. */
export function brief(value: number): string {
	return short(Number(value.toPrecision(2)));
}

/** A fixed number of decimals, with a true minus. */
export function fixed(value: number, digits: number): string {
	return Number.isFinite(value) ? value.toFixed(digits).replace('-', '−') : '–';
}

/** What a table may hold; null: not measured. */
export type Cell = string | number | null;

/** A cell of a table of data: four significant digits, integers and text as they are. */
export function cellText(cell: Cell): string {
	if (typeof cell !== 'number') return cell ?? '–';
	return Number.isInteger(cell) ? `${cell}`.replace('-', '−') : short(cell, 4);
}

/** A share of 1 as per cent, with the digits that it deserves. */
export function percent(share: number): string {
	const value = 100 * share;
	if (!Number.isFinite(value)) return '–';
	if (value === 0) return '0 %';
	const size = Math.abs(value);
	const digits = size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
	const shown = `${Number(value.toFixed(digits))} %`.replace('-', '−');
	return size >= 0.001 ? shown : value > 0 ? '< 0.001 %' : '> −0.001 %';
}

/** 1.4 MB, in powers of ten. */
export function bytes(value: number): string {
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let at = 0;
	let size = value;
	while (size >= 999.5 && at < units.length - 1) {
		size /= 1000;
		at++;
	}
	return `${at === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[at]}`;
}

/** 3 h 13 min, of seconds. */
export function duration(seconds: number): string {
	if (seconds < 90) return `${Math.round(seconds)} s`;
	const minutes = Math.round(seconds / 60);
	return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
