/** What is done with the words of a config that somebody else's library wrote. */

/** A word inside another object is written with a dot: `trainer.k`. One that is in no list is named to the reader. */
export interface ConfigWords {
	/** Acted on. */
	used: readonly string[];
	/** Only these values lead to the numbers that are shown here. Absent and null count as the first of them. */
	only?: Readonly<Record<string, readonly unknown[]>>;
	/** What somebody should know where they say something, as a sentence, in which `{}` stands for the value. */
	named?: Readonly<Record<string, string>>;
	/** They change no number of what was trained; by why that is so. */
	harmless: Readonly<Record<string, readonly string[]>>;
	/** Objects whose words mean the same as at the top. */
	sections?: readonly string[];
}

/** A value of a config that leads to other numbers than those that would be shown. */
export interface DisallowedWord {
	word: string;
	value: unknown;
	allowed: readonly unknown[];
}

/** The first such value; null where there is none. */
export function disallowedWord(
	fields: Record<string, unknown>,
	words: ConfigWords
): DisallowedWord | null {
	for (const [word, value] of spelledOut(fields, words)) {
		const allowed = Object.hasOwn(words.only ?? {}, word) ? words.only![word]! : null;
		if (allowed && !allowed.includes(value)) return { word, value, allowed };
		const isNumber = typeof value !== 'number' || Number.isFinite(value);
		if (!isNumber && words.used.includes(word)) return { word, value, allowed: [] };
	}
	return null;
}

/** Whether a config of these words is known to have this one. */
export const isKnownWord = (word: string, words: ConfigWords): boolean =>
	[words.only ?? {}, words.named ?? {}].some((listed) => Object.hasOwn(listed, word)) ||
	[words.used, ...Object.values(words.harmless)].some((listed) => listed.includes(word));

/** What is to be known of a config before anything is shown: a sentence for each word that has one, and one for those that nobody knows. */
export function notesOf(fields: Record<string, unknown>, words: ConfigWords, of: string): string[] {
	const all = new Map(spelledOut(fields, words));
	const named = [...all].flatMap(([word, value]) => {
		if (!Object.hasOwn(words.named ?? {}, word)) return [];
		const said = JSON.stringify(value).slice(0, 40);
		return [`${of}: ${words.named![word]!.replace('{}', () => said)}`];
	});
	const unknown = [...all.keys()].filter((word) => !isKnownWord(word, words));
	if (unknown.length === 0) return named;
	const shown = unknown.slice(0, 8).map((word) => word.slice(0, 60));
	const more = unknown.length > shown.length ? ' and others' : '';
	return [
		...named,
		`${of} has words that are not known here, and nothing is done with them: ${shown.join(', ')}${more}.`
	];
}

/** Every word with a value that says something, objects that hold known words taken apart. */
function spelledOut(
	fields: Record<string, unknown>,
	words: ConfigWords,
	within: string | null = null
): [string, unknown][] {
	const listed = [...words.used, ...Object.keys({ ...words.only, ...words.named })];
	return Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
		const word = (within ?? '') + key;
		if (value === null || value === '') return [];
		if (value === false) return Object.hasOwn(words.only ?? {}, word) ? [[word, value]] : [];
		if (typeof value !== 'object') return [[word, value]];
		if (Object.keys(value).length === 0) return [];
		const inner = value as Record<string, unknown>;
		if (within === null && words.sections?.includes(key)) return spelledOut(inner, words, '');
		const isKnownInside = listed.some((one) => one.startsWith(`${word}.`));
		return isKnownInside && !Array.isArray(value)
			? spelledOut(inner, words, `${word}.`)
			: [[word, value]];
	});
}
