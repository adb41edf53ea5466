/** The flow of a whole prompt, and of two. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import Flow from '../../../src/views/flow/Flow.svelte';
import type { FakeOptions } from '../../fakes/engine';
import { barriers, leaveRoom, openRoom } from './room';

/** Few nodes, so that a busy machine is done in time. */
const HASH = '#/flow?prompt=a+little+fox+ran&most=30';
/** For rules that look at every element of the page. */
const LONG = 120_000;
const view = () => page.getByRole('region', { name: 'Flow', exact: true });
const root = () => view().element();
const nodes = () => [...root().querySelectorAll<SVGAElement>('a[data-id]')];
/** Features that match nothing are hidden at first. */
const showAll = async () => {
	const box = view().getByRole('checkbox', { name: /^Also show the/ });
	if (box.elements().length > 0) await box.click();
};
const drawn = () => view().getByRole('status', { name: 'Drawn' });

beforeEach(() => page.viewport(1280, 800));
afterEach(leaveRoom);

async function open(hash = HASH, options: FakeOptions = {}) {
	const room = await openRoom(Flow, hash, options);
	const settled = async () => {
		await vi.waitFor(() => {
			expect(room.explorer.reading.busy || room.explorer.promptFlow.busy).toBe(false);
			expect(room.explorer.promptFlow.current).not.toBeNull();
		}, 10_000);
		return room.explorer.promptFlow.current!;
	};
	return { ...room, settled };
}

describe('the flow of a prompt', () => {
	it('draws what is active, each with its full id, its token and its strength', async () => {
		const { settled } = await open();
		const flow = await settled();
		const ends = new Set(flow.edges.flatMap(({ from, to }) => [from, to]));
		const ids = flow.nodes.map(({ id }) => id);
		const linked = ids.filter((id) => ends.has(id));
		expect(linked.length).toBeGreaterThan(0);
		expect(linked.length).toBeLessThan(ids.length);
		await vi.waitFor(() => expect(nodes().map((node) => node.dataset.id)).toEqual(linked));
		const hidden = ids.length - linked.length;
		await expect
			.element(drawn())
			.toHaveTextContent(
				new RegExp(`^${linked.length} of .* are drawn: .*, without ${hidden} that match`)
			);
		await showAll();
		await vi.waitFor(() => expect(nodes().map((node) => node.dataset.id)).toEqual(ids));
		const { id, on } = flow.nodes[0]!;
		const text = flow.prompts[0]!.tokens[on[0]!.at]!.text.trim();
		await vi.waitFor(() => {
			const label = nodes()[0]!.getAttribute('aria-label')!;
			expect(label.startsWith(id)).toBe(true);
			expect(label).toMatch(new RegExp(`on this prompt up to .*${text}: .* of its maximum`));
		});
		expect(nodes()[0]!.getAttribute('href')).toMatch(/^#\/feature\/blocks\..*prompt=/);
		expect(root().querySelectorAll('path.line')).toHaveLength(flow.edges.length);
		await expect
			.element(drawn())
			.toHaveTextContent(`${flow.nodes.length} of ${flow.active} active features are drawn`);
	});

	it('draws no more nodes than the slider allows, and says how it was cut', async () => {
		const { explorer, settled } = await open(HASH.replace('30', '20'));
		const few = await settled();
		expect(few.nodes.length).toBeLessThanOrEqual(20);
		expect(few.active).toBeGreaterThan(20);
		await expect.element(drawn()).toHaveTextContent('the strongest in each residual layer');
		await expect.element(view().getByText('Births and ends are marked only')).toBeVisible();
		const slider = view().getByRole('slider', { name: 'Most nodes drawn' });
		(slider.element() as HTMLElement).focus();
		await userEvent.keyboard('{End}');
		expect(explorer.address.most).toBe(500);
		expect((await settled()).nodes.length).toBeGreaterThan(few.nodes.length);
		await expect.element(drawn()).toHaveTextContent('all of those in the residual stream');
		await vi.waitFor(() => expect(location.hash).toContain('most=500'));
	});

	it('takes one token or all, and leaves out what the tokenizer added', async () => {
		const { explorer, engine, settled } = await open();
		await settled();
		await view().getByRole('button', { name: '2: little', exact: true }).click();
		expect(explorer.address.token).toBe(2);
		const one = await settled();
		expect(one.nodes.every(({ on }) => on[0]!.at === 2)).toBe(true);
		await expect.element(view().getByRole('heading', { level: 2 })).toHaveTextContent('·little');
		await view().getByRole('button', { name: /^0: / }).click();
		await expect
			.element(view().getByText('Token 0 was added by the tokenizer', { exact: false }))
			.toBeVisible();
		await view().getByRole('button', { name: 'All tokens' }).click();
		await settled();
		expect(engine.log.filter((call) => call.startsWith('promptFlow'))).toEqual([
			'promptFlow all 30',
			'promptFlow 2 30',
			'promptFlow all 30'
		]);
	});

	it('is one click from the flow of a feature, and back', async () => {
		const { explorer, settled } = await open();
		await settled();
		const focus = explorer.focus!;
		await view().getByRole('radiogroup', { name: 'Flow of' }).getByText('This feature').click();
		expect(explorer.address.id).toBe(focus);
		await vi.waitFor(() => expect(explorer.flow.current).not.toBeNull());
		await vi.waitFor(() => expect(nodes().map((n) => n.dataset.id)).toContain(focus));
		await view().getByRole('radiogroup', { name: 'Flow of' }).getByText('This prompt').click();
		expect(explorer.address.id).toBeNull();
		expect(explorer.href('flow')).toMatch(/^#\/flow\?/);
		await expect.element(drawn()).toHaveTextContent('active features are drawn');
	});

	it('can be stopped and drawn after all, and says what went wrong', async () => {
		const { engine, explorer, settled } = await open();
		await settled();
		engine.pace = 60_000;
		explorer.address.set({ most: 40 });
		await view().getByRole('button', { name: 'Stop' }).click();
		await expect.element(view().getByText('Stopped before it was drawn.')).toBeVisible();
		engine.pace = 0;
		const real = engine.promptFlow.bind(engine);
		engine.promptFlow = () => Promise.reject(new Error('The model is gone. Open it again.'));
		await view().getByRole('button', { name: 'Draw it' }).click();
		await expect.element(view().getByRole('alert')).toHaveTextContent('The model is gone.');
		engine.promptFlow = real;
		await view().getByRole('button', { name: 'Try again' }).click();
		expect((await settled()).nodes.length).toBeLessThanOrEqual(40);
		expect(root().querySelector('[role="alert"]')).toBeNull();
	});

	it('follows the thresholds of the address, which the feature’s flow shares', async () => {
		const { explorer, settled } = await open(`${HASH}&t_res=0.85&t_module=1`);
		const strict = await settled();
		expect(strict.edges.every(({ cosine }) => cosine >= 0.85)).toBe(true);
		await view().getByText('paper 0.5').click();
		expect(explorer.thresholds).toEqual({ tRes: 0.5, tModule: 1 });
		expect((await settled()).edges.length).toBeGreaterThan(strict.edges.length);
	});

	it(
		'keeps nobody out, the other nulls shown',
		async () => {
			const { settled } = await open();
			await settled();
			await view().getByRole('button', { name: 'Try other nulls' }).click();
			await expect.element(view().getByRole('table', { name: /^Nulls of / })).toBeVisible();
			expect(await barriers()).toEqual([]);
		},
		LONG
	);
});

describe('two prompts', () => {
	const BOTH = `${HASH}&beside=a+little+sea+ran`;

	it('begin on request with the first, and say when they do not differ', async () => {
		const { explorer, settled } = await open();
		await settled();
		await view().getByRole('button', { name: 'Compare with another prompt' }).click();
		expect(explorer.address.beside).toBe('a little fox ran');
		const box = view().getByRole('textbox', { name: 'Second prompt' });
		await vi.waitFor(() => expect(document.activeElement).toBe(box.element()));
		await settled();
		await expect
			.element(view().getByText('Both prompts are the same', { exact: false }))
			.toBeVisible();
		await expect.element(view().getByText('Nothing differs by half')).toBeVisible();
		await box.fill('a little sea ran');
		await vi.waitFor(() => expect(location.hash).toContain('beside=a+little+sea+ran'));
		expect((await settled()).differences.length).toBeGreaterThan(0);
		await box.fill('');
		await expect
			.element(view().getByText('The second prompt is empty', { exact: false }))
			.toBeVisible();
		await view().getByRole('button', { name: 'End the comparison' }).click();
		expect(explorer.address.beside).toBeNull();
	});

	it('are one graph, in which each node shows both and the signs say where they differ', async () => {
		const { settled } = await open(BOTH);
		const flow = await settled();
		await showAll();
		const kinds = (which: 0 | 1) =>
			flow.nodes.filter(({ on }) => on[which] !== null && on[1 - which] === null).length;
		expect(kinds(0)).toBeGreaterThan(0);
		expect(kinds(1)).toBeGreaterThan(0);
		const count = (selector: string) => root().querySelectorAll(`.base ${selector}`).length;
		expect(count('circle.only.first')).toBe(kinds(0));
		expect(count('circle.only.second')).toBe(kinds(1));
		expect(count('path.halo.first')).toBe(flow.nodes.filter(({ on }) => on[0]).length);
		expect(count('path.halo.second')).toBe(flow.nodes.filter(({ on }) => on[1]).length);
		const own = flow.edges.filter(({ on }) => on[0] && !on[1]).length;
		expect(count('path.line.first')).toBe(own);
		const alone = flow.nodes.find(({ on }) => on[0] === null)!;
		await vi.waitFor(() => {
			const label = nodes()
				.find((n) => n.dataset.id === alone.id)!
				.getAttribute('aria-label')!;
			expect(label).toContain('on the first prompt silent; on the second prompt up to');
			expect(label).toContain('on the second prompt only');
		});
		await expect.element(view().getByText('dashes', { exact: true })).toBeVisible();
	});

	it('have both columns in the tables, and the largest differences first', async () => {
		const { settled } = await open(BOTH);
		const flow = await settled();
		const heads = [...root().querySelectorAll('details.table')].map((table) => [
			table.querySelector('summary')!.textContent,
			[...table.querySelectorAll('th')].map((head) => head.textContent)
		]);
		const columns = Object.fromEntries(heads) as Record<string, string[]>;
		for (const name of ['Nodes', 'Differences'])
			expect(columns[name]).toEqual(
				expect.arrayContaining([
					'first prompt: share of maximum',
					'second prompt: share of maximum',
					'fires on',
					'difference of shares'
				])
			);
		expect(columns.Edges).toContain('on');
		const list = view().getByRole('table', { name: 'Largest differences' });
		const rows = [...list.element().querySelectorAll<HTMLElement>('tbody tr')];
		expect(rows).toHaveLength(12);
		expect(rows[0]!.querySelector('a')!.title).toBe(flow.differences[0]!.id);
		expect(rows[0]!.querySelector('a')!.getAttribute('href')).toContain('beside=');
		await view()
			.getByRole('button', { name: /^Show all/ })
			.click();
		await vi.waitFor(() =>
			expect(list.element().querySelectorAll('tbody tr')).toHaveLength(flow.differences.length)
		);
	});

	it('are compared on the tokens that correspond', async () => {
		const { settled } = await open(`${HASH}&beside=a+little+old+sea+ran&token=4`);
		const flow = await settled();
		expect(flow.prompts.map(({ token }) => token)).toEqual([4, 5]);
		await expect
			.element(
				view().getByText(
					'Compared: token 4 (·ran) of the first prompt with token 5 (·ran) of the second.'
				)
			)
			.toBeVisible();
	});

	it(
		'stay inside a phone, and keep nobody out',
		async () => {
			await page.viewport(360, 780);
			const { settled } = await open(BOTH);
			await settled();
			await vi.waitFor(() => expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360));
			const beyond = [...root().querySelectorAll('*')].filter(
				(element) =>
					!element.closest('.scroll, svg, .window') && element.getBoundingClientRect().right > 361
			);
			expect(beyond.map((element) => element.className)).toEqual([]);
			expect(await barriers()).toEqual([]);
		},
		LONG
	);
});

describe('what cannot be drawn', () => {
	it.each<[string, string, FakeOptions, RegExp]>([
		['an empty prompt', '#/flow?prompt=', {}, /The prompt is empty/],
		['one SAE', HASH, { holds: (sae) => sae === 'blocks.1.hook_resid_post' }, /only one SAE/],
		[
			'SAEs of modules only',
			HASH,
			{ holds: (sae) => sae.includes('mlp') },
			/none in the residual stream, along which features are followed/
		],
		[
			'missing layers',
			HASH,
			{ holds: (sae) => !/blocks\.1|attn/.test(sae) },
			/no SAE for attention; MLP of layer 1; the residual stream of layer 1/
		]
	])('is said of %s', async (_, hash, options, said) => {
		if (hash.endsWith('prompt=')) {
			history.replaceState(null, '', hash);
			const room = openRoom(Flow, hash, options);
			await expect.element(view().getByText(said)).toBeVisible();
			await room;
			return;
		}
		const { settled } = await open(hash, options);
		await settled();
		await expect.element(view().getByText(said).first()).toBeVisible();
		expect(root().querySelector('[role="alert"]')).toBeNull();
	});

	it('takes the last token where the prompt has no such token', async () => {
		const { explorer, settled } = await open(`${HASH}&token=77`);
		const flow = await settled();
		expect(flow.prompts[0]!.token).toBe(4);
		expect(explorer.notices.join(' ')).toContain('The prompt has no token 77');
	});
});

describe('other nulls', () => {
	it('come on request, with the one that decides marked', async () => {
		const { engine, settled } = await open();
		await settled();
		await view().getByRole('button', { name: 'Try other nulls' }).click();
		const table = view().getByRole('table', { name: /^Nulls of / });
		await expect.element(table).toBeVisible();
		expect(engine.log.at(-1)).toBe('nulls blocks.1.hook_resid_post blocks.0.hook_resid_post');
		const rows = [...table.element().querySelectorAll('tbody tr')].map((row) =>
			[...row.children].map((cell) => cell.textContent.replace(/\s+/g, ' ').trim())
		);
		expect(rows).toHaveLength(4);
		expect(rows[0]).toEqual([
			'random directions decides “high”',
			'no',
			'0.250',
			'0.400',
			'20,000',
			'75 %'
		]);
		expect(rows[1]).toEqual(['the SAE, rotated at random', 'no', '0.300', '0.450', '64', '50 %']);
		await expect.element(view().getByText(/isotropic and not centred, decides/)).toBeVisible();
		// Another pair has not been asked for.
		const select = view().getByRole('combobox', { name: 'Pair of SAEs' });
		await select.selectOptions('A0 → R0');
		expect(root().querySelector('table[aria-label^="Nulls of"]')).toBeNull();
	});

	it('can be stopped', async () => {
		const { engine, settled } = await open();
		await settled();
		engine.pace = 60_000;
		await view().getByRole('button', { name: 'Try other nulls' }).click();
		await expect.element(view().getByRole('progressbar', { name: 'Nulls' })).toBeVisible();
		await view().getByRole('button', { name: 'Stop' }).click();
		expect(root().querySelector('[role="progressbar"]')).toBeNull();
	});
});
