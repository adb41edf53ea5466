/** Tokenizers that are damaged, or made to do harm: each makes tokens, or is refused in a sentence. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Problem } from '../../../../src/core/names/errors';
import { seeded } from '../../../../src/core/math/random';
import { Tokenizer } from '../../../../workers/model/tokenizer';
import { FIXTURES } from '../../../golden/fixture';

const TRIES = 4000;
const VALUES = [0, -1, 1e9, 2 ** 53, 1.5, '', 'x', '▁', null, [], {}, true, false, [['x']], 'BPE'];

interface Grid {
	vocabularies: [vocab: object, merges: unknown[] | null][];
	configurations: { name: string; tokenizer: object; vocabulary: number; model: object }[];
}

const grid = JSON.parse(readFileSync(path.join(FIXTURES, 'tokenizer-grid.json'), 'utf8')) as Grid;

type Tree = Record<string, unknown>;

/** Puts something else in the place of a value somewhere in a tree. */
function damage(tree: Tree, random: () => number): void {
	const keys = Object.keys(tree);
	const key = keys[Math.floor(random() * keys.length)];
	if (key === undefined) return;
	const inner = tree[key];
	if (typeof inner === 'object' && inner !== null && random() < 0.75) damage(inner as Tree, random);
	else if (random() < 0.3) delete tree[key];
	else tree[key] = VALUES[Math.floor(random() * VALUES.length)];
}

it(`ends in tokens or a sentence, ${TRIES} times over`, () => {
	const random = seeded(11);
	let refusals = 0;
	for (let i = 0; i < TRIES; i++) {
		const chosen = grid.configurations[Math.floor(random() * grid.configurations.length)]!;
		const [vocab, merges] = grid.vocabularies[chosen.vocabulary]!;
		const { tokenizer, model } = chosen;
		const file = structuredClone({
			...tokenizer,
			model: { ...model, vocab, ...(merges && { merges }) }
		});
		for (let n = 1 + Math.floor(random() * 2); n > 0; n--) damage(file, random);
		try {
			const tokens = new Tokenizer(JSON.stringify(file), '{}').encode('the <s> cat 12 é\n👍');
			for (const { id, text } of tokens) {
				expect(Number.isSafeInteger(id) && id >= 0).toBe(true);
				expect(typeof text).toBe('string');
			}
		} catch (error) {
			if (!(error instanceof Problem))
				throw new Error(JSON.stringify(file).slice(0, 2000), { cause: error });
			expect(error.message).toMatch(/^[^]{10,700}[.]$/);
			expect(error.message).not.toMatch(/undefined|\bNaN\b|\[object/);
			refusals++;
		}
	}
	expect(refusals).toBeGreaterThan(TRIES / 10);
	expect(refusals).toBeLessThan(TRIES);
});

it('is refused in a sentence where it is nested without end', () => {
	const deep = '['.repeat(100_000) + ']'.repeat(100_000);
	const text = `{"decoder":${deep},"model":{"type":"BPE","vocab":{},"merges":[]}}`;
	expect(() => new Tokenizer(text, '{}')).toThrow(Problem);
	expect(() => new Tokenizer('{}', `{"x":${deep}}`)).toThrow(Problem);
});
