import { describe, expect, it } from 'vitest';
import type { SaeInfo } from '../../../src/core/contract';
import type { SaeMetrics } from '../../../src/core/metrics';
import { METRICS, seriesOf, tableOf } from '../../../src/views/report/metrics';
import { factsOf } from '../../../src/views/report/provenance';

const metrics: SaeMetrics = {
	l0: 31.5,
	nmse: 0.06,
	fvu: 0.1,
	ce_clean: 2,
	ce_sae: 2.1,
	ce_zero: 6,
	ce_recovered: 0.975,
	dead: 0.01,
	tokens: 400_000
};
const sae = (layer: number, kind: SaeInfo['kind'], measured: SaeMetrics | null): SaeInfo => ({
	id: `blocks.${layer}.hook_${kind === 'resid' ? 'resid_post' : `${kind}_out`}`,
	site: `blocks.${layer}.hook_${kind}`,
	layer,
	kind,
	architecture: 'topk',
	dIn: 256,
	dSae: 2048,
	k: 32,
	kron: null,
	metrics: measured
});
const saes = [sae(0, 'resid', metrics), sae(1, 'attn', metrics), sae(1, 'resid', null)];

describe('metrics of the report', () => {
	it('has a gap where nothing was measured', () => {
		const lines = seriesOf(saes, 'fvu');
		expect(lines.map((l) => [l.name, l.points.map((p) => p.value)])).toEqual([
			['attention', [null, 0.1]],
			['MLP', [null, null]],
			['residual', [0.1, null]]
		]);
	});

	it('draws the main dictionary of a site only', () => {
		const other = { ...sae(0, 'resid', metrics), id: 'blocks.0.hook_resid_post@other' };
		expect(seriesOf([other], 'fvu')[2]!.points).toEqual([{ layer: 0, value: null }]);
	});

	it('tables every SAE with every metric, unrounded', () => {
		const { columns, rows } = tableOf(saes);
		expect(columns).toEqual(['sae', ...METRICS.map((metric) => metric.key)]);
		expect(rows[0]!.slice(0, 4)).toEqual(['blocks.0.hook_resid_post', 31.5, 0.06, 0.1]);
		expect(rows[0]!.at(-1)).toBeNull();
		expect(rows[2]!.slice(1).every((cell) => cell === null)).toBe(true);
	});

	it('has a column for every number that may be measured, each explained', () => {
		const labelled = { truth: 0.5, pattern: 0.1, alive: 2000, control: 0.01 };
		const all = { ...metrics, explained_variance: 0.9, effective_rank: 120, labelled };
		for (const { of, meaning } of METRICS) {
			expect(of(all)).toEqual(expect.any(Number));
			expect(meaning).toMatch(/^.{15,}\.$/);
		}
		const few = METRICS.filter(({ of }) => of(metrics) !== undefined);
		expect(few.map((m) => m.key)).toEqual(Object.keys(metrics));
	});
});

describe('factsOf', () => {
	it('flattens what a pack says of its making', () => {
		const facts = factsOf({
			seed: 0,
			data: ['books', 'stories'],
			training: { model_tokens: 61440000 },
			none: null
		});
		expect(facts).toEqual([
			{ name: 'seed', value: '0' },
			{ name: 'data', value: 'books, stories' },
			{ name: 'training, model tokens', value: '61,440,000' }
		]);
	});

	it('stays short whatever it is given', () => {
		const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i]));
		expect(factsOf(many).length).toBeLessThanOrEqual(60);
	});
});
