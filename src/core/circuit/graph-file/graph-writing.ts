/** A circuit as the attribution-graph file that circuit-tracer writes and Neuronpedia opens. */
import type { FeatureId } from '../../names/ids';
import { byDepth, parseFeatureId } from '../../names/site';
import { nodeKey, saeOf, type Circuit, type CircuitNodeKey } from '../circuit';
import type { Supernode } from '../supernodes';
import type { AttributionGraph } from './graph-file';
import { GRAPH_VERSION } from './graph-parts';
import { sharesReached } from './influence';

/** What people added to it. */
export interface GraphNotes {
	/** Of `ids` as the file has them. */
	pins: string[];
	supernodes: Supernode[];
	note: string;
}

export interface CircuitFileRequest {
	circuit: Circuit;
	/** Of the model, as the pack calls it. */
	model: string;
	prompt: string;
	name(id: FeatureId): string | undefined;
	/** By the keys of nodes. */
	groups: Supernode[];
	note: string;
}

const GENERATOR = { name: 'Undercurrent' };

/**
 * Layers of the file are the circuit's SAEs from the embedding up, whose names `transcoder_list` holds; weights say what the
 * source adds to the prediction through the target, and so are those of the circuit with the other sign.
 */
export function circuitFile({ circuit, model, prompt, name, groups, note }: CircuitFileRequest) {
	const { nodes, tokens, target, edges, outputs } = circuit;
	const levels = [...new Set(nodes.map(saeOf))].sort(byDepth);
	const last = tokens.length - 1;
	const idOf = (node: CircuitNodeKey): string =>
		`${levels.indexOf(saeOf(node))}_${'id' in node ? parseFeatureId(node.id)!.index : -1}_${node.position}`;
	const ids = new Map(nodes.map((node) => [nodeKey(node), idOf(node)]));
	const output = `${levels.length + 1}_${target.id}_${last}`;
	const reached = sharesReached(nodes.map(({ effect }) => Math.abs(effect)));
	const made = nodes.map((node, i) => {
		const layer = levels.indexOf(saeOf(node));
		const index = 'id' in node ? parseFeatureId(node.id)!.index : -1;
		return {
			...rawNode(idOf(node), String(layer), node.position, last),
			feature: index < 0 ? -1 : pairing(layer, index),
			feature_type: index < 0 ? 'mlp reconstruction error' : 'cross layer transcoder',
			jsNodeId: index < 0 ? `${layer}_-1-${node.position}` : `${layer}_${index}-0`,
			clerp: 'id' in node ? (name(node.id) ?? node.id) : `error of ${node.error}`,
			influence: reached[i]!,
			activation: node.activation,
			undercurrent_id: 'id' in node ? node.id : node.error,
			undercurrent_effect: node.effect
		};
	});
	return {
		metadata: {
			slug: slugOf(prompt, target.text),
			scan: model,
			transcoder_list: levels,
			prompt_tokens: tokens.map(({ text }) => text),
			prompt,
			schema_version: GRAPH_VERSION,
			info: { description: note, generator: GENERATOR }
		},
		qParams: viewOf({
			pins: [],
			supernodes: groups.map((group) => ({
				name: group.name,
				members: group.members.flatMap((key) => ids.get(key) ?? [])
			})),
			note
		}),
		nodes: [
			...made,
			{
				...rawNode(output, String(levels.length + 1), last, last),
				feature: target.id,
				feature_type: 'logit',
				token_prob: target.p,
				is_target_logit: true,
				jsNodeId: `L_${target.id}-${last}`,
				clerp: `Output "${target.text}" (p=${target.p.toFixed(3)})`,
				influence: null,
				activation: null
			}
		],
		links: [
			...edges.map(({ from, to, weight }) => ({
				source: idOf(from),
				target: idOf(to),
				weight: -weight
			})),
			...outputs.map(({ from, weight }) => ({
				source: idOf(from),
				target: output,
				weight: -weight
			}))
		]
	};
}

/** What was opened from a file, with what was added to it since. Only what is kept of it is written. */
export function graphFile(graph: AttributionGraph, notes: GraphNotes) {
	const { nodes, links, layers, tokens } = graph;
	const last = tokens.length - 1;
	return {
		metadata: {
			slug: graph.slug,
			scan: graph.model,
			transcoder_list: layers.flatMap(({ sae }) => sae ?? []),
			prompt_tokens: tokens,
			prompt: graph.prompt,
			schema_version: GRAPH_VERSION,
			info: { description: notes.note, generator: GENERATOR }
		},
		qParams: viewOf(notes),
		nodes: nodes.map((node) => {
			const layer = layers[node.layer]!.name;
			const index = Number(/^[^_]*_(\d+)_/.exec(node.id)?.[1] ?? -1);
			return {
				...rawNode(node.id, layer, node.position, last),
				feature: node.kind === 'feature' ? pairing(Number(layer), index) : index,
				feature_type: TYPES[node.kind],
				token_prob: node.p ?? 0,
				jsNodeId: node.id,
				clerp: node.name,
				influence: node.kind === 'logit' ? null : node.reached,
				activation: node.activation,
				...(node.own && {
					undercurrent_id: 'id' in node.own ? node.own.id : node.own.error
				})
			};
		}),
		links: Array.from(links.weight, (weight, i) => ({
			source: nodes[links.from[i]!]!.id,
			target: nodes[links.to[i]!]!.id,
			weight
		}))
	};
}

const TYPES = {
	feature: 'cross layer transcoder',
	error: 'mlp reconstruction error',
	token: 'embedding',
	logit: 'logit'
};

const rawNode = (id: string, layer: string, position: number, last: number) => ({
	node_id: id,
	layer,
	ctx_idx: position,
	token_prob: 0,
	is_target_logit: false,
	run_idx: 0,
	reverse_ctx_idx: last - position
});

const viewOf = ({ pins, supernodes }: GraphNotes) => ({
	pinnedIds: pins,
	supernodes: supernodes.map(({ name, members }) => [name, ...members]),
	linkType: 'both',
	clickedId: '',
	sg_pos: ''
});

/** Cantor's: one number for two, as circuit-tracer names features. */
const pairing = (x: number, y: number): number => ((x + y) * (x + y + 1)) / 2 + y;

/** Letters and digits of the prompt's end and the target. */
function slugOf(prompt: string, target: string): string {
	const words = `${prompt.slice(-60)} ${target}`.toLowerCase().match(/[a-z0-9]+/g) ?? [];
	return words.slice(-8).join('-') || 'circuit';
}
