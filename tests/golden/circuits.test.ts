/** Gradients and direct contributions on WebAssembly against autograd in float64, on micro packs of every family. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32, integers, parseSafetensors } from '../../src/core/files/safetensors';
import { parseFeatureId, residPost } from '../../src/core/names/site';
import { attributeTokens } from '../../workers/circuit/attribution';
import { nodesOf, slopes } from '../../workers/circuit/effects';
import { ModelGradients, type Metric } from '../../workers/circuit/model-gradients';
import { Paths } from '../../workers/circuit/paths';
import { nodeSaes, siteNodes } from '../../workers/circuit/reading';
import { SplicedModel } from '../../workers/circuit/spliced';
import { FIXTURES, openFixture, worst } from './fixture';

interface Said {
	ids: number[];
	target: number;
	against: number;
	saes: string[];
}

const said = JSON.parse(readFileSync(path.join(FIXTURES, 'circuits.json'), 'utf8')) as Record<
	string,
	Said
>;
const tensors = parseSafetensors(
	new Uint8Array(readFileSync(path.join(FIXTURES, 'circuits.safetensors')))
);
const floats = (key: string) => float32(tensors, key).data;

describe.each(Object.keys(said))('%s', (name) => {
	let f: Awaited<ReturnType<typeof openFixture>>;
	let gradients: ModelGradients;
	const { ids, target, against } = said[name]!;
	const metric: Metric = new Map([
		[target, 1],
		[against, -1]
	]);
	beforeAll(async () => {
		f = await openFixture(name);
		gradients = new ModelGradients(f.bench.model);
	});

	it('has the gradient of the metric at every site', async () => {
		const { sites } = f.bench.model;
		const found = await gradients.run(ids, metric, [new Map()], sites);
		expect(found.metric[0]).toBeCloseTo(floats(`${name}.metric`)[0]!, 4);
		for (const site of sites)
			expect(worst(found.at.get(site)!, floats(`${name}.gradient.${site}`)), site).toBeLessThan(1);
	});

	it('has the mean gradient along the way to no feature', async () => {
		const sites = await sitesOf(f.bench, gradients, ids, metric);
		const told = () => undefined;
		const found = await slopes('ig', gradients, ids, metric, sites, null, told);
		const paths = sites.filter(({ site }) => tensors.has(`${name}.path.${site}`));
		expect(paths).toHaveLength(2);
		for (const { site } of paths)
			expect(worst(found.get(site)!, floats(`${name}.path.${site}`)), site).toBeLessThan(1);
	});

	it('has the parts of the logit that the last residual stream writes', async () => {
		const last = residPost(f.bench.model.shape.layers - 1);
		const found = await attributeTokens({ token: target, against }, ids, ids.length - 1, f.bench);
		if (!tensors.has(`${name}.direct`)) return expect(found.sae).not.toBe(last);
		expect(found.sae).toBe(last);
		const features = integers(tensors, `${name}.direct.features`);
		const direct = new Map(
			found.parts.map((part) => [parseFeatureId(part.id)!.index, part.direct])
		);
		expect([...direct.keys()].sort((a, b) => a - b)).toEqual([...features]);
		const expected = floats(`${name}.direct`);
		const ours = Array.from(features, (index) => direct.get(index)!);
		expect(worst(ours, expected)).toBeLessThan(1);
		const scale = Math.abs(found.logit) + 1;
		expect(Math.abs(found.error - floats(`${name}.direct.error`)[0]!)).toBeLessThan(1e-4 * scale);
		expect(Math.abs(found.bias - floats(`${name}.direct.bias`)[0]!)).toBeLessThan(1e-4 * scale);
		const sum = found.parts.reduce((total, part) => total + part.direct, 0);
		expect(Math.abs(sum + found.error + found.bias - found.logit)).toBeLessThan(1e-3);
	});

	it('says with all features and errors in their places what the model says, and with a set what is its own', async () => {
		const sites = await sitesOf(f.bench, gradients, ids, metric);
		const spliced = new SplicedModel(
			f.bench.model,
			sites.map(({ sae }) => sae)
		);
		const clean = floats(`${name}.metric`)[0]!;
		const told = () => undefined;
		const all = nodesOf(sites, null);
		const sets = [
			{ rest: true, errors: false, nodes: [] },
			{ rest: false, errors: false, nodes: all },
			{ rest: false, errors: false, nodes: [] }
		];
		const [whole, put, none] = await spliced.run(ids, metric, sites, null, sets, told);
		expect(Math.abs(whole! - clean)).toBeLessThan(1e-3);
		expect(Math.abs(put! - clean)).toBeLessThan(1e-3);
		expect(Math.abs(none! - clean)).toBeGreaterThan(1e-3);
		// Set aside to its own values, nothing changes.
		const [same] = await spliced.run(ids, metric, sites, sites, sets.slice(2), told);
		expect(Math.abs(same! - clean)).toBeLessThan(1e-3);
		await spliced.release();
	});

	it('has the gradient of the metric by paths that pass no other site', async () => {
		const sites = await sitesOf(f.bench, gradients, ids, metric);
		const paths = new Paths(f.bench.model);
		const found = await paths.direct(metric, sites, ids);
		const known = sites.filter(({ site }) => tensors.has(`${name}.output.${site}`));
		expect(known.length).toBeGreaterThan(0);
		for (const { site } of sites) {
			const way = found.get(site);
			const key = `${name}.output.${site}`;
			if (tensors.has(key)) expect(worst(way!, floats(key)), site).toBeLessThan(1);
			else expect(Math.max(0, ...(way ?? []).map(Math.abs)), site).toBeLessThan(1e-6);
		}
		await paths.release();
	});

	it('has the gradients of features and errors by direct paths', async () => {
		const sites = await sitesOf(f.bench, gradients, ids, metric);
		const slope = (await gradients.run(ids, metric, [new Map()], f.bench.model.sites)).at;
		const paths = new Paths(f.bench.model);
		let compared = 0;
		for (const at of sites.slice(1))
			for (const t of [Math.floor(ids.length / 2), ids.length - 1]) {
				const index = integers(tensors, `${name}.strongest.${at.site}.${t}`)[0]!;
				for (const kind of ['edge', 'error'] as const) {
					const node = { at, position: t, index: kind === 'edge' ? index : null };
					const ways = await paths.ways(node, sites, slope, ids);
					const factor = kind === 'edge' ? ways.slope : 1;
					for (const [site, way] of ways.at) {
						const key = `${name}.${kind}.${at.site}.${t}.${site}`;
						if (!tensors.has(key) || factor === 0) {
							expect(Math.max(...way.map(Math.abs)), key).toBeLessThan(1e-6);
							continue;
						}
						const expected = floats(key).map((v) => v * factor);
						expect(worst(way, expected), key).toBeLessThan(1);
						compared++;
					}
				}
			}
		expect(compared).toBeGreaterThan(5);
		await paths.release();
	});
});

async function sitesOf(
	bench: Awaited<ReturnType<typeof openFixture>>['bench'],
	gradients: ModelGradients,
	ids: number[],
	metric: Metric
) {
	const { saes } = await nodeSaes(bench);
	const places = saes.map(({ target }) => target);
	const { taps } = await gradients.run(ids, metric, [new Map()], places);
	return Promise.all(saes.map((sae) => siteNodes(sae, taps.get(sae.target)!)));
}
