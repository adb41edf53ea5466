/** What stands beside a label: where it came from, and how good it is. */
import type { Example, Label } from '../features/feature';

/** Sources that the page knows, in words. */
const SOURCES: Record<string, string> = {
	truth: 'Named after what the generator of the texts knew to be true where it fires',
	pattern: 'Named after a pattern of tokens on which it fires',
	tokens: 'Named after the tokens it promotes: what it writes, not when it fires',
	reader: 'Named by a reader'
};

const digits = (value: number) => `${Number(value.toFixed(2))}`;
const known = (value: number | null | undefined): value is number => value != null;
const CHECKED: Record<string, string> = { truth: 'checked name', pattern: 'checked pattern' };

/**
 * `checked name: right 94 %, found 99 %`: of the tokens on which it fires the share where the name holds, and of the
 * tokens where the name holds the share on which it fires. Without these its F1; without that, that it is not checked.
 */
export function labelMark({ source, score, precision, recall }: Label): string {
	if (source === 'tokens') return 'unnamed; pushes towards these tokens';
	const name = CHECKED[source] ?? `named by a ${source}`;
	if (known(precision) && known(recall))
		return `${name}: right ${whole(precision)}, found ${whole(recall)}`;
	return score === null ? `${name}, not checked` : `${name}: F1 ${digits(score)}`;
}

const whole = (share: number) => `${Math.round(100 * share)} %`;

/** `checked, F1 0.83`, `unnamed`: for lists. */
export function briefMark({ source, score }: Label): string {
	if (source === 'tokens') return 'unnamed';
	const name = source === 'truth' ? 'checked' : source;
	return score === null ? name : `${name}, F1 ${digits(score)}`;
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
