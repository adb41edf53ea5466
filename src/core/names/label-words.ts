/** What stands beside a label: where it came from, and how good it is. */
import type { Example, Label } from '../features/feature';

/** Sources that the page knows, in words. */
const SOURCES: Record<string, string> = {
	truth: 'Named after what the text’s generator knew to be true where it fires',
	pattern: 'Named after a pattern of tokens on which it fires',
	tokens: 'Named after the tokens it promotes, which says what it writes, not when it fires',
	reader: 'Named by a reader'
};

const digits = (value: number) => `${Number(value.toFixed(2))}`;
const known = (value: number | null | undefined): value is number => value != null;

/** `truth · F1 0.83 (chance 0.05)`, `pattern · P 0.9 R 0.7`, `tokens it promotes, not scored`. */
export function labelMark({ source, score, precision, recall, chance }: Label): string {
	const name = source === 'tokens' ? 'tokens it promotes' : source;
	if (source === 'pattern' && known(precision) && known(recall))
		return `${name} · P ${digits(precision)} R ${digits(recall)}`;
	if (score === null) return `${name}, not scored`;
	return `${name} · F1 ${digits(score)}${known(chance) ? ` (chance ${digits(chance)})` : ''}`;
}

/** `truth 0.83`, `tokens`: for lists. */
export function briefMark({ source, score }: Label): string {
	return score === null ? source : `${source} ${digits(score)}`;
}

/** Where an example text came from. */
export const EXAMPLE_SOURCES: Record<Example['source'], string> = {
	generator: 'story generator',
	model: 'sampled from the model',
	text: 'given with the pack'
};

/** Where the name came from, in a sentence. */
export function sourceInWords({ source }: Label): string {
	return SOURCES[source] ?? `Named by ${source}`;
}
