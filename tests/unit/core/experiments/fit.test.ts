import { describe, expect, it } from 'vitest';
import type { SaeConfig } from '../../../../src/core/sae/config';
import {
	decide,
	expectedOf,
	isPlausible,
	MARGIN,
	strangeness,
	type Reconstruction,
	type Repair,
	type RepairTrial
} from '../../../../src/core/experiments/fit';
import { causeOf, sentenceOf } from '../../../../src/core/experiments/fit-words';

const cfg = (over: Partial<SaeConfig> = {}): SaeConfig => ({
	architecture: 'standard',
	dIn: 768,
	dSae: 24576,
	k: null,
	own: {},
	heads: false,
	reads: null,
	dOut: 768,
	skip: false,
	applyBDecToInput: true,
	normalizeActivations: 'none',
	metadata: {},
	...over
});
const elsewhere: Repair = { kind: 'site', site: 'blocks.4.hook_resid_post' };
const tried = (fit: Reconstruction, repair: Repair = elsewhere): RepairTrial => ({
	...fit,
	repair
});
const HERE = 'blocks.3.hook_resid_post';

describe('expectedOf', () => {
	it('takes the L0 that the config states, or the k of TopK', () => {
		expect(expectedOf(cfg({ metadata: { expected_l0: 50 } }))).toMatchObject({
			l0: [25, 100],
			stated: true
		});
		expect(expectedOf(cfg({ architecture: 'topk', k: 32 })).l0).toEqual([16, 64]);
	});

	it('takes the usual range of the field where nothing is stated, and never more than a share of all', () => {
		expect(expectedOf(cfg())).toMatchObject({ l0: [1, 500], stated: false });
		expect(expectedOf(cfg({ dSae: 100 })).l0).toEqual([1, 25]);
		expect(expectedOf(cfg({ metadata: { expected_l0: 'many' } })).stated).toBe(false);
	});
});

describe('decide', () => {
	const usual = expectedOf(cfg());
	const base = { l0: 40, fvu: 0.2 };

	it('lets an SAE fit that no repair improves by the margin', () => {
		const close = tried({ l0: 40, fvu: 0.2 * Math.exp(-MARGIN + 0.01) });
		expect(decide(base, [close], usual)).toMatchObject({ word: 'fits', best: null });
		expect(decide(base, [], usual)).toEqual({ word: 'fits', gain: null, best: null });
	});

	it('names the repair that gains most, beyond the margin', () => {
		const good = tried({ l0: 40, fvu: 0.2 * Math.exp(-MARGIN - 0.01) });
		const better = tried({ l0: 40, fvu: 0.05 }, { kind: 'subtract', bDec: true });
		expect(decide(base, [good], usual)).toMatchObject({ word: 'does not fit', best: good });
		const { best, gain } = decide(base, [good, better], usual);
		expect(best).toBe(better);
		expect(gain).toBeCloseTo(Math.log(4), 10);
	});

	it('counts an L0 away from the stated one against the SAE, and only well away from it', () => {
		const stated = expectedOf(cfg({ metadata: { expected_l0: 40 } }));
		expect(strangeness({ l0: 45, fvu: 0.2 }, stated)).toBe(Math.log(0.2));
		expect(strangeness({ l0: 500, fvu: 0.2 }, stated)).toBeCloseTo(Math.log((0.2 * 500) / 50), 10);
		expect(strangeness({ l0: 4, fvu: 0.2 }, stated)).toBeCloseTo(Math.log((0.2 * 32) / 4), 10);
		const relu = { l0: 900, fvu: 0.15 };
		const topk = tried(
			{ l0: 40, fvu: 0.16 },
			{
				kind: 'activation',
				architecture: 'topk',
				k: 40,
				threshold: null
			}
		);
		expect(decide(relu, [topk], stated).best).toBe(topk);
	});

	it('does not fit without a cause where nothing explains a bad number', () => {
		expect(decide({ l0: 40, fvu: 0.9 }, [tried({ l0: 40, fvu: 0.88 })], usual)).toMatchObject({
			word: 'does not fit',
			best: null
		});
		expect(decide({ l0: 5000, fvu: 0.1 }, [], usual)).toMatchObject({ word: 'does not fit' });
	});

	it('names no repair that explains nothing, however bad the SAE is without it', () => {
		const bad = { l0: 40, fvu: 1e6 };
		expect(decide(bad, [tried({ l0: 40, fvu: 1.2 })], usual).best).toBeNull();
	});

	it('names what brings a dead SAE to life, and passes over what cannot be measured', () => {
		const alive = tried({ l0: 40, fvu: 0.3 });
		const nothing = [tried({ l0: 0, fvu: 1 }), tried({ l0: 40, fvu: NaN })];
		const found = decide({ l0: 0, fvu: 1 }, [...nothing, alive], usual);
		expect(found.best).toBe(alive);
		expect(Number.isFinite(found.gain)).toBe(true);
		expect(decide({ l0: 0, fvu: 1 }, nothing, usual)).toMatchObject({
			word: 'does not fit',
			best: null
		});
	});

	it('cannot tell without tokens', () => {
		expect(decide({ l0: NaN, fvu: NaN }, [], usual).word).toBe('cannot tell');
	});
});

it('takes for plausible what lies within all that is expected', () => {
	const expected = expectedOf(cfg({ metadata: { expected_l0: 40 } }));
	expect(isPlausible({ l0: 40, fvu: 0.2 }, expected)).toBe(true);
	expect(isPlausible({ l0: 90, fvu: 0.2 }, expected)).toBe(false);
	expect(isPlausible({ l0: 40, fvu: 0.75 }, expected)).toBe(false);
	expect(isPlausible({ l0: 40, fvu: NaN }, expected)).toBe(false);
});

describe('in words', () => {
	it('tells a layer off from another hook', () => {
		const at = (site: string) => causeOf({ kind: 'site', site }, HERE);
		expect(at('blocks.4.hook_resid_post')).toContain('off by one layer');
		expect(at('blocks.2.hook_resid_post')).toContain('off by one layer');
		expect(at('blocks.3.hook_resid_pre')).toContain('off by one layer');
		expect(at('blocks.5.hook_resid_post')).toContain('wrong hook');
		expect(at('blocks.3.hook_mlp_out')).toContain('wrong hook');
		expect(
			causeOf({ kind: 'site', site: 'blocks.0.hook_resid_pre' }, 'blocks.0.hook_resid_post')
		).toContain('off by one layer');
	});

	it('has a sentence of its own for each repair', () => {
		const all: Repair[] = [
			elsewhere,
			{ kind: 'scale', factor: 0.5 },
			...(['none', 'layer_norm', 'constant_norm_rescale', 'centre'] as const).map((to): Repair => ({
				kind: 'normalize',
				to
			})),
			{ kind: 'subtract', bDec: true },
			{ kind: 'subtract', bDec: false },
			{ kind: 'bias', bDec: [] },
			{ kind: 'activation', architecture: 'standard', k: null, threshold: null },
			{ kind: 'activation', architecture: 'topk', k: 32, threshold: null },
			{ kind: 'activation', architecture: 'jumprelu', k: null, threshold: null },
			{ kind: 'activation', architecture: 'jumprelu', k: null, threshold: 0.5 },
			...(['swapped', 'encoder', 'decoder', 'both'] as const).map((which): Repair => ({
				kind: 'turned',
				which
			}))
		];
		const causes = all.map((repair) => causeOf(repair, HERE));
		expect(new Set(causes).size).toBe(all.length);
		expect(causes.every((cause) => cause.startsWith('i') || cause.startsWith('o'))).toBe(true);
	});

	it('gives the numbers before and after', () => {
		const expected = expectedOf(cfg());
		const base = { l0: 40, fvu: 0.8 };
		const sentence = (fit: Reconstruction, all: RepairTrial[]) =>
			sentenceOf(decide(fit, all, expected), fit, expected, HERE);
		expect(sentence(base, [tried({ l0: 52, fvu: 0.1 })])).toBe(
			'Most likely it is off by one layer: it was trained at blocks.4.hook_resid_post. With that undone it explains 90.0 % of the variance instead of 20.0 %, with 52.0 active features a token instead of 40.0.'
		);
		expect(sentence({ l0: 40, fvu: 0.1 }, [])).toMatch(/^It explains 90\.0 %.*no known mistake/);
		expect(sentence(base, [])).toContain('none of the known mistakes');
		expect(sentence({ l0: 0, fvu: 1 }, [])).toContain('None of its features');
		expect(sentence({ l0: 3000, fvu: 0.1 }, [])).toContain('1.00 to 500 is usual');
	});
});
