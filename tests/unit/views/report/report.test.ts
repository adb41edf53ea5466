import { describe, expect, it } from 'vitest';
import { compared, type Remeasured } from '../../../../src/core/packs/check';
import type { SaeInfo } from '../../../../src/core/packs/info';
import type { SaeMetrics } from '../../../../src/core/packs/metrics';
import { METRICS, plotTable, seriesOf, tableOf } from '../../../../src/views/report/metrics';
import { summaryOf } from '../../../../src/views/report/card/summary-words';
import { factsOf } from '../../../../src/views/report/card/provenance';
import {
	COMPARED,
	rowsOf,
	verdictOf
} from '../../../../src/views/report/remeasure/remeasure-words';

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
		expect(lines.map((l) => [l.name, l.points.map((p) => p.y)])).toEqual([
			['attention', [null, 0.1]],
			['MLP', [null, null]],
			['residual', [0.1, null]]
		]);
	});

	it('draws the main SAE of a site only', () => {
		const other = { ...sae(0, 'resid', metrics), id: 'blocks.0.hook_resid_post@other' };
		expect(seriesOf([other], 'fvu')[2]!.points).toEqual([{ x: 0, y: null }]);
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

describe('the table behind a plot', () => {
	it('holds what that plot shows and nothing of the others, so no two are one file', () => {
		const tables = ['ce_recovered', 'fvu', 'dead'].map((key) => plotTable(saes, key));
		expect(tables.map(({ rows }) => rows.map((row) => row.at(-1)))).toEqual([
			[0.975, 0.975, null],
			[0.1, 0.1, null],
			[0.01, 0.01, null]
		]);
		expect(tables[1]!.columns).toEqual(['sae', 'layer', 'kind', 'fvu']);
	});
});

describe('the report in three sentences', () => {
	const pack = { parameters: 5_770_496, layers: 6, saes, probes: {} };

	it('says how big, how faithful and where it fails, with its numbers', () => {
		const worse = { ...metrics, ce_recovered: 0.8, fvu: 0.4, dead: 0 };
		const probes = {
			agreement: { accuracy: 0.94, chance: 0.5, n: 500 },
			indirect_object: { accuracy: 0.61, chance: 0.5, n: 400 }
		};
		const two = [sae(0, 'resid', metrics), sae(1, 'attn', worse)];
		expect(summaryOf({ ...pack, saes: two, probes })).toEqual({
			big: 'The model has 5.8 million parameters in 6 layers, and 2 sparse autoencoders read 4,096 features in it.',
			faithful:
				'With one site replaced by what its SAE rebuilds, the model keeps 80 % to 97.5 % of what that site does for its predictions (CE recovered), and the SAEs explain 60 % to 90 % of the variance, on held-out text.',
			fails:
				'It fails first here: predictions suffer most at A1 (80 % recovered); most variance is missed at A1 (40 %); 1 % of the features of R0 are dead; of the probes the model does least above chance on indirect object (61 %, chance 50 %, n = 400).'
		});
	});

	it('claims nothing that was not measured', () => {
		const bare = summaryOf({ ...pack, parameters: 900, layers: 1, saes: [sae(0, 'resid', null)] });
		expect(bare.big).toBe(
			'The model has 900 parameters in 1 layer, and one sparse autoencoder reads 2,048 features in it.'
		);
		expect(bare.faithful).toMatch(/not measured/);
		expect(bare.fails).toMatch(/not measured/);
	});
});

describe('what was measured again', () => {
	const { l0, nmse, ce_clean, ce_sae, ce_zero, ce_recovered } = metrics;
	const stated = { l0, nmse, ce_clean, ce_sae, ce_zero, ce_recovered };
	const again = (...factors: number[]): Remeasured => {
		const found = factors.map((factor, i) =>
			compared(
				`blocks.${i}.hook_resid_post`,
				{ ...stated, ce_recovered: ce_recovered * factor },
				stated
			)
		);
		return { texts: 2, tokens: 80, saes: found, worst: Math.max(...found.map((s) => s.worst)) };
	};

	it('agrees up to 1 %, and says how near', () => {
		expect(verdictOf(again(1, 1.009))).toBe(
			'✓ All 2 SAEs match the card within 1 %: the largest difference is 0.9 %.'
		);
		expect(verdictOf(again(1))).toBe(
			'✓ The SAE matches the card within 1 %: the largest difference is 0 %.'
		);
	});

	it('does not agree beyond that, and says where', () => {
		expect(verdictOf(again(1, 0.98, 1.011))).toBe(
			'✗ 2 of 3 SAEs differ from the card by more than 1 %: the largest difference is 2 % (CE recovered of R1).'
		);
	});

	it('has a row an SAE and metric, unrounded', () => {
		const { columns, rows } = rowsOf(again(1, 2));
		expect(columns).toHaveLength(5);
		expect(rows).toHaveLength(2 * COMPARED.length);
		expect(rows[0]).toEqual(['blocks.0.hook_resid_post', 'l0', 31.5, 31.5, 0]);
		expect(rows.at(-1)).toEqual(['blocks.1.hook_resid_post', 'ce_recovered', 1.95, 0.975, 1]);
	});

	it('names and explains what it compares', () => {
		for (const { key, name, meaning } of COMPARED) {
			expect(key in stated).toBe(true);
			expect(name && meaning).toBeTruthy();
		}
	});
});

describe('factsOf', () => {
	it('flattens what a pack says of its making', () => {
		const facts = factsOf({
			seed: 0,
			data: ['books', 'stories'],
			training: { model_tokens: 61440000, model_seconds: 11573 },
			none: null
		});
		expect(facts).toEqual([
			{ name: 'seed', value: '0' },
			{ name: 'data', value: 'books, stories' },
			{ name: 'training, model tokens', value: '61,440,000' },
			{ name: 'training, model time', value: '3 h 13 min' }
		]);
	});

	it('says shares of a whole in one line', () => {
		expect(factsOf({ data: { books: 0.26, stories: 0.74 }, sizes: { a: 0.2, b: 3 } })).toEqual([
			{ name: 'data', value: 'books 26 %, stories 74 %' },
			{ name: 'sizes, a', value: '0.2' },
			{ name: 'sizes, b', value: '3' }
		]);
	});

	it('stays short whatever it is given', () => {
		const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i]));
		expect(factsOf(many).length).toBeLessThanOrEqual(60);
	});
});
