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
	run.part({ kind: 'next', next, lens: [] });

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
	const lens = await lensReadings(bench, taps, signal);
	run.part({ kind: 'next', next, lens });
	for (const id of rest) await readSae(id);
}

function nextTokens(logits: Float32Array, bench: Workbench): TokenProbability[] {
	const p = softmax(logits);
	return largest(p, NEXT).map((id) => ({ token: bench.tokenizer.text(id), id, p: p[id]! }));
}

async function lensReadings(
	bench: Workbench,
	taps: Map<string, Float32Array>,
	signal?: AbortSignal
): Promise<LensReading[]> {
	const readings: LensReading[] = [];
	for (const site of bench.model.sites) {
		const place = placeOf(site)!;
		if (place.kind !== 'resid') continue;
		const { probabilities, ids } = await bench.lens.top(taps.get(site)!, signal);
		const { k } = bench.lens;
		const top = Array.from({ length: ids.length / k }, (_, t) =>
			Array.from({ length: k }, (_, i) => ({
				token: bench.tokenizer.text(ids[t * k + i]!),
				id: ids[t * k + i]!,
				p: probabilities[t * k + i]!
			}))
		);
		readings.push({ site, layer: place.layer, top });
		await breathe();
		signal?.throwIfAborted();
	}
	return readings;
}
