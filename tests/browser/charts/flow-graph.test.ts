/** The large flow graph as a reader moves in it: mouse, wheel, fingers, keys, buttons. */
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { plantedFlow, type PlantedFlow } from '../../planted-flow';
import {
	all,
	browser,
	button,
	close,
	drawn,
	frame,
	LARGE,
	node,
	one,
	open,
	still,
	transform,
	zoom,
	zoomTo
} from './graph-room';

/** Where the tests' frame lies in the page that the browser's own events are given in. */
function outside(x: number, y: number) {
	const box = window.frameElement?.getBoundingClientRect();
	const scale = box ? box.width / innerWidth : 1;
	return { x: (box?.left ?? 0) + x * scale, y: (box?.top ?? 0) + y * scale };
}
const mouse = (type: string, x: number, y: number, buttons: number) =>
	browser.send('Input.dispatchMouseEvent', {
		type,
		...outside(x, y),
		button: type === 'mouseMoved' ? 'none' : 'left',
		buttons,
		clickCount: 1
	});

/** `begun` is called when the drawing has started to move. */
async function drag(from: [number, number], to: [number, number], begun: () => void) {
	await mouse('mouseMoved', ...from, 0);
	await mouse('mousePressed', ...from, 1);
	for (let i = 1; i <= 8; i++) {
		if (i === 3) await drawn().then(begun);
		const t = i / 8;
		await mouse('mouseMoved', from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1]), 1);
	}
	await mouse('mouseReleased', ...to, 0);
	await drawn();
}

function wheel(over: Element, more: WheelEventInit): WheelEvent {
	const { left, top } = frame();
	const event = new WheelEvent('wheel', {
		bubbles: true,
		cancelable: true,
		clientX: left + 300,
		clientY: top + 200,
		deltaY: -120,
		...more
	});
	over.dispatchEvent(event);
	return event;
}

/** The node of layer 0 from which the strongest edges that count lead on furthest. */
function longest({ marks, links }: PlantedFlow): string {
	const steps = (id: string): number => {
		const next = links.filter((l) => l.from === id && l.counts).at(-1);
		return next ? 1 + steps(next.to) : 0;
	};
	return marks
		.filter((m) => m.kind === 'resid' && m.layer === 0)
		.toSorted((a, b) => steps(b.id) - steps(a.id))[0]!.id;
}

beforeEach(() => page.viewport(1280, 800));
afterEach(close);

describe('a large flow graph', () => {
	it('draws every node as a link and every edge, in one stop of the Tab key', async () => {
		await open({ flow: LARGE });
		expect(all('a[data-id]')).toHaveLength(LARGE.marks.length);
		expect(all('path.line')).toHaveLength(LARGE.links.length);
		expect(all('a[data-id]').filter((a) => a.tabIndex === 0)).toHaveLength(1);
	});

	it('moves under the mouse without a change to the drawing, and follows no link on the way', async () => {
		await open({ flow: LARGE });
		await zoomTo(2);
		const before = transform();
		const box = node(LARGE.marks[250]!.id).getBoundingClientRect();
		const changes: MutationRecord[] = [];
		const watch = new MutationObserver((records) => changes.push(...records));
		const begun = () =>
			watch.observe(one('svg[data-chart]'), {
				subtree: true,
				childList: true,
				attributes: true,
				characterData: true
			});
		location.hash = '#here';
		// On a node: its link must not be followed.
		const mark = all('a[data-id]').find((a) => {
			const { left, top } = a.getBoundingClientRect();
			return left > 400 && left < 900 && top > 200 && top < 500;
		})!;
		const { left, top, width, height } = mark.getBoundingClientRect();
		const start: [number, number] = [left + width / 2, top + height / 2];
		await drag(start, [start[0] - 160, start[1] - 40], begun);
		expect(location.hash).toBe('#here');
		expect(changes.map((c) => `${c.type} ${c.attributeName} ${c.target.nodeName}`)).toEqual([]);
		watch.disconnect();
		expect(transform()).not.toBe(before);
		const after = node(LARGE.marks[250]!.id).getBoundingClientRect();
		expect(after.left - box.left).toBeCloseTo(-160, 0);
		expect(after.top - box.top).toBeCloseTo(-40, 0);
	});

	it('leaves a plain wheel to the page until it has been clicked, and after Escape', async () => {
		await open({ flow: LARGE });
		const svg = one('svg[data-chart]');
		expect(wheel(svg, {}).defaultPrevented).toBe(false);
		expect(zoom()).toBe(1);
		const [x, y] = [frame().left + 200, frame().top + 300];
		await mouse('mousePressed', x, y, 1);
		await mouse('mouseReleased', x, y, 0);
		expect(wheel(svg, {}).defaultPrevented).toBe(true);
		await vi.waitFor(() => expect(zoom()).toBeGreaterThan(1.1));
		await userEvent.keyboard('{Escape}');
		const now = zoom();
		expect(wheel(svg, {}).defaultPrevented).toBe(false);
		expect(zoom()).toBe(now);
	});

	it('zooms with Ctrl and the wheel around the pointer', async () => {
		await open({ flow: LARGE });
		const under = () => {
			const { left, top } = one('svg[data-chart]').getBoundingClientRect();
			return [(frame().left + 300 - left) / zoom(), (frame().top + 200 - top) / zoom()];
		};
		const before = under();
		expect(wheel(one('svg[data-chart]'), { ctrlKey: true }).defaultPrevented).toBe(true);
		await vi.waitFor(() => expect(zoom()).toBeGreaterThan(1.3));
		// Events are in whole pixels.
		expect(under()[0]).toBeCloseTo(before[0]!, 0);
		expect(under()[1]).toBeCloseTo(before[1]!, 0);
	});

	it('zooms under two fingers, and lets one scroll the page', async () => {
		await open({ flow: LARGE });
		const touch = (type: string, ...points: [number, number][]) =>
			browser.send('Input.dispatchTouchEvent', {
				type,
				touchPoints: points.map(([x, y], id) => ({ ...outside(x, y), id }))
			});
		const [x, y] = [frame().left + 400, frame().top + 300];
		await touch('touchStart', [x, y], [x + 100, y]);
		for (let i = 1; i <= 5; i++) await touch('touchMove', [x - 20 * i, y], [x + 100 + 20 * i, y]);
		await touch('touchEnd');
		await vi.waitFor(() => expect(zoom()).toBeGreaterThan(2));
		expect(getComputedStyle(one('.viewport')).touchAction).toBe('none');
		(document.activeElement as HTMLElement).blur();
		expect(getComputedStyle(one('.viewport')).touchAction).toBe('pan-x pan-y');
	});

	it('zooms by keys and buttons, and shows all again', async () => {
		await open({ flow: LARGE });
		await button('Zoom in').click();
		await still();
		expect(zoom()).toBeCloseTo(1.5, 3);
		await userEvent.keyboard('+');
		await still();
		expect(zoom()).toBeCloseTo(2.25, 3);
		await userEvent.keyboard('-');
		await still();
		expect(zoom()).toBeCloseTo(1.5, 3);
		await userEvent.keyboard('0');
		await still();
		expect(zoom()).toBe(1);
		await expect.element(button('Zoom out')).toHaveAttribute('aria-disabled', 'true');
		one('[aria-label="Zoom out"]').click();
		await still();
		expect(zoom()).toBe(1);
	});

	it('does not glide for those who want no motion', async () => {
		await browser.send('Emulation.setEmulatedMedia', {
			features: [{ name: 'prefers-reduced-motion', value: 'reduce' }]
		});
		await open({ flow: LARGE });
		one('[aria-label="Zoom in"]').click();
		await Promise.resolve();
		expect(zoom()).toBeCloseTo(1.5, 6);
	});

	it('brings what the arrow keys walk to into the frame, and the frame onto the screen', async () => {
		await open({ flow: LARGE });
		await zoomTo(3);
		node(longest(LARGE)).focus();
		const seen = new Set<string>();
		for (let i = 0; i < 6; i++) {
			await userEvent.keyboard('{ArrowRight}');
			await drawn();
			const focused = document.activeElement as SVGElement;
			seen.add(focused.dataset.id!);
			const { left, right, top, bottom } = focused.getBoundingClientRect();
			expect(left).toBeGreaterThanOrEqual(frame().left);
			expect(right).toBeLessThanOrEqual(frame().right);
			expect(top).toBeGreaterThanOrEqual(Math.max(0, frame().top));
			expect(bottom).toBeLessThanOrEqual(Math.min(innerHeight, frame().bottom));
		}
		expect(seen.size).toBeGreaterThan(3);
		expect(one('.viewport').scrollLeft + one('.viewport').scrollTop).toBe(0);
	});

	it('gives the line that is clicked', async () => {
		let asked = '';
		const flow = plantedFlow(24, 30);
		const onedge = (key: string) => void (asked = key);
		await open({ flow, onedge });
		const line = one('path.line');
		line.dispatchEvent(new MouseEvent('click', { bubbles: true }));
		expect(asked).toBe(line.dataset.key);
		expect(flow.links.some(({ from, to }) => `${from}→${to}` === asked)).toBe(true);
	});

	it('keeps nobody out, and stays inside a phone', async () => {
		await open({ flow: LARGE });
		await zoomTo(2);
		for (const width of [1280, 360]) {
			await page.viewport(width, 780);
			await drawn();
			expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
			const { violations } = await axe.run(document.body, {
				runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
				resultTypes: ['violations']
			});
			const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact ?? ''));
			expect(serious.map((v) => `${v.id}: ${v.nodes[0]!.html}`)).toEqual([]);
		}
	});
});
