/** Whole dictionaries matched: in blocks, by every measure, whatever the rows' lengths, order and axes are. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MEASURES, type PairRequest } from '../../src/core/flow/matches';
import { bestMatches, randomDirections } from '../../src/core/flow/matching';
import { row, type Matrix } from '../../src/core/math/matrix';
import { seeded } from '../../src/core/math/random';
import { haar, rotated } from '../../src/core/math/rotation';
import { featureId } from '../../src/core/names/site';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { runOf } from '../../src/core/calls';
import { LocalEngine } from '../../workers/engine';
import { Flows } from '../../workers/flow/flows';
import { Matcher } from '../../workers/flow/matcher';
import { openFixture } from './fixture';

const R0 = 'blocks.0.hook_resid_post';
const R1 = 'blocks.1.hook_resid_post';
const ignore = () => undefined;

async function openEngine() {
	const { folder } = await openFixture('llama-tied');
	const engine = new LocalEngine({ open: ({ address }) => FolderSource.open(address) });
	await engine.calls.open({ address: folder, backend: 'wasm' });
	return engine;
}

describe('blocks', () => {
	const D = 12;
	// More than a block of either side, and a last block of the target that is not whole.
	const queries = randomDirections(700, D, 1);
	const target = randomDirections(8195, D, 2);
	const matcher = new Matcher();
	beforeAll(() => openFixture('llama-tied'));

	it('finds what looking at every row finds', async () => {
		const { k, indices, cosines } = await matcher.best(queries, target, 5);
		expect(k).toBe(5);
		for (const q of [0, 17, 511, 512, 699]) {
			const expected = bestMatches(target, row(queries, q), 5);
			expect([...indices.subarray(5 * q, 5 * q + 5)]).toEqual(expected.map(({ index }) => index));
			expected.forEach(({ cosine }, i) => expect(cosines[5 * q + i]).toBeCloseTo(cosine, 6));
		}
	});

	it('never gives a row twice, where a block has the same directions as another', async () => {
		const half = randomDirections(4500, D, 3).data;
		const twice = { rows: 9000, columns: D, data: Float32Array.of(...half, ...half) };
		const { indices, cosines } = await matcher.best(queries, twice, 4);
		for (let q = 0; q < queries.rows; q++) {
			const found = indices.subarray(4 * q, 4 * q + 4);
			expect(new Set(found).size).toBe(4);
			expect(found[1]! - found[0]!).toBe(4500);
			expect(cosines[4 * q + 1]).toBe(cosines[4 * q]);
		}
	});

	it('puts every product where it belongs', async () => {
		const scores = await matcher.scores(queries, target);
		for (const [q, t] of [
			[0, 0],
			[600, 8194],
			[699, 4097],
			[511, 4098]
		] as const) {
			const [x, y] = [row(queries, q), row(target, t)];
			expect(scores[q * target.rows + t]).toBeCloseTo(
				x.reduce((sum, v, c) => sum + v * y[c]!, 0),
				6
			);
		}
	});

	it('says how far it is, and ends when asked', async () => {
		const steps: number[] = [];
		await matcher.best(queries, target, 1, undefined, (done) => steps.push(done));
		expect(steps).toEqual([512, 700]);
		const stop = new AbortController();
		const leaving = matcher.best(queries, target, 1, stop.signal, () => stop.abort());
		await expect(leaving).rejects.toMatchObject({ name: 'AbortError' });
	});
});

describe('two dictionaries', () => {
	let engine: LocalEngine;
	beforeAll(async () => (engine = await openEngine()));
	const ask = (measure: PairRequest['measure'], from = R1, target = R0) =>
		engine.calls.matchPair({ from, target, measure, k: 5 });

	it.each(MEASURES)('agree with one feature at a time by %s', async (measure) => {
		const found = await ask(measure);
		expect(found.k).toBe(measure === 'assignment' ? 1 : 5);
		expect(found.indices).toHaveLength(192 * found.k);
		for (const f of [0, 7, 100, 191]) {
			const request = { id: featureId(R1, f), target: R0, measure, k: 5 };
			const { matches, tokens } = await engine.calls.matches(request);
			expect(found.tokens).toBe(tokens);
			const at = f * found.k;
			const indices = [...found.indices.subarray(at, at + found.k)].filter((index) => index >= 0);
			expect(indices.map((index) => featureId(R0, index))).toEqual(matches.map(({ id }) => id));
			matches.forEach(({ score, cosine }, i) => {
				expect(found.scores[at + i]).toBeCloseTo(score, 5);
				expect(found.cosines[at + i]).toBeCloseTo(cosine, 5);
			});
		}
	});

	it('gives no partner twice, and a feature that never fires no match by activations', async () => {
		const { indices } = await ask('assignment');
		expect(new Set(indices).size).toBe(192);
		const { columns } = (await engine.activity().of([R1], runOf())).get(R1)!;
		const silent = Array.from({ length: 192 }, (_, f) => f).filter(
			(f) => columns.offsets[f] === columns.offsets[f + 1]
		);
		for (const measure of ['pearson', 'coactivation'] as const) {
			const found = await ask(measure);
			for (const f of silent) expect(found.indices[5 * f]).toBe(-1);
			expect(found.without).toBeGreaterThanOrEqual(silent.length);
		}
	});

	it('reports how far it is, and can be left', async () => {
		const other = await openEngine();
		const steps: number[] = [];
		const request = { from: R0, target: R1, k: 5 } as const;
		await other.calls.matchPair(
			{ ...request, measure: 'cosine' },
			{ onProgress: ({ done, total }) => steps.push(done / total) }
		);
		expect(steps.at(-1)).toBe(1);
		for (const measure of ['pearson', 'coactivation'] as const) {
			const leave = new AbortController();
			const leaving = other.calls.matchPair(
				{ ...request, from: R1, target: R0, measure },
				{ signal: leave.signal, onProgress: () => leave.abort() }
			);
			await expect(leaving).rejects.toMatchObject({ name: 'AbortError' });
		}
		const nulls: number[] = [];
		await other.calls.nulls(
			{ from: R1, target: R0 },
			{ onProgress: ({ done, total }) => nulls.push(done / total) }
		);
		expect(nulls).toEqual(nulls.toSorted((a, b) => a - b));
		expect(nulls.at(-1)).toBe(1);
	});

	it('says in a sentence what cannot be compared', async () => {
		await expect(ask('cosine', R1, 'blocks.9.hook_mlp_out')).rejects.toThrow(
			/There is no feature "blocks.9/
		);
		const wide = 'blocks.1.hook_resid_post@wide';
		await expect(ask('assignment', wide, R0)).rejects.toThrow(/other dictionary is smaller/);
		const other = await openEngine();
		const cut = await other.bench().sae(R0);
		Object.assign(cut.wDec, { rows: 384, columns: 32 });
		for (const measure of MEASURES)
			await expect(other.calls.matchPair({ from: R1, target: R0, measure, k: 5 })).rejects.toThrow(
				/do not lie in one space \(64 and 32 dimensions\)/
			);
		await expect(other.calls.nulls({ from: R1, target: R0 })).rejects.toThrow(/one space/);
		Object.assign(cut.wDec, { rows: 5000, columns: 64 });
		await expect(
			other.calls.matchPair({ from: R1, target: R0, measure: 'assignment', k: 1 })
		).rejects.toThrow(/up to 4096 features; here there are 5000/);
	});

	it('leaves rows of length zero without a match, and says so of one', async () => {
		const other = await openEngine();
		const { wDec } = await other.bench().sae(R1);
		wDec.data.fill(0, 3 * 64, 5 * 64);
		for (const measure of ['cosine', 'assignment'] as const) {
			const found = await other.calls.matchPair({ from: R1, target: R0, measure, k: 5 });
			expect(found.without).toBe(2);
			expect(found.indices[3 * found.k]).toBe(-1);
			expect(found.indices[5 * found.k]).toBeGreaterThanOrEqual(0);
			const one = { id: featureId(R1, 4), target: R0, measure, k: 5 };
			await expect(other.calls.matches(one)).rejects.toThrow(/row of .*\/4 is zero/);
		}
		const alive = await other.calls.matches({
			id: featureId(R1, 4),
			target: R0,
			measure: 'pearson',
			k: 5
		});
		expect(alive.matches.every(({ cosine }) => cosine === 0)).toBe(true);
		const { origin, scores } = await other.flows().origin(featureId(R1, 4));
		expect(origin).toBe('unexplained');
		expect(scores).toMatchObject({ resid: 0, mlp: 0, attn: 0 });
	});
});

describe('scores do not depend on', () => {
	const scoresOf = async (change: (decoder: Matrix, sae: string) => void) => {
		const { bench } = await openFixture('llama-tied');
		for (const sae of bench.saeIds) change((await bench.sae(sae)).wDec, sae);
		return new Flows(bench).origins(R1, runOf());
	};
	let before: Awaited<ReturnType<typeof scoresOf>>;
	beforeAll(async () => (before = await scoresOf(ignore)));

	/** `now`: where feature f stands after the change. */
	function same(after: typeof before, now = (f: number) => f) {
		for (let f = 0; f < 192; f++)
			for (const kind of ['resid', 'mlp', 'attn'] as const) {
				const [a, b] = [before[featureId(R1, f)]!, after[featureId(R1, now(f))]!];
				expect(Math.abs(a.scores[kind]! - b.scores[kind]!)).toBeLessThanOrEqual(1e-5);
			}
	}

	it('the length of a row', async () => {
		const uniform = seeded(5);
		same(
			await scoresOf(({ rows, columns, data }) => {
				for (let r = 0; r < rows; r++) {
					const factor = 10 ** (6 * uniform() - 3);
					for (let c = 0; c < columns; c++) data[r * columns + c]! *= factor;
				}
			})
		);
	});

	it('the order of features', async () => {
		const shift = (f: number, rows: number) => (7 * f + 3) % rows;
		same(
			await scoresOf((decoder) => {
				const { rows, columns } = decoder;
				const old = decoder.data.slice();
				for (let r = 0; r < rows; r++)
					decoder.data.set(old.subarray(r * columns, (r + 1) * columns), shift(r, rows) * columns);
			}),
			(f) => shift(f, 192)
		);
	});

	it('the axes of the space', async () => {
		const turn = haar(64, 11);
		same(await scoresOf((decoder) => decoder.data.set(rotated(decoder, turn).data)));
	});
});
