import { describe, expect, it } from 'vitest';
import { graphml, xmlText, type GraphmlGraph } from '../../../../src/core/flow/graphml';
import { Draws } from '../../../draws';

const draws = new Draws(27);

/** What an XML reader makes of escaped text. */
const unescaped = (text: string) =>
	text.replace(/&(?:(amp|lt|gt|quot)|#(\d+));/g, (_, name: string | undefined, code: string) =>
		name ? { amp: '&', lt: '<', gt: '>', quot: '"' }[name]! : String.fromCodePoint(Number(code))
	);

/** XML 1.0, production 2: the characters that a document may hold. */
const allowed = (code: number) =>
	[0x9, 0xa, 0xd].includes(code) ||
	(code >= 0x20 && code <= 0xd7ff) ||
	(code >= 0xe000 && code <= 0xfffd) ||
	(code >= 0x10000 && code <= 0x10ffff);

/** Hostile text: markup, entities, controls, halves of characters, the last ones of planes. */
const hostile = () =>
	draws
		.list(draws.integer(0, 12), () =>
			draws.pick([
				...['<', '>', '&', '"', "'", '&amp;', ']]>', '<!--', '-->', '<?xml ?>', '&#0;'],
				...['\0', '\b', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085', '\ud800', '\udc00', '😀'],
				...['\uffff', '\ufffe', '\u{10ffff}', 'R3 · 8', ' the', 'é']
			])
		)
		.join('');

interface Element {
	tag: string;
	attributes: Record<string, string>;
	data: Record<string, string>;
}

/** Reads the documents that `graphml` writes: tags with quoted attributes, text between. */
function parsed(text: string): Element[] {
	const out: Element[] = [];
	for (const [, tag, inside] of text.matchAll(/<([a-z]+)((?: [\w.:]+="[^"<]*")*)\/?>/g)) {
		const attributes = Object.fromEntries(
			[...inside!.matchAll(/ ([\w.:]+)="([^"]*)"/g)].map(([, name, value]) => [
				name!,
				unescaped(value!)
			])
		);
		if (tag !== 'data') out.push({ tag: tag!, attributes, data: {} });
	}
	const parts = text.split(/<(?:node|edge) /).slice(1);
	out
		.filter(({ tag }) => tag === 'node' || tag === 'edge')
		.forEach((element, i) => {
			for (const [, key, value] of parts[i]!.matchAll(/<data key="(\w+)">([^<]*)<\/data>/g))
				element.data[key!] = unescaped(value!);
		});
	return out;
}

describe('text for XML', () => {
	it('comes back as it was, but for characters that XML cannot hold', () => {
		for (let trial = 0; trial < 500; trial++) {
			const text = hostile();
			const kept = Array.from(text)
				.filter((character) => allowed(character.codePointAt(0)!))
				.join('');
			expect(unescaped(xmlText(text))).toBe(kept);
		}
	});

	it('holds nothing that could end an attribute or begin a tag', () => {
		for (let trial = 0; trial < 500; trial++)
			expect(xmlText(hostile())).toMatch(/^(?:[^<>"&\n\r\t]|&(?:amp|lt|gt|quot|#9|#10|#13);)*$/u);
	});
});

describe('a graph as GraphML', () => {
	const number = () => draws.pick([0, -0.25, 1e-12, 0.1 + 0.2, 12_345.678, 1 / 3]);

	function drawn(compared: boolean): GraphmlGraph {
		const ids = [...new Set(draws.list(6, hostile).map((text, i) => `${i}${text}`))];
		return {
			nodes: ids.map((id) => ({
				id,
				site: hostile(),
				layer: draws.integer(0, 30),
				origin: draws.pick([null, 'translated']),
				label: draws.pick([null, hostile()]),
				share: draws.pick([null, number()]),
				...(compared && { beside: draws.pick([null, number()]) })
			})),
			edges: draws.list(9, () => ({
				from: draws.pick([...ids, 'gone']),
				to: draws.pick([...ids, 'gone']),
				cosine: number(),
				z: number(),
				high: draws.chance(0.5),
				...(compared && { on: draws.pick(['first', 'second', 'both']) })
			}))
		};
	}

	it('has every node and every edge between them, in order, with all their numbers', () => {
		for (let trial = 0; trial < 100; trial++) {
			const graph = drawn(trial % 2 === 0);
			const elements = parsed(graphml(graph));
			const kept = (text: string) => unescaped(xmlText(text));
			const nodes = elements.filter(({ tag }) => tag === 'node');
			expect(nodes.map(({ attributes }) => attributes.id)).toEqual(
				graph.nodes.map(({ id }) => kept(id))
			);
			nodes.forEach(({ data }, i) => {
				const { id: _, ...values } = graph.nodes[i]!;
				const expected = Object.entries(values).filter(([, value]) => value !== null);
				expect(data).toEqual(Object.fromEntries(expected.map(([k, v]) => [k, kept(`${v}`)])));
			});
			const known = new Set(graph.nodes.map(({ id }) => id));
			const edges = graph.edges.filter(({ from, to }) => known.has(from) && known.has(to));
			const found = elements.filter(({ tag }) => tag === 'edge');
			expect(found.map(({ attributes }) => [attributes.source, attributes.target])).toEqual(
				edges.map(({ from, to }) => [kept(from), kept(to)])
			);
			found.forEach(({ data }, i) => {
				const { cosine, z, high, on } = edges[i]!;
				const expected = { cosine: `${cosine}`, z: `${z}`, high: `${high}`, ...(on && { on }) };
				expect(data).toEqual(expected);
				expect(Number(data.cosine)).toBe(cosine);
			});
		}
	});

	it('declares every key that it uses, and for what', () => {
		for (let trial = 0; trial < 40; trial++) {
			const elements = parsed(graphml(drawn(trial % 2 === 0)));
			for (const { tag, data } of elements)
				for (const name of Object.keys(data))
					expect(
						elements.filter(({ attributes }) => attributes.id === name && attributes.for === tag)
					).toHaveLength(1);
			const compares = elements.some(({ attributes }) => attributes.id === 'beside');
			expect(compares).toBe(trial % 2 === 0);
		}
	});

	it('writes numbers without an end as XML Schema does', () => {
		const node = { id: 'a', site: 's', layer: 0, origin: null, label: null, share: null };
		const edge = (z: number) => ({ from: 'a', to: 'a', cosine: 0, z, high: true });
		const edges = [Infinity, -Infinity, NaN].map(edge);
		const text = graphml({ nodes: [node], edges });
		const zs = [...text.matchAll(/key="z">([^<]*)</g)].map(([, z]) => z);
		expect(zs).toEqual(['INF', '-INF', 'NaN']);
	});
});
