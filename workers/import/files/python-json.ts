/** JSON as Python's `json` writes it: NaN, Infinity and -Infinity stand bare, which JSON itself does not know. */
import { parseJson } from '../../../src/core/files/json';

/** No text of a file decodes to it by chance. */
const NOT_A_NUMBER = '\0NaN';

/** Throws a SyntaxError for anything else that is no JSON. */
export function parsePythonJson(text: string): unknown {
	try {
		return parseJson(text);
	} catch {
		const spelled = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) => {
			if (token.startsWith('"')) return token;
			if (token === 'NaN') return JSON.stringify(NOT_A_NUMBER);
			return token.startsWith('-') ? '-1e999' : '1e999';
		});
		return parseJson(spelled, (_, value) => (value === NOT_A_NUMBER ? NaN : value));
	}
}
