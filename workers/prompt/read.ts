/** Reading a prompt: tokens, the model's prediction, the lens, and every SAE, part by part. */
import type { Run } from '../../src/core/calls';
import type { LensReading, ReadingPart, ReadRequest } from '../../src/core/prompt/reading';
import type { SaeId } from '../../src/core/names/ids';
import type { TokenProbability } from '../../src/core/names/tokens';
import { largest, softmax } from '../../src/core/math/sampling';
import { placeOf } from '../../src/core/names/site';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';

const NEXT = 10;
const NOTHING = new Float32Array(0);

/** Calls `run.part` with the tokens, then the prediction, then SAE by SAE; those asked for come first. */
export async function read(
	request: ReadRequest,
	bench: Workbench,
	run: Run<ReadingPart>
): Promise<void> {
	const { model } = bench;
	const { signal } = run;
	const { tokens, leftOut } = bench.tokenize(request.text);
	run.part({ kind: 'tokens', tokens, leftOut });
	const ids = tokens.map((t) => t.id);
	const { logits, taps } = await model.readOnce(ids, bench.taps, signal);
	const next = nextTokens(logits, bench);
	run.part({ kind: 'next', next, lens: [], surprise: NOTHING });

	const first = (request.first ?? []).filter((id) => bench.saeIds.includes(id));
	const rest = bench.saeIds.filter((id) => !first.includes(id));
	const readSae = async (id: SaeId) => {
		const sae = await bench.sae(id, signal);
		signal.throwIfAborted();
		run.part({ kind: 'site', site: await sae.read(taps, signal) });
		await breathe();
		signal.throwIfAborted();
	};
	for (const id of first) await readSae(id);
	run.part({ kind: 'next', next, ...(await lensReadings(bench, ids, taps, signal)) });
	for (const id of rest) await readSae(id);
}

function nextTokens(logits: Float32Array, bench: Workbench): TokenProbability[] {
	const p = softmax(logits);
	return largest(p, NEXT).map((id) => ({ token: bench.tokenizer.text(id), id, p: p[id]! }));
}

/** The lens after every layer; and how surprised the model is by each token, which the last layer says. */
async function lensReadings(
	bench: Workbench,
	read: readonly number[],
	taps: Map<string, Float32Array>,
	signal?: AbortSignal
): Promise<{ lens: LensReading[]; surprise: Float32Array }> {
	const { model } = bench;
	const residuals = model.sites.filter((site) => placeOf(site)!.kind === 'resid');
	const length = taps.get(residuals[0]!)!.length;
	const all = new Float32Array(residuals.length * length);
	residuals.forEach((site, i) => all.set(taps.get(site)!, i * length));
	const following = Int32Array.from({ length: residuals.length * read.length }, (_, row) => {
		return read[(row % read.length) + 1] ?? -1;
	});
	const found = await bench.lens.top(all, following, signal);
	const { probabilities, ids } = found;
	const k = Math.min(bench.lens.k, model.shape.vocabSize);
	const tokens = length / model.shape.dModel;
	const surprise = new Float32Array(tokens).fill(NaN);
	surprise.set(found.surprise.subarray(-tokens, -1), 1);
	const lens = residuals.map((site, s) => ({
		site,
		layer: placeOf(site)!.layer,
		top: Array.from({ length: tokens }, (_, t) =>
			Array.from({ length: k }, (_, i) => {
				const at = (s * tokens + t) * k + i;
				return { token: bench.tokenizer.text(ids[at]!), id: ids[at]!, p: probabilities[at]! };
			})
		)
	}));
	return { lens, surprise };
}
