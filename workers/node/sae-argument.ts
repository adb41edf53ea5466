/** What `--sae` says: where it lies, and after a `#` what a person states of it. */
import { NO_OVERRIDES, type SaeOverrides } from '../../src/core/import/build-request';
import { usage } from './arguments';

/** Splits `DIR#site=…&k=32`. Throws a Problem for a word that means nothing here. */
export function parseSaeArgument(text: string): { where: string; overrides: SaeOverrides } {
	const [, where = text, words = ''] = /^(.*)#([\w]+=.*)$/.exec(text) ?? [];
	const overrides: SaeOverrides = { ...NO_OVERRIDES };
	for (const [word, value] of new URLSearchParams(words)) {
		const number = Number(value);
		if (word === 'site') overrides.site = value;
		else if (word === 'format') overrides.format = value;
		else if (word === 'activation' && value === 'relu') overrides.activation = value;
		else if (word === 'norm_scaling_factor' && number > 0 && number < Infinity)
			overrides.normScalingFactor = number;
		else if (word === 'k' && Number.isSafeInteger(number) && number > 0) overrides.k = number;
		else if (word === 'decoder_rows' && (value === 'features' || value === 'inputs'))
			overrides.decoderRows = value;
		else
			throw usage(
				`--sae "${text.slice(-80)}" states ${word.slice(0, 40)}=${value.slice(0, 40)}; it may state site, format, k, norm_scaling_factor, activation=relu and decoder_rows=features or inputs`
			);
	}
	return { where, overrides };
}
