/**
 * The names that a pack gives to features: JSON, hostile until parsed. One line a feature,
 * `[index, source, text, f1, precision, recall, chance]`; a feature without a line has no name that
 * scored well enough.
 */
import type { Label } from '../features/feature';
import type { SaeId } from '../names/ids';
import { Problem } from '../names/errors';

const SOURCES = ['truth', 'pattern'];
const LONGEST = 400;

/** Both by feature. */
export interface PackLabels {
	labels: Map<number, Label>;
	/** Patterns of tokens, `[index, text, f1, precision, recall]` a line, good enough for a name or not. */
	patterns: Map<number, Label>;
}

/** Throws a Problem for anything else than such a file for an SAE of `dSae` features. */
export function parseLabels(json: string, sae: SaeId, dSae: number): PackLabels {
	const { labels, patterns = [] } = filesOf(json, sae);
	const told = patterns.map((line) =>
		Array.isArray(line) ? [line[0], 'pattern', ...(line.slice(1) as unknown[])] : line
	);
	return { labels: parseLines(labels, sae, dSae), patterns: parseLines(told, sae, dSae) };
}

function parseLines(lines: unknown[], sae: SaeId, dSae: number): Map<number, Label> {
	const labels = new Map<number, Label>();
	if (lines.length > dSae) throw damaged(sae, 'names more features than there are');
	for (const line of lines) {
		const [index, source, text, ...numbers] = Array.isArray(line) ? (line as unknown[]) : [];
		if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= dSae)
			throw damaged(sae, 'names a feature that does not exist');
		const at = `at feature ${index}`;
		if (labels.has(index)) throw damaged(sae, `holds two names ${at}`);
		if (typeof source !== 'string' || !SOURCES.includes(source))
			throw damaged(sae, `holds a name of unknown source ${at}`);
		if (typeof text !== 'string' || text.trim() === '' || text.length > LONGEST)
			throw damaged(sae, `holds no usable name ${at}`);
		const [score, precision, recall, chance] = [0, 1, 2, 3].map((i) => {
			const value = numbers[i] ?? null;
			if (value === null || (typeof value === 'number' && value >= 0 && value <= 1)) return value;
			throw damaged(sae, `holds a score outside 0 to 1 ${at}`);
		}) as [number | null, number | null, number | null, number | null];
		labels.set(index, { text, source, score, precision, recall, chance });
	}
	return labels;
}

function filesOf(json: string, sae: SaeId): { labels: unknown[]; patterns?: unknown[] } {
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch (cause) {
		throw damaged(sae, 'is not JSON', { cause });
	}
	const { labels, patterns } = (value ?? {}) as { labels?: unknown; patterns?: unknown };
	if (!Array.isArray(labels)) throw damaged(sae, 'holds no list of labels');
	if (patterns !== undefined && !Array.isArray(patterns))
		throw damaged(sae, 'holds no list of patterns');
	return { labels, ...(patterns && { patterns }) };
}

function damaged(sae: SaeId, what: string, options?: { cause: unknown }): Problem {
	return new Problem(
		'pack-damaged',
		`The file of names for ${sae} ${what}.`,
		'Fetch or make the pack again.',
		options
	);
}
