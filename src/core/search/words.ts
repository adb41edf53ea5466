/** The words of what is searched for. */

/** Lower case, without quotation marks and spaces around it: how two names are compared. */
export function plainName(text: string): string {
	const bare = text.trim().replace(/^[“"'‘]+(.+?)[”"'’]+$/su, '$1');
	return bare.trim().toLowerCase().replace(/\s+/g, ' ');
}

/** Words and numbers in lower case, and every other sign by itself. */
export function wordsOf(text: string): string[] {
	return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu) ?? [];
}

/** The words alone, without quotation marks and stops, unless there is nothing else. */
export function lettersOf(text: string): string[] {
	const all = wordsOf(text);
	const words = all.filter((word) => /[\p{L}\p{N}]/u.test(word));
	return words.length > 0 ? words : all;
}

/** Whether a text is to be read by the model as well: three words or more. */
export function isSentence(text: string): boolean {
	return lettersOf(text).length >= 3 && /\p{L}/u.test(text);
}
