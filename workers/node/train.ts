/** The command `train`: an SAE of a site of a pack's model, as a SAELens folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TrainingResult } from '../../src/core/train/training';
import { saeLensFolder, trainedConfig } from '../train/sae-lens-folder';
import { Training } from '../train/training';
import { surveyOf } from '../train/training-text';
import type { Workbench } from '../packs/open-pack';
import type { Arguments } from './arguments';
import { openText } from './corpus/text-file';
import { within } from './folders/within';
import { say } from './plain-output';

/** Tokens to learn from at most, unless more are asked for; fewer where the text has fewer. */
const MOST = 1_000_000;

/** Trains, says how it goes on stderr, and writes the folder. */
export async function trainFolder(
	args: Arguments,
	open: () => Promise<Workbench>
): Promise<TrainingResult> {
	const [site, corpus, out] = [args.need('site'), args.need('corpus'), args.need('out')];
	const tokens = args.get('tokens') === undefined ? null : args.whole('tokens', 0, 1);
	const chosen = {
		...{ features: args.whole('features', 2048, 1), k: args.whole('k', 32, 1) },
		...{ seed: args.whole('seed', 0), control: args.get('control') !== undefined }
	};
	const file = await openText(corpus, '--corpus');
	const bench = await open();
	const once = tokens ?? Math.min(MOST, (await surveyOf(bench, file)).tokens);
	const settings = { ...chosen, tokens: once };
	const training = await Training.begin(bench, file, { site, settings });
	for (const warning of training.soFar.warnings) say(warning);
	for await (const isPoint of training.run()) {
		if (!isPoint) continue;
		const { tokens: done, curve, seconds } = training.soFar;
		const { fvu, dead } = curve.at(-1)!;
		say(
			`${done} of ${once} tokens: FVU ${fvu.toFixed(4)}, dead ${(100 * dead).toFixed(1)} %, ${Math.round(done / seconds)} tokens/s`
		);
	}
	const result = await training.result();
	const metadata = {
		hook_name: site,
		model_name: bench.pack.name,
		context_size: bench.model.shape.context,
		dataset_path: file.name,
		training_tokens: result.tokens
	};
	const cfg = trainedConfig(training.sae, metadata);
	await mkdir(out, { recursive: true });
	for (const [name, bytes] of saeLensFolder(training.sae, cfg))
		await writeFile(await within(path.resolve(out), name), bytes);
	await training.release();
	return result;
}
