/**
 * Attribution graphs as circuit-tracer writes them and Neuronpedia shows them: nodes in layers and at tokens, weighted links,
 * names that people gave to nodes (`clerp`), pinned nodes and named groups (`supernodes`).
 */
import type { Call } from '../../calls';
import type { FeatureId, SaeId } from '../../names/ids';
import type { Supernode } from '../supernodes';

export type GraphNodeKind = 'feature' | 'error' | 'token' | 'logit';

export interface AttributionNode {
	id: string;
	kind: GraphNodeKind;
	/** Index into `layers`. */
	layer: number;
	position: number;
	/** What people call it. */
	name: string;
	activation: number | null;
	/** Of an output token. */
	p: number | null;
	/** Share of all influence on the outputs that goes through it, strongest nodes together first: the smaller the stronger. */
	reached: number;
	/** The feature or the SAE's error of a pack, where this program wrote the file. */
	own: { id: FeatureId } | { error: SaeId } | null;
}

export interface AttributionGraph {
	/** The graph's name, and that of the model. */
	slug: string;
	model: string;
	prompt: string;
	tokens: string[];
	/** From the embedding up. */
	layers: { name: string; sae: SaeId | null }[];
	/** Of the most influence first. */
	nodes: AttributionNode[];
	/** Indices of nodes, and the weight of each link; the largest weight first. */
	links: { from: Uint32Array; to: Uint32Array; weight: Float32Array };
	pins: string[];
	supernodes: Supernode[];
	note: string;
	/** What was in the file; of nodes and links more than are kept, of which the strongest are. */
	found: { nodes: number; links: number };
	/** Left out because they cannot be used: nodes of an id that another has, links to nodes that there are not. */
	leftOut: { nodes: number; links: number };
	/** Whether influence was worked out from the links because the file does not tell it. */
	isWorkedOut: boolean;
}

export interface GraphFileRequest {
	file: Blob;
	/** Nodes that are kept at most; those of least influence are left out while the file is read. */
	most?: number | undefined;
}

export interface GraphFileCalls {
	/** Throws a Problem for a file that is no such graph, is cut off, is of an unknown version, or has a cycle. */
	openGraph: Call<GraphFileRequest, AttributionGraph>;
}
