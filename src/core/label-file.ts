/**
 * The names that a pack gives to features: JSON, hostile until parsed. One line a feature,
 * `[index, source, text, f1, precision, recall, chance]`; a feature without a line has no name that
 * scored well enough.
 */
import type { Label, SaeId } from './contract';
import { Problem } from './errors';

const SOURCES = ['truth', 'pattern'];
const LONGEST = 400;

/** By feature. Throws a Problem for anything else than such a file for an SAE of `dSae` features. */
export function parseLabels(json: string, sae: SaeId, dSae: number): Map<number, Label> {
	const labels = new Map<number, Label>();
	const lines = linesOf(json, sae);
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

function linesOf(json: string, sae: SaeId): unknown[] {
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch (cause) {
		throw damaged(sae, 'is not JSON', { cause });
	}
	const lines = (value as { labels?: unknown } | null)?.labels;
	if (!Array.isArray(lines)) throw damaged(sae, 'holds no list of labels');
	return lines;
}

function damaged(sae: SaeId, what: string, options?: { cause: unknown }): Problem {
	return new Problem(
		'pack-damaged',
		`The file of names for ${sae} ${what}.`,
		'Fetch or make the pack again.',
		options
	);
}
