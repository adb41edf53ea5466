/**
 * Names of features as patterns of tokens (Neuron to Graph, Foote et al., arXiv 2305.19911; lists instead of tries), as
 * `models/recipe/n2g.py` finds them:
 * 1. Of each of a feature's strongest contexts, take the shortest ending that keeps half of the activation.
 * 2. Replace its tokens one at a time; where half of the activation remains, the pattern has "any token" there.
 * 3. On one set of texts choose the share of the largest activation from which the feature counts as firing.
 * 4. Measure precision and recall of the patterns on held-out texts.
 */

/** Tokens of the longest ending, and the share of the activation that must remain. */
const LONGEST = 6;
const KEPT = 0.5;
/** Shares of the largest activation from which a feature may count as firing. */
const LEVELS = [0, 0.2, 0.4, 0.6];
/** The precision and recall that a name must reach. */
const PASS = 0.5;
/** In a pattern: any token. */
const ANY = -1;
/** How many patterns a name spells out. */
const SPELLED = 3;

/** Token ids, or `ANY`; the feature fires on the last one. */
export type Pattern = number[];

/** A text up to a token on which a feature was strong. */
export interface PatternContext {
	feature: number;
	/** Without special tokens. */
	ids: number[];
	/** On the last token. */
	activation: number;
}

/** The activation of each row's feature on the row's last token; all rows have the same length. */
export type LastActivations = (rows: { feature: number; ids: number[] }[]) => Promise<Float32Array>;

/**
 * Patterns of each feature that has any, in ascending order. `start` is put before every ending, and `pad` in place
 * of a token; `onStep` is told how many of 2 · 6 steps are done.
 */
export async function patternsOf(
	contexts: PatternContext[],
	lastActivations: LastActivations,
	{ start, pad }: { start: number[]; pad: number },
	onStep: (done: number, total: number) => void = () => undefined
): Promise<Map<number, Pattern[]>> {
	const ending = ({ ids }: PatternContext, size: number) => ids.slice(ids.length - size);
	const size = new Array<number>(contexts.length).fill(0);
	const reached = new Float32Array(contexts.length);
	for (let n = 1; n <= LONGEST; n++) {
		onStep(n - 1, 2 * LONGEST);
		const open = [...contexts.keys()].filter((i) => !size[i] && contexts[i]!.ids.length >= n);
		const rows = open.map((i) => ({
			feature: contexts[i]!.feature,
			ids: [...start, ...ending(contexts[i]!, n)]
		}));
		const found = await lastActivations(rows);
		open.forEach((i, row) => {
			if (found[row]! < KEPT * contexts[i]!.activation) return;
			size[i] = n;
			reached[i] = found[row]!;
		});
	}
	const patterns = contexts.map((context, i) => ending(context, size[i]!));
	for (let n = 2; n <= LONGEST; n++) {
		onStep(LONGEST + n - 1, 2 * LONGEST);
		const chosen = [...contexts.keys()].filter((i) => size[i] === n);
		for (let spot = 0; spot < n - 1; spot++) {
			const rows = chosen.map((i) => ({
				feature: contexts[i]!.feature,
				ids: [...start, ...ending(contexts[i]!, n).with(spot, pad)]
			}));
			const found = await lastActivations(rows);
			chosen.forEach((i, row) => {
				if (found[row]! >= KEPT * reached[i]!) patterns[i]![spot] = ANY;
			});
		}
	}
	const out = new Map<number, Pattern[]>();
	contexts.forEach(({ feature }, i) => {
		if (size[i] === 0) return;
		const pattern = patterns[i]!.slice(patterns[i]!.findIndex((id) => id !== ANY));
		const known = out.get(feature) ?? [];
		if (!known.some((other) => other.join() === pattern.join())) known.push(pattern);
		out.set(feature, known);
	});
	for (const known of out.values()) known.sort(ascending);
	return out;
}

/** Texts one after another, without special tokens. */
export interface JoinedTexts {
	ids: Int32Array;
	/** Of each token: where its text begins. */
	starts: Int32Array;
	/** Where each token occurs, in ascending order. */
	positions: Map<number, number[]>;
}

export function joinTexts(texts: ArrayLike<number>[]): JoinedTexts {
	const length = texts.reduce((n, text) => n + text.length, 0);
	const out: JoinedTexts = {
		ids: new Int32Array(length),
		starts: new Int32Array(length),
		positions: new Map()
	};
	let at = 0;
	for (const text of texts) {
		out.ids.set(Array.from(text), at);
		out.starts.fill(at, at, at + text.length);
		at += text.length;
	}
	out.ids.forEach((id, position) => {
		const known = out.positions.get(id);
		if (known) known.push(position);
		else out.positions.set(id, [position]);
	});
	return out;
}

/** Positions at which any of the patterns matches. */
function predicted(patterns: Pattern[], texts: JoinedTexts): Set<number> {
	const out = new Set<number>();
	for (const pattern of patterns)
		for (const position of texts.positions.get(pattern.at(-1)!) ?? [])
			if (matches(pattern, texts, position)) out.add(position);
	return out;
}

/** Texts, and where in them a feature is active. */
export interface FiringTexts {
	texts: JoinedTexts;
	tokens: Uint32Array;
	activations: Float32Array;
}

export interface ScoredPatterns {
	patterns: Pattern[];
	f1: number;
	precision: number;
	recall: number;
	/** Both precision and recall are good enough for a name. */
	passes: boolean;
}

/** Chooses the level of activation on the texts `fit`, and scores on the texts `held`. */
export function scorePatterns(
	patterns: Pattern[],
	fit: FiringTexts,
	held: FiringTexts
): ScoredPatterns {
	const top = Math.max(0, ...fit.activations);
	const said = predicted(patterns, fit.texts);
	const f1s = LEVELS.map((level) => agreement(said, above(fit, Math.fround(level * top))).f1);
	const level = LEVELS[f1s.indexOf(Math.max(...f1s))]!;
	const found = agreement(predicted(patterns, held.texts), above(held, Math.fround(level * top)));
	return { patterns, ...found, passes: Math.min(found.precision, found.recall) >= PASS };
}

/** A name that spells out the first patterns. */
export function spelled(patterns: Pattern[], text: (id: number) => string): string {
	const words = patterns.slice(0, SPELLED).map(
		(pattern) =>
			pattern
				.map((id) => (id === ANY ? '[…]' : text(id)))
				.join('')
				.trim() || '␣'
	);
	return `pattern “${words.join(' / ').replaceAll('\n', '⏎').trim() || '␣'}”`;
}

function matches(pattern: Pattern, { ids, starts }: JoinedTexts, position: number): boolean {
	const from = position - pattern.length + 1;
	if (from < starts[position]!) return false;
	return pattern.every((id, i) => id === ANY || ids[from + i] === id);
}

function above({ tokens, activations }: FiringTexts, level: number): number[] {
	return Array.from(tokens).filter((_, i) => activations[i]! > level);
}

function agreement(predicted: Set<number>, fires: number[]) {
	const hits = fires.filter((position) => predicted.has(position)).length;
	return {
		f1: (2 * hits) / Math.max(1, predicted.size + fires.length),
		precision: hits / Math.max(1, predicted.size),
		recall: hits / Math.max(1, fires.length)
	};
}

function ascending(a: Pattern, b: Pattern): number {
	const differing = a.findIndex((id, i) => id !== b[i]);
	if (differing < 0) return a.length - b.length;
	return differing < b.length ? a[differing]! - b[differing]! : 1;
}
