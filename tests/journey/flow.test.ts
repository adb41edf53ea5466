/** What a person does with the flow of a feature: follow it, save the figure, test an edge, steer the chain. */
import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { engineReady, named, newVisitor, openBrowser, type Visitor } from './visitor';

const PROMPT =
	'Once upon a time there was a little fox who lived near the sea. One day the fox met';
const ID = /blocks\.\d+\.hook_\w+\/\d+/;

let browser: Browser;
let visitor: Visitor;
let page: Page;
let feature: string;
/** Ids of the nodes that the graph shows. */
let shown: string[];

beforeAll(async () => {
	browser = await openBrowser();
	visitor = await newVisitor(browser);
	({ page } = visitor);
	await page.goto(
		`${inject('site')}?backend=wasm#/explore?${new URLSearchParams({ prompt: PROMPT })}`
	);
	await engineReady(page);
});
afterAll(() => browser.close());

const flow = () => named(page, 'region', 'Flow');

it('follows a feature from the list', async () => {
	const first = named(page, 'list', 'Features').getByRole('listitem').first();
	// The engine's own reading, in which the first feature of the last token leads.
	await page.getByText('Tinted by the strongest feature').waitFor();
	feature = ID.exec((await first.textContent()) ?? '')![0];
	await first.getByRole('link', { name: /^Flow/ }).click();
	await flow().locator(`svg a[data-id="${feature}"]`).waitFor();
	await flow()
		.getByRole('button', { name: /^Switch off .* and run again$/ })
		.waitFor();
	shown = await flow()
		.locator('svg a[data-id]')
		.evaluateAll((nodes) => nodes.map((node) => (node as SVGElement).dataset.id!));
	expect(shown.length).toBeGreaterThan(2);
	expect(new Set(shown).size).toBe(shown.length);
});

/** Chooses a format in the menu of the graph, and gives what arrives. */
async function saved(format: string): Promise<{ name: string; bytes: Buffer }> {
	const menu = flow().locator('summary[aria-label^="Save Matches by decoder cosine"]');
	await menu.click();
	const arrives: Promise<Download> = page.waitForEvent('download');
	await menu.locator('xpath=..').getByRole('button', { name: format, exact: true }).click();
	const download = await arrives;
	return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Ids and links of an XML text as a browser parses it. */
const parsed = (text: string, type: 'image/svg+xml' | 'text/xml', ids: string) =>
	page.evaluate(
		([text, type, ids]) => {
			const xml = new DOMParser().parseFromString(text, type);
			return {
				failed: xml.querySelector('parsererror') !== null,
				root: xml.documentElement.localName,
				ids: [...xml.querySelectorAll(ids)].map(
					(e) => e.getAttribute('data-id') ?? e.getAttribute('id')
				)
			};
		},
		[text, type, ids] as const
	);

it('saves the figure as SVG and as PNG', async () => {
	const svg = await saved('SVG');
	expect(svg.name).toMatch(/^flow-blocks.*\.svg$/);
	const text = svg.bytes.toString('utf8');
	const drawing = await parsed(text, 'image/svg+xml', 'a[data-id]');
	expect(drawing).toMatchObject({ failed: false, root: 'svg' });
	expect(drawing.ids.toSorted()).toEqual(shown.toSorted());
	// Colours travel with the file: no stylesheet of the page will be there.
	expect(text).toMatch(/fill: ?rgb|fill="?#|fill:\s*(rgb|oklab|color)/);

	const png = await saved('PNG');
	const { width, height, pixels } = decoded(png.bytes);
	expect(width).toBeGreaterThan(1000);
	expect(pixels.length).toBe(height * (1 + 4 * width));
	expect(new Set(pixels).size).toBeGreaterThan(50);
});

it('saves the graph as CSV, JSON and GraphML', async () => {
	const csv = (await saved('CSV, nodes')).bytes.toString('utf8').trim().split('\r\n');
	expect(
		csv
			.slice(1)
			.map((line) => line.split(',')[0]!)
			.toSorted()
	).toEqual(shown.toSorted());
	const json = JSON.parse((await saved('JSON')).bytes.toString('utf8')) as {
		nodes: { id: string }[];
		edges: { from: string; to: string; cosine: number; z: number }[];
	};
	expect(json.nodes.map(({ id }) => id).toSorted()).toEqual(shown.toSorted());
	for (const { from, to, cosine } of json.edges) {
		expect(shown).toContain(from);
		expect(shown).toContain(to);
		expect(Math.abs(cosine)).toBeLessThanOrEqual(1);
	}
	const graphml = (await saved('GraphML')).bytes.toString('utf8');
	const graph = await parsed(graphml, 'text/xml', 'node');
	expect(graph).toMatchObject({ failed: false, root: 'graphml' });
	expect(graph.ids.toSorted()).toEqual(shown.toSorted());
});

it('tests the edge that is clicked', async () => {
	const select = flow().getByRole('combobox', { name: 'Edge' });
	const options = await select
		.locator('option')
		.evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));
	const edge = options.find((key) => key.endsWith(`→${feature}`)) ?? options.at(-1)!;
	await flow().locator(`path.line[data-key="${edge}"]`).dispatchEvent('click');
	expect(await select.inputValue()).toBe(edge);
	await flow()
		.getByRole('button', { name: /^Switch off .* and run again$/ })
		.click();
	const verdict = flow().locator('.verdict');
	await verdict.waitFor();
	expect(await verdict.textContent()).toMatch(
		/falls? silent|is silent on this prompt|on none of them/
	);
});

it('steers the chain, and the text changes', async () => {
	await flow().getByRole('button', { name: 'Steer the whole chain' }).click();
	await flow().getByRole('link', { name: 'Go to Steer' }).click();
	const text = async (name: string) => {
		const region = named(page, 'region', name);
		await expect
			.poll(() => region.getAttribute('aria-busy'), { timeout: 90_000, interval: 200 })
			.not.toBe('true');
		return (await region.textContent())?.replace(/\s+/g, ' ').trim() ?? '';
	};
	await named(page, 'region', 'Steered').waitFor();
	await expect
		.poll(
			async () => (await text('Steered')).length > 40 && (await text('Unsteered')).length > 40,
			{
				timeout: 90_000,
				interval: 300
			}
		)
		.toBe(true);
	expect(await text('Steered')).not.toBe(await text('Unsteered'));
	const steered = new URLSearchParams(page.url().split('#')[1]!.split('?')[1]).getAll('steer');
	const chain = shown.filter((id) => id.includes('hook_resid'));
	expect(steered.map((edit) => edit.split('=')[0]).toSorted()).toEqual(chain.toSorted());
	expect(visitor.complaints).toEqual([]);
});

/** Size and filtered rows of an 8-bit RGBA picture; throws for anything else. */
function decoded(png: Buffer): { width: number; height: number; pixels: Buffer } {
	expect(png.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
	const parts: Buffer[] = [];
	let at = 8;
	while (at < png.length) {
		const length = png.readUInt32BE(at);
		if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
			parts.push(png.subarray(at + 8, at + 8 + length));
		at += 12 + length;
	}
	expect([...png.subarray(24, 26)]).toEqual([8, 6]);
	return {
		width: png.readUInt32BE(16),
		height: png.readUInt32BE(20),
		pixels: inflateSync(Buffer.concat(parts))
	};
}
