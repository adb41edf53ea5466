/**
 * `tokenizer_config.json` beside `tokenizer.json`, which says it all: `transformers` 5 takes what is put around a text from
 * that file as well, whatever `add_bos_token` says.
 */
import { refused } from './component';

/** Throws a Problem where the two contradict each other about a space before the text: whose word counts is up to the class. */
export function checkSpaces(config: Record<string, unknown>, preTokenizer: unknown): void {
	const { type, add_prefix_space } = (preTokenizer ?? {}) as Record<string, unknown>;
	const wanted = config.add_prefix_space;
	if (type === 'ByteLevel' && typeof wanted === 'boolean' && wanted !== add_prefix_space)
		throw refused(
			`add_prefix_space ${wanted} in tokenizer_config.json and the contrary in tokenizer.json`
		);
}
