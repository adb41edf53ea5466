/** How much of a reproduction was done, and how long it took, in words. */
import { count } from '../../../core/names/numbers';
import type { Reproduction, ReproductionSettings } from '../../../core/experiments/reproduction';

export function settingsInWords(settings: ReproductionSettings): string {
	const { tokens, texts, tokensPerText, featuresPerToken, themes, samples, length, seed } =
		settings;
	return (
		`Up to ${count(tokens)} tokens of the pack’s own texts; deactivation on ${texts} of them, ` +
		`${tokensPerText} tokens each and up to ${featuresPerToken} features a token and layer; ` +
		`steering on up to ${themes} ${themes === 1 ? 'theme' : 'themes'}, ${samples} × ${length} tokens a way; seed ${seed}.`
	);
}

/** `18 minutes`, as it was measured. */
export function durationInWords({ took }: Reproduction): string {
	const seconds = took.reduce((sum, part) => sum + part.seconds, 0);
	if (seconds < 100) return `${Math.round(seconds)} seconds`;
	return `${Math.round(seconds / 60)} minutes`;
}
