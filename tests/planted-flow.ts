/** Flow graphs made up to size, the same from the same seed: for tests, benchmarks and pictures. */
import type { FlowEdgeMark, FlowNodeMark } from '../src/flow-graph/marks/flow-marks';
import type { FlowLink, FlowMark } from '../src/flow-graph/layout/flow';
import type { Origin } from '../src/core/flow/origin';
import { eventsOf } from '../src/core/flow/events';
import { seeded } from '../src/core/math/random';
import { attnOut, mlpOut, residPost } from '../src/core/names/site';

/** `k` residual chains side by side, each fed by an attention and an MLP feature, in a shuffled order. */
export function shuffledChains(
	k: number,
	layers: number,
	seed: number
): { marks: FlowMark[]; links: FlowLink[] } {
	const marks: FlowMark[] = [];
	const links: FlowLink[] = [];
	for (let chain = 0; chain < k; chain++)
		for (let layer = 0; layer < layers; layer++) {
			const to = `${residPost(layer)}/${chain}`;
			marks.push({ id: to, layer, kind: 'resid' });
			if (layer > 0) links.push({ from: `${residPost(layer - 1)}/${chain}`, to, cosine: 0.8 });
			for (const kind of ['attn', 'mlp'] as const) {
				const from = `${kind === 'attn' ? attnOut(layer) : mlpOut(layer)}/${chain}`;
				marks.push({ id: from, layer, kind });
				links.push({ from, to, cosine: 0.4 });
			}
		}
	return { marks: shuffled(marks, seeded(seed)), links };
}

function shuffled<T>(items: T[], random: () => number): T[] {
	const copy = [...items];
	for (let i = copy.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));
		[copy[i], copy[j]] = [copy[j]!, copy[i]!];
	}
	return copy;
}

const WHAT = [
	'animals',
	'past tense',
	'names of children',
	'quotation marks',
	'the sea',
	'colours'
];
const MORE = ['and the weather', 'food', '“said”', 'little things', 'plural nouns', 'pronouns'];
const WHERE = ['in stories', 'after a comma', 'at the start of a sentence', 'before a verb', ''];

export interface PlantedFlow {
	marks: FlowNodeMark[];
	links: FlowEdgeMark[];
	layers: number;
}

/**
 * What all features active on a prompt might flow like: most residual features go on in the next layer, some
 * branch, join, begin or end; modules write into a few features each. Stacks differ in depth.
 */
export function plantedFlow(
	nodes: number,
	edges: number,
	{ layers = 7, seed = 1 } = {}
): PlantedFlow {
	const random = seeded(seed);
	const pick = <T>(from: T[]): T => from[Math.floor(random() * from.length)]!;
	const share = { attn: 0.2, mlp: 0.24, resid: 0.56 };
	const found: { id: string; layer: number; kind: FlowMark['kind']; site: string }[] = [];
	const at = (layer: number, kind: string) =>
		found.filter((n) => n.layer === layer && n.kind === kind);
	for (let layer = 0; layer < layers; layer++)
		for (const kind of ['attn', 'mlp', 'resid'] as const) {
			const depth = (nodes / layers) * share[kind] * (0.6 + (0.8 * layer) / (layers - 1 || 1));
			const site = { attn: attnOut, mlp: mlpOut, resid: residPost }[kind](layer);
			for (let i = 0; i < Math.round(depth); i++)
				found.push({ id: `${site}/${i * 37 + Math.floor(random() * 37)}`, layer, kind, site });
		}
	found.length = Math.min(found.length, nodes);

	const links = new Map<string, FlowEdgeMark>();
	const add = (from: string, to: string, cosine: number) => {
		const key = `${from}→${to}`;
		if (links.has(key) || links.size >= edges) return;
		const z = (cosine - 0.2) / 0.05;
		const high = cosine > 0.32;
		links.set(key, { from, to, cosine, z, high, counts: high, short: key });
	};
	for (let layer = 0; layer < layers; layer++)
		for (const { id } of at(layer, 'resid')) {
			const before = at(layer - 1, 'resid');
			if (before.length > 0 && random() < 0.85) add(pick(before).id, id, 0.45 + 0.5 * random());
		}
	for (let tries = 0; links.size < edges && tries < 60 * edges; tries++) {
		const to = pick(found.filter((n) => n.kind === 'resid'));
		const kind = pick(['attn', 'mlp', 'resid', 'resid']);
		const from = at(kind === 'resid' ? to.layer - 1 : to.layer, kind);
		// Of each pile few features write much, many little: the first are picked more often.
		if (from.length > 0)
			add(from[Math.floor(random() ** 2 * from.length)]!.id, to.id, 0.15 + 0.45 * random() ** 2);
	}
	const flat = [...links.values()].toSorted((a, b) => a.cosine - b.cosine);
	const ids = new Map(found.map((n, i) => [n.id, i]));
	const fed = (id: string) => flat.filter((l) => l.to === id && l.counts);
	const origin = ({ id, layer, kind }: (typeof found)[number]): Origin | null => {
		if (kind !== 'resid' || layer === 0) return null;
		const stream = fed(id).some((l) => l.from.includes('resid'));
		const module = fed(id).some((l) => !l.from.includes('resid'));
		if (stream) return module ? 'processed' : 'translated';
		return module ? 'newborn' : 'unexplained';
	};
	const named = found.map((n) => ({ ...n, origin: origin(n) }));
	const events = eventsOf({ nodes: named, edges: flat }, layers - 1);
	const marks = named.map((n): FlowNodeMark => {
		const label = `${pick(WHAT)} ${pick(MORE)} ${pick(WHERE)}`.trim();
		const letter = { attn: 'A', mlp: 'M', resid: 'R', embed: 'E' }[n.kind];
		const short = `${letter}${n.layer} · ${n.id.split('/')[1]}`;
		return {
			...n,
			label,
			short,
			href: `#/feature/${n.id}`,
			spoken: `${n.id}: ${label}`,
			share: random() < 0.4 ? 0 : random() ** 2,
			details: [`number ${ids.get(n.id)!} of the graph`],
			...(events.has(n.id) && { events: events.get(n.id)! })
		};
	});
	return { marks, links: flat, layers };
}
