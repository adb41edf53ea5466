/** Where a feature comes from and where it goes, as a graph: plain data. */
import type { Call } from '../calls';
import type { FeatureId, SaeId, Site } from '../names/ids';
import type { Label } from '../features/feature';
import type { Origin, OriginRow } from './origin';

export interface FlowNode {
	id: FeatureId;
	site: Site;
	layer: number;
	/** null for features of other sites and of the first residual site. */
	origin: Origin | null;
	/** The upstream kinds with a high match. */
	from: ('resid' | 'mlp' | 'attn')[];
	/** Sites without an SAE whose score could change the origin. */
	missing: Site[];
	label?: Label | null;
	/** null when not measured. */
	density?: number | null;
	/** As on its card. */
	observed?: number[] | null;
}

export interface FlowEdge {
	/** Upstream. */
	from: FeatureId;
	/** Downstream. */
	to: FeatureId;
	cosine: number;
	z: number;
}

export interface FlowGraph {
	nodes: FlowNode[];
	edges: FlowEdge[];
	/** Keyed `SAE→SAE`, downstream feature's SAE first matched into the upstream one: `from→to` as the edges run. */
	null: Record<string, { median: number; q999: number }>;
}

export interface FlowRequest {
	id: FeatureId;
	/** Least cosine for a residual predecessor; absent: the null's 99.9th percentile. */
	tRes?: number;
	/** Least cosine for an attention or MLP predecessor; absent: the null's 99.9th percentile. */
	tModule?: number;
}

export interface FlowCalls {
	flow: Call<FlowRequest, FlowGraph>;
	/** Of every feature of a residual SAE. */
	origins: Call<SaeId, Record<FeatureId, OriginRow>>;
}
