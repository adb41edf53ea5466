import { describe, expect, it } from 'vitest';
import { PAPER, WHOLE, type Reproduction } from '../../../../src/core/experiments/reproduction';
import { parseReproduction } from '../../../../src/core/experiments/reproduction-file';
import { fakeReproduction } from '../../../fakes/reproduction';

const good = fakeReproduction(4, { ...WHOLE, texts: 6 });

/** The file with the value at a path replaced; undefined takes it out. */
function withValue(path: string, value: unknown): string {
	const copy = JSON.parse(JSON.stringify(good)) as Record<string, unknown>;
	const keys = path.split('.');
	const last = keys.pop()!;
	let at: Record<string, unknown> = copy;
	for (const key of keys) at = at[key] as Record<string, unknown>;
	expect(last in at).toBe(true);
	if (value === undefined) delete at[last];
	else at[last] = value;
	return JSON.stringify(copy);
}

describe('parseReproduction', () => {
	it('brings back what was stored', () => {
		expect(parseReproduction(JSON.stringify(good))).toEqual(good);
	});

	it('takes parts that were not measured', () => {
		const bare: Reproduction = { ...good, groups: null, deactivation: null, steering: [] };
		expect(parseReproduction(JSON.stringify(bare))).toEqual(bare);
	});

	it('lets no file say what the paper found, and drops what it does not know', () => {
		const lying = { ...good, paper: { ...PAPER, model: 'mine' }, more: '<img>' };
		expect(parseReproduction(JSON.stringify(lying))).toEqual(good);
	});

	it.each(['', 'null', '[]', '{}', '"x"', '{"settings":', JSON.stringify([good])])(
		'refuses %j',
		(json) => expect(() => parseReproduction(json)).toThrow(/reproduction\.json/)
	);

	it.each<[string, unknown]>([
		['settings', undefined],
		['settings.texts', -1],
		['settings.seed', 1.5],
		['groups', undefined],
		['groups.layers', {}],
		['groups.layers.0.shares', [1]],
		['groups.layers.0.shares', [1, 1, 0, 0, 0, 0, 0, 0]],
		['groups.layers.0.shares.0', '0.5'],
		['groups.variability', []],
		['groups.variability.0.0', 2],
		['groups.tests.0.groups', [0, 8]],
		['groups.tests.0.score', 'embed'],
		['groups.tests.0.p', null],
		['groups.tests.0.n', [1]],
		['deactivation', undefined],
		['deactivation.strategies.0.strategy', '__proto__'],
		['deactivation.strategies.0.off.low', 0.99],
		['deactivation.strategies.0.off.n', 0],
		['deactivation.single', undefined],
		['deactivation.layers.0.kind', 3],
		['deactivation.differences.0.off', {}],
		['transitions.0.from', '../../etc'],
		['transitions.0.map', 'guess'],
		['transitions.0.explained', null],
		['agreement.0.same', 1.5],
		['steering.0.id', 'javascript:alert(1)'],
		['steering.0.chain.0', 'blocks.1.hook_resid_post'],
		['steering.0.arms.0.control', 'all'],
		['steering.0.arms.0.perplexity', null],
		['leftOut', 'nothing'],
		['leftOut.0', 7],
		['took', undefined],
		['took.0.part', 'sleep'],
		['took.0.seconds', -1]
	])('refuses %s as %j, and says so', (path, value) => {
		let thrown: unknown;
		try {
			parseReproduction(withValue(path, value));
		} catch (error) {
			thrown = error;
		}
		expect(thrown).toMatchObject({ name: 'pack-damaged' });
		expect((thrown as Error).message).toMatch(
			/^The stored measurement \(reproduction\.json\) .*\. Measure it again here/
		);
	});
});
