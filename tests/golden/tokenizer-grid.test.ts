/** Tokenizers of every kind against the reference implementation: see make-tokenizer-grid.py. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/names/errors';
import { Tokenizer } from '../../workers/model/tokenizer';
import { oneOf } from '../../workers/tokenizer/character-sets';
import { numeric, punctuation, rustWord } from '../../workers/tokenizer/characters';
import { normalizerOf } from '../../workers/tokenizer/normalizers';
import { patternOf } from '../../workers/tokenizer/patterns';
import { FIXTURES } from './fixture';

interface Configuration {
	name: string;
	tokenizer: object;
	vocabulary: number;
	model: object;
	/** Of each line, the place of its ids among the answers. */
	ids: number[];
}

interface Grid {
	lines: string[];
	vocabularies: [vocab: object, merges: unknown[] | null][];
	/** By line; null where the reference has no token for something in it. */
	answers: (number[] | null)[][];
	configurations: Configuration[];
	classes: Record<string, string>;
	sweeps: { normalizer: object; sha256: string }[];
}

const grid = JSON.parse(readFileSync(path.join(FIXTURES, 'tokenizer-grid.json'), 'utf8')) as Grid;

function tokenizerOf({ tokenizer, vocabulary, model }: Configuration): Tokenizer {
	const [vocab, merges] = grid.vocabularies[vocabulary]!;
	const file = { ...tokenizer, model: { ...model, vocab, ...(merges && { merges }) } };
	return new Tokenizer(JSON.stringify(file), '{}');
}

function idsOf(tokenizer: Tokenizer, line: string): number[] | null {
	try {
		return tokenizer.encode(line).map(({ id }) => id);
	} catch (error) {
		if (error instanceof Problem) return null;
		throw error;
	}
}

describe('ids', () => {
	it.each(grid.configurations)('are those of the reference: $name', (configuration) => {
		const tokenizer = tokenizerOf(configuration);
		const found = grid.lines.map((line) => [line, idsOf(tokenizer, line)]);
		const wanted = grid.lines.map((line, i) => [line, grid.answers[i]![configuration.ids[i]!]!]);
		expect(found).toEqual(wanted);
	});
});

/** Every character that this machine knows: a browser of another year knows fewer or more. */
const ALL = Array.from({ length: 0x110000 }, (_, code) => code).filter(
	(code) => code > 0 && (code < 0xd800 || code > 0xdfff)
);
const known = (code: number) => !/\p{Cn}/v.test(String.fromCodePoint(code));

function codesOf(ranges: string): Set<number> {
	const codes = new Set<number>();
	for (const range of ranges.split(' ')) {
		const [from, to = from] = range.split('-').map((hex) => parseInt(hex, 16));
		for (let code = from!; code <= to!; code++) codes.add(code);
	}
	return codes;
}

describe('kinds of characters', () => {
	const apart: Record<string, RegExp> = {
		Digits: numeric(),
		Punctuation: punctuation(),
		Whitespace: oneOf(rustWord())
	};
	it.each(Object.keys(grid.classes))('are those of the reference: %s', (kind) => {
		const wanted = codesOf(grid.classes[kind]!);
		const pattern = apart[kind] ?? patternOf({ Regex: kind });
		const one = new RegExp(`^(?:${pattern.source})$`, 'u');
		const wrong = ALL.filter(
			(code) => one.test(String.fromCodePoint(code)) !== wanted.has(code)
		).filter(known);
		expect(wrong.map((code) => code.toString(16)).join(' ')).toBe('');
	});
});

/** Characters of this year of Unicode are in the texts that are swept. */
const SWEEPABLE = Number(process.versions.unicode) >= 17;

describe.runIf(SWEEPABLE)('every character between marks', () => {
	const texts = ALL.map((code) => `a\u0301${String.fromCodePoint(code)}\u0334z`);
	it.each(grid.sweeps)('is normalized as the reference does: $normalizer', (sweep) => {
		const normalizer = normalizerOf(sweep.normalizer);
		const hash = createHash('sha256');
		for (let at = 0; at < texts.length; at += 4096)
			hash.update(normalizer({ text: texts.slice(at, at + 4096).join(''), lead: 0 }).text);
		expect(hash.digest('hex')).toBe(sweep.sha256);
	});
});
