/** What the two kinds of tokenizers in GGUF files have in common. */

/** What a file says of its tokens. */
export interface GgufTokens {
	texts: readonly string[];
	/** 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 a byte. */
	types: readonly number[];
}

export const NORMAL = 1;

/** What the kinds of tokenizers differ in, as `tokenizer.json` says it. */
export interface TokenizerParts {
	/** Whether a text begins with BOS where the file does not say. */
	addsStart: boolean;
	normalizer: object | null;
	preTokenizer: object | null;
	decoder: object;
	/** Without its vocabulary and merges, which are long. */
	model: object;
	merges(): string[] | [string, string][];
}
