/**
 * A flow graph as GraphML (http://graphml.graphdrawing.org/specification.html), the XML that networkx,
 * igraph, Gephi and yEd read. Ids of nodes are feature ids as they are, which the strictest reading of the
 * schema (NMTOKEN) would not allow and every reader does.
 */
import { withoutControls } from '../names/plain-text';
import type { FeatureId, Site } from '../names/ids';

export interface GraphmlGraph {
	nodes: {
		id: FeatureId;
		site: Site;
		layer: number;
		origin: string | null;
		label: string | null;
		/** Largest activation on the prompt as a share of the feature's own maximum, 0 to 1; null when unknown. */
		share: number | null;
		/** The same on the second prompt, where two are compared. */
		beside?: number | null;
	}[];
	/** Directed; one whose ends are not both among the nodes is left out, as no reader could place it. */
	edges: {
		from: FeatureId;
		to: FeatureId;
		cosine: number;
		z: number;
		high: boolean;
		/** The prompt on which its ends fire together, where two are compared. */
		on?: string;
	}[];
}

type Value = string | number | boolean | null;

const KEYS = {
	node: {
		site: 'string',
		layer: 'int',
		origin: 'string',
		label: 'string',
		share: 'double',
		beside: 'double'
	},
	edge: { cosine: 'double', z: 'double', high: 'boolean', on: 'string' }
} as const;
/** Declared only where two prompts are compared. */
const COMPARED = ['beside', 'on'];

const ESCAPES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	// Else a reader would turn these into spaces inside an attribute.
	'\t': '&#9;',
	'\n': '&#10;',
	'\r': '&#13;'
};

/** Text fit for XML 1.0 content and attributes: escaped, without the characters that XML cannot hold. */
export function xmlText(text: string): string {
	return withoutControls(text).replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character]!);
}

/** Numbers as XML Schema writes them. */
function numeral(value: number): string {
	if (Number.isFinite(value)) return `${value}`;
	return Number.isNaN(value) ? 'NaN' : value > 0 ? 'INF' : '-INF';
}

function data(names: readonly string[], values: Record<string, Value>): string[] {
	return names.flatMap((name) => {
		const value = values[name];
		if (value === null || value === undefined) return [];
		const text = typeof value === 'number' ? numeral(value) : xmlText(`${value}`);
		return `      <data key="${name}">${text}</data>`;
	});
}

/** The graph as a GraphML document; what is null of a node is left out of it. */
export function graphml({ nodes, edges }: GraphmlGraph): string {
	const ids = new Set(nodes.map((n) => n.id));
	const kept = edges.filter((e) => ids.has(e.from) && ids.has(e.to));
	const compared = nodes.some((node) => node.beside !== undefined);
	const keys = Object.entries(KEYS).flatMap(([what, types]) =>
		Object.entries(types)
			.filter(([name]) => compared || !COMPARED.includes(name))
			.map(
				([name, type]) =>
					`  <key id="${name}" for="${what}" attr.name="${name}" attr.type="${type}"/>`
			)
	);
	return `${[
		'<?xml version="1.0" encoding="UTF-8"?>',
		'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
		...keys,
		'  <graph id="flow" edgedefault="directed">',
		...nodes.flatMap((node) => [
			`    <node id="${xmlText(node.id)}">`,
			...data(Object.keys(KEYS.node), node),
			'    </node>'
		]),
		...kept.flatMap((edge) => [
			`    <edge source="${xmlText(edge.from)}" target="${xmlText(edge.to)}">`,
			...data(Object.keys(KEYS.edge), edge),
			'    </edge>'
		]),
		'  </graph>',
		'</graphml>'
	].join('\n')}\n`;
}
