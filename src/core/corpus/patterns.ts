/**
 * Names of features as token patterns (Neuron to Graph, Foote et al., arXiv 2305.19911; here as lists, not tries), as
 * `models/recipe/n2g.py` finds them. From the strongest contexts of a feature the shortest ending that still excites
 * it is kept; of its tokens those matter without which the activation falls under half, the others become "any
 * token". What counts as firing, a share of the largest activation, is chosen on texts that may be looked at;
 * precision and recall come from held-out ones.
 */

/** The longest ending, and the share of an activation that has to be kept. */
const LONGEST = 6;
const KEPT = 0.5;
/** Shares of the largest activation from which a feature may be said to fire. */
const LEVELS = [0, 0.2, 0.4, 0.6];
/** Precision and recall from which a pattern is a name. */
const PASS = 0.5;
/** In a pattern: any token. */
const ANY = -1;
/** Patterns that a name spells out. */
const SPELT = 3;

/** Token ids, `ANY` among them; the last one is where the feature fires. */
export type Pattern = number[];

/** A place where a feature was strong. */
export interface Context {
	feature: number;
	/** Tokens of its window up to it, special ones left out. */
	ids: number[];
	/** Activation there. */
	level: number;
}

/** The activation of each row's feature at the row's last token; all rows are of one length. */
export type Excite = (rows: { feature: number; ids: number[] }[]) => Promise<Float32Array>;

/**
 * Patterns of each feature that has some, in rising order. `start` stands before every ending, and `pad` in the
 * place of a token that is left out; `onStep` hears how many of 2 · 6 steps are done.
 */
export async function patternsOf(
	contexts: Context[],
	excite: Excite,
	{ start, pad }: { start: number[]; pad: number },
	onStep: (done: number, total: number) => void = () => undefined
): Promise<Map<number, Pattern[]>> {
	const ending = ({ ids }: Context, size: number) => ids.slice(ids.length - size);
	const size = new Array<number>(contexts.length).fill(0);
	const reached = new Float32Array(contexts.length);
	for (let n = 1; n <= LONGEST; n++) {
		onStep(n - 1, 2 * LONGEST);
		const open = [...contexts.keys()].filter((i) => !size[i] && contexts[i]!.ids.length >= n);
		const rows = open.map((i) => ({
			feature: contexts[i]!.feature,
			ids: [...start, ...ending(contexts[i]!, n)]
		}));
		const found = await excite(rows);
		open.forEach((i, row) => {
			if (found[row]! < KEPT * contexts[i]!.level) return;
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
			const found = await excite(rows);
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
	for (const known of out.values()) known.sort(rising);
	return out;
}

/** Texts joined, special tokens left out, and where each token's text begins. */
export interface Joined {
	ids: Int32Array;
	starts: Int32Array;
	/** Places of each token, in rising order. */
	places: Map<number, number[]>;
}

export function joinedTexts(texts: ArrayLike<number>[]): Joined {
	const length = texts.reduce((n, text) => n + text.length, 0);
	const out: Joined = {
		ids: new Int32Array(length),
		starts: new Int32Array(length),
		places: new Map()
	};
	let at = 0;
	for (const text of texts) {
		out.ids.set(Array.from(text), at);
		out.starts.fill(at, at, at + text.length);
		at += text.length;
	}
	out.ids.forEach((id, place) => {
		const known = out.places.get(id);
		if (known) known.push(place);
		else out.places.set(id, [place]);
	});
	return out;
}

/** Places at which any of the patterns matches. */
function predicted(patterns: Pattern[], texts: Joined): Set<number> {
	const out = new Set<number>();
	for (const pattern of patterns)
		for (const place of texts.places.get(pattern.at(-1)!) ?? [])
			if (matches(pattern, texts, place)) out.add(place);
	return out;
}

/** Where a feature fires in joined texts. */
export interface Fires {
	places: Uint32Array;
	activations: Float32Array;
}

export interface Agreement {
	f1: number;
	precision: number;
	recall: number;
}

export interface Scored extends Agreement {
	patterns: Pattern[];
	/** Both precision and recall are good enough for a name. */
	passes: boolean;
}

/** Scores patterns: the level on the first texts, the agreement on the held-out second. */
export function score(
	patterns: Pattern[],
	fit: { texts: Joined; fires: Fires },
	held: { texts: Joined; fires: Fires }
): Scored {
	const top = Math.max(0, ...fit.fires.activations);
	const says = predicted(patterns, fit.texts);
	const f1s = LEVELS.map((level) => agreement(says, above(fit.fires, Math.fround(level * top))).f1);
	const level = LEVELS[f1s.indexOf(Math.max(...f1s))]!;
	const fires = above(held.fires, Math.fround(level * top));
	const found = agreement(predicted(patterns, held.texts), fires);
	return { patterns, ...found, passes: Math.min(found.precision, found.recall) >= PASS };
}

/** A name that spells the first patterns out. */
export function spelt(patterns: Pattern[], text: (id: number) => string): string {
	const words = patterns.slice(0, SPELT).map(
		(pattern) =>
			pattern
				.map((id) => (id === ANY ? '[…]' : text(id)))
				.join('')
				.trim() || '␣'
	);
	return `pattern “${words.join(' / ').replaceAll('\n', '⏎').trim() || '␣'}”`;
}

function matches(pattern: Pattern, { ids, starts }: Joined, place: number): boolean {
	const from = place - pattern.length + 1;
	if (from < starts[place]!) return false;
	return pattern.every((id, i) => id === ANY || ids[from + i] === id);
}

function above({ places, activations }: Fires, level: number): number[] {
	return Array.from(places).filter((_, i) => activations[i]! > level);
}

function agreement(says: Set<number>, fires: number[]): Agreement {
	const hits = fires.filter((place) => says.has(place)).length;
	return {
		f1: (2 * hits) / Math.max(1, says.size + fires.length),
		precision: hits / Math.max(1, says.size),
		recall: hits / Math.max(1, fires.length)
	};
}

function rising(a: Pattern, b: Pattern): number {
	const differing = a.findIndex((id, i) => id !== b[i]);
	if (differing < 0) return a.length - b.length;
	return differing < b.length ? a[differing]! - b[differing]! : 1;
}
