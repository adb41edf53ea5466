/** The residual sites of a pack and what writes into each: what experiments over all layers walk through. */
import type { SaeId } from '../../src/core/names/ids';
import { UPSTREAM, upstreamSites, type UpstreamKind } from '../../src/core/flow/flow';
import { placeOf, tapOf } from '../../src/core/names/site';
import type { Workbench } from '../packs/open-pack';

export interface Layer {
	layer: number;
	/** The residual site's main SAE. */
	target: SaeId;
	/** Main SAEs one step before; those that are missing are left out. */
	upstream: { kind: UpstreamKind; sae: SaeId }[];
}

/** Every SAE of these layers, each once. */
export function saesOf(layers: Layer[]): SaeId[] {
	const ids = layers.flatMap(({ target, upstream }) => [target, ...upstream.map((u) => u.sae)]);
	return [...new Set(ids)];
}

/** In order of depth; layers without any SAE one step before are left out. */
export function layersOf(bench: Workbench): Layer[] {
	return bench.saeIds.flatMap((target) => {
		const site = tapOf(bench.info(target)!.site);
		const { kind, layer } = placeOf(site)!;
		if (kind !== 'resid' || bench.saeAt(site) !== target) return [];
		const sites = upstreamSites(layer);
		const upstream = UPSTREAM.flatMap((kind) => {
			const sae = bench.saeAt(sites[kind]);
			return sae === null ? [] : [{ kind, sae }];
		});
		return upstream.length > 0 ? [{ layer, target, upstream }] : [];
	});
}
