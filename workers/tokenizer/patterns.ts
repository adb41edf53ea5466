/**
 * The patterns of `tokenizer.json` as JavaScript's regular expressions. They are Oniguruma's (its own syntax, UTF-8),
 * in which the reference implementation runs them; what cannot be said exactly in JavaScript is refused.
 */
import {
	parse,
	type AlternativeElementNode,
	type AlternativeNode,
	type CharacterClassElementNode,
	type CharacterClassNode,
	type CharacterSetNode,
	type QuantifierNode
} from 'oniguruma-parser/parser';
import { ANY, charactersOf, WORD } from './characters';
import { fieldsOf, refused, unsound } from './component';

/** What Oniguruma counts as a word character outside brackets, but not within. */
const WORD_OUTSIDE = `[[${WORD}]\\u{b2}\\u{b3}\\u{b9}\\u{bc}-\\u{be}]`;
const BOUNDARY = `(?:(?<=${WORD_OUTSIDE})(?!${WORD_OUTSIDE})|(?<!${WORD_OUTSIDE})(?=${WORD_OUTSIDE}))`;
const NO_BOUNDARY = `(?:(?<=${WORD_OUTSIDE})(?=${WORD_OUTSIDE})|(?<!${WORD_OUTSIDE})(?!${WORD_OUTSIDE}))`;

const POSIX: Record<string, string> = {
	alpha: charactersOf('Alphabetic'),
	punct: `[${charactersOf('P')}${charactersOf('S')}]`,
	space: '\\p{White_Space}',
	xdigit: '[0-9A-Fa-f]',
	digit: charactersOf('Nd')
};

/** Letters that ASCII's are equal to, case aside. */
const FOLDED: Record<string, string> = { k: '\\u{212a}', s: '\\u{17f}' };
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
	new RegExp([...text].map((c) => character(c.codePointAt(0)!)).join(''), 'gv');

function regexOf(pattern: string): RegExp {
	let body: AlternativeNode[];
	try {
		({ body } = parse(pattern));
	} catch {
		throw new Translation(pattern).refuse('which is not understood');
	}
	const source = new Translation(pattern).alternatives(body, { fold: false, dotAll: false });
	try {
		return new RegExp(source, 'gv');
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
		return refused(`the pattern ${this.pattern} ${why}`);
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
				return scope.fold ? this.#folded(node.value) : character(node.value);
			case 'CharacterSet':
				return this.#lone(node, scope);
			case 'CharacterClass':
				return scope.fold ? this.#foldedClass(node) : this.#class(node);
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
		const times = `{${min},${max === Infinity || max === null ? '' : max}}`;
		const greedy = () => `(?:${this.#element(body, scope)})${times}`;
		if (kind === 'possessive') return this.#atomic(greedy, scope);
		return kind === 'lazy' ? `${greedy()}?` : greedy();
	}

	/** Oniguruma's lines end with \n alone, and `^` and `$` are of lines. */
	#assertion(kind: string, negate: boolean): string {
		if (kind === 'word_boundary') return negate ? NO_BOUNDARY : BOUNDARY;
		if (kind === 'line_start') return `(?:(?<!${ANY})|(?<=\\n)(?=${ANY}))`;
		if (kind === 'line_end') return `(?:(?=\\n)|(?!${ANY}))`;
		if (kind === 'string_start') return `(?<!${ANY})`;
		if (kind === 'string_end') return `(?!${ANY})`;
		if (kind === 'string_end_newline') return `(?=\\n?(?!${ANY}))`;
		throw this.refuse(`with ${named(kind)} in it`);
	}

	#lone(node: CharacterSetNode, scope: Scope): string {
		if (node.kind === 'any' || (node.kind === 'dot' && scope.dotAll)) return ANY;
		if (node.kind === 'dot') return '[^\\n]';
		if (node.kind === 'word') return node.negate ? `[^${WORD_OUTSIDE}]` : WORD_OUTSIDE;
		if (scope.fold && (node.kind === 'property' || node.kind === 'posix'))
			throw this.refuse(`with ${node.value}, case aside`);
		return `[${this.#set(node)}]`;
	}

	#class(node: CharacterClassNode): string {
		const glue = node.kind === 'intersection' ? '&&' : '';
		const parts = node.body.map((part) => {
			const text = this.#classPart(part);
			return glue ? `[${text}]` : text;
		});
		return `[${node.negate ? '^' : ''}${parts.join(glue)}]`;
	}

	#classPart(node: CharacterClassElementNode): string {
		if (node.type === 'Character') return character(node.value);
		if (node.type === 'CharacterClass') return this.#class(node);
		if (node.type === 'CharacterSet') return this.#set(node);
		return `${character(node.min.value)}-${character(node.max.value)}`;
	}

	/** A set of characters as brackets take it. */
	#set(node: CharacterSetNode): string {
		const set = this.#named(node);
		return node.negate ? `[^${set}]` : set;
	}

	#named(node: CharacterSetNode): string {
		if (node.kind === 'digit') return charactersOf('Nd');
		if (node.kind === 'space') return '\\p{White_Space}';
		if (node.kind === 'word') return `[${WORD}]`;
		if (node.kind === 'hex') return '[0-9A-Fa-f]';
		const found =
			node.kind === 'property' ? charactersOf(node.value) : (POSIX[node.value ?? ''] ?? '');
		if (found === '') throw this.refuse(`with ${node.value ?? named(node.kind)} in it`);
		return found;
	}

	#flagged(scope: Scope, { enable, disable }: Flags): Scope {
		if (enable?.extended || disable?.extended) throw this.refuse('in extended syntax');
		return {
			...scope,
			fold: enable?.ignoreCase ? true : disable?.ignoreCase ? false : scope.fold,
			dotAll: enable?.dotAll ? true : disable?.dotAll ? false : scope.dotAll
		};
	}

	#folded(code: number): string {
		return `[${this.#cases(code)}]`;
	}

	#cases(code: number): string {
		const text = String.fromCodePoint(code);
		const [lower, upper] = [text.toLowerCase(), text.toUpperCase()];
		if (lower === upper) return character(code);
		if (code > 0x7f) throw this.refuse(`with ${text}, case aside`);
		return `${lower}${upper}${FOLDED[lower] ?? ''}`;
	}

	/** Of ASCII's characters alone. */
	#foldedClass(node: CharacterClassNode): string {
		const parts = node.body.map((part) => {
			if (part.type === 'Character') return this.#cases(part.value);
			if (part.type === 'CharacterSet' && part.kind === 'space') return this.#set(part);
			if (part.type !== 'CharacterClassRange' || part.max.value > 0x7f) return null;
			const length = part.max.value - part.min.value + 1;
			return Array.from({ length }, (_, i) => this.#cases(part.min.value + i)).join('');
		});
		if (node.negate || node.kind === 'intersection' || parts.includes(null))
			throw this.refuse('with brackets, case aside');
		return `[${parts.join('')}]`;
	}
}

interface Flags {
	enable?: { ignoreCase?: boolean; dotAll?: boolean; extended?: boolean };
	disable?: { ignoreCase?: boolean; dotAll?: boolean; extended?: boolean };
}

const character = (code: number): string => `\\u{${code.toString(16)}}`;

/** A kind of syntax in plain words. */
const named = (kind: string): string => kind.replaceAll('_', ' ').toLowerCase();
