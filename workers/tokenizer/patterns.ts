/**
 * The patterns of `tokenizer.json` as JavaScript's regular expressions. They are Oniguruma's (its own syntax, UTF-8),
 * in which the reference implementation runs them; what cannot be said exactly in JavaScript is refused.
 */
import {
	parse,
	type AlternativeElementNode,
	type AlternativeNode,
	type CharacterClassNode,
	type CharacterSetNode,
	type QuantifierNode
} from 'oniguruma-parser/parser';
import {
	ANY,
	classOf,
	complement,
	intersection,
	listed,
	range,
	union,
	type Characters
} from './character-sets';
import { charactersOf, digit, HEX, loneWord, space, word } from './characters';
import { fieldsOf, refused, unsound } from './component';
import { isSlow } from './pattern-time';

/** Between two word characters, and between two others. */
const within = () => `(?<=${classOf(loneWord())})(?=${classOf(loneWord())})`;
const outside = () => `(?<!${classOf(loneWord())})(?!${classOf(loneWord())})`;
/** The beginning of a text and its end. */
const [START, END] = [`(?<!${classOf(ANY)})`, `(?!${classOf(ANY)})`];
const LINE_END = listed('a');

const POSIX: Record<string, () => Characters> = {
	alpha: () => charactersOf('Alphabetic')!,
	punct: () => union(charactersOf('P')!, charactersOf('S')!),
	space,
	xdigit: () => HEX,
	digit
};

/** Letters that ASCII's are equal to, case aside. */
const FOLDED: Record<string, number> = { k: 0x212a, s: 0x17f };
/** Two letters that one character may stand for, case aside: ß, ﬀ and others. */
const LIGATURE = /ss|ff|fi|fl|st/;

/** The pattern of a component: `{ "Regex": … }` or `{ "String": … }`. Throws a Problem that names what is in the way. */
export function patternOf(value: unknown): RegExp {
	const fields = fieldsOf(value, 'a pattern');
	if (typeof fields.String === 'string') return literal(fields.String);
	if (typeof fields.Regex === 'string') return regexOf(fields.Regex);
	throw unsound('a pattern is neither a Regex nor a String');
}

/** What matches a text as it stands. */
export const literal = (text: string): RegExp =>
	new RegExp(
		[...text].map((c) => classOf(range(c.codePointAt(0)!, c.codePointAt(0)!))).join(''),
		'gu'
	);

function regexOf(pattern: string): RegExp {
	let body: AlternativeNode[];
	try {
		({ body } = parse(pattern));
	} catch {
		throw new Translation(pattern).refuse('which is not understood');
	}
	const source = new Translation(pattern).alternatives(body, { fold: false, dotAll: false });
	const compiled = compile(source, pattern);
	if (isSlow(compiled, pattern))
		throw new Translation(pattern).refuse('that takes for ever on some texts');
	return compiled;
}

function compile(source: string, pattern: string): RegExp {
	try {
		return new RegExp(source, 'gu');
	} catch {
		throw new Translation(pattern).refuse('which is not understood');
	}
}

interface Scope {
	/** Case is ignored. */
	fold: boolean;
	dotAll: boolean;
	/** Within a lookbehind, which reads backwards. */
	behind?: boolean;
}

class Translation {
	/** Groups that capture so far: only those that hold what an atomic group has found. */
	#captures = 0;

	constructor(readonly pattern: string) {}

	refuse(why: string) {
		return refused(`the pattern ${this.pattern.slice(0, 160)} ${why}`);
	}

	alternatives(body: AlternativeNode[], outer: Scope): string {
		let scope = outer;
		const first = body[0]?.body[0];
		if (first?.type === 'Directive' && first.kind === 'flags') {
			scope = this.#flagged(outer, first.flags);
			body = [{ ...body[0]!, body: body[0]!.body.slice(1) }, ...body.slice(1)];
		}
		return body.map(({ body: elements }) => this.#sequence(elements, scope)).join('|');
	}

	#sequence(elements: AlternativeElementNode[], scope: Scope): string {
		if (scope.fold) {
			const letters = elements.map((e) =>
				e.type === 'Character' ? String.fromCodePoint(e.value) : ' '
			);
			if (LIGATURE.test(letters.join('').toLowerCase()))
				throw this.refuse('with letters of which some characters stand for two, case aside');
		}
		return elements.map((element) => this.#element(element, scope)).join('');
	}

	#element(node: AlternativeElementNode, scope: Scope): string {
		switch (node.type) {
			case 'Character':
				return classOf(scope.fold ? this.#cases(node.value) : range(node.value, node.value));
			case 'CharacterSet':
				return this.#lone(node, scope);
			case 'CharacterClass':
				return classOf(scope.fold ? this.#foldedClass(node) : this.#class(node));
			case 'Assertion':
				return this.#assertion(node.kind, node.negate ?? false);
			case 'Quantifier':
				return this.#quantifier(node, scope);
			case 'CapturingGroup':
				return `(?:${this.alternatives(node.body, scope)})`;
			case 'Group': {
				const inner = node.flags ? this.#flagged(scope, node.flags) : scope;
				if (node.atomic) return this.#atomic(() => this.alternatives(node.body, inner), scope);
				return `(?:${this.alternatives(node.body, inner)})`;
			}
			case 'LookaroundAssertion': {
				const behind = node.kind === 'lookbehind';
				const inner = this.alternatives(node.body, { ...scope, behind: behind || scope.behind });
				return `(?${behind ? '<' : ''}${node.negate ? '!' : '='}${inner})`;
			}
			default:
				throw this.refuse(`with ${named(node.type === 'Directive' ? node.kind : node.type)} in it`);
		}
	}

	/** JavaScript has no atomic groups, but what a lookahead has found is not tried again. */
	#atomic(body: () => string, scope: Scope): string {
		if (scope.behind) throw this.refuse('with an atomic group within a lookbehind');
		const number = ++this.#captures;
		return `(?:(?=(${body()}))\\${number})`;
	}

	#quantifier({ kind, min, max, body }: QuantifierNode, scope: Scope): string {
		if (mayBeEmpty(body)) throw this.refuse('with a repetition of what may be nothing');
		const times = `{${min},${max === Infinity || max === null ? '' : max}}`;
		const greedy = () => `(?:${this.#element(body, scope)})${times}`;
		if (kind === 'possessive') return this.#atomic(greedy, scope);
		return kind === 'lazy' ? `${greedy()}?` : greedy();
	}

	/** Oniguruma's lines end with \n alone, and `^` and `$` are of lines. */
	#assertion(kind: string, negate: boolean): string {
		if (kind === 'word_boundary')
			return negate ? `(?:${within()}|${outside()})` : `(?!${within()})(?!${outside()})`;
		if (kind === 'line_start') return `(?:${START}|(?<=\\n)(?=${classOf(ANY)}))`;
		if (kind === 'line_end') return `(?:(?=\\n)|${END})`;
		if (kind === 'string_start') return START;
		if (kind === 'string_end') return END;
		if (kind === 'string_end_newline') return `(?=\\n?${END})`;
		throw this.refuse(`with ${named(kind)} in it`);
	}

	#lone(node: CharacterSetNode, scope: Scope): string {
		if (node.kind === 'any' || (node.kind === 'dot' && scope.dotAll)) return classOf(ANY);
		if (node.kind === 'dot') return classOf(complement(LINE_END));
		if (node.kind === 'word') return classOf(node.negate ? complement(loneWord()) : loneWord());
		if (scope.fold && (node.kind === 'property' || node.kind === 'posix'))
			throw this.refuse(`with ${node.value}, case aside`);
		return classOf(this.#set(node));
	}

	#class(node: CharacterClassNode): Characters {
		const parts = node.body.map((part): Characters => {
			if (part.type === 'Character') return range(part.value, part.value);
			if (part.type === 'CharacterClass') return this.#class(part);
			if (part.type === 'CharacterSet') return this.#set(part);
			return range(part.min.value, part.max.value);
		});
		const all = node.kind === 'intersection' ? parts.reduce(intersection) : union(...parts);
		return node.negate ? complement(all) : all;
	}

	/** A set of characters as brackets take it. */
	#set(node: CharacterSetNode): Characters {
		const set = this.#named(node);
		if (!set) throw this.refuse(`with ${node.value ?? named(node.kind)} in it`);
		return node.negate ? complement(set) : set;
	}

	#named(node: CharacterSetNode): Characters | null {
		if (node.kind === 'digit') return digit();
		if (node.kind === 'space') return space();
		if (node.kind === 'word') return word();
		if (node.kind === 'hex') return HEX;
		if (node.kind === 'property') return charactersOf(node.value);
		return node.kind === 'posix' && Object.hasOwn(POSIX, node.value) ? POSIX[node.value]!() : null;
	}

	#flagged(scope: Scope, { enable, disable }: Flags): Scope {
		if (enable?.extended || disable?.extended) throw this.refuse('in extended syntax');
		return {
			...scope,
			fold: enable?.ignoreCase ? true : disable?.ignoreCase ? false : scope.fold,
			dotAll: enable?.dotAll ? true : disable?.dotAll ? false : scope.dotAll
		};
	}

	/** A character and those that are equal to it, case aside. */
	#cases(code: number): Characters {
		const text = String.fromCodePoint(code);
		const [lower, upper] = [text.toLowerCase(), text.toUpperCase()];
		if (lower === upper) return range(code, code);
		if (code > 0x7f) throw this.refuse(`with ${text}, case aside`);
		const codes = [lower.charCodeAt(0), upper.charCodeAt(0), FOLDED[lower] ?? code];
		return union(...codes.map((one) => range(one, one)));
	}

	/** Of ASCII's characters alone. */
	#foldedClass(node: CharacterClassNode): Characters {
		const parts = node.body.map((part): Characters => {
			if (part.type === 'Character') return this.#cases(part.value);
			if (part.type === 'CharacterSet' && part.kind === 'space') return this.#set(part);
			if (part.type !== 'CharacterClassRange' || part.max.value > 0x7f) throw this.#brackets();
			const length = part.max.value - part.min.value + 1;
			return union(...Array.from({ length }, (_, i) => this.#cases(part.min.value + i)));
		});
		if (node.negate || node.kind === 'intersection') throw this.#brackets();
		return union(...parts);
	}

	#brackets() {
		return this.refuse('with brackets, case aside');
	}
}

interface Flags {
	enable?: { ignoreCase?: boolean; dotAll?: boolean; extended?: boolean };
	disable?: { ignoreCase?: boolean; dotAll?: boolean; extended?: boolean };
}

/** Whether a part of a pattern can match nothing: its repetitions end at different places in different engines. */
function mayBeEmpty(node: AlternativeElementNode): boolean {
	switch (node.type) {
		case 'Quantifier':
			return node.min === 0 || mayBeEmpty(node.body);
		case 'Group':
		case 'CapturingGroup':
			return node.body.some(({ body }) => body.every(mayBeEmpty));
		case 'Assertion':
		case 'LookaroundAssertion':
		case 'Directive':
			return true;
		default:
			return false;
	}
}

/** A kind of syntax in plain words. */
const named = (kind: string): string => kind.replaceAll('_', ' ').toLowerCase();
