/** Experiments on feature flow, run on micro packs: what must hold whatever the model has learnt. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { EdgeRequest } from '../../src/core/experiments/edge';
import type { Strategy, Trial } from '../../src/core/experiments/deactivation';
import { STRATEGIES } from '../../src/core/experiments/deactivation';
import { PARTS, QUICK } from '../../src/core/experiments/reproduction';
import { parseReproduction } from '../../src/core/experiments/reproduction-file';
import { parseFeatureId, tapOf } from '../../src/core/names/site';
import { activationAt } from '../../src/core/math/sparse';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { runOf } from '../../src/core/calls';
import type { Engine } from '../../src/core/engine';
import { LocalEngine } from '../../workers/engine';
import { openFixture } from './fixture';

const TEXT = 'The old clockmaker mended seven brass keys because the bell had rung.';
const R0 = 'blocks.0.hook_resid_post';
const R1 = 'blocks.1.hook_resid_post';

describe('experiments', () => {
	let local: LocalEngine;
	let engine: Engine;
	let f: Awaited<ReturnType<typeof openFixture>>;
	/** Two features active on one token, one before the other. */
	let edge: EdgeRequest;

	beforeAll(async () => {
		f = await openFixture('llama-tied');
		local = new LocalEngine({ open: ({ address }) => FolderSource.open(address) });
		engine = local.calls;
		await engine.open({ address: f.folder, backend: 'wasm' });
		const ids = f.bench.tokenize(TEXT).tokens.map((token) => token.id);
		const { taps } = await f.bench.model.read(f.bench.model.begin(), ids, [R0, R1]);
		const at = async (sae: string) =>
			(await f.bench.sae(sae)).encode(taps.get(tapOf(sae))!.subarray(-f.bench.model.shape.dModel));
		const strongest = async (sae: string) => `${sae}/${(await at(sae)).features[0]}`;
		edge = {
			text: TEXT,
			from: await strongest(R0),
			to: await strongest(R1),
			factor: 0,
			randoms: 2,
			seed: 3
		};
	});

	it('changes nothing by a factor of 1', async () => {
		const { rows } = await engine.testEdge({ ...edge, factor: 1, randoms: 0 });
		expect(rows.length).toBeGreaterThan(0);
		for (const row of rows) {
			expect(row.after).toBe(row.before);
			expect(row.lossAfter).toBe(row.loss);
		}
	});

	it('takes away what reading the steered text from its start takes away', async () => {
		const { rows } = await engine.testEdge(edge);
		const last = rows.at(-1)!;
		const ids = f.bench.tokenize(TEXT).tokens.map((token) => token.id);
		expect(last.token).toBe(ids.length - 1);
		// The push, made by hand where the residual is written, on the last token alone.
		const { model } = f.bench;
		const { sae, index } = await f.bench.feature(edge.from);
		const push = sae.wDec.data
			.slice(index * sae.wDec.columns, (index + 1) * sae.wDec.columns)
			.map((w) => -last.activation * w);
		const cache = model.begin();
		await model.read(cache, ids.slice(0, -1), []);
		const adds = new Map([['blocks.0.hook_mlp_out', push]]);
		const steered = model.begin({ adds, edited: [], feeds: {} });
		const { taps } = await model.read({ ...steered, kv: cache.kv }, [ids.at(-1)!], [R1]);
		const codes = await (await f.bench.sae(R1)).encode(taps.get(R1)!);
		const expected = activationAt(codes, 0, parseFeatureId(edge.to)!.index);
		expect(last.after).toBeCloseTo(expected, 4);
		expect(last.change).toBeCloseTo(1 - last.after / last.before, 10);
		expect(last.loss).toBeNull();
	});

	it('refuses an edge that runs backwards, and features that do not exist', async () => {
		const backwards = { ...edge, from: edge.to, to: edge.from };
		await expect(engine.testEdge(backwards)).rejects.toThrow(/does not come before/);
		const unknown = { ...edge, from: `${R0}/99999` };
		await expect(engine.testEdge(unknown)).rejects.toThrow(/There is no feature/);
	});

	it('gives the same trials for the same seed, and every strategy its own', async () => {
		const request = { ...QUICK, factor: 0, seed: 7, strategies: [...STRATEGIES] };
		const run = async () => {
			const trials: Trial[] = [];
			await engine.deactivate(request, { onPart: (part) => trials.push(...part) });
			return trials;
		};
		const [one, two] = [await run(), await run()];
		expect(one.length).toBeGreaterThan(10);
		expect(two).toEqual(one);
		for (const trial of one) {
			expect(trial.before).toBeGreaterThan(0);
			expect(trial.off).toBe(trial.after === 0);
		}
		const top = one.filter((trial) => trial.strategy === 'top-1').length;
		expect(one.filter((trial) => trial.strategy === 'random direction')).toHaveLength(top);
	});

	it('finds by trying everything at least what the best match does, on a bounded number', async () => {
		const request = { ...QUICK, factor: 0, seed: 7, exhaustiveFeatures: 2 };
		const trials: Trial[] = [];
		const strategies: Strategy[] = ['top-1', 'exhaustive'];
		await engine.deactivate({ ...request, strategies }, { onPart: (part) => trials.push(...part) });
		const target = ({ text, token, to, kind }: Trial) => `${text} ${token} ${to} ${kind}`;
		const of = (strategy: Strategy) => trials.filter((trial) => trial.strategy === strategy);
		const top = new Map(of('top-1').map((trial) => [target(trial), trial]));
		const searched = of('exhaustive');
		expect(searched.length).toBeGreaterThan(5);
		expect(searched.length).toBeLessThan(top.size);
		for (const trial of searched)
			expect(trial.change).toBeGreaterThanOrEqual(top.get(target(trial))!.change - 1e-4);
		const more = searched.filter((trial) => trial.change > top.get(target(trial))!.change + 1e-4);
		expect(more.length).toBeGreaterThan(0);
		const perToken = new Map<string, Set<string>>();
		for (const { text, token, layer, to } of searched) {
			const key = `${text} ${token} ${layer}`;
			perToken.set(key, (perToken.get(key) ?? new Set()).add(to));
		}
		for (const features of perToken.values()) expect(features.size).toBeLessThanOrEqual(2);
	});

	it('matches by every measure, each with the cosine of the decoders', async () => {
		for (const measure of ['cosine', 'pearson', 'coactivation', 'assignment'] as const) {
			const request = { id: edge.to, target: R0, measure, k: 4 };
			const { matches, tokens } = await engine.matches(request);
			expect(matches.length).toBeLessThanOrEqual(4);
			const scores = matches.map((match) => match.score);
			expect(scores).toEqual([...scores].sort((a, b) => b - a));
			if (measure === 'cosine' || measure === 'assignment') {
				expect(tokens).toBeNull();
				for (const { score, cosine } of matches) expect(score).toBeCloseTo(cosine, 6);
			} else expect(tokens).toBeGreaterThan(100);
		}
		const elsewhere = { id: edge.to, target: 'blocks.9.hook_mlp_out', k: 1 };
		await expect(engine.matches({ ...elsewhere, measure: 'cosine' })).rejects.toThrow(
			/There is no feature/
		);
	});

	it('gives every feature of one dictionary a partner of its own', async () => {
		const { pairs } = local.flows();
		const partners = await pairs.partners(R1, R0, runOf());
		expect(new Set(partners).size).toBe(partners.length);
	});

	it('draws the flow of a prompt between features that are active on it', async () => {
		const request = { text: TEXT, token: null, most: 120, tRes: 0.2, tModule: 0.2 };
		const graph = await engine.promptFlow(request);
		expect(graph.nodes.length).toBeLessThanOrEqual(120);
		expect(graph.active).toBeGreaterThanOrEqual(graph.nodes.length);
		const ids = new Set(graph.nodes.map((node) => node.id));
		for (const { from, to, cosine } of graph.edges) {
			expect(ids.has(from) && ids.has(to)).toBe(true);
			expect(cosine).toBeGreaterThanOrEqual(0.2);
		}
		for (const { on } of graph.nodes) {
			expect(on).toHaveLength(1);
			expect(on[0]!.peak).toBeGreaterThan(0);
			expect(on[0]!.share).toBeLessThanOrEqual(1);
		}
		expect(graph.differences).toEqual([]);
		const one = await engine.promptFlow({ ...request, token: 3 });
		expect(one.nodes.every((node) => node.on[0]!.at === 3)).toBe(true);
	});

	it('merges the flow of two prompts, and agrees with each of them alone', async () => {
		const request = { token: null, most: 500, tRes: 0.2, tModule: 0.2 };
		const beside = `${TEXT} and`;
		const both = await engine.promptFlow({ ...request, text: TEXT, beside });
		const alone = [
			await engine.promptFlow({ ...request, text: TEXT }),
			await engine.promptFlow({ ...request, text: beside })
		];
		expect(both.prompts.map(({ tokens }) => tokens.length)).toEqual(
			alone.map(({ prompts }) => prompts[0]!.tokens.length)
		);
		alone.forEach((graph, i) => {
			const merged = new Map(both.nodes.map(({ id, on }) => [id, on[i]]));
			for (const { id, on } of graph.nodes)
				if (merged.has(id)) expect(merged.get(id)).toEqual(on[0]);
			const own = new Set(graph.edges.map(({ from, to }) => `${from}→${to}`));
			for (const { from, to, on } of both.edges) if (on[i]) expect(own).toContain(`${from}→${to}`);
		});
		// The first prompt is the beginning of the second: what only the first has cannot be.
		expect(both.nodes.every(({ on }) => on[1] !== null)).toBe(true);
		expect(both.differences.length).toBeGreaterThan(0);
		expect(structuredClone(both)).toEqual(both);
	});

	it('moves the model by nothing without edits, and measures what it writes', async () => {
		const still = { text: TEXT, edits: [], control: 'none' as const, seed: 1 };
		expect(await engine.divergence(still)).toBe(0);
		const edits = [{ id: edge.from, mode: 'add' as const, value: 4 }];
		const pushed = await engine.divergence({ ...still, edits });
		const back = await engine.divergence({ ...still, edits, control: 'reversed' });
		const random = await engine.divergence({ ...still, edits, control: 'random' });
		for (const kl of [pushed, back, random]) expect(kl).toBeGreaterThan(0);
		expect(new Set([pushed, back, random]).size).toBe(3);
		const by = { ...still, edits: [{ ...edits[0]!, value: -4 }] };
		expect(await engine.divergence(by)).toBeCloseTo(back, 10);
	});

	it('redoes the paper at reduced size', async () => {
		const found = await engine.reproduce(QUICK);
		expect(found.deactivation!.strategies).toHaveLength(STRATEGIES.length);
		expect(found.transitions.length).toBeGreaterThan(0);
		for (const { map, explained } of found.transitions)
			if (map === 'own codes') expect(explained).toBeLessThanOrEqual(1);
		for (const { same } of found.agreement) expect(same >= 0 && same <= 1).toBe(true);
		for (const { shares } of found.groups?.layers ?? [])
			expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
		expect(found.leftOut.length).toBeGreaterThan(0);
		expect(found.took.map(({ part }) => part).toSorted()).toEqual([...PARTS].toSorted());
		expect(parseReproduction(JSON.stringify(found))).toEqual(found);
		expect(structuredClone(found)).toEqual(found);
	});
});
