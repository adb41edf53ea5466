/** What a text says about the SAE that can come of it. */
import { Problem } from '../names/errors';
import { FEWEST_TOKENS, tokensNeeded, tooFew, type TrainSettings } from './plan';

/** A text, as far as it was looked through. */
export interface TextSurvey {
	/** Tokens to learn from; an estimate where the text was not looked through to its end. */
	tokens: number;
	isWhole: boolean;
	/** In what was looked through: characters, tokens, and different tokens. */
	characters: number;
	seen: number;
	different: number;
}

/** Fewer different tokens say nothing. */
const FEWEST_DIFFERENT = 8;
/** Tokens a character from which on the tokenizer spells letters in pieces. */
const IN_PIECES = 1;

/** Throws a Problem for a text from which nothing can be learned. */
export function checkSurvey({ tokens, isWhole, seen, different }: TextSurvey): void {
	if (seen === 0)
		throw new Problem(
			'unsupported',
			'This file holds no text that the model can read.',
			'Choose one with some pages.'
		);
	if (isWhole && tokens < FEWEST_TOKENS) throw tooFew(tokens);
	if (different < FEWEST_DIFFERENT)
		throw new Problem(
			'unsupported',
			`This text repeats ${different === 1 ? 'one token' : `${different} tokens`} over and over: there is nothing to tell apart.`,
			'Choose a text of ordinary sentences.'
		);
}

/** What a person should know before they train, a sentence each. */
export function warningsOf(
	{ tokens, isWhole, characters, seen }: TextSurvey,
	settings: TrainSettings
): string[] {
	const warnings: string[] = [];
	const needed = tokensNeeded(settings);
	const round = (n: number) => Number(n.toPrecision(2)).toLocaleString('en');
	const about = isWhole ? '' : 'about ';
	if (tokens < needed)
		warnings.push(
			`The text is short for ${settings.features.toLocaleString('en')} features: it has ${about}${round(tokens)} tokens to learn from, and ${round(needed)} are needed for the average feature to be active on a thousand of them (1,000 × features ÷ k). Many features will learn single passages by heart.`
		);
	if (settings.tokens > 1.5 * tokens)
		warnings.push(
			`Training reads the text ${(settings.tokens / tokens).toFixed(1)} times: it has ${about}${round(tokens)} tokens.`
		);
	if (seen > IN_PIECES * characters)
		warnings.push(
			`The tokenizer needs ${(seen / characters).toFixed(1)} tokens a character: the model does not know this script, and features will be about pieces of letters.`
		);
	return warnings;
}
