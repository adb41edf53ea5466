/** A prompt read. */
import type { Handlers } from '../../src/core/calls';
import type { PromptCalls } from '../../src/core/prompt/reading';
import type { Context } from '../calls/context';
import { read } from './read';

export const promptCalls = ({ bench, circuits }: Context): Handlers<PromptCalls> => ({
	tokenize: (text) => bench().tokenize(text),
	read: (request, run) => read(request, bench(), run),
	weights: (request, run) => circuits().weights(request, run.signal)
});
