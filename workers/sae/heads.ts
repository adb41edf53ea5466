/** SAEs of attention's heads (hook_z): what they write to the stream, and the models in which that can be said. */
import type { Site } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import type { PackSae } from '../../src/core/packs/manifest';
import type { Matrix } from '../../src/core/math/matrix';
import { placeOf } from '../../src/core/names/site';
import type { Config } from '../graph/families/model-config';
import { architectureOf } from '../graph/families/families';
import { Graph } from '../graph/graph';
import type { LanguageModel } from '../model/language-model';
import { breathe, Session } from '../runtime/session';

/** Rows that are mapped in one run. */
const ROWS = 1024;

/**
 * Throws a Problem for an SAE of heads where it cannot be shown: its directions go through W_O to the
 * stream, which no matrix does where a norm follows.
 */
export function checkHeads(
	config: Config,
	sae: { id: string; site: Site; heads: boolean; dIn: number }
): void {
	if (!sae.heads) return;
	const { id, site, dIn } = sae;
	const architecture = architectureOf(config);
	const { layers, heads, dHead } = architecture.shape(config);
	const { layer } = placeOf(site)!;
	if (architecture.mixing(layer) === null)
		throw new Problem(
			'unsupported',
			`The SAE ${id} reads the heads of attention (hook_z), and this model normalises what they write before it reaches the stream, so that its features have no direction there.`,
			'Leave it out, or take one trained on hook_attn_out.'
		);
	if (layer >= layers || dIn !== heads * dHead)
		throw new Problem(
			'pack-invalid',
			`The SAE ${id} reads ${dIn} numbers of layer ${layer}; the model has ${layers} layers, whose ${heads} heads together give ${heads * dHead}.`,
			'Give SAEs that were trained on this model.'
		);
}

/** What W_O makes of rows `[n × heads·dHead]` of an SAE that reads these heads: `[n × dModel]`. */
export async function throughOutput(
	model: LanguageModel,
	{ site }: Pick<PackSae, 'site'>,
	{ rows, columns, data }: Matrix
): Promise<Matrix> {
	const { dModel } = model.shape;
	const name = model.architecture.mixing(placeOf(site)!.layer)!;
	const g = new Graph();
	const stored = g.weight(model.weights.weight(name));
	const inOut = model.architecture.storedInOut?.test(name) ?? false;
	const matrix = inOut ? stored : g.op('Transpose', [stored], { perm: [1, 0] });
	const x = g.input('x', 'float32', ['N', columns]);
	g.output('y', g.op('MatMul', [x, matrix]), 'float32', ['N', dModel]);
	const session = await Session.create(g.finish(), model.weights.files);
	const out = new Float32Array(rows * dModel);
	try {
		for (let at = 0; at < rows; at += ROWS) {
			const part = data.subarray(at * columns, (at + ROWS) * columns);
			const feeds = { x: { data: part, dims: [part.length / columns, columns] } };
			out.set((await session.run(feeds, ['y'])).data.y as Float32Array, at * dModel);
			await breathe();
		}
	} finally {
		await session.release();
	}
	return { rows, columns: dModel, data: out };
}
