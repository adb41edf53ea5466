import { describe, expect, it } from 'vitest';
import { checkOf, compared } from '../../../../src/core/packs/check';

const R0 = 'blocks.0.hook_resid_post';
const KRON = `${R0}@kron`;
const metrics = {
	l0: 31.5,
	nmse: 0.06,
	ce_clean: 2,
	ce_sae: 2.1,
	ce_zero: 6,
	ce_recovered: 0.975
};
const check = (over: Record<string, unknown> = {}) => ({
	texts: 20,
	tokens: 3400,
	saes: { [R0]: metrics },
	...over
});
const parse = (value: unknown) => checkOf([R0, KRON])(value, 'model.metrics.check');

describe('checkOf', () => {
	it('reads every SAE, and drops what it does not know', () => {
		const saes = { [R0]: { ...metrics, fvu: 'unknown' }, [KRON]: metrics };
		expect(parse(check({ saes, seed: 7 }))).toEqual(
			check({ saes: { [R0]: metrics, [KRON]: metrics } })
		);
	});

	it.each<[string, unknown]>([
		['a number', 1],
		['a list', []],
		['no texts', check({ texts: undefined })],
		['texts of none', check({ texts: 0 })],
		['half a text', check({ texts: 0.5 })],
		['tokens below none', check({ tokens: -1 })],
		['tokens in words', check({ tokens: 'many' })],
		['no SAEs', check({ saes: undefined })],
		['a list of SAEs', check({ saes: [metrics] })],
		['SAEs of none', check({ saes: {} })],
		['an SAE that the pack does not hold', check({ saes: { [`${R0}@other`]: metrics } })],
		['a name that objects have anyway', check({ saes: { constructor: metrics } })],
		['their prototype', check({ saes: JSON.parse('{"__proto__": {"l0": 1}}') })],
		['an SAE without metrics', check({ saes: { [R0]: null } })],
		['a gap', check({ saes: { [R0]: { ...metrics, ce_zero: undefined } } })],
		['a number without end', check({ saes: { [R0]: { ...metrics, l0: Infinity } } })],
		['a number that is none', check({ saes: { [R0]: { ...metrics, nmse: NaN } } })]
	])('refuses %s in a sentence', (_, value) => {
		expect(() => parse(value)).toThrow(
			expect.objectContaining({
				name: 'pack-invalid',
				message: expect.stringMatching(/^The pack's description \(pack\.json\) .*check.*\. Ask/)
			})
		);
	});

	it('says which SAE is a stranger, in few words', () => {
		const saes = { ['x'.repeat(500)]: metrics };
		expect(() => parse(check({ saes }))).toThrow(/does not hold \(x{80}\)/);
	});
});

describe('compared', () => {
	it('gives each relative difference, and the largest', () => {
		const found = compared(R0, { ...metrics, l0: 31.185, ce_sae: 2.1021 }, metrics);
		expect(found).toMatchObject({ sae: R0, stated: metrics, measured: { l0: 31.185 } });
		expect(found.difference.l0).toBeCloseTo(0.01, 12);
		expect(found.difference.ce_sae).toBeCloseTo(0.001, 12);
		expect(found.difference.ce_zero).toBe(0);
		expect(found.worst).toBe(found.difference.l0);
	});

	it('takes the size of what is stated, whatever its sign', () => {
		const stated = { ...metrics, ce_recovered: -2 };
		expect(compared(R0, { ...stated, ce_recovered: -1 }, stated).worst).toBe(0.5);
	});

	it('calls wholly off what cannot be compared, and equal what is', () => {
		const none = { ...metrics, l0: 0 };
		expect(compared(R0, none, none).worst).toBe(0);
		expect(compared(R0, metrics, none).worst).toBe(1);
		expect(compared(R0, { ...metrics, nmse: NaN }, metrics).worst).toBe(1);
	});
});
