/** A verdict in words: what is found, and which mistake explains it. */
import type { Site } from '../names/ids';
import { placeOf, tapOf } from '../names/site';
import { saeArchitecture } from '../sae/architectures';
import type { Normalization } from '../sae/config';
import type { Decision, ExpectedFit, Reconstruction, Repair } from './fit';

/** One sentence on a decision; `base` is what was found as it is. */
export function sentenceOf(
	{ word, best }: Decision,
	base: Reconstruction,
	expected: ExpectedFit,
	site: Site
): string {
	if (word === 'fits')
		return `It explains ${share(1 - base.fvu)} of the variance with ${active(base.l0)} a token, and no known mistake, undone, makes it explain clearly more.`;
	if (best)
		return `Most likely ${causeOf(best.repair, site)}. With that undone it explains ${share(1 - best.fvu)} of the variance instead of ${share(1 - base.fvu)}, with ${active(best.l0)} a token instead of ${base.l0.toFixed(1)}.`;
	const [from, to] = expected.l0;
	const range = `${from.toPrecision(3)} to ${to.toPrecision(3)}`;
	const by = expected.stated ? 'its config leads one to expect' : 'is usual';
	if (!(base.l0 > 0))
		return 'None of its features is active on this text, and none of the known mistakes explains it.';
	return base.l0 < from || base.l0 > to
		? `It has ${active(base.l0)} a token, where ${range} ${by}, and none of the known mistakes explains it.`
		: `It explains ${share(1 - base.fvu)} of the variance, less than the ${share(expected.explained)} of any SAE that is used, and none of the known mistakes explains it.`;
}

const share = (x: number): string =>
	Number.isFinite(x)
		? x < -10
			? 'far less than nothing'
			: `${(100 * x).toFixed(1)} %`
		: 'nothing';

const active = (l0: number): string => `${l0.toFixed(1)} active features`;

/** The mistake in words, as the end of a sentence. */
export function causeOf(repair: Repair, site: Site): string {
	switch (repair.kind) {
		case 'site':
			return siteCause(site, repair.site);
		case 'scale':
			return `it was trained on activations scaled to an average norm, and the factor ${number(repair.factor)} is not folded into its weights`;
		case 'normalize':
			return NORMALIZED[repair.to];
		case 'subtract':
			return repair.bDec
				? 'its b_dec has to be subtracted before it encodes'
				: 'its b_dec must not be subtracted before it encodes';
		case 'bias':
			return 'its decoder bias b_dec is missing';
		case 'activation':
			return saeArchitecture(repair.architecture).rule!(repair);
		case 'turned':
			return TURNED[repair.which];
	}
}

const NORMALIZED: Record<Normalization, string> = {
	none: 'it was trained on activations as they are, not normalised',
	layer_norm: 'it was trained on activations that layer_norm had normalised',
	constant_norm_rescale:
		'it was trained on activations rescaled to one norm (constant_norm_rescale)',
	centre: 'it was trained on a centred model, each activation without its mean'
};

const TURNED = {
	swapped: 'its W_enc and W_dec stand in each other’s place',
	encoder: 'its W_enc is transposed',
	decoder: 'its W_dec is transposed',
	both: 'its W_enc and W_dec are transposed'
};

function siteCause(from: Site, to: Site): string {
	const [a, b] = [placeOf(tapOf(from))!, placeOf(tapOf(to))!];
	const streams = ['resid', 'embed'];
	const alike = a.kind === b.kind || (streams.includes(a.kind) && streams.includes(b.kind));
	const depth = (place: typeof a) => (place.kind === 'embed' ? -1 : place.layer);
	return alike && Math.abs(depth(a) - depth(b)) === 1
		? `it is off by one layer: it was trained at ${to}`
		: `it sits at the wrong hook: it was trained at ${to}`;
}

const number = (x: number): string => x.toPrecision(3);
