/** A flow map used as a layer, and how often two ways to match agree: rows of tables, and in words. */
import type { Table } from '../../../../charts/frame/export';
import { tableOf } from '../../../tables';
import { count, fixed, percent } from '../../../../core/names/numbers';
import { shortSite } from '../../../../core/names/site-words';
import { UPSTREAM, type UpstreamKind } from '../../../../core/flow/flow';
import {
	PAPER,
	SCALES,
	type Agreement,
	type Transition
} from '../../../../core/experiments/reproduction';
import { placeOf, siteOf, toneOf } from '../../../../core/names/site';
import { mean, type PaperComparison } from '../compare-words';

export type Scale = (typeof SCALES)[number];

interface HeatRows {
	columns: { label: string; title?: string }[];
	rows: { label: string; title: string; cells: (number | null)[] }[];
}

const mapName = ({ map, k }: Pick<Transition, 'map' | 'k'>) =>
	map === 'cosine' ? `cosine, k = ${k}` : map;

/** A row a transition, a column a map; maps without codes to scale stand under every scale. */
export function transitionHeat(transitions: Transition[], scale: Scale): HeatRows {
	const own = transitions.filter((t) => t.scale === scale || t.k === 0);
	const columns = [...new Set(own.map(mapName))];
	const pairs = [...new Set(own.map(({ from, to }) => `${from} ${to}`))];
	return {
		columns: columns.map((label) => ({ label })),
		rows: pairs.map((pair) => {
			const [from, to] = pair.split(' ') as [string, string];
			const cells = columns.map(
				(column) =>
					own.find((t) => t.from === from && t.to === to && mapName(t) === column)?.explained ??
					null
			);
			return {
				label: `${shortSite(from)} → ${shortSite(to)}`,
				title: `${from} → ${to}`,
				cells
			};
		})
	};
}

export function transitionsTable(transitions: Transition[]): Table {
	return tableOf('Table of maps', transitions, {
		from: (row) => row.from,
		to: (row) => row.to,
		map: (row) => row.map,
		k: (row) => row.k,
		scale: (row) => row.scale,
		'explained variance': (row) => row.explained,
		tokens: (row) => row.tokens
	});
}

/** Mean over transitions of what one map explains at one scale; null where there is none. */
export function explainedBy(
	transitions: Transition[],
	map: Transition['map'],
	k: number,
	scale: Scale
): number | null {
	const own = transitions.filter((t) => t.map === map && t.k === k && t.scale === scale);
	return mean(own.map(({ explained }) => explained));
}

export function compareTransitions(transitions: Transition[], scale: Scale): PaperComparison {
	const at = (map: Transition['map'], k: number) => explainedBy(transitions, map, k, scale);
	const paper = `From layer ${PAPER.transition.layers} the best match by cosine with k = 1 explains most, ${fixed(PAPER.transition.explained, 3)} of the variance, by a narrow margin; larger k does not beat it.`;
	const one = at('cosine', 1);
	const heat = transitionHeat(transitions, scale);
	if (one === null) return { paper, here: 'Not measured.' };
	const wins = heat.rows.filter(({ cells }) => {
		const values = heat.columns.map(({ label }, c) => [label, cells[c]!] as const);
		const own = values.find(([label]) => label === 'cosine, k = 1')?.[1] ?? -Infinity;
		return values.some(([label, value]) => /^cosine, k = [2-9]/.test(label) && value > own);
	}).length;
	const others = (['pearson', 'permutation'] as const).flatMap((map) => {
		const value = at(map, 1);
		return value === null ? [] : [`${map} ${fixed(value, 3)}`];
	});
	const still = explainedBy(transitions, 'none', 0, 'as written');
	const bounds = (['none', 'own codes'] as const).flatMap((map) => {
		const value = explainedBy(transitions, map, 0, 'as written');
		return value === null
			? []
			: [
					`${map === 'none' ? 'the stream left as it was' : 'the layer’s own codes'} ${fixed(value, 3)}`
				];
	});
	return {
		paper,
		here:
			`Mean over ${heat.rows.length} transitions, codes ${scale}: cosine with k = 1 explains ${fixed(one, 3)}` +
			`${others.length > 0 ? `, ${others.join(', ')}` : ''}; ${bounds.join(', ')}. ` +
			(still !== null && still > one
				? 'Leaving the stream as it was explains more than the map. '
				: '') +
			(wins === 0
				? 'As in the paper, larger k beats k = 1 in no transition.'
				: `Unlike in the paper, larger k beats k = 1 in ${wins} of ${heat.rows.length} transitions.`)
	};
}

export const SCALE_MEANING: Record<Scale, string> = {
	'as written': 'Codes are decoded as they are.',
	folded: 'Each code is rescaled by the usual activation of its match over its own.',
	fitted: 'All codes are rescaled by one factor, fitted on the first half of the tokens.'
};

export const KIND_NAME: Record<UpstreamKind, string> = {
	resid: 'residual before',
	mlp: 'MLP',
	attn: 'attention'
};

/** The kind of site that an agreement matches into; the embedding is the residual before the first layer. */
function kindOf({ from }: Agreement): UpstreamKind {
	const kind = toneOf(placeOf(siteOf(from))!.kind);
	return kind === 'embed' ? 'resid' : kind;
}

export function agreementHeat(agreement: Agreement[], of: 'same' | 'sameOfHigh'): HeatRows {
	const targets = [...new Set(agreement.map(({ to }) => to))];
	const find = (to: string, kind: UpstreamKind) =>
		agreement.find((row) => row.to === to && kindOf(row) === kind);
	return {
		columns: UPSTREAM.map((kind) => ({ label: KIND_NAME[kind] })),
		rows: targets.map((to) => ({
			label: shortSite(to),
			title: to,
			cells: UPSTREAM.map((kind) => {
				const row = find(to, kind);
				return row && (of === 'same' ? row.features : row.high) > 0 ? row[of] : null;
			})
		}))
	};
}

export function agreementTable(agreement: Agreement[]): Table {
	return tableOf('Table of agreement', agreement, {
		from: (row) => row.from,
		to: (row) => row.to,
		'same match': (row) => (row.features > 0 ? row.same : null),
		features: (row) => row.features,
		'same of the high': (row) => row.sameOfHigh,
		high: (row) => row.high
	});
}

/** Share of the same choice over all layers, each feature counting once; null where none was compared. */
export function agreed(agreement: Agreement[], kind: UpstreamKind) {
	const own = agreement.filter((row) => kindOf(row) === kind);
	const n = own.reduce((sum, { features }) => sum + features, 0);
	const same = own.reduce((sum, { same, features }) => sum + same * features, 0);
	return n > 0 ? { share: same / n, n } : null;
}

export function compareAgreement(agreement: Agreement[]): PaperComparison {
	const parts = UPSTREAM.flatMap((kind) => {
		const found = agreed(agreement, kind);
		return found ? [`${KIND_NAME[kind]} ${percent(found.share)} of ${count(found.n)}`] : [];
	});
	const [resid, mlp, attn] = UPSTREAM.map((kind) => agreed(agreement, kind)?.share ?? null);
	const modules = [mlp, attn].filter((share) => share !== null && share !== undefined);
	const paper =
		'Cosine and correlation agree strongly on residual SAEs, and weakly on those of modules (100,000 tokens; no number in the text).';
	if (parts.length === 0) return { paper, here: 'Not measured.' };
	const order =
		resid === null || resid === undefined || modules.length === 0
			? ''
			: modules.every((share) => share < resid)
				? ' As in the paper, more often on the residual than on the modules.'
				: ' Unlike in the paper, not more often on the residual than on every module.';
	return { paper, here: `The same best match: ${parts.join(', ')} features.${order}` };
}
