/** Every value of a pack's files put in the place of others: it is read, or refused in a sentence, never a crash. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUICK } from '../../../../src/core/experiments/reproduction';
import { parseReproduction } from '../../../../src/core/experiments/reproduction-file';
import { Problem } from '../../../../src/core/names/errors';
import { parseLabels } from '../../../../src/core/packs/labels';
import { parsePack } from '../../../../src/core/packs/manifest';
import { Draws } from '../../../draws';
import { fakeReproduction } from '../../../fakes/reproduction';

const draws = new Draws(1000);
/** Of each document so many of its places and values are tried. */
const MOST = 1500;

/** What JSON can hold in any place. */
const HOSTILE: unknown[] = [
	...[null, true, 0, -1, 1.5, 1e308, 2 ** 53, '', 'x', '../../etc/passwd', '__proto__', '1'],
	...[[], [null], [[]], {}, { length: 3 }, { toString: 1, valueOf: 1 }],
	...[JSON.parse('{"__proto__": {"bytes": 1}}') as unknown, '\u0000', 'x'.repeat(30_000)]
];

type Key = string | number;

/** Ways to every value of a document; of lists the first two and the last. */
function* waysIn(value: unknown, way: Key[] = []): Generator<Key[]> {
	yield way;
	if (Array.isArray(value))
		for (const i of new Set([0, 1, value.length - 1]))
			if (i in value) yield* waysIn(value[i], [...way, i]);
	if (typeof value === 'object' && value !== null && !Array.isArray(value))
		for (const [key, inner] of Object.entries(value)) yield* waysIn(inner, [...way, key]);
}

/** The document with another value in one place; nothing there where `value` is undefined. */
function withValue(document: unknown, way: Key[], value: unknown): unknown {
	if (way.length === 0) return value;
	const [key, ...rest] = way;
	const copy = (
		Array.isArray(document) ? [...(document as unknown[])] : { ...(document as object) }
	) as Record<Key, unknown>;
	if (rest.length === 0 && value === undefined) delete copy[key!];
	else copy[key!] = withValue(copy[key!], rest, value);
	return copy;
}

/** Reads the document with other values in its places; answers how many were read and how many refused. */
function tried(
	document: unknown,
	read: (json: string) => unknown,
	sound: (found: unknown) => void
): { passed: number; refused: number } {
	let [passed, refused] = [0, 0];
	const cases = [...waysIn(document)].flatMap((way) =>
		[undefined, ...HOSTILE].map((value) => ({ way, value }))
	);
	for (const { way, value } of draws.shuffled(cases).slice(0, MOST)) {
		const json = JSON.stringify(withValue(document, way, value)) ?? 'null';
		try {
			sound(read(json));
			passed++;
		} catch (error) {
			if (!(error instanceof Problem)) throw new Error(`at ${way.join('.')}`, { cause: error });
			refused++;
			const { sentence, advice } = error;
			if (!/\.$/s.test(sentence) || sentence.length > 500 || !/\.$/.test(advice))
				expect.unreachable(sentence.slice(0, 600));
		}
	}
	expect(({} as { bytes?: number }).bytes).toBeUndefined();
	return { passed, refused };
}

const read = (file: string): unknown =>
	JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../fixtures', file), 'utf8'));

describe('hostile descriptions', () => {
	it.each(['gpt2/pack.json', 'gemma2/pack.json'])('of %s are read or refused', (file) => {
		const counts = tried(
			read(file),
			(json) => parsePack(JSON.parse(json)),
			(found) => {
				const pack = found as ReturnType<typeof parsePack>;
				expect(pack.name).toMatch(/^[a-z0-9][a-z0-9-]*$/);
				for (const [name, { bytes, sha256 }] of Object.entries(pack.files)) {
					expect(name.split('/').some((step) => ['', '.', '..'].includes(step))).toBe(false);
					expect(Number.isSafeInteger(bytes) && bytes >= 0).toBe(true);
					expect(sha256).toMatch(/^[0-9a-f]{64}$/);
				}
				const named = [
					...pack.model.weights,
					pack.model.tokenizer,
					...pack.saes.map((sae) => sae.weights)
				];
				for (const name of named) expect(Object.hasOwn(pack.files, name)).toBe(true);
			}
		);
		expect(Math.min(counts.passed, counts.refused)).toBeGreaterThan(200);
	});
});

describe('hostile measurements', () => {
	it('are read or refused', () => {
		const counts = tried(
			fakeReproduction(2, { ...QUICK, texts: 3 }),
			parseReproduction,
			(found) => {
				const { settings, leftOut } = found as ReturnType<typeof parseReproduction>;
				for (const n of Object.values(settings))
					expect(Number.isSafeInteger(n) && n >= 0).toBe(true);
				for (const sentence of leftOut) expect(typeof sentence).toBe('string');
			}
		);
		expect(Math.min(counts.passed, counts.refused)).toBeGreaterThan(200);
	});
});

describe('hostile names', () => {
	it('are read or refused', () => {
		const labels = [
			[3, 'truth', 'next: “fox”', 0.8, 0.9, 0.7, 0.05],
			[5, 'pattern', 'pattern “the”', 0.8, 0.9, 0.7, null]
		];
		const patterns = [
			[1, 'pattern “sea”', 0.1, 0.2, 0.3],
			[2, 'pattern “a”', null, null, null]
		];
		const counts = tried(
			{ labels, patterns },
			(json) => parseLabels(json, 'blocks.0.hook_resid_post', 8),
			(found) => {
				const names = found as ReturnType<typeof parseLabels>;
				for (const [feature, label] of [...names.labels, ...names.patterns]) {
					expect(Number.isInteger(feature) && feature >= 0 && feature < 8).toBe(true);
					expect(label.text.trim()).not.toBe('');
					for (const score of [label.score, label.precision, label.recall, label.chance])
						expect(score === null || (score! >= 0 && score! <= 1)).toBe(true);
				}
			}
		);
		expect(Math.min(counts.passed, counts.refused)).toBeGreaterThan(20);
	});
});
