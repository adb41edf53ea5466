/** What storing a model in fewer bits changes: the stored weights against the float32 ones they were made from. */
import type { Floats } from '../../src/core/files/safetensors';
import { largest } from '../../src/core/math/sampling';
import { inFloat32 } from '../model/float-tensors';
import { LanguageModel } from '../model/language-model';
import type { ModelFolder } from './model-folder';

/** The float32 weights are all in memory for it: more bytes than this are not measured. */
const MOST = 2e9;

interface Deviation {
	/** Tokens that were read. */
	tokens: number;
	/** Root mean square of what the logits after the last token are off by, over that of the logits, centred. */
	logits: number;
	/** The same of the stream, over all tokens, at the site where it is largest. */
	stream: number;
	/** Whether the likeliest next token is still the same. */
	same_next_token: boolean;
}

/** Reads the tokens with both; `stored` is the model as the pack holds it. Null where the model is too large. */
export async function deviation(
	{ config, tensors }: ModelFolder,
	stored: LanguageModel,
	ids: number[],
	signal?: AbortSignal
): Promise<Deviation | null> {
	const numbers = [...tensors.values()].map(({ shape }) => shape.reduce((a, b) => a * b, 1));
	if (4 * numbers.reduce((a, b) => a + b, 0) > MOST) return null;
	const found = await stored.readOnce(ids, stored.sites, signal);
	await stored.release();
	const read = new Map<string, Floats>();
	for (const [name, tensor] of tensors) read.set(name, await tensor.read());
	const whole = new LanguageModel(config, inFloat32(read));
	const exact = await whole.readOnce(ids, whole.sites, signal);
	await whole.release();
	const likeliest = (logits: Float32Array) => largest(logits, 1)[0];
	const apart = whole.sites.map((site) => off(found.taps.get(site)!, exact.taps.get(site)!));
	return {
		tokens: ids.length,
		logits: off(found.logits, exact.logits),
		stream: Math.max(...apart),
		same_next_token: likeliest(found.logits) === likeliest(exact.logits)
	};
}

function off(found: Float32Array, exact: Float32Array): number {
	const mean = exact.reduce((a, b) => a + b, 0) / exact.length;
	const squares = (of: (x: number, i: number) => number) =>
		exact.reduce((sum, x, i) => sum + of(x, i) ** 2, 0);
	return Math.sqrt(squares((x, i) => found[i]! - x) / squares((x) => x - mean));
}
