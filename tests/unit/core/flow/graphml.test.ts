import { describe, expect, it } from 'vitest';
import { graphml, xmlText, type GraphmlGraph } from '../../../../src/core/flow/graphml';

const node = (id: string, more: Partial<GraphmlGraph['nodes'][number]> = {}) => ({
	id,
	site: 'blocks.0.hook_resid_post',
	layer: 0,
	origin: null,
	label: null,
	share: null,
	...more
});

describe('text in XML', () => {
	it('is escaped, white space too', () => {
		expect(xmlText(`a < b & "c" > d\t\n\r'`)).toBe(
			"a &lt; b &amp; &quot;c&quot; &gt; d&#9;&#10;&#13;'"
		);
	});

	it('loses what XML 1.0 cannot hold and nothing else', () => {
		const bad = '\0\u0001\u0008\u000b\u000c\u001f\ud800\udc00\ufffe\uffff';
		expect(xmlText(`[${[...bad].join('')}]`)).toBe('[𐀀]');
		expect(xmlText('\ud800x\udc00')).toBe('x');
		expect(xmlText('naïve 狐 🦊 \u0085\ufffd')).toBe('naïve 狐 🦊 \u0085\ufffd');
	});
});

describe('GraphML', () => {
	it('declares what it uses, and leaves out what is null', () => {
		const text = graphml({
			nodes: [node('a/1', { origin: 'newborn', label: 'sea', share: 0.25 }), node('b/2')],
			edges: [{ from: 'a/1', to: 'b/2', cosine: 0.5, z: -1.5, high: false }]
		});
		expect(text).toContain('<key id="share" for="node" attr.name="share" attr.type="double"/>');
		const declared = [...text.matchAll(/<key id="(\w+)"/g)].map((m) => m[1]);
		const used = [...text.matchAll(/<data key="(\w+)"/g)].map((m) => m[1]);
		expect(new Set(declared).size).toBe(declared.length);
		expect(declared.filter((key) => !used.includes(key))).toEqual([]);
		expect(used.filter((key) => !declared.includes(key))).toEqual([]);
		expect(text.match(/key="label"/g)).toHaveLength(1);
		expect(text).toContain('<edge source="a/1" target="b/2">');
		expect(text).toContain('<data key="high">false</data>');
	});

	it('writes numbers whole, and those that are none as XML Schema does', () => {
		const numbers = [0.1 + 0.2, NaN, Infinity, -Infinity, 1e-9];
		const text = graphml({
			nodes: [node('a')],
			edges: numbers.map((z) => ({ from: 'a', to: 'a', cosine: 0, z, high: true }))
		});
		expect([...text.matchAll(/"z">([^<]+)/g)].map((m) => m[1])).toEqual([
			'0.30000000000000004',
			'NaN',
			'INF',
			'-INF',
			'1e-9'
		]);
	});

	it('says what is on which of two prompts', () => {
		const text = graphml({
			nodes: [node('a', { share: 0.5, beside: 0 }), node('b', { beside: 1 })],
			edges: [{ from: 'a', to: 'b', cosine: 1, z: 9, high: true, on: 'second' }]
		});
		expect(text).toContain('<key id="beside" for="node"');
		expect(text).toContain('<data key="beside">0</data>');
		expect(text).toContain('<key id="on" for="edge"');
		expect(text).toContain('<data key="on">second</data>');
	});

	it('leaves out an edge without its nodes', () => {
		const edges = [{ from: 'a', to: 'gone', cosine: 1, z: 9, high: true }];
		expect(graphml({ nodes: [node('a')], edges })).not.toContain('<edge');
	});

	it('keeps hostile labels and ids inside their places', () => {
		const text = graphml({
			nodes: [node('"/><node id="x', { label: '</data></node><![CDATA[', site: '<&>' })],
			edges: []
		});
		expect(text.match(/<node /g)).toHaveLength(1);
		expect(text).not.toContain('<![CDATA');
	});
});
