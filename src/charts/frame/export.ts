/** A chart as a file: SVG with computed styles written into it, PNG drawn from that. */
import type { Cell } from '../../core/names/numbers';
import { withoutControls } from '../../core/names/plain-text';

export interface Table {
	/** What it lists: `Edges`. */
	name: string;
	columns: string[];
	rows: Cell[][];
}

/** JSON of another form than the chart's own, made when it is saved. */
export interface OtherFile {
	/** In the menu. */
	name: string;
	ending: string;
	json: () => unknown;
}

/** Properties that a stylesheet may set on an SVG element, and that the file must carry itself. */
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

/** Those of them that are inherited. */
const INHERITED = new Set(
	STYLES.filter((name) => !['opacity', 'dominant-baseline'].includes(name))
);

/** The chart as a document of its own, whole and unzoomed, without what is not displayed. */
export function svgText(svg: SVGSVGElement): string {
	const copy = svg.cloneNode(true) as SVGSVGElement;
	const from = svg.querySelectorAll('*');
	const to = [...copy.querySelectorAll<SVGElement>('*')];
	const seen = new Map<Element, CSSStyleDeclaration>([[svg, getComputedStyle(svg)]]);
	inline(seen.get(svg)!, null, copy);
	from.forEach((element, i) => {
		const around = seen.get(element.parentElement!);
		const style = getComputedStyle(element);
		if (!around || element.hasAttribute('data-screen-only') || style.display === 'none')
			return to[i]!.remove();
		seen.set(element, style);
		inline(style, around, to[i]!);
		to[i]!.removeAttribute('class');
		to[i]!.removeAttribute('tabindex');
	});
	const { width, height } = seen.get(svg)!;
	copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
	copy.setAttribute('width', `${Math.round(parseFloat(width))}`);
	copy.setAttribute('height', `${Math.round(parseFloat(height))}`);
	copy.removeAttribute('class');
	copy.style.background = backgroundOf(svg);
	// The address that a link leads to holds the prompt; a picture is passed on.
	for (const link of copy.querySelectorAll('a')) link.removeAttribute('href');
	return withoutControls(new XMLSerializer().serializeToString(copy));
}

/** Writes an element's style into its copy, except what the copy inherits anyway. */
function inline(style: CSSStyleDeclaration, around: CSSStyleDeclaration | null, to: SVGElement) {
	for (const name of STYLES) {
		const value = style.getPropertyValue(name);
		const shared = INHERITED.has(name) && around?.getPropertyValue(name) === value;
		// An inline style is replaced in any case, since it may refer to variables.
		if (value && (!shared || to.style.getPropertyValue(name))) to.style.setProperty(name, value);
	}
}

/** The nearest background behind an element that is not transparent. */
function backgroundOf(element: Element): string {
	for (let at: Element | null = element; at; at = at.parentElement) {
		const colour = getComputedStyle(at).backgroundColor;
		if (colour && colour !== 'transparent' && !/,\s*0\)$|\/\s*0\)$/.test(colour)) return colour;
	}
	return 'white';
}

/** Longest side of a picture, in pixels; browsers refuse much larger canvases. */
const LONGEST = 8192;

/** The chart as a PNG at twice the resolution of the screen, or more where it is zoomed in (`data-zoom`). */
export async function png(svg: SVGSVGElement): Promise<Blob> {
	const address = URL.createObjectURL(new Blob([svgText(svg)], { type: 'image/svg+xml' }));
	try {
		const image = new Image();
		image.src = address;
		await image.decode();
		const fine = 2 * Math.max(1, Number(svg.dataset.zoom ?? 1));
		const scale = Math.min(fine, LONGEST / Math.max(image.width, image.height));
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

/** Downloads a file that was made in the page. */
export function save(name: string, content: Blob | string, type = 'text/plain'): void {
	const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
	const link = document.createElement('a');
	link.href = URL.createObjectURL(blob);
	link.download = name.replace(/[^\w.-]+/g, '-');
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
