/** Edits as text: whatever is written is read back as the same edit, and nothing else is read at all. */
import { describe, expect, it } from 'vitest';
import { attnOut, featureId, mlpOut, residPost } from '../../../../src/core/names/site';
import { formatEdit, parseEdit } from '../../../../src/core/steering/edits';
import type { Edit, EditMode } from '../../../../src/core/steering/writing';
import { Draws } from '../../../draws';

const draws = new Draws(61);
const MODES: EditMode[] = ['add', 'set', 'scale', 'ablate'];
const ID = 'blocks.1.hook_mlp_out/3';

const id = () => {
	const site = draws.pick([attnOut, mlpOut, residPost])(draws.integer(0, 60));
	return featureId(
		`${site}${draws.pick(['', '@wide', '@l0_71', '@a.b-c'])}`,
		draws.integer(0, 99_999)
	);
};

/** Numbers as sliders, fields and arithmetic give them: short, long, tiny, huge, of both signs. */
const value = () =>
	draws.pick([
		() => draws.integer(-20, 20),
		() => draws.integer(-200, 200) / 10,
		() => draws.real(-10, 10),
		() => Number(draws.real(-1e6, 1e6).toPrecision(4)),
		() => draws.real(-1, 1) * 10 ** draws.integer(-30, 30),
		() => draws.real(-1, 1) * 10 ** draws.integer(-8, 21)
	])();

describe('an edit as text', () => {
	it('is read back as the same edit', () => {
		for (let trial = 0; trial < 2000; trial++) {
			const mode = draws.pick(MODES);
			const edit: Edit = { id: id(), mode, value: mode === 'ablate' ? 0 : value() };
			expect(parseEdit(formatEdit(edit))).toEqual(edit);
		}
	});

	it.each([
		...[0.1 + 0.2, 1 / 3, -2 / 3, 1e9, 1234567890.5, 123456789012, 1e20, 1e21, 1e-6, 1.5e-7],
		...[1e-7 / 3, 1e-6 / 3, 2 ** 53, -Number.MAX_VALUE, Number.MIN_VALUE, 5e-324, 6.02214076e23]
	])('keeps the number %d to its last digit', (value) => {
		const edit: Edit = { id: ID, mode: 'add', value };
		expect(parseEdit(formatEdit(edit))).toEqual(edit);
	});

	it('has the form of the contract', () => {
		expect(formatEdit({ id: ID, mode: 'add', value: 6 })).toBe(`${ID}=add:6`);
		expect(formatEdit({ id: ID, mode: 'scale', value: -0.5 })).toBe(`${ID}=scale:-0.5`);
		expect(formatEdit({ id: ID, mode: 'ablate', value: 0 })).toBe(`${ID}=ablate`);
	});

	it('may be written with capital letters, as any number is, and ablates whatever is given', () => {
		expect(parseEdit(`${ID}=ADD:6`)).toEqual({ id: ID, mode: 'add', value: 6 });
		expect(parseEdit(`${ID}=Set:1E2`)).toEqual({ id: ID, mode: 'set', value: 100 });
		expect(parseEdit(`${ID}=set:1e+2`)!.value).toBe(100);
		expect(parseEdit(`${ID}=scale:0.50`)!.value).toBe(0.5);
		expect(parseEdit(`${ID}=set:007`)!.value).toBe(7);
		expect(parseEdit(`${ID}=Ablate`)).toEqual({ id: ID, mode: 'ablate', value: 0 });
	});

	it.each([
		`${ID}=add:1e309`,
		`${ID}=add:-1e999`,
		`${ID}=add:Infinity`,
		`${ID}=add:0x10`,
		`${ID}=add:1_000`,
		`${ID}=add:1,5`,
		`${ID}=add:+1`,
		`${ID}=add:--1`,
		`${ID}=add:.5`,
		`${ID}=add:1.`,
		`${ID}=add:1e`,
		`${ID}=add: 1`,
		`${ID}=add:1 `,
		`${ID}=add:1\n`,
		`${ID}=add:1=add:2`,
		`${ID}=ablate:0`,
		`${ID}=ablate=ablate`,
		`${ID}=remove:1`,
		`${ID}==add:1`,
		`${ID} =add:1`,
		` ${ID}=add:1`,
		`${ID}=add:${'1'.repeat(400)}`,
		`${ID}=add:0.${'1'.repeat(400)}`,
		`${'x'.repeat(300)}/1=add:1`,
		'blocks.1.ln1.hook_normalized/3=add:1',
		'blocks.1.attn.hook_z/3=add:1',
		'blocks.1.hook_mlp_out@wide=add:1',
		'=add:1',
		'ablate'
	])('is not %j', (text) => expect(parseEdit(text)).toBeNull());

	it('is never made of noise', () => {
		const pieces = [ID, '=', 'add', ':', '1', '-', '.', 'e', 'ablate', ' ', '/', '@', '\n', '٣'];
		for (let trial = 0; trial < 3000; trial++) {
			const text = draws.list(draws.integer(1, 7), () => draws.pick(pieces)).join('');
			const edit = parseEdit(text);
			// What is read at all is one of the four forms, of the feature it begins with.
			if (edit) {
				expect(text).toMatch(/=(add:-?\d+(\.\d+)?(e-?\d+)?|ablate)$/);
				expect(text.startsWith(`${edit.id}=`)).toBe(true);
				expect(Number.isFinite(edit.value)).toBe(true);
			}
		}
	});
});
