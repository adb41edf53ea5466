/** Attribution graphs in the form of circuit-tracer, made up: features in layers, errors, inputs, two outputs. */
import { Draws } from './draws';

export interface RawGraph {
	metadata: Record<string, unknown>;
	qParams: Record<string, unknown>;
	nodes: Record<string, unknown>[];
	links: { source: string; target: string; weight: number }[];
}

/** `influence`: whether nodes tell it. */
export function rawGraph(
	{ features = 12, tokens = 4, layers = 3, influence = true } = {},
	seed = 7
): RawGraph {
	const draws = new Draws(seed);
	const node = (id: string, layer: string, position: number, type: string, more = {}) => ({
		node_id: id,
		feature: 0,
		layer,
		ctx_idx: position,
		feature_type: type,
		token_prob: 0,
		is_target_logit: false,
		run_idx: 0,
		reverse_ctx_idx: 0,
		jsNodeId: id,
		clerp: '',
		influence: influence ? draws.real(0, 1) : null,
		activation: draws.real(0, 9),
		...more
	});
	const nodes = [
		...Array.from({ length: tokens }, (_, t) => node(`E_${t + 5}_${t}`, 'E', t, 'embedding')),
		...Array.from({ length: features }, (_, i) =>
			node(
				`${i % layers}_${100 + i}_${i % tokens}`,
				`${i % layers}`,
				i % tokens,
				'cross layer transcoder',
				{
					clerp: i === 0 ? 'says sea' : ''
				}
			)
		),
		node(`1_-1_1`, '1', 1, 'mlp reconstruction error'),
		...[0, 1].map((k) =>
			node(`${layers + 1}_${k}_${tokens - 1}`, `${layers + 1}`, tokens - 1, 'logit', {
				clerp: `Output " t${k}" (p=0.4)`,
				token_prob: 0.4 - k / 10,
				influence: null
			})
		)
	];
	const depth = ({ layer }: { layer: string }) => (layer === 'E' ? -1 : Number(layer));
	const links = nodes.flatMap((target) =>
		nodes
			.filter(
				(source) =>
					depth(source) < depth(target) && target.feature_type !== 'mlp reconstruction error'
			)
			.filter(() => draws.chance(0.6))
			.map((source) => ({
				source: source.node_id,
				target: target.node_id,
				weight: draws.real(-3, 3)
			}))
	);
	return {
		metadata: {
			slug: 'a-graph',
			scan: 'gemma-2-2b',
			transcoder_list: [],
			prompt_tokens: Array.from({ length: tokens }, (_, t) => ` t${t}`),
			prompt: ' t0 t1',
			schema_version: 1
		},
		qParams: {
			pinnedIds: [nodes[tokens]!.node_id],
			supernodes: [['the sea', nodes[tokens]!.node_id, nodes[tokens + 1]!.node_id]],
			linkType: 'both',
			clickedId: '',
			sg_pos: ''
		},
		nodes,
		links
	};
}
