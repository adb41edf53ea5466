/** Probes against scikit-learn and SciPy, on planted units, and on the default pack. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../../src/core/calls';
import { settingsOf } from '../../../src/core/lab/method';
import { labelTokens, labelPattern } from '../../../src/core/lab/methods/probes/labels';
import { fitLinear } from '../../../src/core/lab/methods/probes/logistic';
import { probe } from '../../../src/core/lab/methods/probes/probe';
import { PROBES, type ProbesFound } from '../../../src/core/lab/methods/probes/probes';
import { tally, nothing, scoreOf } from '../../../src/core/lab/methods/probes/scores';
import { columnsOf, scoresOf, type Units } from '../../../src/core/lab/methods/probes/selectors';
import { normals, seeded } from '../../../src/core/math/random';
import { probes } from '../../../workers/lab/probes';
import { FolderSource } from '../../../workers/node/folders/pack-source';
import { Workbench } from '../../../workers/packs/open-pack';
import { startRuntime } from '../../../workers/runtime/session';

interface Golden {
	labels: number[];
	values: number[][];
	f: number[];
	mean: number[];
	information: number[];
	logistic: number[];
	lasso: number[];
	svm: number[];
	said: number[];
	scores: number[];
}

const unitsOf = (values: ArrayLike<number>[]): Units => ({
	size: values.length,
	each: (unit, visit) => Array.from(values[unit]!).forEach((a, t) => a !== 0 && visit(t, a)),
	at: (token, visit) => values.forEach((unit, j) => unit[token] !== 0 && visit(j, unit[token]!)),
	threshold: () => 0
});

const near = (found: ArrayLike<number>, expected: number[], within = 1e-4) =>
	expected.forEach((x, i) => {
		expect(Math.abs(found[i]! - x) / Math.max(1, Math.abs(x)), `${i}`).toBeLessThan(within);
	});

describe('the parts, against scikit-learn and SciPy', () => {
	let golden: Golden;
	beforeAll(async () => {
		const file = path.join(import.meta.dirname, 'probes.json');
		golden = JSON.parse(await readFile(file, 'utf8')) as Golden;
	});
	const used = () => new Uint8Array(golden.labels.length).fill(1);

	it('score units alike', () => {
		const labels = Uint8Array.from(golden.labels);
		const found = scoresOf(unitsOf(golden.values), { labels, used: used() });
		near(found['mean difference'], golden.mean);
		near(found['F statistic'], golden.f);
		near(found['mutual information'], golden.information);
	});

	it.each([
		['logistic', 'logistic', 0, 1 / 300],
		['lasso', 'logistic', 0.01, 0],
		['svm', 'squared-hinge', 0, 1e-3]
	] as const)('fit alike: %s', (name, loss, l1, l2) => {
		const units = unitsOf(golden.values);
		const { x } = columnsOf(units, [0, 1, 2, 3, 4, 5], used());
		const { w, b } = fitLinear(x, Uint8Array.from(golden.labels), { loss, l1, l2 });
		near([...w, b], golden[name]);
	});

	it('judge alike', () => {
		const all = nothing();
		golden.said.forEach((said, i) => tally(all, said === 1, golden.labels[i] === 1));
		const { f1, precision, recall, mcc } = scoreOf(all);
		near([f1, precision, recall, mcc], golden.scores, 1e-12);
	});
});

describe('labels', () => {
	const texts = ['The', ' sea', ', the', ' sea', 'side', ' and', ' She'];
	const label = (kind: 'pattern' | 'words', text: string) => [
		...labelTokens(texts, labelPattern(kind, text))
	];

	it('are of tokens that hold more of a match than a space', () => {
		expect(label('words', 'sea, she')).toEqual([0, 1, 0, 0, 0, 0, 1]);
		expect(label('pattern', 'sea')).toEqual([0, 1, 0, 1, 0, 0, 0]);
		expect(label('pattern', ', ')).toEqual([0, 0, 1, 0, 0, 0, 0]);
	});

	it('say what is no pattern', () => {
		expect(() => labelPattern('pattern', '(')).toThrow('not a regular expression');
		expect(() => labelPattern('words', ' , ')).toThrow('empty');
		expect(() => labelPattern('pattern', '')).toThrow('empty');
	});
});

/** 40 documents of 50 tokens: noise units, and one that fires on the label and nowhere else. */
function planted(seed: number, plant: boolean) {
	const uniform = seeded(seed);
	const normal = normals(uniform);
	const n = 2000;
	const labels = Uint8Array.from({ length: n }, () => (uniform() < 0.05 ? 1 : 0));
	const values = Array.from({ length: 64 }, () =>
		Float32Array.from({ length: n }, () => Math.max(0, normal() - 1.5))
	);
	if (plant) values[17] = Float32Array.from(labels, (label) => label * (1 + uniform()));
	const task = {
		labels,
		documents: Uint32Array.from({ length: n }, (_, t) => Math.floor(t / 50)),
		held: Uint8Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 1 : 0))
	};
	const plan = { k: 4, seed, name: (unit: number) => `${unit}`, pause: () => Promise.resolve() };
	return probe('feature', unitsOf(values), task, plan);
}

describe('planted units', () => {
	it('are found first by every selector, and tell the label alone', async () => {
		const { selectors, p, shuffled } = await planted(3, true);
		for (const { by, units, rows } of selectors) {
			expect(units[0], by).toBe('17');
			expect(rows[0]!.f1, by).toBe(1);
		}
		expect(p).toBe(0.01);
		expect(Math.max(...shuffled)).toBeLessThan(0.3);
	});

	it('that are not there are found in about 1 of 100 texts', { timeout: 120_000 }, async () => {
		let found = 0;
		for (let seed = 0; seed < 50; seed++) if ((await planted(seed, false)).p <= 0.01) found++;
		expect(found).toBeLessThanOrEqual(2);
	});
});

describe('on the default pack', () => {
	let bench: Workbench;
	let found: ProbesFound;
	const settings = settingsOf(
		PROBES.options,
		{ kind: 'words', label: 'she, her', tokens: '4000' },
		{ sae: 'blocks.2.hook_resid_post', prompt: '' }
	);
	beforeAll(async () => {
		await startRuntime(null);
		bench = await Workbench.open(await FolderSource.open('models/default'), false);
		found = await probes(settings, bench, runOf());
	});

	it('a feature tells a word of the text, better than shuffled labels and than any neuron', () => {
		const best = found.features.selectors[0]!.rows[0]!.f1;
		expect(best).toBeGreaterThan(0.5);
		expect(found.features.p).toBe(0.01);
		const neuron = Math.max(...found.neurons!.selectors.map(({ rows }) => rows[0]!.f1));
		expect(best).toBeGreaterThan(neuron);
		expect(found.control.always).toBeLessThan(0.1);
		expect(found.n).toBeGreaterThan(3500);
	});

	it('learns more the more units it may use, and gives the same again', async () => {
		const trained = found.features.selectors[0]!.rows.map(({ f1_train }) => f1_train);
		expect(trained.at(-1)!).toBeGreaterThanOrEqual(trained[0]!);
		expect(await probes(settings, bench, runOf())).toEqual(found);
	});

	it('says in a sentence why there is nothing to find', async () => {
		const ask = (given: object) => probes({ ...settings, ...given }, bench, runOf());
		await expect(ask({ label: 'zygote' })).rejects.toThrow('Only 0 of');
		await expect(
			ask({ kind: 'pattern', label: '[^]', corpus: 'one two three four\n\n'.repeat(30) })
		).rejects.toThrow('Every token');
		await expect(ask({ kind: 'pattern', label: '(a+)+$' })).rejects.toThrow('too long');
		await expect(ask({ corpus: ' \n\n ' })).rejects.toThrow('nothing to read');
		const signal = AbortSignal.abort(new DOMException('', 'AbortError'));
		await expect(probes({ ...settings, tokens: 5000 }, bench, runOf({ signal }))).rejects.toThrow();
	});
});
