/** How a text is split before the model sees it: the pre-tokenizers of `tokenizer.json`. */
import { toByteLetters } from './byte-letters';
import { ANY, classOf, complement, onDemand, union } from './character-sets';
import { letter, number, numeric, punctuation, rustWord, space, spaces } from './characters';
import { changed, madeOf, type Component, prepended, type Piece } from './component';
import { literal, patternOf } from './patterns';
import { BEHAVIOURS, split } from './splitting';

type PreTokenizer = (pieces: Piece[]) => Piece[];

/** The pattern of GPT-2: contractions, then letters, numbers and the rest, each with a space before it. */
const gpt2Words = onDemand(() => {
	const [l, n, s] = [letter(), number(), space()].map(classOf);
	const rest = classOf(complement(union(letter(), number(), space())));
	const noSpace = classOf(complement(space()));
	return new RegExp(
		`'s|'t|'re|'ve|'m|'ll|'d| ?${l}+| ?${n}+| ?${rest}+|${s}+(?!${noSpace})|${s}+`,
		'gu'
	);
});
/** Words and what stands between them, without the spaces. */
const words = onDemand(() => {
	const between = complement(union(rustWord(), space()));
	return new RegExp(`${classOf(rustWord())}+|${classOf(between)}+`, 'gu');
});
const SCHEMES = ['always', 'first', 'never'] as const;

/** Throws a Problem that names a pre-tokenizer, or an option of one, that is not known to be exact. */
export function preTokenizerOf(value: unknown): PreTokenizer {
	return madeOf<PreTokenizer>('pre-tokenizer', value, known, (pieces) => pieces);
}

function known(component: Component): PreTokenizer {
	switch (component.type) {
		case 'Sequence': {
			const all = component.list('pretokenizers').map(preTokenizerOf);
			return (pieces) => all.reduce((before, step) => step(before), pieces);
		}
		case 'ByteLevel':
			return byteLevel(component);
		case 'Metaspace':
			return metaspace(component);
		case 'Split': {
			const pattern = patternOf(component.any('pattern'));
			const behaviour = component.choice('behavior', BEHAVIOURS);
			const inverted = component.flag('invert');
			return each((piece) => split(piece, pattern, behaviour, inverted));
		}
		case 'Digits': {
			const behaviour = component.flag('individual_digits') ? 'Isolated' : 'Contiguous';
			return each((piece) => split(piece, numeric(), behaviour));
		}
		case 'Punctuation': {
			const behaviour = component.choice('behavior', BEHAVIOURS, 'Isolated');
			return each((piece) => split(piece, punctuation(), behaviour));
		}
		case 'Whitespace':
			return each((piece) => split(piece, words(), 'Removed', true));
		case 'WhitespaceSplit':
			return each((piece) => split(piece, spaces(), 'Removed'));
		case 'BertPreTokenizer':
			return each((piece) =>
				split(piece, spaces(), 'Removed').flatMap((word) => split(word, punctuation(), 'Isolated'))
			);
		case 'CharDelimiterSplit': {
			const delimiter = literal(component.text('delimiter'));
			return each((piece) => split(piece, delimiter, 'Removed'));
		}
		case 'FixedLength': {
			const length = component.count('length', 5);
			if (length === 0) throw component.refuse('a length of 0');
			const pattern = new RegExp(`${classOf(ANY)}{1,${length}}`, 'gu');
			return each((piece) => split(piece, pattern, 'Isolated'));
		}
		default:
			throw component.refuse();
	}
}

const each =
	(step: (piece: Piece) => Piece[]): PreTokenizer =>
	(pieces) =>
		pieces.flatMap(step);

function byteLevel(component: Component): PreTokenizer {
	const spaced = component.flag('add_prefix_space');
	const apart = component.flag('use_regex', true);
	// Of offsets alone.
	component.flag('trim_offsets', true);
	return each((piece) => {
		const start = spaced && !piece.text.startsWith(' ') ? prepended(piece, ' ') : piece;
		const parts = apart ? split(start, gpt2Words(), 'Isolated') : [start];
		return parts.map((part) => changed(part, toByteLetters));
	});
}

function metaspace(component: Component): PreTokenizer {
	const replacement = component.text('replacement');
	if ([...replacement].length !== 1) throw component.refuse(`replacement “${replacement}”`);
	// Files of 2023 and before say nothing else; those of later say both alike.
	const older = component.flag('add_prefix_space', true) ? 'always' : 'never';
	const scheme = component.choice('prepend_scheme', SCHEMES, older);
	if (component.any('add_prefix_space') === false && scheme !== 'never')
		throw component.refuse(`add_prefix_space and prepend_scheme “${scheme}” at once`);
	component.any('str_rep');
	const apart = component.flag('split', true);
	const pattern = literal(replacement);
	const mark = (text: string) => text.replaceAll(' ', replacement);
	return each((piece) => {
		let marked = changed(piece, mark);
		const starts = scheme === 'always' || (scheme === 'first' && piece.lead > 0);
		if (starts && !marked.text.startsWith(replacement)) marked = prepended(marked, replacement);
		return apart ? split(marked, pattern, 'MergedWithNext') : [marked];
	});
}
