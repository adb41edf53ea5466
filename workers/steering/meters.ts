/** Reads texts that were written, without steering: how likely they are, and how features fire on them. */
import { repeated } from '../../src/core/math/repetition';
import { surprise } from '../../src/core/math/sampling';
import type { Meter, MeterRequest } from '../../src/core/steering/meters';
import { parseFeatureId } from '../../src/core/names/site';
import type { Workbench } from '../packs/open-pack';
import { tapsOf } from '../sae/sae';

const RUN = 4;

/** One meter a text. Throws a Problem for a feature that does not exist. */
export async function meters(
	{ text, written, features }: MeterRequest,
	bench: Workbench,
	signal: AbortSignal
): Promise<Meter[]> {
	const { model, lens } = bench;
	const { vocabSize, dModel } = model.shape;
	const prompt = bench.tokenize(text).tokens.map((token) => token.id);
	const wanted = await Promise.all(features.map((id) => bench.feature(id)));
	const saes = new Map(wanted.map(({ sae }) => [sae.id, sae]));
	const last = model.sites.at(-1)!;
	const found: Meter[] = [];
	for (const ids of written) {
		if (ids.length === 0) {
			found.push({ perplexity: null, repeated: null, themes: [] });
			continue;
		}
		const taps = [...new Set([last, ...tapsOf(saes.values())])];
		const read = await model.readOnce([...prompt, ...ids], taps, signal);
		const before = read.taps.get(last)!.subarray((prompt.length - 1) * dModel, -dModel);
		const logits = await lens.logits(before, signal);
		const loss = ids.reduce(
			(sum, id, t) => sum + surprise(logits.subarray(t * vocabSize, (t + 1) * vocabSize), id),
			0
		);
		const themes: Meter['themes'] = [];
		for (const sae of saes.values()) {
			const x = read.taps.get(sae.tap)!.subarray(prompt.length * sae.spec.dIn);
			const codes = await sae.encode(x, signal);
			for (const id of features) {
				const { sae: own, index } = parseFeatureId(id)!;
				if (own !== sae.id) continue;
				let [times, sum] = [0, 0];
				codes.features.forEach((feature, i) => {
					if (feature !== index) return;
					times++;
					sum += codes.activations[i]!;
				});
				themes.push({ id, fires: times / ids.length, mean: sum / ids.length });
			}
		}
		themes.sort((a, b) => features.indexOf(a.id) - features.indexOf(b.id));
		found.push({
			perplexity: Math.exp(loss / ids.length),
			repeated: repeated(ids, RUN),
			themes
		});
	}
	return found;
}
