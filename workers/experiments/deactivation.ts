/**
 * Does a feature fall silent when its match upstream is taken away? One edge on one text, or many features of
 * the pack's texts under several ways to choose the match (arXiv 2502.03032, appendix A.2).
 */
import type { SaeId } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import type { DeactivationRequest, Strategy, Trial } from '../../src/core/experiments/deactivation';
import type { EdgeRequest, EdgeTest } from '../../src/core/experiments/edge';
import type { Run } from '../../src/core/calls';
import type { UpstreamKind } from '../../src/core/flow/flow';
import { groupOf } from '../../src/core/flow/groups';
import { seeded, shuffle } from '../../src/core/math/random';
import { activationAt } from '../../src/core/math/sparse';
import { depthOf, featureId, tapOf } from '../../src/core/names/site';
import type { Activity } from '../features/activations';
import { changes, directions, rescaling, type Push } from './causal';
import type { Flows } from '../flow/flows';
import { layersOf, saesOf } from '../flow/layers';
import type { Matches } from '../flow/matcher';
import type { Codes } from '../sae/codes';
import { tapsOf, type Sae } from '../sae/sae';
import type { Workbench } from '../packs/open-pack';

/** Throws a Problem where `from` does not come before `to`. */
export async function testEdge(
	request: EdgeRequest,
	bench: Workbench,
	run: Run
): Promise<EdgeTest> {
	const [from, to] = [await bench.feature(request.from), await bench.feature(request.to)];
	const [site, watched] = [tapOf(from.sae.info.site), tapOf(to.sae.info.site)];
	if (depthOf(site) >= depthOf(watched))
		throw new Problem(
			'unsupported',
			`${request.from} does not come before ${request.to}, so it cannot act on it.`,
			'Choose an edge that runs from an earlier site to a later one.'
		);
	const { tokens } = bench.tokenize(request.text);
	const ids = tokens.map((token) => token.id);
	const { model } = bench;
	const { taps } = await model.readOnce(ids, tapsOf([from.sae, to.sae]), run.signal);
	const [upstream, downstream] = [
		await from.sae.encode(taps.get(from.sae.tap)!, run.signal),
		await to.sae.encode(taps.get(to.sae.tap)!, run.signal)
	];
	const active = (codes: Codes, index: number) => (t: number) => activationAt(codes, t, index);
	const [source, target] = [active(upstream, from.index), active(downstream, to.index)];
	const moved = tokens.flatMap((token, t) => (!token.special && target(t) > 0 ? [t] : []));
	const both = moved.filter((t) => source(t) > 0);
	const saes = new Map([[to.sae.id, to.sae]]);
	const random = directions(seeded(request.seed));
	const result: EdgeTest = { tokens, rows: [], without: moved.filter((t) => source(t) <= 0) };
	const cache = model.begin();
	try {
		for (const t of both) {
			run.progress({ phase: 'read', what: 'tokens', done: result.rows.length, total: both.length });
			if (t > cache.kv.length)
				await model.read(cache, ids.slice(cache.kv.length, t), [], run.signal);
			const push = rescaling(from.sae, from.index, source(t), request.factor);
			const vectors = [push, ...Array.from({ length: request.randoms }, () => random(push))];
			const pushes = vectors.map((vector) => ({
				adds: new Map([[site, vector]]),
				watched: { sae: to.sae.id, index: to.index }
			}));
			const next = ids[t + 1] ?? null;
			const [own, ...others] = await changes(bench, cache, ids[t]!, next, pushes, saes, run.signal);
			const randoms = others.map(({ change, off }) => ({ change, off }));
			result.rows.push({ token: t, activation: source(t), ...own!, randoms });
		}
	} finally {
		model.forget(cache);
	}
	return result;
}

/** Everything that the trials of one layer stand on. */
interface Prepared {
	layer: number;
	target: SaeId;
	upstream: { kind: UpstreamKind; sae: SaeId; matches: Matches; others: Partial<Others> }[];
}

/** Predecessors chosen otherwise than by cosine, of each feature of the target. */
type Others = Record<'permutation' | 'top-1 by Pearson', Int32Array>;

/** Runs the experiment and hands over the trials token by token. */
export async function deactivate(
	request: DeactivationRequest,
	flows: Flows,
	activity: Activity,
	run: Run<Trial[]>
): Promise<void> {
	const { bench } = flows;
	const { signal } = run;
	const layers = await prepared(request.strategies, flows, activity, run);
	const saes = await bench.saes(saesOf(layers), signal);
	const uniform = seeded(request.seed);
	const documents = chosen(await activity.documents(), request.texts, uniform);
	const total = documents.length * request.tokensPerText;
	for (const [text, document] of documents.entries()) {
		const places = positions(document, bench, request.tokensPerText, uniform);
		const codes = await codesAt(document, places, saes, bench, signal);
		const cache = bench.model.begin();
		try {
			for (const [at, t] of places.entries()) {
				if (t > cache.kv.length)
					await bench.model.read(cache, document.slice(cache.kv.length, t), [], signal);
				const planned = layers.flatMap((layer) =>
					plan(layer, at, codes, saes, request, uniform, { text, token: t })
				);
				const next = document[t + 1] ?? null;
				const pushes = planned.flatMap((of) => of.pushes);
				const seen = await changes(bench, cache, document[t]!, next, pushes, saes, signal);
				let from = 0;
				const trials = planned.map(({ trial, pushes }) => {
					const own = seen.slice(from, (from += pushes.length));
					return { ...trial, ...own.reduce((a, b) => (b.change > a.change ? b : a)) };
				});
				const done = text * request.tokensPerText + at + 1;
				run.part(trials);
				run.progress({ phase: 'read', what: 'texts', done, total });
			}
		} finally {
			bench.model.forget(cache);
		}
	}
}

async function prepared(
	strategies: Strategy[],
	{ bench, pairs }: Flows,
	activity: Activity,
	run: Run
): Promise<Prepared[]> {
	const layers = layersOf(bench);
	const byPearson = strategies.includes('top-1 by Pearson');
	if (byPearson) await activity.of(saesOf(layers), run);
	const out: Prepared[] = [];
	for (const { layer, target, upstream } of layers) {
		const known: Prepared['upstream'] = [];
		for (const { kind, sae } of upstream) {
			const matches = await pairs.best(target, sae, run);
			const others: Partial<Others> = {};
			if (strategies.includes('permutation')) {
				const partners = await pairs.partnersOrNone(target, sae, run);
				if (partners) others.permutation = partners;
			}
			if (byPearson) others['top-1 by Pearson'] = await activity.correlated(target, sae, run);
			known.push({ kind, sae, matches, others });
		}
		out.push({ layer, target, upstream: known });
	}
	return out;
}

/** Documents in an order of chance, as many as asked for. */
function chosen(documents: number[][], many: number, uniform: () => number): number[][] {
	return shuffled(documents, uniform).slice(0, many);
}

/** Places in a document, in rising order, special tokens left out. */
function positions(
	document: number[],
	{ tokenizer }: Workbench,
	many: number,
	uniform: () => number
): number[] {
	const plain = document.flatMap((id, t) => (tokenizer.isSpecial(id) ? [] : [t]));
	return shuffled(plain, uniform)
		.slice(0, many)
		.sort((a, b) => a - b);
}

function shuffled<T>(items: T[], uniform: () => number): T[] {
	const out = [...items];
	shuffle(out, uniform);
	return out;
}

/** Codes of all SAEs at these places of a document: row i of each is `places[i]`. */
async function codesAt(
	document: number[],
	places: number[],
	saes: Map<SaeId, Sae>,
	{ model }: Workbench,
	signal?: AbortSignal
): Promise<Map<SaeId, Codes>> {
	const sites = tapsOf(saes.values());
	const { taps } = await model.readOnce(document, sites, signal);
	const out = new Map<SaeId, Codes>();
	for (const [id, sae] of saes) {
		const all = taps.get(sae.tap)!;
		const d = model.width(sae.tap);
		const x = new Float32Array(places.length * d);
		places.forEach((t, i) => x.set(all.subarray(t * d, (t + 1) * d), i * d));
		out.set(id, await sae.encode(x, signal));
	}
	return out;
}

interface Planned {
	trial: Omit<Trial, 'before' | 'after' | 'change' | 'off' | 'loss' | 'lossAfter'>;
	/** One, or of several the one that changes most counts. */
	pushes: Push[];
}

/** The trials of one layer at row `at` of the codes. Flows of which no match is active are left out. */
function plan(
	{ layer, target, upstream }: Prepared,
	at: number,
	codes: Map<SaeId, Codes>,
	saes: Map<SaeId, Sae>,
	request: DeactivationRequest,
	uniform: () => number,
	place: { text: number; token: number }
): Planned[] {
	const own = codes.get(target)!;
	const active = Array.from(own.features.subarray(own.offsets[at], own.offsets[at + 1]));
	const a = (sae: SaeId, index: number) => activationAt(codes.get(sae)!, at, index);
	const planned: Planned[] = [];
	const random = directions(uniform);
	let taken = 0;
	for (const index of shuffled(active, uniform)) {
		if (taken >= request.featuresPerToken) break;
		const top = ({ matches, sae }: Prepared['upstream'][number]) =>
			a(sae, matches.indices[index * matches.k]!) > 0;
		const kinds = upstream.filter(top).map((u) => u.kind);
		if (kinds.length === 0) continue;
		const group = groupOf(kinds);
		taken++;
		for (const u of upstream)
			for (const strategy of request.strategies) {
				let vectors: Float32Array[];
				if (strategy !== 'exhaustive') {
					const vector = vectorOf(strategy, u, index, a, saes, request.factor, uniform, random);
					vectors = vector ? [vector] : [];
				} else if (taken <= request.exhaustiveFeatures && top(u))
					vectors = everyVector(codes.get(u.sae)!, at, saes.get(u.sae)!, request.factor);
				else continue;
				if (vectors.length === 0) continue;
				const site = tapOf(saes.get(u.sae)!.info.site);
				planned.push({
					trial: { ...place, to: featureId(target, index), layer, kind: u.kind, strategy, group },
					pushes: vectors.map((vector) => ({
						adds: new Map([[site, vector]]),
						watched: { sae: target, index }
					}))
				});
			}
	}
	return planned;
}

/** What is added to take away each feature that is active at row `at`, one vector a feature. */
function everyVector(codes: Codes, at: number, sae: Sae, factor: number): Float32Array[] {
	const [from, to] = [codes.offsets[at]!, codes.offsets[at + 1]!];
	return Array.from(codes.features.subarray(from, to), (feature, i) =>
		rescaling(sae, feature, codes.activations[from + i]!, factor)
	);
}

/** What is added to take away the predecessor that a strategy chooses; null where it is silent. */
function vectorOf(
	strategy: Exclude<Strategy, 'exhaustive'>,
	{ matches, sae: id, others }: Prepared['upstream'][number],
	index: number,
	a: (sae: SaeId, index: number) => number,
	saes: Map<SaeId, Sae>,
	factor: number,
	uniform: () => number,
	random: (v: Float32Array) => Float32Array
): Float32Array | null {
	const top = Array.from({ length: matches.k }, (_, i) => matches.indices[index * matches.k + i]!);
	const sae = saes.get(id)!;
	const away = (feature: number | undefined) =>
		feature !== undefined && feature >= 0 && a(id, feature) > 0
			? rescaling(sae, feature, a(id, feature), factor)
			: null;
	switch (strategy) {
		case 'top-1':
			return away(top[0]);
		case 'random of top-5':
			return away(top[Math.floor(uniform() * top.length)]);
		case 'top-5':
			return top
				.map(away)
				.filter((v) => v !== null)
				.reduce<Float32Array | null>((sum, v) => (sum ? sum.map((x, c) => x + v[c]!) : v), null);
		case 'random direction': {
			const first = away(top[0]);
			return first && random(first);
		}
		case 'permutation':
		case 'top-1 by Pearson':
			return away(others[strategy]?.[index]);
	}
}
