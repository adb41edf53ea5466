/** Whether the SAEs of an open pack fit its model, measured on one text. */
import type { Run } from '../../../src/core/calls';
import { Problem } from '../../../src/core/names/errors';
import {
	LEAST_TOKENS,
	type FitReport,
	type FitRequest,
	type SaeFit
} from '../../../src/core/experiments/fit';
import { unknownFeature, type Workbench } from '../../packs/open-pack';
import { FitRun } from './fit-run';
import { fitOf } from './sae-fit';
import { unpackSae } from './unpacked-sae';

/** Throws a Problem when the text is too short. Each SAE is reported as soon as it is measured. */
export async function fitReport(
	{ text, saes }: FitRequest,
	bench: Workbench,
	{ signal, progress, part }: Run<SaeFit>
): Promise<FitReport> {
	const run = new FitRun(bench, text, signal);
	const { tokens } = run;
	if (tokens < LEAST_TOKENS)
		throw new Problem(
			'unsupported',
			`The text has ${tokens} tokens that count, too few to tell whether an SAE fits.`,
			`Give a text of at least ${LEAST_TOKENS} tokens, some ${Math.ceil(LEAST_TOKENS / 50) * 50} words.`
		);
	const ids = saes ?? bench.saeIds;
	const found: SaeFit[] = [];
	try {
		for (const [i, id] of ids.entries()) {
			const send = (done: number, total: number) =>
				progress({ phase: 'measure', what: id, done: i + done / total, total: ids.length });
			send(0, 1);
			const info = bench.info(id);
			if (!info) throw unknownFeature(id);
			const fit = await fitOf(await unpackSae(bench, info, signal), run, send);
			found.push(fit);
			part(fit);
		}
	} finally {
		await run.evaluator.release();
	}
	return { tokens, text: text === null ? 'built in' : 'own', saes: found };
}
