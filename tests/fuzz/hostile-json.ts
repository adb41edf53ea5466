/** JSON as somebody with bad intentions writes it: sound documents with values, keys and whole branches replaced. */
import type { Draws } from '../draws';

/** A document that can say what `JSON.stringify` cannot: a key twice, `__proto__`, numbers and texts that are not JSON. */
type Node = { pairs: [key: string, value: Node][] } | { items: Node[] } | { raw: string };

const nested = (open: string, close: string, depth: number, core = '') =>
	open.repeat(depth) + core + close.repeat(depth);

/** Values for any place, as they stand in the text. */
const VALUES = [
	...[
		'null',
		'true',
		'false',
		'0',
		'-0',
		'-1',
		'1',
		'2',
		'1.5',
		'-1e-320',
		'1e308',
		'1e999',
		'-1e999'
	],
	...['NaN', 'Infinity', 'undefined', '01', '+1', '0x10', '4294967295', '4294967296', '2147483648'],
	...[
		'9007199254740991',
		'9007199254740993',
		'18446744073709551616',
		'9999999',
		'1000000',
		'65536'
	],
	...[
		'""',
		'"x"',
		'"0"',
		'"1e9"',
		'"\\u0000"',
		'"\\ud800"',
		'"\\udc00\\ud800"',
		'"\\u202e\\u001b[2J"'
	],
	...[
		'"__proto__"',
		'"constructor"',
		'"toString"',
		'"../../etc/passwd"',
		'"/etc/passwd"',
		'"a\\\\..\\\\b"'
	],
	...['[]', '{}', '[null]', '[[]]', '[0]', '[-1,1]', '{"length":3}', '{"toString":1,"valueOf":1}'],
	...[
		'{"__proto__":{"polluted":1}}',
		'{"constructor":{"prototype":{"polluted":1}}}',
		'{"a":1,"a":2}'
	]
];

/** The same, too long to be tried often. */
const LARGE: (() => string)[] = [
	() => nested('[', ']', 30_000),
	() => nested('{"a":', '}', 30_000, '1'),
	() => nested('[', '', 5_000),
	() => JSON.stringify('x'.repeat(100_000)),
	() => JSON.stringify('\ud800'.repeat(5_000)),
	() => `[${'0,'.repeat(50_000)}0]`,
	() => `[${'{},'.repeat(30_000)}{}]`,
	() => `{${Array.from({ length: 10_000 }, (_, i) => `"k${i}":${i}`).join()}}`,
	() => '9'.repeat(20_000)
];

const KEYS = [
	'__proto__',
	'constructor',
	'prototype',
	'toString',
	'hasOwnProperty',
	'',
	'length',
	'then',
	'\u0000'
];

function nodeOf(value: unknown): Node {
	if (Array.isArray(value)) return { items: value.map(nodeOf) };
	if (typeof value === 'object' && value !== null)
		return { pairs: Object.entries(value).map(([key, one]) => [key, nodeOf(one)]) };
	return { raw: JSON.stringify(value) ?? 'null' };
}

function textOf(node: Node): string {
	if ('raw' in node) return node.raw;
	if ('items' in node) return `[${node.items.map(textOf).join()}]`;
	return `{${node.pairs.map(([key, one]) => `${JSON.stringify(key)}:${textOf(one)}`).join()}}`;
}

/** A value in the place of another. */
export const hostileValue = (draws: Draws): string =>
	draws.chance(0.03) ? draws.pick(LARGE)() : draws.pick(VALUES);

/** The document's text with one to three changes; about one in eight is damaged as text besides. */
export function hostileJson(draws: Draws, document: unknown): string {
	const root = nodeOf(document);
	let top: Node = root;
	for (let n = draws.integer(1, 3); n > 0; n--) top = changed(draws, top);
	const text = textOf(top);
	return draws.chance(0.12) ? damagedText(draws, text) : text;
}

/** Changes the tree in a place that is drawn by walking down from its root. */
function changed(draws: Draws, node: Node): Node {
	const children = 'items' in node ? node.items : 'pairs' in node ? node.pairs : [];
	if (children.length > 0 && draws.chance(0.75)) {
		const at = draws.integer(0, children.length - 1);
		if ('items' in node) node.items[at] = changed(draws, node.items[at]!);
		else if ('pairs' in node) node.pairs[at]![1] = changed(draws, node.pairs[at]![1]);
		return node;
	}
	const value: Node = { raw: hostileValue(draws) };
	const at = draws.integer(0, Math.max(0, children.length - 1));
	if ('items' in node)
		switch (draws.integer(0, 4)) {
			case 0:
				node.items.splice(at, 1);
				return node;
			case 1:
				node.items.splice(at, 0, value);
				return node;
			case 2:
				node.items = Array.from(
					{ length: draws.pick([2, 100, 3000]) },
					() => node.items[at] ?? value
				);
				return node;
			case 3:
				node.items.reverse();
				return node;
		}
	if ('pairs' in node)
		switch (draws.integer(0, 5)) {
			case 0:
				node.pairs.splice(at, 1);
				return node;
			case 1:
				node.pairs.push([draws.pick(KEYS), value]);
				return node;
			case 2:
				if (node.pairs[at]) node.pairs.push([node.pairs[at][0], value]);
				return node;
			case 3:
				if (node.pairs[at]) node.pairs[at][0] = draws.pick(KEYS);
				return node;
			case 4: {
				const [one, other] = [node.pairs[at], draws.pick([...node.pairs, node.pairs[at]])];
				if (one && other) [one[1], other[1]] = [other[1], one[1]];
				return node;
			}
		}
	if ('raw' in node && draws.chance(0.3)) return { raw: nearby(draws, node.raw) };
	return value;
}

/** A number or a text that is only slightly another. */
function nearby(draws: Draws, raw: string): string {
	const number = Number(raw);
	if (raw !== '' && Number.isFinite(number))
		return String(
			draws.pick([number + 1, number - 1, -number, number * 2, number / 2, number * 1e6])
		);
	if (!raw.startsWith('"')) return raw;
	const text = JSON.parse(raw) as string;
	return JSON.stringify(hostileText(draws, text));
}

/** Characters that texts are not expected to hold. */
const LETTERS = [
	...[
		'\0',
		'\u001b[31m',
		'\u009b2J',
		'\u202e',
		'\u2066',
		'\ud800',
		'\udfff',
		'\ufeff',
		'\u2028',
		'/',
		'..',
		'\\'
	],
	...[
		'%',
		'%ff',
		'%E0%A4%A',
		'+',
		'=',
		'&',
		'#',
		'?',
		'@',
		':',
		'~',
		"'",
		'"',
		'<',
		'\n',
		'\r',
		'\t',
		'🙂',
		'é',
		'١'
	]
];

/** A text with one to four things put in, taken out, repeated or swapped. */
export function hostileText(draws: Draws, text: string): string {
	let out = text;
	for (let n = draws.integer(1, 4); n > 0; n--) {
		const at = draws.integer(0, out.length);
		const to = Math.min(out.length, at + draws.integer(0, 8));
		switch (draws.integer(0, 6)) {
			case 0:
				out = out.slice(0, at) + draws.pick(LETTERS) + out.slice(at);
				break;
			case 1:
				out = out.slice(0, at) + out.slice(to);
				break;
			case 2:
				out = out.slice(0, to) + out.slice(at);
				break;
			case 3:
				out = out.slice(0, at);
				break;
			case 4:
				out = out.replace(/\d+/, () =>
					draws.pick(['0', '-1', '1e9', '999999999999999999999', '1e-400', '00'])
				);
				break;
			case 5:
				out =
					out.slice(0, at) + draws.pick(LETTERS).repeat(draws.pick([2, 50, 3000])) + out.slice(to);
				break;
			default:
				out = out.slice(at) + out.slice(0, at);
		}
		if (out.length > 200_000) out = out.slice(0, 200_000);
	}
	return out;
}

/** Text that was cut, extended, or in which a bracket became another. */
export function damagedText(draws: Draws, text: string): string {
	const at = draws.integer(0, text.length);
	switch (draws.integer(0, 4)) {
		case 0:
			return text.slice(0, at);
		case 1:
			return text + draws.pick(['}', ']', '\0', ' x', text]);
		case 2:
			return `\ufeff${text}`;
		case 3:
			return (
				text.slice(0, at) + draws.pick([...'{}[],:"\\', hostileValue(draws)]) + text.slice(at + 1)
			);
		default:
			return text.slice(0, at) + text.slice(draws.integer(0, text.length));
	}
}
