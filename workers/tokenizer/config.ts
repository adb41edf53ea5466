/**
 * What `tokenizer_config.json` changes. `tokenizer.json` says it all, but for some classes of `transformers`, which put
 * the beginning and the end around a text by what the config says, whatever the file does.
 */
import { refused } from './component';

const CLASSES = /^(Llama|CodeLlama|Gemma|Cohere)Tokenizer(Fast)?$/;

/** What puts the ids of `bos_token` and `eos_token` around those of a text; null where the file alone decides. */
export function surroundingOf(
	config: Record<string, unknown>,
	idOf: (content: string) => number | undefined
): ((ids: number[]) => number[]) | null {
	const { tokenizer_class, add_bos_token, add_eos_token } = config;
	if (typeof add_bos_token !== 'boolean' || !CLASSES.test(String(tokenizer_class))) return null;
	const id = (name: string): number[] => {
		const content = contentOf(config[name]);
		const found = content === null ? undefined : idOf(content);
		if (found === undefined) throw refused(`add_${name} with a ${name} that it does not have`);
		return [found];
	};
	const start = add_bos_token ? id('bos_token') : [];
	const end = add_eos_token === true ? id('eos_token') : [];
	return (ids) => [...start, ...ids, ...end];
}

/** Throws a Problem where the config and the file contradict each other about a space before the text. */
export function checkSpaces(config: Record<string, unknown>, preTokenizer: unknown): void {
	const { type, add_prefix_space } = (preTokenizer ?? {}) as Record<string, unknown>;
	const wanted = config.add_prefix_space;
	if (type === 'ByteLevel' && typeof wanted === 'boolean' && wanted !== add_prefix_space)
		throw refused(
			`add_prefix_space ${wanted} in tokenizer_config.json and the contrary in tokenizer.json`
		);
}

/** A token of the config: its content, or an object that holds it. */
function contentOf(token: unknown): string | null {
	if (typeof token === 'string') return token;
	const { content } = (token ?? {}) as { content?: unknown };
	return typeof content === 'string' ? content : null;
}
