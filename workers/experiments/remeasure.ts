/** What a pack states of its SAEs on texts that ship with it, measured again with the weights that ship. */
import {
	compared,
	type Check,
	type Remeasured,
	type RemeasuredSae
} from '../../src/core/packs/check';
import type { Run } from '../../src/core/calls';
import { Problem } from '../../src/core/names/errors';
import { readAt, tapOf } from '../../src/core/names/site';
import { SaeEvaluator } from '../sae/evaluator';
import type { Workbench } from '../packs/open-pack';

/** Progress counts texts, over all SAEs. Throws a Problem where there is nothing to measure again. */
export async function remeasure(bench: Workbench, run: Run): Promise<Remeasured> {
	const { check } = bench.pack.model.metrics;
	if (!check)
		throw new Problem(
			'unsupported',
			'This pack states no metrics on the texts that ship with it, so there is nothing to measure again.',
			'Take a newer pack, or make it again by its recipe.'
		);
	const windows = await checkedTexts(bench, check);
	const ids = bench.saeIds.filter((id) => Object.hasOwn(check.saes, id));
	const sites = ids.flatMap((id) => [readAt(bench.info(id)!), tapOf(bench.info(id)!.site)]);
	const evaluator = new SaeEvaluator(bench, windows, [
		...new Set([...sites, bench.model.sites.at(-1)!])
	]);
	const total = ids.length * windows.length;
	const saes: RemeasuredSae[] = [];
	try {
		for (const [i, id] of ids.entries()) {
			const sae = await bench.sae(id, run.signal);
			const found = await evaluator.evaluate(sae, {
				signal: run.signal,
				onWindow: (done) =>
					run.progress({ phase: 'measure', what: id, done: i * windows.length + done, total })
			});
			saes.push(compared(id, found, check.saes[id]!));
		}
	} finally {
		await evaluator.release();
	}
	const worst = Math.max(...saes.map((sae) => sae.worst));
	return { texts: check.texts, tokens: check.tokens, saes, worst };
}

/** The pack's first generated texts. Throws a Problem unless they are those that it makes a statement on. */
async function checkedTexts(bench: Workbench, { texts, tokens }: Check): Promise<number[][]> {
	const { context, vocabSize } = bench.model.shape;
	const windows = (await bench.texts())?.documents('generator', texts) ?? [];
	const counted = windows.flat().filter((id) => !bench.tokenizer.isSpecial(id)).length;
	const readable = windows.every(
		(ids) => ids.length <= context && ids.every((id) => id < vocabSize)
	);
	if (windows.length === texts && counted === tokens && readable) return windows;
	throw new Problem(
		'pack-invalid',
		`The pack states metrics on ${texts} generated texts of ${tokens} tokens, but these do not ship with it.`,
		'Make the pack again by its recipe.'
	);
}
