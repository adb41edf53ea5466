/** What stands beside a label: where it came from, and how good it is. */
import type { Example, Label } from '../features/feature';

/** Sources that the page knows, in words. */
const SOURCES: Record<string, string> = {
	truth: 'Named after what the generator of the texts knew to be true where it fires',
	pattern: 'Named after the words or tokens on which it fires',
	tokens: 'Named after the tokens it promotes: what it writes, not when it fires',
	own: 'Named by you'
};

const digits = (value: number) => `${Number(value.toFixed(2))}`;
const known = (value: number | null | undefined): value is number => value != null;
const CHECKED: Record<string, string> = { truth: 'checked name', pattern: 'checked pattern' };

/**
 * `checked name: right 94 %, found 99 %`: of the tokens on which it fires the share where the name holds, and of the
 * tokens where the name holds the share on which it fires. Without these its F1; without that, that it is not checked. Where
 * the examples were asked, how many agree comes first.
 */
export function labelMark(label: Label): string {
	const { source, score, precision, recall } = label;
	if (source === 'tokens') return 'unnamed; pushes towards these tokens';
	if (source === 'own') return 'your name';
	const name = CHECKED[source] ?? `named by a ${source}`;
	const held = heldInWords(label);
	if (known(precision) && known(recall)) {
		const rates = `right ${whole(precision)}, found ${whole(recall)}`;
		return held ? `${name}: ${held}; ${rates}` : `${name}: ${rates}`;
	}
	return score === null ? `${name}, not checked` : `${name}: F1 ${digits(score)}`;
}

const whole = (share: number) => `${Math.round(100 * share)} %`;

/** `checked, F1 0.83`, `unnamed`: for lists. */
export function briefMark({ source, score }: Label): string {
	if (source === 'tokens') return 'unnamed';
	if (source === 'own') return 'your name';
	const name = source === 'truth' ? 'checked' : source;
	return score === null ? name : `${name}, F1 ${digits(score)}`;
}

/** `Holds in 21 of 24 examples`; null where nobody looked. */
export function heldInWords({ held }: Label): string | null {
	return held ? `holds in ${held.holds} of ${held.of} examples` : null;
}

/** The same in sentences, with the strongest examples apart. */
export function heldInSentences({ held }: Label): string | null {
	if (!held) return null;
	const { holds, of, strongest, ofStrongest } = held;
	const all = `It holds in ${holds} of ${of} stored examples, from the strongest to the weakest`;
	if (strongest === null || ofStrongest === null) return `${all}.`;
	return `${all}; of the ${ofStrongest} strongest in ${strongest === ofStrongest ? 'all' : strongest}.`;
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
