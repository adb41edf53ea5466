/** A document as the model reads it: in windows that each begin with the special tokens of a text. */
import { knownTokens } from '../model/known-tokens';
import type { Workbench } from '../packs/open-pack';

type Reader = Pick<Workbench, 'model' | 'tokenizer'>;

/** The special tokens that texts begin with, and the token that takes the place of one that is left out. */
export function windowStart({ tokenizer, model }: Reader): { start: number[]; pad: number } {
	const tokens = tokenizer.start.map((id) => tokenizer.token(id));
	const start = knownTokens(tokens, model.shape.vocabSize).map(({ id }) => id);
	return { start, pad: start[0] ?? tokenizer.encode(' _')[0]?.id ?? 0 };
}

/** Token ids of windows of at most `longest` tokens; none for a document without text. */
export function windowsOf(reader: Reader, document: string, longest: number): number[][] {
	const { tokenizer, model } = reader;
	const { start } = windowStart(reader);
	// Special tokens that are written out in a text are left out.
	const plain = tokenizer.encode(document).filter(({ special }) => !special);
	const ids = knownTokens(plain, model.shape.vocabSize).map(({ id }) => id);
	const room = Math.min(longest, model.shape.context) - start.length;
	const windows: number[][] = [];
	for (let at = 0; at < ids.length; at += room)
		windows.push([...start, ...ids.slice(at, at + room)]);
	return windows;
}
