/** What a training will take, measured on a few windows and a few steps. */
import { tapOf } from '../../src/core/names/site';
import { geometricMedian, scaleAround } from '../../src/core/train/fitting';
import { checkSettings, planOf } from '../../src/core/train/plan';
import { newSaeState } from '../../src/core/train/sae-state';
import { checkSurvey, warningsOf } from '../../src/core/train/text-warnings';
import type { TrainingCost, TrainRequest } from '../../src/core/train/training';
import type { TextFile } from '../corpus/text-file';
import { windowStart } from '../corpus/windows';
import type { Workbench } from '../packs/open-pack';
import { learnerOf } from './learning/learners';
import { TopEncoder } from './learning/top-encoder';
import { LONGEST_WINDOW, surveyOf } from './training-text';
import { CURVE } from './held-out';
import { bufferRows, checkSite, pointsOf } from './training';

/** Windows that are read, and steps that are taken, the first of each not counted. */
const [WINDOWS, STEPS] = [4, 3];

/** Throws a Problem where a training would. */
export async function trialOf(
	bench: Workbench,
	file: TextFile,
	{ site, settings }: Omit<TrainRequest, 'text'>,
	signal?: AbortSignal
): Promise<TrainingCost> {
	checkSite(bench, site);
	const tap = tapOf(site);
	const d = bench.model.width(tap);
	checkSettings(settings, d);
	const text = await surveyOf(bench, file, signal);
	checkSurvey(text);
	const first = windowStart(bench).start.length;
	const plan = planOf(settings);
	const batch = new Float32Array(plan.batch * d);
	const read = { tokens: 0, seconds: 0 };
	let filled = 0;
	for (let w = 0; w <= WINDOWS; w++) {
		const ids = text.heldOut[w % text.heldOut.length]!;
		const start = performance.now();
		const x = (await bench.model.texts([ids], [tap], signal)).get(tap)!.subarray(first * d);
		if (w > 0) {
			read.tokens += ids.length - first;
			read.seconds += (performance.now() - start) / 1000;
		}
		const part = x.subarray(0, batch.length - filled);
		batch.set(part, filled);
		filled += part.length;
	}
	for (; filled < batch.length; filled *= 2) batch.copyWithin(filled, 0, filled);
	const centre = geometricMedian(batch, d);
	const fit = { centre, scale: scaleAround(batch, centre) };
	const encoder = new TopEncoder(d);
	const learner = learnerOf(newSaeState(settings, fit, 0), encoder, Infinity);
	let seconds = 0;
	for (let step = 0; step < STEPS; step++) {
		const start = performance.now();
		await learner.step(batch, 0, signal);
		if (step > 0) seconds += (performance.now() - start) / 1000 / (STEPS - 1);
	}
	await learner.release();
	await encoder.release();
	const reading = read.tokens / read.seconds;
	const learning = plan.batch / seconds;
	const saes = settings.control ? 2 : 1;
	const parameters = 2 * settings.features * d + settings.features + d;
	const rows = bufferRows(d, plan, text.tokens);
	// Held-out text is encoded and decoded, which is about half of a step, at every point of the curve.
	const steps = settings.tokens + (pointsOf(settings) * CURVE * LONGEST_WINDOW) / 2;
	return {
		...{ textTokens: text.tokens, isWhole: text.isWhole, reading, learning },
		seconds: (settings.tokens + rows) / reading + (saes * steps) / learning,
		memory: 4 * (3 * saes * parameters + rows * d + 3 * plan.batch * d),
		storage: 4 * 4 * saes * parameters,
		warnings: warningsOf(text, settings)
	};
}
