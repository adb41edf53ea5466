/** From the reader's edits to what the model's graph takes: added vectors, and edits that look first. */
import type { Edit } from '../../src/core/steering/writing';
import type { SaeId, Site } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import { row } from '../../src/core/math/matrix';
import {
	attnOut,
	isInStream,
	mlpOut,
	parseFeatureId,
	placeOf,
	siteOf,
	tapOf
} from '../../src/core/names/site';
import type { Steering } from '../model/language-model';
import type { Sae } from '../sae/sae';
import type { HostTensor } from '../runtime/session';

/**
 * The site whose input of the graph carries what is added at `site`: a residual's is that of the MLP
 * or attention before it, but where the graph must look at the residual before it adds to it.
 */
function addedAt(site: Site, looking: Set<Site>): Site {
	const { kind, layer } = placeOf(site)!;
	if (looking.has(site)) return site;
	return kind === 'resid' ? mlpOut(layer) : kind === 'mid' ? attnOut(layer) : site;
}

/** What an edit adds to the stream: alpha + beta · a times the decoder row. */
function coefficients(edit: Edit): { alpha: number; beta: number } {
	if (edit.mode === 'add') return { alpha: edit.value, beta: 0 };
	if (edit.mode === 'scale') return { alpha: 0, beta: edit.value - 1 };
	return { alpha: edit.mode === 'set' ? edit.value : 0, beta: -1 };
}

/**
 * Prepares edits. All edits of one SAE take their activations before any of them is applied. Throws
 * a Problem for a feature that does not exist.
 */
export function steeringOf(edits: Edit[], saes: Map<SaeId, Sae>): Steering | null {
	if (edits.length === 0) return null;
	const groups = new Map<SaeId, { sae: Sae; edits: { edit: Edit; index: number }[] }>();
	for (const edit of edits) {
		const { sae, index } = locate(edit.id, saes);
		const group = groups.get(sae.id) ?? { sae, edits: [] };
		group.edits.push({ edit, index });
		groups.set(sae.id, group);
	}
	const looking = [...groups.values()].filter((g) => g.edits.some((e) => e.edit.mode !== 'add'));
	looking.sort((a, b) => (a.sae.id < b.sae.id ? -1 : 1));
	const split = new Set(looking.map((g) => tapOf(g.sae.info.site)));

	const adds = new Map<Site, Float32Array>();
	const feeds: Record<string, HostTensor> = {};
	for (const group of groups.values()) {
		const { sae } = group;
		const site = addedAt(tapOf(sae.info.site), split);
		for (const { edit, index } of group.edits)
			if (edit.mode === 'add') {
				const w = row(sae.wDec, index);
				const sum = adds.get(site) ?? new Float32Array(w.length);
				for (let c = 0; c < w.length; c++) sum[c]! += edit.value * w[c]!;
				adds.set(site, sum);
			}
		if (looking.includes(group)) Object.assign(feeds, looked(group));
	}
	const edited = looking.map(({ sae }) => ({
		id: sae.id,
		site: tapOf(sae.info.site),
		reads: sae.tap,
		spec: sae.spec,
		files: sae.encoder.files
	}));
	return { adds, edited, feeds };
}

/** Graph inputs for the edits of one SAE that depend on its activations. */
function looked(group: {
	sae: Sae;
	edits: { edit: Edit; index: number }[];
}): Record<string, HostTensor> {
	const { sae } = group;
	const edits = group.edits.filter((e) => e.edit.mode !== 'add');
	const m = edits.length;
	const width = sae.wDec.columns;
	const rows = new Float32Array(m * width);
	edits.forEach(({ index }, j) => rows.set(row(sae.wDec, index), j * width));
	const of = edits.map(({ edit }) => coefficients(edit));
	const name = (part: string) => `edit.${sae.id}.${part}`;
	return {
		[name('index')]: { data: BigInt64Array.from(edits, (e) => BigInt(e.index)), dims: [m] },
		[name('alpha')]: { data: Float32Array.from(of, (c) => c.alpha), dims: [m] },
		[name('beta')]: { data: Float32Array.from(of, (c) => c.beta), dims: [m] },
		[name('rows')]: { data: rows, dims: [m, width] }
	};
}

function locate(id: string, saes: Map<SaeId, Sae>): { sae: Sae; index: number } {
	const parsed = parseFeatureId(id);
	const sae = parsed && saes.get(parsed.sae);
	if (parsed && sae && parsed.index < sae.wDec.rows && placeOf(siteOf(sae.id))) {
		if (isInStream(siteOf(sae.id))) return { sae, index: parsed.index };
		throw new Problem(
			'unsupported',
			`The features of ${sae.id} can be read and not steered: what stands at this site is not added to the stream.`,
			'Choose a feature of a residual, attention or MLP output.'
		);
	}
	throw new Problem(
		'unknown-feature',
		`There is no feature "${id.slice(0, 80)}" in this pack.`,
		'Choose one from a list, or check its layer, site and index.'
	);
}
