/** Whatever number a chart shows stands in the tables behind it, in the drawing as it is saved too. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { svgText } from '../../../src/charts/frame/export';
import Feature from '../../../src/views/feature/Feature.svelte';
import Flow from '../../../src/views/flow/Flow.svelte';
import Report from '../../../src/views/report/Report.svelte';
import { leaveRoom, openRoom } from '../views/room';

const ID = 'blocks.1.hook_resid_post/7';
const PROMPT = '?prompt=a+little+fox+ran';

afterEach(leaveRoom);

const figures = () => {
	const all = [...document.querySelectorAll('figure')];
	return all.filter((figure) => figure.querySelector('svg[data-chart][role=img]'));
};
const titleOf = (figure: Element) => figure.querySelector('.title')!.textContent;

/** Numbers of a text, as they read, with how much the last digit is worth. */
function numbersIn(text: string): { value: number; digit: number }[] {
	return [...text.matchAll(/[−-]?\d[\d,]*(?:\.(\d+))?(?:e[−+]?\d+)?(?: (%))?/g)].map(
		([read, decimals = '', percent]) => {
			const number = read.replaceAll(',', '').replaceAll('−', '-').replace(' %', '');
			const scale = percent ? 0.01 : 1;
			const size = Math.abs(Number(number));
			// Whole numbers may have been rounded to three digits.
			const digit = decimals ? 10 ** -decimals.length : size >= 1000 ? size / 200 : 1e-9;
			return { value: Number(number) * scale, digit: (percent && !decimals ? 1 : digit) * scale };
		}
	);
}

const cellsOf = (figure: Element): number[] =>
	[...figure.querySelectorAll('tbody :is(td, th)')].flatMap((cell) => {
		const text = cell.textContent.trim().replaceAll('−', '-');
		return text !== '' && Number.isFinite(Number(text)) ? [Number(text)] : [];
	});

/** What the marks say of their values: behind the last colon of each title. */
function saidBy(figure: Element): { value: number; digit: number }[] {
	const titles = [...figure.querySelectorAll('svg[data-chart] title')];
	return titles.flatMap((title) => {
		// The paper's value beside ours is in the words under the figure.
		const text = title.textContent
			.trim()
			.replace(/, Gemma.*/, '')
			.replaceAll('10 to the ', '');
		const [, before, after] = /^(.*?)(?:: ([^:]*))?$/s.exec(text)!;
		// A bin is said before the colon, a name may be, too.
		const bin = /^[−\d.,e]+ to [−\d.,e]+$/.test(before!);
		if (after === undefined) return numbersIn(text.replace(/^one of \d+ active/, ''));
		return numbersIn(bin ? `${before} ${after}` : after);
	});
}

/** Numbers that no cell of the figure's tables rounds to. */
function missing(figure: Element): string[] {
	const inPoints = /, in points/.test(figure.querySelector('.note')?.textContent ?? '');
	const cells = cellsOf(figure).map((cell) => (inPoints ? 100 * cell : cell));
	return saidBy(figure)
		.filter(({ value, digit }) => {
			const off = 0.51 * digit + 6e-4 * Math.abs(value);
			return !cells.some((cell) => Math.abs(cell - value) <= off);
		})
		.map(({ value }) => `${titleOf(figure)}: ${value}`);
}

function expectTables(least: number) {
	const found = figures();
	expect(found.length).toBeGreaterThanOrEqual(least);
	for (const figure of found) {
		expect(saidBy(figure).length, titleOf(figure)).toBeGreaterThan(1);
		expect(missing(figure)).toEqual([]);
	}
}

describe('every chart', () => {
	it('of a feature has its numbers in its tables', async () => {
		await openRoom(Feature, `#/feature/${ID}${PROMPT}`, { rich: true });
		await vi.waitFor(() => expectTables(5));
	});

	it('of the model card', async () => {
		await openRoom(Report, '#/report', { rich: true });
		await vi.waitFor(() => expectTables(5));
	});

	it('of the reproduction', async () => {
		await openRoom(Report, '#/report/flow', { rich: true, layers: 4 });
		await vi.waitFor(() => expectTables(9));
	});

	it('of an edge that is tested', async () => {
		const { explorer } = await openRoom(Flow, `#/flow/${ID}${PROMPT}`);
		explorer.setThresholds({ tRes: 0.1, tModule: 0.1 });
		await page.getByRole('button', { name: /^Switch off .* and run again$/ }).click();
		await vi.waitFor(() => expectTables(1));
	});

	it('is whole as a file: its size, its words, and no colour by name', async () => {
		await openRoom(Report, '#/report/flow', { rich: true, layers: 4 });
		await vi.waitFor(() => expect(figures().length).toBeGreaterThan(8));
		for (const figure of figures()) {
			const svg = figure.querySelector<SVGSVGElement>('svg[data-chart]')!;
			const text = svgText(svg);
			const copy = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
			expect(copy.querySelector('parsererror')).toBeNull();
			expect(copy.getAttribute('width')).toBe(svg.getAttribute('width'));
			expect(copy.textContent).toBe(svg.textContent);
			expect(text).not.toContain('var(');
			expect(copy.getAttribute('aria-label')).toBe(svg.getAttribute('aria-label'));
		}
	});
});
