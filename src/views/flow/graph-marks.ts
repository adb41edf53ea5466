/** A flow graph as marks and links to draw, with the prompt's activations laid over it. */
import type { FeatureId } from '../../core/names/ids';
import type { FeatureLine } from '../../core/features/feature';
import type { FlowGraph, FlowNode, FlowRequest } from '../../core/flow/graph';
import type { Table } from '../../charts/frame/export';
import { tableOf } from '../tables';
import type { FlowEdgeMark, FlowNodeMark } from '../../flow-graph/marks/flow-marks';
import { MEANING } from '../../flow-graph/marks/origin-glyph';
import { mainGroup } from '../../core/names/group-words';
import { labelMark } from '../../core/names/label-words';
import type { GraphmlGraph } from '../../core/flow/graphml';
import { peakOf } from '../../charts/layout/quantiles';
import { visible } from '../../charts/layout/text';
import { percent, short } from '../../core/names/numbers';
import { shortFeature, siteInWords } from '../../core/names/site-words';
import { parseFeatureId, placeOf, toneOf } from '../../core/names/site';

/** What the page knows beside the graph. */
export interface Known {
	line: (id: FeatureId) => FeatureLine | undefined;
	/** null while the SAE has not answered. */
	activationsOf: (id: FeatureId) => number[] | null;
	tokens: { text: string }[];
	href: (id: FeatureId) => string;
}

/** How strong a feature is on the prompt, and what is said of that. */
export interface Strength {
	share: number;
	beside?: number;
	lines: string[];
}

const FROM = { resid: 'the previous residual', mlp: 'MLP', attn: 'attention' };

/** A node with its activation as the page has read it. */
export function nodeMark(node: FlowNode, known: Known): FlowNodeMark {
	const max = known.line(node.id)?.max ?? 0;
	const activations = known.activationsOf(node.id) ?? [];
	const at = peakOf(activations);
	const peak = at < 0 ? 0 : activations[at]!;
	const most = Math.max(max, peak);
	const said =
		peak > 0
			? `on this prompt ${peakInWords(peak, known.tokens[at]?.text, max)}`
			: 'silent on this prompt';
	return markOf(node, known, { share: most > 0 ? peak / most : 0, lines: [said] });
}

/** `max`: the largest on held-out text; 0 or null when not known. */
export function peakInWords(peak: number, token = '', max: number | null = null): string {
	const share = max ? `: ${percent(peak / max)} of its maximum` : '';
	return `up to ${short(peak)}, on ${visible(token)}${share}`;
}

export function markOf(
	node: FlowNode,
	known: Pick<Known, 'line' | 'href'>,
	{ lines, ...strength }: Strength
): FlowNodeMark {
	const line = known.line(node.id);
	const named = node.label ?? line?.label ?? null;
	const label = named?.text ?? 'unnamed';
	const details = [...(named ? [labelMark(named)] : []), ...originLines(node), ...lines];
	const density = node.density ?? line?.density ?? null;
	if (density !== null) details.push(`fires on ${percent(density)} of held-out tokens`);
	return {
		id: node.id,
		layer: node.layer,
		kind: toneOf(placeOf(node.site)?.kind ?? 'resid'),
		origin: node.origin,
		label,
		short: shortFeature(node.id),
		href: known.href(node.id),
		spoken: `${node.id}, ${siteInWords(node.site)}: ${label}. ${details.join('; ')}`,
		...strength,
		details
	};
}

function originLines({ origin, from, missing, observed }: FlowNode): string[] {
	if (origin === null) return [];
	const sources = from.length > 0 ? ` (${from.map((kind) => FROM[kind]).join(', ')})` : '';
	const lines = [`${origin}: ${MEANING[origin]}${sources}`];
	if (missing.length > 0) lines.push(`missing: ${missing.join(', ')}`);
	if (observed) {
		const { name, share } = mainGroup(observed);
		lines.push(`observed on text: most often with ${name} (${percent(share)} of its tokens)`);
	}
	return lines;
}

type Thresholds = Pick<FlowRequest, 'tRes' | 'tModule'>;

/** Links, the weakest first, so that strong ones are drawn over them. */
export function edgeMarks({ edges, null: chance }: FlowGraph, at: Thresholds): FlowEdgeMark[] {
	return edges
		.map(({ from, to, cosine, z }) => {
			const sae = parseFeatureId(from)?.sae ?? '';
			const q999 = chance[`${sae}→${parseFeatureId(to)?.sae ?? ''}`]?.q999 ?? Infinity;
			const kind = placeOf(sae.split('@')[0]!)?.kind;
			const least = kind === 'attn' || kind === 'mlp' ? at.tModule : at.tRes;
			return {
				from,
				to,
				cosine,
				z,
				high: cosine > q999,
				counts: least === undefined ? cosine > q999 : cosine >= least,
				short: `${shortFeature(from)} → ${shortFeature(to)}`
			};
		})
		.toSorted((a, b) => a.cosine - b.cosine);
}

/** The graph for programs that read graphs. */
export function graphmlOf(
	graph: FlowGraph,
	marks: FlowNodeMark[],
	links: FlowEdgeMark[]
): GraphmlGraph {
	const mark = new Map(marks.map((m) => [m.id, m]));
	const compared = marks.some(({ beside }) => beside !== undefined);
	return {
		nodes: graph.nodes.map(({ id, site, layer, origin }) => {
			const { label = null, share = null, beside } = mark.get(id) ?? {};
			return { id, site, layer, origin, label, share, beside };
		}),
		edges: links.map(({ from, to, cosine, z, high, only }) => {
			return { from, to, cosine, z, high, ...(compared && { on: only ?? 'both' }) };
		})
	};
}

/** The tables behind the graph. */
export function flowTables(
	graph: FlowGraph,
	marks: FlowNodeMark[],
	links: FlowEdgeMark[]
): [nodes: Table, edges: Table, chance: Table] {
	const mark = new Map(marks.map((m) => [m.id, m]));
	return [
		tableOf('Nodes', graph.nodes, {
			feature: (n) => n.id,
			origin: (n) => n.origin,
			'high matches from': (n) => n.from.join(' ') || null,
			missing: (n) => n.missing.join(' ') || null,
			label: (n) => mark.get(n.id)?.label ?? null,
			'share of its maximum': (n) => mark.get(n.id)?.share ?? null,
			events: (n) => (mark.get(n.id)?.events ?? []).join(' ') || null
		}),
		tableOf('Edges', links.toReversed(), {
			from: (l) => l.from,
			to: (l) => l.to,
			cosine: (l) => l.cosine,
			z: (l) => l.z,
			high: (l) => (l.high ? 'yes' : 'no')
		}),
		tableOf('Null', Object.entries(graph.null), {
			'pair of sites': ([pair]) => pair,
			median: ([, n]) => n.median,
			'99.9th percentile': ([, n]) => n.q999
		})
	];
}
