/** The engine on WebAssembly against PyTorch, on micro packs: logits, taps, codes, decoding, steering. */
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../src/core/calls';
import { parseEdit } from '../../src/core/steering/edits';
import { parseFeatureId } from '../../src/core/names/site';
import { sample } from '../../src/core/math/sampling';
import { Flows } from '../../workers/flow/flows';
import { isTopK } from '../../workers/sae/encoder-graph';
import { steeringOf } from '../../workers/steering/steering';
import { columns, openFixture, worst } from './fixture';

type Fixture = Awaited<ReturnType<typeof openFixture>>;
const PROMPTS = ['one', 'forty', 'repeat'];
const greedy = (logits: Float32Array) => sample(logits, { temperature: 0, topP: 1 }, () => 0);

describe.each(['llama-tied', 'llama-untied'])('%s', (name) => {
	let f: Fixture;
	beforeAll(async () => {
		f = await openFixture(name);
	});

	const prompt = (p: string) => f.golden.prompts[p]!.ids;
	const readAll = (p: string) =>
		f.bench.model.read(f.bench.model.begin(), prompt(p), f.bench.model.sites);

	it('splits texts into the same tokens', () => {
		for (const { text, ids } of f.golden.tokenization)
			expect(f.bench.tokenizer.encode(text).map((t) => t.id)).toEqual(ids);
	});

	it.each(PROMPTS)('reads "%s": every tap and all logits', async (p) => {
		const { logits, taps } = await readAll(p);
		for (const [site, x] of taps)
			expect(worst(x, f.floats(`read.${p}.tap.${site}`)), site).toBeLessThan(1);
		const vocab = f.bench.model.shape.vocabSize;
		const expected = f.floats(`read.${p}.logits`);
		expect(worst(logits, expected.subarray(expected.length - vocab))).toBeLessThan(1);
		const lastSite = f.bench.model.sites.at(-1)!;
		expect(worst(await f.bench.lens.logits(taps.get(lastSite)!), expected)).toBeLessThan(1);
	});

	it.each(PROMPTS)('reads "%s" no deeper than each site, and finds the same there', async (p) => {
		for (const site of f.bench.model.sites) {
			const taps = await f.bench.model.texts([prompt(p)], [site]);
			expect([...taps.keys()]).toEqual([site]);
			expect(worst(taps.get(site)!, f.floats(`read.${p}.tap.${site}`)), site).toBeLessThan(1);
		}
	});

	it.each(PROMPTS)('reads "%s": the logit lens after each layer', async (p) => {
		const { taps } = await readAll(p);
		for (const [site, x] of taps) {
			if (!f.has(`read.${p}.lens.${site}.p`)) continue;
			const { probabilities } = await f.bench.lens.top(x);
			expect(worst(probabilities, f.floats(`read.${p}.lens.${site}.p`)), site).toBeLessThan(1);
		}
	});

	it.each(PROMPTS)('reads "%s": how surprised the model is by each token', async (p) => {
		const { taps } = await readAll(p);
		const { lens } = f.bench;
		const ids = prompt(p);
		const x = taps.get(f.bench.model.sites.at(-1)!)!;
		const following = Int32Array.from(ids, (_, t) => ids[t + 1] ?? -1);
		const { surprise } = await lens.top(x, following);
		const logits = await lens.logits(x);
		const vocab = logits.length / ids.length;
		ids.forEach((_, t) => {
			const next = ids[t + 1];
			if (next === undefined) return expect(surprise[t]).toBeNaN();
			const row = Float64Array.from(logits.subarray(t * vocab, (t + 1) * vocab));
			const most = row.reduce((a, b) => Math.max(a, b));
			const all = row.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
			expect(surprise[t]).toBeCloseTo(most + Math.log(all) - row[next]!, 4);
		});
	});

	it.each(PROMPTS)('reads "%s": the codes of every SAE', async (p) => {
		const { taps } = await readAll(p);
		for (const id of f.bench.saeIds) {
			const sae = await f.bench.sae(id);
			const reading = await sae.read(taps);
			const key = `read.${p}.code.${id}`;
			const offsets = f.integers(`${key}.offsets`);
			const features = f.integers(`${key}.features`);
			const activations = f.floats(`${key}.activations`);
			const edge = f.floats(`${key}.edge`);
			for (let t = 0; t < offsets.length - 1; t++) {
				const [kept, dropped] = [edge[2 * t]!, edge[2 * t + 1]!];
				const decided = isTopK(sae.spec)
					? kept - dropped > 2e-4
					: Math.min(Math.abs(kept), Math.abs(dropped)) > 2e-4;
				if (!decided) continue;
				const expected = new Map<number, number>();
				for (let i = offsets[t]!; i < offsets[t + 1]!; i++)
					expected.set(features[i]!, activations[i]!);
				const found = new Map<number, number>();
				for (let i = reading.offsets[t]!; i < reading.offsets[t + 1]!; i++)
					found.set(reading.features[i]!, reading.activations[i]!);
				expect([...found.keys()].sort(), `${id} token ${t}`).toEqual([...expected.keys()].sort());
				for (const [feature, a] of expected) expect(found.get(feature)).toBeCloseTo(a, 3);
				expect(reading.l0[t]).toBe(expected.size);
			}
			expect(worst(reading.fvu, f.floats(`${key}.fvu`)), `${id} fvu`).toBeLessThan(1);
		}
	});

	it.each(PROMPTS)('continues "%s" token by token from its cache', async (p) => {
		const { model } = f.bench;
		const cache = model.begin();
		let { logits } = await model.read(cache, prompt(p), []);
		const width = model.shape.vocabSize;
		const expected = f.floats(`decode.${p}.logits`);
		const kept = Math.ceil(width / f.golden.stride);
		for (const [s, id] of f.golden.decode[p]!.ids.entries()) {
			const row = expected.subarray(s * kept, (s + 1) * kept);
			expect(worst(columns(logits, width, f.golden.stride), row), `step ${s}`).toBeLessThan(1);
			expect(greedy(logits)).toBe(id);
			({ logits } = await model.read(cache, [id], []));
		}
	});

	it('steers as the formulas say, in prompt and continuation', async () => {
		const { model } = f.bench;
		const { cases, prompt: p } = f.golden.steer;
		const ids = prompt(p);
		const width = model.shape.vocabSize;
		const kept = Math.ceil(width / f.golden.stride);
		for (const { name: c, edits: lines, ids: written } of cases) {
			const edits = lines.map((line) => parseEdit(line)!);
			const saes = await f.bench.saes(edits.map((e) => parseFeatureId(e.id)!.sae));
			const cache = model.begin(steeringOf(edits, saes));
			const expected = f.floats(`steer.${c}.logits`);
			const row = (at: number) => expected.subarray(at * kept, (at + 1) * kept);
			// Position by position, so that every row of logits can be compared.
			for (const [t, id] of [...ids, ...written.slice(0, -1)].entries()) {
				const { logits } = await model.read(cache, [id], []);
				expect(worst(columns(logits, width, f.golden.stride), row(t)), `${c} at ${t}`).toBeLessThan(
					1
				);
				if (t >= ids.length - 1) expect(greedy(logits)).toBe(written[t - ids.length + 1]);
			}
		}
	});

	it('steers a prompt read in one run as one read token by token', async () => {
		const { model } = f.bench;
		const { cases, prompt: p } = f.golden.steer;
		const width = model.shape.vocabSize;
		const kept = Math.ceil(width / f.golden.stride);
		for (const { name: c, edits: lines } of cases) {
			const edits = lines.map((line) => parseEdit(line)!);
			const saes = await f.bench.saes(edits.map((e) => parseFeatureId(e.id)!.sae));
			const cache = model.begin(steeringOf(edits, saes));
			const { logits } = await model.read(cache, prompt(p), []);
			const t = prompt(p).length - 1;
			const row = f.floats(`steer.${c}.logits`).subarray(t * kept, (t + 1) * kept);
			expect(worst(columns(logits, width, f.golden.stride), row), c).toBeLessThan(1);
		}
	});

	it('leaves every logit alone for scale:1 and add:0', async () => {
		const { model } = f.bench;
		const plain = await model.read(model.begin(), prompt('forty'), []);
		for (const id of f.bench.saeIds)
			for (const [mode, value] of [
				['scale', 1],
				['add', 0]
			] as const) {
				const edits = [{ id: `${id}/5`, mode, value }];
				const saes = await f.bench.saes([id]);
				const cache = model.begin(steeringOf(edits, saes));
				const { logits } = await model.read(cache, prompt('forty'), []);
				const off = logits.reduce((m, x, i) => Math.max(m, Math.abs(x - plain.logits[i]!)), 0);
				expect(off, `${id} ${mode}`).toBeLessThanOrEqual(1e-6);
			}
	});

	it('finds the same origins', async () => {
		const flows = new Flows(f.bench);
		for (const [sae, expected] of Object.entries(f.golden.origins)) {
			const found = Object.values(await flows.origins(sae, runOf()));
			expect(
				found.map((r) => r.origin),
				sae
			).toEqual(expected.origin);
			expect(
				found.map((r) => r.from),
				sae
			).toEqual(expected.from);
			expect(
				found.map((r) => r.missing),
				sae
			).toEqual(expected.missing);
			const scores = f.floats(`origins.${sae}.scores`);
			const z = f.floats(`origins.${sae}.z`);
			found.forEach((r, i) =>
				(['resid', 'mlp', 'attn'] as const).forEach((kind, j) => {
					if (r.scores[kind] === null) return expect(scores[3 * i + j]).toBeNaN();
					expect(r.scores[kind]).toBeCloseTo(scores[3 * i + j]!, 5);
					expect(r.z[kind]).toBeCloseTo(z[3 * i + j]!, 3);
				})
			);
		}
	});
});
