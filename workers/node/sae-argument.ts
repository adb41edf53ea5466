/** What `--sae` says: where it lies, and after a `#` what a person states of it. */
import { NOTHING_STATED, type Stated } from '../../src/core/import/order';
import { usage } from './arguments';

/** Splits `DIR#site=…&k=32`. Throws a Problem for a word that means nothing here. */
export function parseSaeArgument(text: string): { where: string; stated: Stated } {
	const [, where = text, words = ''] = /^(.*)#([\w]+=.*)$/.exec(text) ?? [];
	const stated: Stated = { ...NOTHING_STATED };
	for (const [word, value] of new URLSearchParams(words)) {
		const number = Number(value);
		if (word === 'site') stated.site = value;
		else if (word === 'format') stated.format = value;
		else if (word === 'activation' && value === 'relu') stated.activation = value;
		else if (word === 'norm_scaling_factor' && number > 0 && number < Infinity)
			stated.normScalingFactor = number;
		else if (word === 'k' && Number.isSafeInteger(number) && number > 0) stated.k = number;
		else if (word === 'decoder_rows' && (value === 'features' || value === 'inputs'))
			stated.decoderRows = value;
		else
			throw usage(
				`--sae "${text.slice(-80)}" states ${word.slice(0, 40)}=${value.slice(0, 40)}; it may state site, format, k, norm_scaling_factor, activation=relu and decoder_rows=features or inputs`
			);
	}
	return { where, stated };
}
