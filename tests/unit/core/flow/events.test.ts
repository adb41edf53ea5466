import { describe, expect, it } from 'vitest';
import type { Origin } from '../../../../src/core/flow/origin';
import { eventsOf, type EventGraph } from '../../../../src/core/flow/events';
import { attnOut, EMBEDDING, mlpOut, residPost } from '../../../../src/core/names/site';

type Node = EventGraph['nodes'][number];
type Edge = EventGraph['edges'][number];

const node = (
	site: string,
	layer: number,
	index = 0,
	origin: Origin | null = 'translated'
): Node => ({
	id: `${site}/${index}`,
	site,
	layer,
	origin
});
const resid = (layer: number, index = 0) =>
	node(residPost(layer), layer, index, layer === 0 ? null : 'translated');
const mlp = (layer: number, index = 0) => node(mlpOut(layer), layer, index, null);
const attn = (layer: number, index = 0) => node(attnOut(layer), layer, index, null);
const edge = (from: Node, to: Node, cosine = 0.8, counts = true): Edge => ({
	from: from.id,
	to: to.id,
	cosine,
	counts
});

function events(nodes: Node[], edges: Edge[], last = 3, measured?: (site: string) => boolean) {
	return Object.fromEntries(eventsOf({ nodes, edges }, last, measured));
}

describe('events of a flow graph', () => {
	it('are none along a chain from the first residual to the last', () => {
		const chain = [0, 1, 2, 3].map((l) => resid(l));
		const steps = [0, 1, 2].map((l) => edge(chain[l]!, chain[l + 1]!));
		expect(events(chain, steps)).toEqual({});
	});

	it('are a birth where nothing comes from the previous residual, and an end where nothing goes on', () => {
		const [a, b] = [resid(1), resid(2)];
		expect(events([a, b], [edge(a, b)])).toEqual({ [a.id]: ['birth'], [b.id]: ['end'] });
	});

	it('are no birth at the first residual, which has nothing before it', () => {
		expect(events([resid(0)], [], 0)).toEqual({});
	});

	it('are a birth in layer 0 where the embedding has a dictionary', () => {
		const first = node(residPost(0), 0, 0, 'newborn');
		expect(events([first], [], 0)).toEqual({ [first.id]: ['birth'] });
		const embedded = node(EMBEDDING, 0, 4, null);
		expect(events([embedded, first], [edge(embedded, first)], 0)).toEqual({});
		expect(events([embedded], [], 0)).toEqual({ [embedded.id]: ['end'] });
	});

	it('know the embedding and a stream before a block by their other names', () => {
		const embedded = node('hook_embed', 0, 4, null);
		const first = node(residPost(0), 0, 0, 'translated');
		const before2 = node('blocks.2.hook_resid_pre', 1, 3);
		const edges = [edge(embedded, first), edge(first, before2), edge(before2, resid(2))];
		expect(events([embedded, first, before2, resid(2)], edges, 2)).toEqual({});
	});

	it('are a change where a module of the same layer writes to what goes on', () => {
		const [a, b, m, h] = [resid(0), resid(1), mlp(1), attn(1)];
		for (const module of [m, h])
			expect(events([a, b, module], [edge(a, b), edge(module, b)], 1)).toEqual({
				[b.id]: ['change']
			});
		expect(events([a, b, m], [edge(m, b)], 1)).toEqual({ [a.id]: ['end'], [b.id]: ['birth'] });
		const late = mlp(2);
		expect(events([a, b, late], [edge(a, b), edge(late, b)], 1)).toEqual({});
	});

	it('are a split of the strongest predecessor alone', () => {
		const [a, b, c, d] = [resid(0, 1), resid(0, 2), resid(1, 3), resid(1, 4)];
		const edges = [edge(a, c, 0.9), edge(b, c, 0.5), edge(a, d, 0.6), edge(b, d, 0.4)];
		expect(events([a, b, c, d], edges, 1)).toEqual({
			[a.id]: ['split'],
			[c.id]: ['merge'],
			[d.id]: ['merge']
		});
		// The strongest of d is now b: nobody has two heirs.
		edges[3] = edge(b, d, 0.7);
		expect(events([a, b, c, d], edges, 1)[a.id]).toBeUndefined();
	});

	it('give a split to the edge that is listed first when two are as strong', () => {
		const [a, b, c, d] = [resid(0, 1), resid(0, 2), resid(1, 3), resid(1, 4)];
		const edges = [edge(b, c), edge(a, c), edge(b, d), edge(a, d)];
		expect(Object.keys(events([a, b, c, d], edges, 1))).toEqual([b.id, c.id, d.id]);
	});

	it('count features, not edges listed twice', () => {
		const [a, b] = [resid(0), resid(1)];
		expect(events([a, b], [edge(a, b), edge(a, b, 0.7)], 1)).toEqual({});
	});

	it('heed only edges that count, from one residual to the next, between nodes that are there', () => {
		const [a, b, far] = [resid(0), resid(1), resid(3)];
		const edges = [
			edge(a, b, 0.9, false),
			edge(a, far),
			edge(b, a),
			edge(resid(0, 99), b),
			edge(b, resid(2, 99))
		];
		expect(events([a, b, far], edges)).toEqual({
			[a.id]: ['end'],
			[b.id]: ['birth', 'end'],
			[far.id]: ['birth']
		});
	});

	it('come in one order, and never to features of other sites', () => {
		const [a, b, c] = [resid(0, 1), resid(0, 2), resid(1)];
		const [d, e, m] = [resid(2, 1), resid(2, 2), mlp(1)];
		const edges = [edge(a, c), edge(b, c, 0.7), edge(m, c), edge(c, d), edge(c, e), edge(a, m)];
		const found = events([a, b, c, d, e, m, node('some.other.site', 1)], edges, 2);
		expect(found).toEqual({ [c.id]: ['change', 'split', 'merge'] });
	});

	it('tell dictionaries of one site apart by feature, not by site', () => {
		const [a, b] = [node(residPost(0), 0, 1, null), node(residPost(1), 1, 2)];
		const named = { ...b, id: `${residPost(1)}@kron/2` };
		expect(events([a, named], [edge(a, named)], 1)).toEqual({});
	});

	it('are not claimed beside a site without a dictionary', () => {
		const only = [resid(1), resid(2)];
		const measured = (site: string) => site === residPost(1) || site === residPost(2);
		expect(events(only, [], 3, measured)).toEqual({
			[only[0]!.id]: ['end'],
			[only[1]!.id]: ['birth']
		});
	});

	it('are none of an empty graph', () => expect(events([], [])).toEqual({}));
});
