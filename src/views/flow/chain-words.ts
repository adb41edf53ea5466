/** What happens along a chain, in two or three short sentences: where it begins, what writes to it, where it ends. */
import type { FlowEdgeMark } from '../../flow-graph/marks/flow-marks';
import type { FlowNode } from '../../core/flow/graph';
import type { FlowEvent } from '../../core/flow/events';
import { fixed } from '../../core/names/numbers';
import { parseFeatureId, placeOf, siteOf } from '../../core/names/site';

const WRITERS = { attn: 'attention', mlp: 'MLP' } as const;
type Writer = keyof typeof WRITERS;

/** `chain`: residual features in order of depth; `links`: of the whole graph. */
export function chainInWords(
	chain: Pick<FlowNode, 'id' | 'site' | 'layer'>[],
	links: Pick<FlowEdgeMark, 'from' | 'to' | 'counts' | 'cosine'>[],
	events: Map<string, FlowEvent[]>,
	layers: number
): string {
	const [first, last] = [chain[0], chain.at(-1)];
	if (!first || !last) return '';
	const happens = (id: string, event: FlowEvent) => events.get(id)?.includes(event) ?? false;
	const writers = (id: string): Writer[] =>
		(['attn', 'mlp'] as const).filter((kind) =>
			links.some(({ from, to, counts }) => counts && to === id && kindOf(from) === kind)
		);
	const wrote = writers(first.id).map((kind) => WRITERS[kind]);
	const begins =
		kindOf(first.id) === 'embed'
			? 'Comes from the embedding.'
			: !happens(first.id, 'birth')
				? `Followed from layer ${first.layer}${first.layer === 0 ? '' : '; nothing is known of earlier layers'}.`
				: wrote.length > 0
					? `Born in layer ${first.layer}, written by ${wrote.join(' and ')}.`
					: `Born in layer ${first.layer}, with no match before it.`;
	const later = chain.slice(1);
	const changed = (['attn', 'mlp'] as const).flatMap((kind) => {
		const where = later.filter(({ id }) => writers(id).includes(kind)).map(({ layer }) => layer);
		return where.length > 0 ? [`${WRITERS[kind]} in ${layersInWords(where)}`] : [];
	});
	const middle =
		later.length === 0
			? ''
			: changed.length > 0
				? ` Changed by ${changed.join(', and by ')}.`
				: ` A similar direction exists in ${later.length} layer${later.length > 1 ? 's' : ''}${cosinesInWords(chain, links)}.`;
	// A step found looking forwards may be no match of the decoder before it: then it ends there, and weakly goes on.
	const parted = chain.slice(0, -1).find(({ id }) => happens(id, 'end'));
	if (parted)
		return `${begins}${middle} Ends after layer ${parted.layer}; weaker matches go on to layer ${last.layer}.`;
	const ends = happens(last.id, 'end')
		? ` Ends after layer ${last.layer}.`
		: last.layer === layers - 1
			? ' Still there after the last layer.'
			: '';
	return begins + middle + ends;
}

/** Of the steps of the chain, as far as they are known: ` (cosine 0.33–0.37)`. */
function cosinesInWords(
	chain: Pick<FlowNode, 'id'>[],
	links: Pick<FlowEdgeMark, 'from' | 'to' | 'cosine'>[]
): string {
	const cosines = chain.slice(1).flatMap(({ id }, i) => {
		const step = links.find(({ from, to }) => from === chain[i]!.id && to === id);
		return step ? [step.cosine] : [];
	});
	if (cosines.length === 0) return '';
	const [least, most] = [fixed(Math.min(...cosines), 2), fixed(Math.max(...cosines), 2)];
	return ` (cosine ${least === most ? least : `${least}–${most}`})`;
}

const kindOf = (id: string) => placeOf(siteOf(parseFeatureId(id)?.sae ?? ''))?.kind;

/** `layer 3`, `layers 2 to 5`, `layers 1, 2 and 5` */
function layersInWords(layers: number[]): string {
	const [first, last] = [layers[0]!, layers.at(-1)!];
	if (layers.length === 1) return `layer ${first}`;
	if (layers.length > 2 && last - first === layers.length - 1) return `layers ${first} to ${last}`;
	return `layers ${layers.slice(0, -1).join(', ')} and ${last}`;
}
