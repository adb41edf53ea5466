import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as j from '../../../../src/core/files/json';
import { seeded } from '../../../../src/core/math/random';

/** What a parser says of a value: its own value, or the message. */
function outcome(parse: j.Parse<unknown>, value: unknown, at = 'a.b'): unknown {
	try {
		return parse(value, at);
	} catch (error) {
		expect(error).toMatchObject({ name: 'pack-invalid' });
		return (error as Error).message;
	}
}

const strange = [
	undefined,
	null,
	true,
	NaN,
	Infinity,
	-1,
	0.5,
	2 ** 53,
	'',
	'1',
	'__proto__',
	[],
	[1],
	{},
	{ length: 1 },
	() => 1,
	Symbol('x')
];

describe('values', () => {
	it.each<[string, j.Parse<unknown>, unknown[]]>([
		['number', j.number, [-1, 0.5, 2 ** 53]],
		['numberFrom', j.numberFrom(0), [0.5, 2 ** 53]],
		['share', j.share, [0.5]],
		['integer', j.integer(-1, 10), [-1]],
		['text', j.text, ['', '1', '__proto__']],
		['textUpTo', j.textUpTo(1), ['', '1']],
		['matching', j.matching(/^\d$/), ['1']],
		['oneOf', j.oneOf(['1', 'constructor']), ['1']],
		['list', j.list(j.number), [[], [1]]],
		['fields', j.fields, [{}, { length: 1 }]],
		['record', j.record(j.number), [{}, { length: 1 }]],
		['nullable', j.nullable(j.share), [null, 0.5]]
	])('%s takes its own and refuses the rest in a sentence', (_, parse, own) => {
		for (const value of strange) {
			const result = outcome(parse, value);
			if (own.some((one) => isDeepStrictEqual(one, value))) expect(result).toEqual(value);
			else expect(result).toMatch(/^The pack's description \(pack\.json\) .*a\.b.*\. Ask/);
		}
	});

	it('have their ends', () => {
		expect([0, 1].map((n) => outcome(j.share, n))).toEqual([0, 1]);
		expect(outcome(j.integer(1), 2 ** 40)).toBe(2 ** 40);
		expect(outcome(j.integer(1), 2 ** 40 + 1)).toMatch(/no usable a\.b/);
		expect(outcome(j.list(j.number, 2), [1, 2, 3])).toMatch(/no usable list a\.b/);
		expect(outcome(j.record(j.number, 1), { a: 1, b: 2 })).toMatch(/more than 1 entries in a\.b/);
	});

	it('are quoted when they are none of the words, even objects that have no text', () => {
		const quoted = (value: unknown) => outcome(j.oneOf(['a', 'b']), value);
		expect(quoted('<img>')).toMatch(/asks for a\.b "<img>", which is not one of a, b\./);
		expect(quoted({ toString: 1, valueOf: 1 })).toContain('"{"toString":1,"valueOf":1}"');
		expect(quoted('x'.repeat(500))).toContain(`"${'x'.repeat(40)}"`);
	});

	it('are replaced where they are missing', () => {
		expect([undefined, null, 3].map((value) => j.optional(j.number, 7)(value, ''))).toEqual([
			7, 7, 3
		]);
	});
});

describe('the path in a message', () => {
	const file = j.object({
		layers: j.list(j.object({ dSae: ['d_sae', j.integer(1)], at: j.record(j.pair(j.number)) }))
	});

	it.each([
		[{}, 'layers'],
		[{ layers: [7] }, 'layers[0]'],
		[{ layers: [{ d_sae: 1, at: {} }, { dSae: 1 }] }, 'layers[1].d_sae'],
		[{ layers: [{ d_sae: 1, at: [] }] }, 'layers[0].at'],
		[{ layers: [{ d_sae: 1, at: { 'a b': [1, '2'] } }] }, 'layers[0].at["a b"][1]'],
		[{ layers: [{ d_sae: 1, at: { a: [1] } }] }, 'a layers[0].at["a"] of another length than 2'],
		[[], 'content']
	])('of %j is that of the wrong value', (value, path) => {
		const message = outcome(file, value, '');
		expect(message).toContain(`${path}.`);
	});

	it('is short, however long a key is', () => {
		const message = outcome(j.record(j.number), { ['x'.repeat(1e6)]: null });
		expect((message as string).length).toBeLessThan(250);
	});
});

describe('an object', () => {
	it('has the declared fields alone, and none for what is not there', () => {
		const parse = j.object({ a: j.number, b: j.optional(j.number), c: j.optional(j.text, null) });
		expect(parse({ a: 1, d: 4 }, '')).toStrictEqual({ a: 1, c: null });
		expect(parse({ a: 1, b: 2, c: 'x' }, '')).toStrictEqual({ a: 1, b: 2, c: 'x' });
	});

	it('has fields of one kind', () => {
		const parse = j.object({ ...j.each(['a', 'b'], j.share), c: j.text });
		expect(parse({ a: 0, b: 1, c: '' }, '')).toEqual({ a: 0, b: 1, c: '' });
		expect(outcome(parse, { a: 0, b: 2, c: '' }, '')).toContain('usable b.');
	});
});

describe('a record', () => {
	it('knows no key but those of the file', () => {
		const parsed = j.record(j.number)(JSON.parse('{"__proto__": 1, "a": 2}'), '');
		expect(Object.keys(parsed)).toEqual(['__proto__', 'a']);
		expect('constructor' in parsed).toBe(false);
		expect({}).not.toHaveProperty('a');
	});
});

describe('a tuple', () => {
	it('parses each value by its own parser, and missing ones as undefined', () => {
		const parse = j.tuple(j.number, j.text, j.optional(j.share, null));
		expect(parse([1, 'x'], '')).toEqual([1, 'x', null]);
		expect(parse([1, 'x', 0.5, 'more'], '')).toEqual([1, 'x', 0.5]);
		expect(outcome(parse, [1])).toContain('a.b[1]');
	});
});

describe('what is checked', () => {
	it('is wrong only where the check says so', () => {
		const even = j.checked(j.integer(0), (n, at) => n % 2 === 1 && `has an odd ${at}`);
		expect(outcome(even, 4)).toBe(4);
		expect(outcome(even, 3)).toMatch(/has an odd a\.b\./);
		expect(outcome(even, 'x')).toMatch(/no usable a\.b/);
	});
});

describe('parseText', () => {
	it('speaks of the file by its name', () => {
		const parse = (json: string) =>
			j.parseText(json, j.number, 'The file x.json', 'Make it again.');
		expect(parse('1')).toBe(1);
		expect(() => parse('"1"')).toThrow('The file x.json has no usable content. Make it again.');
		expect(() => parse('{')).toThrow('The file x.json is not JSON. Make it again.');
	});
});

it('gives back what it was given, or a sentence, whatever is broken in it', () => {
	const parse = j.object({
		a: j.list(j.object({ b: j.share, c: j.nullable(j.text) })),
		d: j.record(j.pair(j.integer(0)))
	});
	const good = {
		a: [
			{ b: 0.5, c: 'x' },
			{ b: 1, c: null }
		],
		d: { e: [1, 2] }
	};
	const random = seeded(5);
	const pick = <T>(some: readonly T[]) => some[Math.floor(random() * some.length)]!;
	for (let i = 0; i < 2000; i++) {
		const copy = structuredClone(good) as unknown;
		let at = copy as Record<string, unknown>;
		for (;;) {
			const key = pick(Object.keys(at));
			if (random() < 0.4 || typeof at[key] !== 'object' || at[key] === null) {
				at[key] = pick(strange);
				break;
			}
			at = at[key] as Record<string, unknown>;
			if (Object.keys(at).length === 0) break;
		}
		const result = outcome(parse, copy, '');
		if (typeof result !== 'string') expect(result).toEqual(copy);
	}
});
