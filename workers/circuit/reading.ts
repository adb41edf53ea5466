/** A prompt as the nodes of a circuit: what each SAE makes of the stream at its site, and what it leaves. */
import type { SaeId, Site } from '../../src/core/names/ids';
import { row } from '../../src/core/math/matrix';
import { isInStream, isMain, placeOf, isFlowKind, tapOf } from '../../src/core/names/site';
import type { PackSae } from '../../src/core/packs/manifest';
import { Problem } from '../../src/core/names/errors';
import type { Workbench } from '../packs/open-pack';
import type { Codes } from '../sae/codes';
import { INPUT_NORMALIZATIONS } from '../sae/normalization';
import type { Sae } from '../sae/sae';

/** One SAE's part of a prompt. */
export interface SiteNodes {
	sae: Sae;
	site: Site;
	codes: Codes;
	/** The stream, `[tokens × dModel]`. */
	x: Float32Array;
	/** What the SAE makes of no feature, `[tokens × dModel]`. */
	base: Float32Array;
	/** x less the reconstruction, `[tokens × dModel]`. */
	error: Float32Array;
	/** What a feature adds to the reconstruction of token t for each unit of activation. */
	write(t: number, index: number): Float32Array;
}

/** Why the features of an SAE act on no stream that can be followed from its site; null where they do. */
export function whyNoNode({ site, cfg }: Pick<PackSae, 'site' | 'cfg'>): string | null {
	if (cfg.reads !== null) return 'a transcoder reads at one place and writes at another';
	if (cfg.heads) return 'it reads the heads before they are mixed';
	const isFollowed = isInStream(site) && isFlowKind(placeOf(site)!.kind);
	return isFollowed ? null : 'its site is not in the stream';
}

/** The SAEs whose features can be nodes, in the order of computation; and the others, each with the reason. */
export async function nodeSaes(
	bench: Workbench,
	signal?: AbortSignal
): Promise<{ saes: Sae[]; leftOut: { sae: SaeId; reason: string }[] }> {
	const leftOut: { sae: SaeId; reason: string }[] = [];
	const kept: SaeId[] = [];
	for (const id of bench.saeIds) {
		const reason = isMain(id) ? whyNoNode(bench.info(id)!) : 'the site has a main SAE';
		if (reason === null) kept.push(id);
		else leftOut.push({ sae: id, reason });
	}
	if (kept.length === 0)
		throw new Problem(
			'unsupported',
			'This pack has no autoencoder of the residual stream, or of what is added to it, so there are no features to make a circuit of.',
			'Add one under Models.'
		);
	const open = await bench.saes(kept, signal);
	return { saes: kept.map((id) => open.get(id)!), leftOut };
}

/** What `sae` makes of the stream `x` at its site. */
export async function siteNodes(
	sae: Sae,
	x: Float32Array,
	signal?: AbortSignal
): Promise<SiteNodes> {
	const codes = await sae.encode(x, signal);
	const d = sae.wDec.columns;
	const tokens = x.length / d;
	const { undo } = INPUT_NORMALIZATIONS[sae.spec.normalizeActivations];
	const none: Codes = {
		offsets: new Uint32Array(tokens + 1),
		features: new Uint32Array(0),
		activations: new Float32Array(0)
	};
	const [base, error] = [new Float32Array(x.length), new Float32Array(x.length)];
	const scales: (Float32Array | null)[] = [];
	for (let t = 0; t < tokens; t++) {
		const here = x.subarray(t * d, (t + 1) * d);
		base.set(sae.decode(none, t, here), t * d);
		error.set(
			sae.decode(codes, t, here).map((y, c) => here[c]! - y),
			t * d
		);
		if (sae.spec.normalizeActivations === 'none') scales.push(null);
		else {
			const zero = undo(new Float32Array(d), here);
			scales.push(undo(new Float32Array(d).fill(1), here).map((one, c) => one - zero[c]!));
		}
	}
	const write = (t: number, index: number) => {
		const scale = scales[t]!;
		const w = row(sae.wDec, index);
		return scale ? w.map((v, c) => v * scale[c]!) : w;
	};
	return { sae, site: tapOf(sae.info.site), codes, x, base, error, write };
}
