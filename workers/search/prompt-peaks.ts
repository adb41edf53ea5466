/** How strongly features fire on a text, beside how strongly they ever do. */
import type { SaeId } from '../../src/core/names/ids';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';
import { tapsOf } from '../sae/sae';

/** Of all features of an SAE on a text: the largest activation, and the token it is on. */
export interface TextPeaks {
	sae: SaeId;
	/** [dSae] */
	activation: Float32Array;
	/** [dSae]; index into `tokens`. */
	at: Uint32Array;
	tokens: string[];
}

/** SAE by SAE, in the order given; special tokens do not count. Lets other work in between. */
export async function* textPeaks(
	bench: Workbench,
	text: string,
	ids: readonly SaeId[],
	signal: AbortSignal
): AsyncGenerator<TextPeaks> {
	const { tokens } = bench.tokenize(text);
	const known = tokens.map(({ id }) => id);
	const saes = await bench.saes([...ids], signal);
	const { taps } = await bench.model.readOnce(known, tapsOf(saes.values()), signal);
	for (const id of ids) {
		const sae = saes.get(id)!;
		const { offsets, features, activations } = await sae.encode(taps.get(sae.tap)!, signal);
		const activation = new Float32Array(sae.wDec.rows);
		const at = new Uint32Array(sae.wDec.rows);
		for (let t = 0; t < tokens.length; t++) {
			if (tokens[t]!.special) continue;
			for (let i = offsets[t]!; i < offsets[t + 1]!; i++) {
				if (activations[i]! <= activation[features[i]!]!) continue;
				activation[features[i]!] = activations[i]!;
				at[features[i]!] = t;
			}
		}
		yield { sae: id, activation, at, tokens: tokens.map((token) => token.text) };
		await breathe();
		signal.throwIfAborted();
	}
}
