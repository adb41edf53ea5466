import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import Flow from '../../../src/views/flow/Flow.svelte';
import { barriers, leaveRoom, openRoom } from './room';

const ID = 'blocks.1.hook_resid_post/7';
const HASH = `#/flow/${ID}?prompt=a+little+fox+ran`;
const view = () => page.getByRole('region', { name: 'Flow', exact: true });
const nodes = () => [...view().element().querySelectorAll<SVGAElement>('a[data-id]')];
const nodeOf = (id: string) => nodes().find((node) => node.dataset.id === id)!;
const focused = () => (document.activeElement as SVGAElement).dataset.id;

beforeEach(() => page.viewport(1280, 800));
afterEach(leaveRoom);

/** Every edge counts: the fake engine has no null. */
async function openFlow() {
	const room = await openRoom(Flow, HASH);
	room.explorer.setThresholds({ tRes: 0.1, tModule: 0.1 });
	await vi.waitFor(() => expect(room.explorer.flow.current).not.toBeNull());
	return { ...room, graph: room.explorer.flow.current! };
}

describe('Flow', () => {
	it('draws every node with its full id, a link and its origin', async () => {
		const { graph } = await openFlow();
		expect(
			nodes()
				.map((node) => node.dataset.id)
				.toSorted()
		).toEqual(graph.nodes.map((node) => node.id).toSorted());
		for (const node of nodes()) {
			expect(node.getAttribute('aria-label')).toContain(node.dataset.id);
			expect(node.getAttribute('href')).toMatch(/^#\/feature\/blocks\..*prompt=/);
		}
		expect(nodeOf(ID).dataset.origin).toBe('processed');
		expect(view().element().querySelectorAll('path.line')).toHaveLength(graph.edges.length);
	});

	it('is one stop of the Tab key, and arrow keys walk it', async () => {
		const { graph } = await openFlow();
		expect(nodes().filter((node) => node.tabIndex === 0)).toEqual([nodeOf(ID)]);
		nodeOf(ID).focus();
		await userEvent.keyboard('{ArrowUp}');
		expect(focused()).toMatch(/^blocks\.1\.hook_attn_out\//);
		await userEvent.keyboard('{ArrowDown}');
		expect(focused()).toBe(ID);
		await userEvent.keyboard('{ArrowRight}');
		expect(graph.edges.some((edge) => edge.from === ID && edge.to === focused())).toBe(true);
	});

	it('traces a path and tells about the node in focus', async () => {
		await openFlow();
		nodeOf(ID).focus();
		await expect
			.element(view().getByText('processed: matched in', { exact: false }).first())
			.toBeVisible();
		await vi.waitFor(() => expect(view().element().querySelectorAll('.tip')).toHaveLength(1));
		nodeOf(ID).blur();
		// Where an earlier test left the pointer there may be a node.
		await userEvent.hover(view().getByRole('heading').first());
		await vi.waitFor(() => expect(view().element().querySelectorAll('.tip')).toHaveLength(0));
	});

	it('asks anew when a threshold changes', async () => {
		const { explorer } = await openFlow();
		await view().getByText('paper 0.5').click();
		expect(explorer.thresholds.tRes).toBe(0.5);
		await view().getByText('null 99.9 %').first().click();
		expect(explorer.thresholds.tRes).toBeUndefined();
	});

	it('steers the whole chain', async () => {
		const { explorer } = await openFlow();
		await view().getByRole('button', { name: 'Steer the whole chain' }).click();
		await vi.waitFor(() => expect(explorer.address.steer).toHaveLength(3));
		await expect.element(view().getByRole('status')).toHaveTextContent(/All 3 residual features/);
	});

	it('takes a feature away and says what is lost, beside random directions', async () => {
		const { explorer, engine } = await openFlow();
		const take = view().getByRole('button', { name: /^Switch off .* and run again$/ });
		await take.click();
		await expect
			.element(view().getByText('falls silent on 1 of 2; it loses 62.5 %', { exact: false }))
			.toBeVisible();
		await expect
			.element(
				view().getByText('Random directions of the same length: silent in 0 of 16', {
					exact: false
				})
			)
			.toBeVisible();
		expect(engine.log.filter((call) => call === 'testEdge')).toHaveLength(1);
		const plot = view().getByRole('img', { name: 'Share of the activation lost on each token' });
		expect(plot.element().querySelectorAll('circle')).toHaveLength(2);
		expect(plot.element().querySelectorAll('circle.mark')).toHaveLength(1);
		// Another edge has not been tested.
		const select = view().getByRole('combobox', { name: 'Edge' });
		const other = (select.element() as HTMLSelectElement).options[1]!.value;
		await select.selectOptions(other);
		expect(view().element().textContent).not.toContain('falls silent on');
		expect(explorer.experiments.edge.value).not.toBeNull();
	});

	it('steers along the flow: a dose, one at equal divergence, and a measurement', async () => {
		const { explorer, engine } = await openFlow();
		const card = view().getByRole('region', { name: 'Steer along the flow' });
		await card.getByRole('radiogroup', { name: 'Layers steered' }).getByText('all').click();
		await card.getByRole('radiogroup', { name: 'Unit of strength' }).getByText('1').click();
		await card.getByRole('button', { name: 'Add to Steer' }).click();
		expect(explorer.address.steer.map((edit) => edit.value)).toEqual([0.5, 0.5, 0.5]);
		await card.getByRole('button', { name: 'Find the dose' }).click();
		// The fake engine's divergence is the sum of squares by 100: 3 d² / 100 = 0.5.
		await expect.element(card.getByText(/A dose of 4\.\d+ moves/)).toBeVisible();
		await card.getByRole('button', { name: 'Add to Steer' }).click();
		expect(explorer.address.steer[0]!.value).toBeCloseTo(Math.sqrt(50 / 3), 1);
		await card.getByRole('button', { name: 'Measure', exact: true }).click();
		for (const title of ['Theme', 'Perplexity', 'Repetition'])
			await expect.element(card.getByRole('img', { name: `${title} over the dose` })).toBeVisible();
		await vi.waitFor(() => expect(explorer.experiments.steering.busy).toBe(false), 10_000);
		const plot = card.getByRole('img', { name: 'Theme over the dose' }).element();
		// This plan, the feature alone, and two controls.
		expect(plot.querySelectorAll('path.line')).toHaveLength(4);
		expect(plot.querySelectorAll('.control path.line')).toHaveLength(2);
		expect(engine.log.filter((call) => call === 'measureSteering')).toHaveLength(1);
		expect(await barriers()).toEqual([]);
	});

	it('tells the story of the chain, and explains only the marks that are there', async () => {
		await openFlow();
		await expect
			.element(view().getByText(/^(Followed from|Born in) layer 0.*after the last layer\.$/))
			.toBeVisible();
		const legend = view().element().querySelector('details ul')!;
		const origins = new Set(nodes().map((node) => node.dataset.origin));
		for (const origin of ['translated', 'processed', 'newborn', 'unexplained', 'not measured'])
			expect(legend.textContent.includes(`${origin}:`)).toBe(origins.has(origin));
	});

	it('tests the line that is clicked', async () => {
		await openFlow();
		const select = view().getByRole('combobox', { name: 'Edge' }).element() as HTMLSelectElement;
		const lines = [...view().element().querySelectorAll<SVGElement>('path.line')];
		const other = lines.find((line) => line.dataset.key !== select.value)!;
		other.dispatchEvent(new MouseEvent('click', { bubbles: true }));
		await vi.waitFor(() => expect(select.value).toBe(other.dataset.key));
	});

	it('matches whole SAEs by any measure, and can be stopped', async () => {
		const { engine, explorer } = await openFlow();
		const card = view().getByRole('region', { name: 'Two whole SAEs' });
		const from = card.getByRole('combobox', { name: 'Match features of' });
		await expect.element(from).toHaveValue('blocks.1.hook_resid_post');
		await expect
			.element(card.getByRole('combobox', { name: 'into' }))
			.toHaveValue('blocks.0.hook_resid_post');
		engine.pace = 60_000;
		await card.getByRole('button', { name: 'Match all' }).click();
		await expect.element(card.getByRole('progressbar', { name: 'SAEs matched' })).toBeVisible();
		await card.getByRole('button', { name: 'Stop' }).click();
		expect(explorer.experiments.pair.busy).toBe(false);
		engine.pace = 0;
		for (const [name, tokens] of [
			['cosine', false],
			['correlation', true],
			['overlap', true],
			['one partner each', false]
		] as const) {
			const measures = card.getByRole('radiogroup', { name: 'Matched by' });
			await measures.getByText(name, { exact: true }).click();
			await card.getByRole('button', { name: 'Match all' }).click();
			await expect
				.element(card.getByText(/5 of 10 features of R1 \(50 %\) have a best match in R0/))
				.toBeVisible();
			expect(card.element().textContent.includes('Over 20,000 tokens')).toBe(tokens);
			expect(card.element().textContent.includes('decoder row of zero')).toBe(!tokens);
			const rows = card.getByRole('table', { name: 'Most similar, R1 in R0' }).getByRole('row');
			expect(rows.elements()).toHaveLength(9);
		}
		await expect
			.element(card.getByRole('img', { name: 'Cosines of the best matches of R1 in R0' }))
			.toBeVisible();
		expect(await barriers()).toEqual([]);
		await card.getByRole('button', { name: 'Swap' }).click();
		await expect.element(from).toHaveValue('blocks.0.hook_resid_post');
		expect(card.element().textContent).not.toContain('5 of 10');
	});

	it('has nothing to match where a pack has one SAE', async () => {
		const holds = (sae: string) => sae === 'blocks.1.hook_resid_post';
		await openRoom(Flow, HASH, { holds });
		const card = view().getByRole('region', { name: 'Two whole SAEs' });
		await expect.element(card).toHaveTextContent('only one SAE');
		await expect.element(card).toHaveTextContent('not measured');
	});

	it('stays inside a phone, running downwards', async () => {
		await page.viewport(360, 780);
		await openFlow();
		const svg = view().element().querySelector('svg[data-chart]')!;
		await vi.waitFor(() => {
			const { width, height } = svg.getBoundingClientRect();
			expect(width).toBeLessThanOrEqual(360);
			expect(height).toBeGreaterThan(width);
		});
	});

	it('runs from the embedding through a second SAE, and tells how good a name is', async () => {
		const id = 'blocks.1.hook_resid_post@kron/13';
		await openRoom(Flow, HASH.replace(ID, id), { rich: true });
		await vi.waitFor(() =>
			expect(nodeOf(id).getAttribute('aria-label')).toContain('checked name: right')
		);
		const first = nodes().find((node) => node.dataset.id!.startsWith('blocks.0.hook_resid_pre/'))!;
		expect(first.dataset.origin).toBe('none');
		expect(nodes().some((node) => node.dataset.id!.startsWith('blocks.1.hook_resid_post/'))).toBe(
			false
		);
		// Away from the drawing: what lies under the pointer is told about first.
		await view().getByRole('heading', { level: 2 }).hover();
		nodeOf(id).focus();
		await expect
			.element(view().getByText('checked name: right 90 %, found 77 %').first())
			.toBeVisible();
	});

	it('keeps nobody out', async () => {
		await openFlow();
		expect(await barriers()).toEqual([]);
	});
});
