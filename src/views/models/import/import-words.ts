/** What was found in what a reader brings, and what comes of it, in words. */
import { bytes, count } from '../../../core/names/numbers';
import type { StoredDtype } from '../../../core/import/build-request';
import type { ListedSae, ListedModel } from '../../../core/import/listing';
import type { Progress } from '../../../core/calls';
import type { Imported } from '../../../core/packs/stored';
import { stepOf } from '../packs/pack-words';

export const DTYPES: readonly { value: StoredDtype; text: string; hint: string }[] = [
	{
		value: 'f32',
		text: 'float32',
		hint: 'Every number as it was saved, or widened without loss: 4 bytes each.'
	},
	{
		value: 'f16',
		text: 'float16',
		hint: 'Half the space. Matrices keep about 3 digits; the effect is measured and stated.'
	},
	{
		value: 'q8',
		text: 'int8',
		hint: 'A quarter of the space. Matrices keep 255 steps for each output; the effect is measured and stated.'
	}
];

/** How numbers are saved, as people call it. */
const SAVED: Record<string, string> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

export function modelFacts(model: ListedModel): string {
	const { type, layers, dModel, vocabSize, context, parameters, dtype } = model;
	const size = `${layers} layers, ${count(dModel)} wide`;
	const words = `${count(vocabSize)} tokens, reads up to ${count(context)}`;
	const saved = `${bytes(model.bytes)} as ${SAVED[dtype] ?? dtype}`;
	return `${type}: ${size}, ${words}; ${count(parameters)} parameters, ${saved}`;
}

export function factsOf({ formats, facts, bytes: size, site }: ListedSae): string {
	const format = formats.join(' or ');
	const later = site ? 'its size is' : 'site and size are';
	if (!facts) return `${format}, ${bytes(size)}; ${later} known once it is read`;
	const k = facts.k === null ? '' : ` (k ${count(facts.k)})`;
	return `${format}, ${facts.architecture}${k}: ${count(facts.dSae)} features of ${count(facts.dIn)} numbers, ${bytes(size)}`;
}

/** How far the making is: in bytes while weights are stored, by its step otherwise. */
export function makingStep(progress: Progress | null, rate: number | null): string {
	if (!progress) return 'Opening the files';
	if (progress.total > 0) return stepOf(progress, rate);
	return progress.what.slice(0, 1).toUpperCase() + progress.what.slice(1);
}

export function outcome({ title, files, bytes: all, added }: Imported): string {
	const shared = added < all ? `, ${bytes(added)} of it new` : '';
	return `${title} is stored: ${count(files)} files, ${bytes(all)}${shared}.`;
}
