/** Text as the words in it, so that case, punctuation and accents make no difference. */

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;

export function wordsOf(text: string): string[] {
	const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
	return (plain.match(WORD) ?? []).map((word) => word.replace(/['’]/g, ''));
}
