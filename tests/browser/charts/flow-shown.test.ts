/** What the large flow graph shows at which size, says that it leaves out, and puts into files. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { svgText } from '../../../src/charts/frame/export';
import { plantedFlow } from '../../planted-flow';
import { all, button, close, LARGE, node, one, open, still, zoomTo } from './graph-room';

beforeEach(() => page.viewport(1280, 800));
afterEach(close);

describe('a large flow graph', () => {
	it('names more the closer one looks, and says how many it does not', async () => {
		await open({ flow: LARGE });
		const names = () => all('.base .name').length;
		const few = names();
		expect(few).toBeGreaterThan(5);
		expect(few).toBeLessThan(60);
		const text = () => one('.help').textContent;
		expect(text()).toContain(`${few} of ${LARGE.marks.length} names and no letters or signs`);
		expect(getComputedStyle(one('.letter')).display).toBe('none');
		await zoomTo(2.5);
		expect(names()).toBeGreaterThan(2 * few);
		expect(text()).toContain(`${names()} of ${LARGE.marks.length} names fit`);
		expect(getComputedStyle(one('.letter')).display).not.toBe('none');
	});

	it('lets no name run into another or over a mark, as the browser measures them', async () => {
		await open({ flow: LARGE });
		for (const least of [1, 2]) {
			await zoomTo(least);
			const names = all('.base .name').map((name) => ({
				id: name.dataset.name!,
				box: name.getBoundingClientRect()
			}));
			const marks = all('a[data-id] .ring').map((ring) => ring.getBoundingClientRect());
			const wrong = names.flatMap(({ id, box }, i) => {
				const others = [...names.slice(i + 1).map((n) => n.box), ...marks];
				// Line boxes are higher than their letters, rings larger than their marks.
				const [top, bottom] = [box.top + 4, box.bottom - 4];
				const hit = others.find((other) => {
					const rim = other.width === other.height ? 0.2 * other.width : 4;
					return (
						other.left + rim < box.right &&
						other.right - rim > box.left &&
						other.top + rim < bottom &&
						other.bottom - rim > top
					);
				});
				return hit ? [id] : [];
			});
			expect(wrong).toEqual([]);
			expect(names.length).toBeGreaterThan(5);
		}
	});

	it('names the node in focus and its path whatever the size', async () => {
		await open({ flow: LARGE });
		const { id } = LARGE.marks.find((m) => m.kind === 'resid' && m.layer === 3)!;
		node(id).focus();
		await vi.waitFor(() => expect(all('.path .name').length).toBeGreaterThan(1));
		expect(all('.path .name').map((name) => name.dataset.name)).toContain(id);
		expect(all('.tip')).toHaveLength(1);
		node(id).blur();
		await vi.waitFor(() => expect(all('.path')).toHaveLength(0));
	});

	it('draws the strongest 1,500 edges of more, says so, and has the others on a path', async () => {
		const flow = plantedFlow(500, 1900, { seed: 5 });
		expect(flow.links.length).toBeGreaterThan(1700);
		const links = flow.links.map((l) => ({ ...l, counts: true }));
		await open({ flow: { ...flow, links } });
		expect(all('path.line')).toHaveLength(1500);
		const left = links.length - 1500;
		expect(one('.help').textContent).toContain(
			`${left} of ${links.length.toLocaleString('en')} edges are not drawn`
		);
		const weak = links[0]!;
		node(weak.from).focus();
		await vi.waitFor(() =>
			expect(all('path.lit').map((p) => p.dataset.key)).toContain(`${weak.from}→${weak.to}`)
		);
		expect(all('path.line').map((p) => p.dataset.key)).not.toContain(`${weak.from}→${weak.to}`);
	});
});

describe('what befalls features', () => {
	const small = plantedFlow(24, 40, { layers: 4, seed: 2 });
	const marks = small.marks.map((m, i) => ({
		...m,
		events: i === 3 ? (['change', 'split', 'merge'] as const).slice() : undefined,
		share: i === 4 ? 0.5 : i === 5 ? 0 : m.share,
		beside: i === 4 ? 0 : i === 5 ? 0.25 : m.share
	}));
	const links = small.links.map((link, i) => ({
		...link,
		only: i === 0 ? ('first' as const) : i === 1 ? ('second' as const) : undefined
	}));

	it('is drawn in signs of different shapes, each in a place of its own, and said', async () => {
		await open({ flow: { ...small, marks } });
		const signs = all('.base .event');
		expect(signs.map((sign) => sign.dataset.event)).toEqual(['change', 'split', 'merge']);
		expect(new Set(signs.map((sign) => one('path', sign).getAttribute('d'))).size).toBe(3);
		const places = signs.map((sign) => sign.getBoundingClientRect());
		expect(new Set(places.map(({ left, top }) => `${left} ${top}`)).size).toBe(3);
		const label = node(marks[3]!.id).getAttribute('aria-label')!;
		expect(label.startsWith(marks[3]!.id)).toBe(true);
		expect(label).toContain('merge: two or more features become one');
		node(marks[3]!.id).focus();
		await vi.waitFor(() => expect(one('.tip').textContent).toContain('split: goes on as two'));
	});

	it('is told of a comparison too', async () => {
		await open({ flow: { ...small, marks, links } });
		expect(all('.base circle.only.first')).toHaveLength(1);
		expect(all('.base circle.only.second')).toHaveLength(1);
		const dashes = (which: string) =>
			[`circle.only.${which}`, `path.line.${which}`].map(
				(selector) => getComputedStyle(one(`.base ${selector}`)).strokeDasharray
			);
		expect(dashes('first')).toEqual(['9px, 5px', '9px, 5px']);
		expect(dashes('second')).toEqual(['0px, 5px', '0px, 6px']);
		expect(node(marks[4]!.id).getAttribute('aria-label')).toContain('on the first prompt only');
		expect(node(marks[5]!.id).getAttribute('aria-label')).toContain('on the second prompt only');
		// Half a halo for each prompt on which it fires.
		const firing = marks.filter(({ share }) => share > 0).length;
		expect(all('.base path.halo.first')).toHaveLength(firing);
		const box = (which: string, i: number) =>
			all(`.base path.halo.${which}`)[i]!.getBoundingClientRect();
		const alike = marks.findIndex(({ share, beside }) => share > 0 && share === beside);
		const at = marks.slice(0, alike).filter(({ share }) => share > 0).length;
		expect(box('first', at).right).toBeCloseTo(
			box('second', marks.slice(0, alike).filter(({ beside }) => beside > 0).length).left,
			0
		);
	});
});

describe('saved', () => {
	it('as a picture is whole and unzoomed, without what is not displayed', async () => {
		await open({ flow: LARGE });
		await zoomTo(2);
		const svg = one('svg[data-chart]') as unknown as SVGSVGElement;
		const text = svgText(svg);
		expect(svg.querySelector('a[href]')).not.toBeNull();
		expect(text).not.toContain('href');
		const copy = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
		expect(copy.nodeName).toBe('svg');
		expect(copy.getAttribute('width')).toBe(svg.getAttribute('width'));
		expect(copy.querySelectorAll('a')).toHaveLength(LARGE.marks.length);
		const line = copy.querySelector<SVGPathElement>('path[data-key]')!;
		expect(line.style.strokeWidth).toMatch(/^[\d.]+px$/);
		expect(text).toContain('layer 3');
		expect(text).not.toContain('var(');
		await button('Fit the whole graph').click();
		await still();
		expect(all('.letter').length).toBeGreaterThan(200);
		const far = new DOMParser().parseFromString(svgText(svg), 'image/svg+xml');
		expect(far.querySelectorAll('text').length).toBeLessThan(80);
		expect(text.length).toBeLessThan(4_000_000);
	});

	it('as GraphML can be read by an XML parser, hostile names included', async () => {
		const nodes = LARGE.marks.slice(0, 30).map(({ id, layer, origin }, i) => ({
			id,
			site: id.split('/')[0]!,
			layer,
			origin,
			label: i === 0 ? 'a "quoted" <b> & ]]>\u0000\u000b\ud800 狐\n' : null,
			share: i === 0 ? 0.5 : null
		}));
		const edges = [{ from: nodes[0]!.id, to: nodes[1]!.id, cosine: 0.5, z: 3, high: true }];
		await open({ flow: LARGE, graphml: { nodes, edges } });
		const blobs: Blob[] = [];
		const make = vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
			blobs.push(blob as Blob);
			return 'about:blank#saved';
		});
		const click = vi
			.spyOn(HTMLAnchorElement.prototype, 'click')
			.mockImplementation(() => undefined);
		await page.getByText('Save', { exact: true }).click();
		await button('GraphML').click();
		await vi.waitFor(() => expect(blobs).toHaveLength(1));
		make.mockRestore();
		click.mockRestore();
		const read = new DOMParser().parseFromString(await blobs[0]!.text(), 'application/xml');
		expect(read.querySelector('parsererror')).toBeNull();
		expect(read.querySelectorAll('node')).toHaveLength(30);
		expect(read.querySelector('node')!.getAttribute('id')).toBe(nodes[0]!.id);
		expect(read.querySelector('data[key=label]')!.textContent).toBe('a "quoted" <b> & ]]> 狐\n');
		expect(read.querySelector('edge')!.getAttribute('target')).toBe(nodes[1]!.id);
	});
});
