/** The text of a `pack.json`, which may be anything. */
import { Problem } from '../../src/core/names/errors';

/** Throws a Problem with this advice when the text is not JSON. */
export function parseJson(
	text: string,
	advice = 'Check the address: it must be that of a pack’s folder.'
): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new Problem('pack-invalid', "The pack's description (pack.json) is not JSON.", advice, {
			cause
		});
	}
}
