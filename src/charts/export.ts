/** A chart as a file: SVG with its colours written in, PNG painted from that, rows as CSV. */

export type Cell = string | number | null;

export interface Table {
	/** Says what it lists: `Edges`. */
	name: string;
	columns: string[];
	rows: Cell[][];
}

/** RFC 4180: quoted where needed, CRLF between rows. */
export function csv(columns: string[], rows: Cell[][]): string {
	const cell = (value: Cell) => {
		const text = value === null ? '' : `${value}`;
		return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	};
	return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** What a stylesheet may set on an SVG element and a file must carry itself. */
const STYLES = [
	'fill',
	'fill-opacity',
	'stroke',
	'stroke-width',
	'stroke-opacity',
	'stroke-dasharray',
	'stroke-linecap',
	'stroke-linejoin',
	'paint-order',
	'opacity',
	'font-family',
	'font-size',
	'font-weight',
	'text-anchor',
	'dominant-baseline',
	'letter-spacing'
];

/** The chart as a document of its own; what cannot be seen is left out. */
export function svgText(svg: SVGSVGElement): string {
	const copy = svg.cloneNode(true) as SVGSVGElement;
	const from = svg.querySelectorAll('*');
	const to = [...copy.querySelectorAll<SVGElement>('*')];
	inline(svg, copy);
	from.forEach((element, i) => inline(element, to[i]!));
	const { width, height } = svg.getBoundingClientRect();
	copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
	copy.setAttribute('width', `${Math.round(width)}`);
	copy.setAttribute('height', `${Math.round(height)}`);
	copy.style.background = backgroundOf(svg);
	for (const element of to) {
		element.removeAttribute('class');
		element.removeAttribute('tabindex');
		if (element.hasAttribute('data-screen-only')) element.remove();
	}
	return new XMLSerializer().serializeToString(copy);
}

function inline(from: Element, to: SVGElement): void {
	const computed = getComputedStyle(from);
	for (const name of STYLES) {
		const value = computed.getPropertyValue(name);
		if (value) to.style.setProperty(name, value);
	}
}

/** The first background behind an element that is not see-through. */
function backgroundOf(element: Element): string {
	for (let at: Element | null = element; at; at = at.parentElement) {
		const colour = getComputedStyle(at).backgroundColor;
		if (colour && colour !== 'transparent' && !/,\s*0\)$|\/\s*0\)$/.test(colour)) return colour;
	}
	return 'white';
}

/** The chart as pixels, twice as fine as on the screen. */
export async function png(svg: SVGSVGElement, scale = 2): Promise<Blob> {
	const address = URL.createObjectURL(new Blob([svgText(svg)], { type: 'image/svg+xml' }));
	try {
		const image = new Image();
		image.src = address;
		await image.decode();
		const canvas = document.createElement('canvas');
		canvas.width = Math.ceil(image.width * scale);
		canvas.height = Math.ceil(image.height * scale);
		canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
		return await new Promise((done, fail) =>
			canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png')
		);
	} finally {
		URL.revokeObjectURL(address);
	}
}

/** Hands a file to the reader; nothing leaves the page. */
export function save(name: string, content: Blob | string, type = 'text/plain'): void {
	const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
	const link = document.createElement('a');
	link.href = URL.createObjectURL(blob);
	link.download = name.replace(/[^\w.-]+/g, '-');
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
