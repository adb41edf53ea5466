/**
 * A few thousand hostile inputs, the same each time, to every parser of what comes from outside: each is read or refused
 * with a Problem, soon, in little memory, and leaves nothing behind. `npm run fuzz` tries more of them.
 */
import { afterAll, expect, it } from 'vitest';
import { PARSERS } from './parsers/parsers';
import { Fuzzer, reportOf } from './run';

/** Of each parser; inputs that are large take longer than the others together. */
const INPUTS = 80;
const LARGE = 6;
const isLarge = (name: string) => /bombs|without end/.test(name);

const fuzzer = new Fuzzer();
afterAll(() => fuzzer.close());

it.each(PARSERS.map(({ name }) => name))('%s', async (name) => {
	const inputs = isLarge(name) ? LARGE : INPUTS;
	const ran = await fuzzer.run(name, 1, 0, inputs);
	expect(ran.faults.map(reportOf).join('\n\n')).toBe('');
	expect(ran.inputs).toBe(inputs);
});
