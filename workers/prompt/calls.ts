/** A prompt read, and continued. */
import type { Handlers } from '../../src/core/calls';
import type { PromptCalls } from '../../src/core/prompt/reading';
import type { WritingCalls } from '../../src/core/steering/writing';
import type { Context } from '../calls/context';
import { read } from './read';
import { writeSteered } from './write';

export const promptCalls = ({ bench }: Context): Handlers<PromptCalls & WritingCalls> => ({
	tokenize: (text) => bench().tokenize(text),
	read: (request, run) => read(request, bench(), run),
	write: (request, run) => writeSteered(request, bench(), run)
});
