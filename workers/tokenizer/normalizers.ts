/** What happens to a text before it is split: the normalizers of `tokenizer.json`. */
import { classOf, onDemand } from './character-sets';
import {
	CHINESE,
	control,
	mark,
	NMT_OUT,
	NMT_SPACE,
	normalForm,
	space,
	spaceBefore,
	spaces,
	widthlessMark
} from './characters';
import {
	changed,
	madeOf,
	type Component,
	partOf,
	prepended,
	unsound,
	type Piece
} from './component';
import { patternOf } from './patterns';
import { matchesOf } from './splitting';

export type Normalizer = (piece: Piece) => Piece;

/** Characters that a text may grow to: a chain of replacements doubles it with each. */
const MOST = 1_000_000;

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;

const left = onDemand(() => new RegExp(`^${classOf(space())}+`, 'u'));

/** Throws a Problem that names a normalizer, or an option of one, that is not known to be exact. */
export function normalizerOf(value: unknown): Normalizer {
	return madeOf<Normalizer>('normalizer', value, known, (piece) => piece);
}

function known(component: Component): Normalizer {
	const form = FORMS.find((name) => name === component.type);
	if (form) return each((text) => normalForm(text, form));
	switch (component.type) {
		case 'Sequence': {
			const all = component.list('normalizers').map(normalizerOf);
			return (piece) => all.reduce((before, normalizer) => normalizer(before), piece);
		}
		case 'Lowercase':
			return each(lowercase);
		case 'Strip':
			return strip(component.flag('strip_left'), component.flag('strip_right'));
		case 'StripAccents':
			return without(mark());
		case 'Nmt': {
			const out = without(NMT_OUT);
			const spaced = each((text) => text.replace(NMT_SPACE, ' '));
			return (piece) => spaced(out(piece));
		}
		case 'Prepend': {
			const start = component.text('prepend');
			if (start === '') throw component.refuse('nothing to prepend');
			return (piece) => (piece.text === '' ? piece : prepended(piece, start));
		}
		case 'Replace':
			return replacement(component);
		case 'BertNormalizer':
			return bert(component);
		default:
			throw component.refuse();
	}
}

const each =
	(change: (text: string) => string): Normalizer =>
	(piece) =>
		changed(piece, change);

/** Takes characters out. */
const without = (set: RegExp): Normalizer => each((text) => text.replace(set, ''));

/** Character by character: no rule looks at neighbours, such as that of the Greek final sigma. */
const lowercase = (text: string): string =>
	text.includes('Σ') ? Array.from(text, (c) => c.toLowerCase()).join('') : text.toLowerCase();

const strip =
	(atLeft: boolean, atRight: boolean): Normalizer =>
	(piece) => {
		const { text } = piece;
		const from = atLeft ? text.length - text.replace(left(), '').length : 0;
		return partOf(
			piece,
			from,
			atRight ? Math.max(from, spaceBefore(text, text.length)) : text.length
		);
	};

function replacement(component: Component): Normalizer {
	const pattern = patternOf(component.any('pattern'));
	const content = component.text('content');
	// The reference breaks down over it.
	if (''.search(pattern) === 0) throw component.refuse('a pattern of nothing');
	return ({ text, lead }) => {
		let [out, end, leads] = ['', 0, 0];
		const keep = (to: number) => {
			if (end < lead) leads = out.length + Math.min(to, lead) - end;
			out += text.slice(end, to);
		};
		for (const { from, to } of matchesOf(text, pattern)) {
			keep(from);
			out += content;
			if (out.length > Math.max(MOST, text.length))
				throw component.refuse('so much to put in that the text grows without end');
			// What is put in stands for the last character of what it replaces.
			if (to - lastLength(text, to) < lead) leads = out.length;
			end = to;
		}
		keep(text.length);
		return { text: out, lead: leads };
	};
}

/** Length of the character that ends at `to`. */
const lastLength = (text: string, to: number): number =>
	(text.codePointAt(to - 2) ?? 0) > 0xffff ? 2 : 1;

function bert(component: Component): Normalizer {
	const lower = component.flag('lowercase');
	const accents = component.any('strip_accents');
	if (accents != null && typeof accents !== 'boolean')
		throw unsound('strip_accents of the normalizer BertNormalizer is of another kind');
	const steps: Normalizer[] = [];
	if (component.flag('clean_text'))
		steps.push(
			without(control()),
			each((text) => text.replace(spaces(), ' '))
		);
	if (component.flag('handle_chinese_chars'))
		steps.push(each((text) => text.replace(CHINESE, ' $& ')));
	if (accents ?? lower)
		steps.push(
			each((text) => normalForm(text, 'NFD')),
			without(widthlessMark())
		);
	if (lower) steps.push(each(lowercase));
	return (piece) => steps.reduce((before, step) => step(before), piece);
}
