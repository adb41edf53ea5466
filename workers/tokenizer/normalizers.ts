/** What happens to a text before it is split: the normalizers of `tokenizer.json`. */
import {
	CHINESE,
	CONTROL,
	MARK,
	NMT_OUT,
	NMT_SPACE,
	normalForm,
	SPACE,
	SPACES,
	WIDTHLESS_MARK
} from './characters';
import { Component, unsound, type Piece } from './component';
import { patternOf } from './patterns';
import { matchesOf } from './splitting';

export type Normalizer = (piece: Piece) => Piece;

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;

const LEFT = new RegExp(`^[${SPACE}]+`, 'v');
const RIGHT = new RegExp(`[${SPACE}]+$`, 'v');
/** Throws a Problem that names a normalizer, or an option of one, that is not known to be exact. */
export function normalizerOf(value: unknown): Normalizer {
	if (value == null) return (piece) => piece;
	const component = new Component('normalizer', value);
	const normalizer = known(component);
	component.end();
	return normalizer;
}

function known(component: Component): Normalizer {
	const form = FORMS.find((name) => name === component.type);
	if (form) return changed((text) => normalForm(text, form));
	switch (component.type) {
		case 'Sequence': {
			const all = component.list('normalizers').map(normalizerOf);
			return (piece) => all.reduce((before, normalizer) => normalizer(before), piece);
		}
		case 'Lowercase':
			return changed(lowercase);
		case 'Strip':
			return strip(component.flag('strip_left'), component.flag('strip_right'));
		case 'StripAccents':
			return without(MARK);
		case 'Nmt': {
			const out = without(NMT_OUT);
			return (piece) => changed((text) => text.replace(NMT_SPACE, ' '))(out(piece));
		}
		case 'Prepend': {
			const start = component.text('prepend');
			if (start === '') throw component.refuse('nothing to prepend');
			return ({ text, first }) => ({ text: text && start + text, first });
		}
		case 'Replace':
			return replacement(component);
		case 'BertNormalizer':
			return bert(component);
		default:
			throw component.refuse();
	}
}

/** Where the first character still stands for the first. */
const changed =
	(change: (text: string) => string): Normalizer =>
	({ text, first }) => ({ text: change(text), first });

/** Takes characters out. */
const without =
	(set: RegExp): Normalizer =>
	({ text, first }) => {
		const left = text.replace(set, '');
		const start = String.fromCodePoint(text.codePointAt(0) ?? 0);
		return { text: left, first: first && start.replace(set, '') !== '' };
	};

/** Character by character: no rule looks at neighbours, such as that of the Greek final sigma. */
const lowercase = (text: string): string =>
	text.includes('Σ') ? Array.from(text, (c) => c.toLowerCase()).join('') : text.toLowerCase();

const strip =
	(left: boolean, right: boolean): Normalizer =>
	({ text, first }) => {
		const rest = left ? text.replace(LEFT, '') : text;
		return {
			text: right ? trimmedEnd(rest) : rest,
			first: first && rest.length === text.length
		};
	};

/** By hand: a pattern that ends in `$` is tried at each space of a text. */
function trimmedEnd(text: string): string {
	let end = text.length;
	while (end > 0 && RIGHT.test(text[end - 1]!)) end--;
	return text.slice(0, end);
}

function replacement(component: Component): Normalizer {
	const pattern = patternOf(component.any('pattern'));
	const content = component.text('content');
	// The reference breaks down over it.
	if (''.search(pattern) === 0) throw component.refuse('a pattern of nothing');
	return ({ text, first }) => {
		let [out, end] = ['', 0];
		for (const { from, to } of matchesOf(text, pattern)) {
			// What is put in stands for the last character of what it replaces.
			if (from === 0 && to > 0)
				first &&= content !== '' && to === String.fromCodePoint(text.codePointAt(0)!).length;
			out += text.slice(end, from) + content;
			end = to;
		}
		return { text: out + text.slice(end), first };
	};
}

function bert(component: Component): Normalizer {
	const lower = component.flag('lowercase');
	const accents = component.any('strip_accents');
	if (accents != null && typeof accents !== 'boolean')
		throw unsound('strip_accents of the normalizer BertNormalizer is of another kind');
	const steps: Normalizer[] = [];
	if (component.flag('clean_text'))
		steps.push(
			without(CONTROL),
			changed((text) => text.replace(SPACES, ' '))
		);
	if (component.flag('handle_chinese_chars'))
		steps.push(changed((text) => text.replace(CHINESE, ' $& ')));
	if (accents ?? lower)
		steps.push(
			changed((text) => normalForm(text, 'NFD')),
			without(WIDTHLESS_MARK)
		);
	if (lower) steps.push(changed(lowercase));
	return (piece) => steps.reduce((before, step) => step(before), piece);
}
