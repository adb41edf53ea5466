/** Retrieve: the index against every product, steered queries, and documents of the default pack and of one's own. */
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../../src/core/calls';
import { settingsOf } from '../../../src/core/lab/method';
import {
	unitCode,
	InvertedIndex,
	pooled,
	product,
	RETRIEVE,
	steered,
	type RetrieveFound
} from '../../../src/core/lab/methods/retrieve';
import { seeded } from '../../../src/core/math/random';
import { retrieve } from '../../../workers/lab/retrieve';
import { FolderSource } from '../../../workers/node/folders/pack-source';
import { Workbench } from '../../../workers/packs/open-pack';
import { startRuntime } from '../../../workers/runtime/session';

const drawn = (n: number, seed: number) => {
	const uniform = seeded(seed);
	return Array.from({ length: n }, () =>
		unitCode(Array.from({ length: 200 }, (_, f) => [f, uniform() < 0.1 ? uniform() : 0] as const))
	);
};

describe('the index', () => {
	it('ranks as every product does, to the last document', () => {
		const codes = drawn(300, 1);
		const index = new InvertedIndex(codes);
		for (const query of drawn(20, 2)) {
			const all = codes
				.map((code, document) => [document, product(query, code)] as const)
				.filter(([, score]) => score > 0)
				.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
			const found = index.nearest(query, 300);
			expect(found.map(([document]) => document)).toEqual(all.map(([document]) => document));
			found.forEach(([, score], i) => expect(score).toBeCloseTo(all[i]![1], 12));
		}
	});

	it('answers among 10,000 documents within 50 ms', () => {
		const index = new InvertedIndex(drawn(10_000, 3));
		const [query] = drawn(1, 4);
		index.nearest(query!, 10);
		const times = Array.from({ length: 5 }, () => {
			const begun = performance.now();
			index.nearest(query!, 10);
			return performance.now() - begun;
		});
		expect(Math.min(...times)).toBeLessThan(50);
	});
});

describe('codes', () => {
	it('are means over the tokens, cut to the strongest and of length 1', () => {
		const rows = {
			offsets: Uint32Array.of(0, 2, 3),
			features: Uint32Array.of(5, 2, 5),
			activations: Float32Array.of(1, 4, 5)
		};
		const code = pooled(rows, 2);
		expect(code.features).toEqual([2, 5]);
		expect(code.values[0]! / code.values[1]!).toBeCloseTo(2 / 3, 12);
		expect(product(code, code)).toBeCloseTo(1, 12);
		expect(pooled(rows, 1).features).toEqual([5]);
	});

	it('that are boosted have more of a feature, and muted ones none', () => {
		const codes = drawn(200, 5);
		const [query] = drawn(1, 6);
		const index = new InvertedIndex(codes);
		const share = (of: typeof query, feature: number) =>
			index
				.nearest(of!, 10)
				.reduce((sum, [d]) => sum + product(codes[d]!, unitCode([[feature, 1]])), 0);
		const feature = 77;
		expect(share(steered(query!, [feature], []), feature)).toBeGreaterThan(share(query, feature));
		const muted = steered(query!, [], [query!.features[0]!]);
		expect(muted.features).not.toContain(query!.features[0]);
		expect(product(muted, query!)).toBeLessThan(1);
	});
});

describe('on the default pack', () => {
	let bench: Workbench;
	let found: RetrieveFound;
	const settings = settingsOf(
		RETRIEVE.options,
		{ tokens: '3000' },
		{ sae: 'blocks.2.hook_resid_post', prompt: 'def pack(plum, sail): return plum' }
	);
	beforeAll(async () => {
		await startRuntime(null);
		bench = await Workbench.open(await FolderSource.open('models/default'), false);
		found = await retrieve(settings, bench, runOf());
	});

	it('finds more of the dense nearest the more features stay, and far more than chance', () => {
		const [few, all] = [found.recall[0]!, found.recall.at(-1)!];
		expect(all.recall).toBeGreaterThan(few.recall);
		expect(all.recall).toBeGreaterThan(all.shuffled + 0.2);
		expect(found.fidelity).toBeCloseTo(1, 9);
		expect(found.results).toHaveLength(10);
	});

	it('finds the document of one’s own that speaks of the same, and says what is wrong', async () => {
		const corpus =
			'The ship sailed over the deep sea and the waves were high.\n\nShe baked a warm pie with apples and sugar.\n\nThe old king sat on his throne in the castle.';
		const own = { ...settings, corpus, text: 'A boat on the sea and the waves.' };
		const { results } = await retrieve(own, bench, runOf());
		expect(results[0]!.text).toContain('sea');
		const ask = (given: object) => retrieve({ ...own, ...given }, bench, runOf());
		await expect(ask({ corpus: 'one' })).rejects.toThrow('only one document');
		await expect(ask({ boost: '99999' })).rejects.toThrow('no feature of this SAE');
		await expect(ask({ text: '' })).rejects.toThrow('empty');
	});
});
