/**
 * The names that a pack gives to features: JSON, hostile until parsed. A label is `[feature, source, text, f1,
 * precision, recall, chance, held, shown, held of the strongest, strongest]`, a pattern of tokens `[feature, text, f1,
 * precision, recall]`; scores and what follows them may be left out.
 * A feature without a label has no name that scored well enough.
 */
import type { Label } from '../features/feature';
import * as j from '../files/json';
import type { SaeId } from '../names/ids';

/** Both by feature. */
export interface PackLabels {
	labels: Map<number, Label>;
	/** The best pattern of tokens of a feature, whether or not it is good enough for a name. */
	patterns: Map<number, Label>;
}

const name = j.checked(
	j.shown(400, j.textUpTo(400)),
	(text, at) => text.trim() === '' && `has an empty name ${at}`
);
const score = j.optional(j.share, null);
const count = j.optional(j.integer(0, 1000), null);

/** Throws a Problem for anything else than such a file for an SAE of `dSae` features. */
export function parseLabels(json: string, sae: SaeId, dSae: number): PackLabels {
	const feature = j.integer(0, dSae - 1);
	const source = j.oneOf(['truth', 'pattern']);
	const labels = byFeature(
		j.list(
			j.tuple(feature, source, name, score, score, score, score, count, count, count, count),
			dSae
		),
		([, source, text, score, precision, recall, chance, ...counts]) => {
			const label = { text, source, score, precision, recall, chance };
			const held = heldOf(counts);
			return held ? { ...label, held } : label;
		}
	);
	const patterns = byFeature(
		j.list(j.tuple(feature, name, score, score, score), dSae),
		([, text, score, precision, recall]) => {
			return { text, source: 'pattern', score, precision, recall, chance: null };
		}
	);
	return j.parseText(
		json,
		j.object({ labels, patterns: j.optional(patterns, new Map<number, Label>()) }),
		`The file of names for ${sae}`,
		'Fetch or make the pack again.'
	);
}

/** Throws a Problem for counts that are none. */
function heldOf([holds, of, strongest, ofStrongest]: (number | null)[]): Label['held'] {
	if (holds == null || of == null) return undefined;
	if (holds > of || (strongest ?? 0) > (ofStrongest ?? 0) || (ofStrongest ?? 0) > of)
		throw j.invalid('says that a name holds in more examples than there are');
	return { holds, of, strongest: strongest ?? null, ofStrongest: ofStrongest ?? null };
}

const byFeature =
	<L extends [feature: number, ...unknown[]]>(
		lines: j.Parse<L[]>,
		label: (line: L) => Label
	): j.Parse<Map<number, Label>> =>
	(value, at) => {
		const labels = new Map<number, Label>();
		for (const line of lines(value, at)) {
			if (labels.has(line[0])) throw j.invalid(`names feature ${line[0]} twice in ${at}`);
			labels.set(line[0], label(line));
		}
		return labels;
	};
