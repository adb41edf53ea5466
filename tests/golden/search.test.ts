/** Searching the default pack: 200 planted queries, and the numeric ways against sums in float64. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { FoundFeature, SearchRequest } from '../../src/core/search/search';
import type { Matrix } from '../../src/core/math/matrix';
import { featureId, isInStream } from '../../src/core/names/site';
import { shortFeature } from '../../src/core/names/site-words';
import { plainName } from '../../src/core/search/words';
import { LocalEngine } from '../../workers/engine';
import { FolderSource } from '../../workers/node/folders/pack-source';
import type { Workbench } from '../../workers/packs/open-pack';
import { Draws } from '../draws';

const local = new LocalEngine({ open: ({ address }) => FolderSource.open(address) });
let bench: Workbench;

beforeAll(async () => {
	await local.calls.open({ address: 'models/default', backend: 'wasm' });
	bench = local.bench();
}, 120_000);

const search = (request: SearchRequest) => local.calls.search(request);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
	let sum = 0;
	for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
	return sum;
};
const rowOf = ({ data, columns }: Matrix, r: number) =>
	Float64Array.from(data.subarray(r * columns, (r + 1) * columns));

/** What a unit of each row of an SAE's decoder adds to a logit: gain × (unembedding − its mean), in float64. */
function logitDirection(token: number): Float64Array {
	const [mean, gain] = [meanOf(bench.unembedding), bench.finalGain];
	return rowOf(bench.unembedding, token).map((x, c) => (x - mean[c]!) * gain[c]!);
}

function meanOf(table: Matrix): Float64Array {
	const mean = new Float64Array(table.columns);
	for (let i = 0; i < table.data.length; i++)
		mean[i % table.columns]! += table.data[i]! / table.rows;
	return mean;
}

function expectNumbers(found: FoundFeature[], independent: Map<string, number>, within: number) {
	expect(found.length).toBeGreaterThan(0);
	for (const { id, score } of found)
		expect(Math.abs(score - independent.get(id)!), id).toBeLessThan(within);
	const best = [...independent.values()].sort((a, b) => b - a);
	found.forEach(({ score }, i) => expect(Math.abs(score - best[i]!)).toBeLessThan(within));
}

describe('the numeric ways, beside float64', () => {
	it('logit: promoted logit of a token by unit decoder row, over all SAEs', async () => {
		const [token] = bench.tokenizer.encode(' sea').filter(({ special }) => !special);
		const direction = logitDirection(token!.id);
		const all = new Map<string, number>();
		for (const id of bench.saeIds.filter((id) => isInStream(bench.info(id)!.site))) {
			const { wDec } = await bench.sae(id);
			for (let f = 0; f < wDec.rows; f++) {
				const w = rowOf(wDec, f);
				all.set(featureId(id, f), dot(w, direction) / Math.sqrt(dot(w, w)));
			}
		}
		expectNumbers(await search({ text: ' sea', by: 'logit', top: 30 }), all, 1e-5);
	}, 60_000);

	it('like: decoder cosine over all SAEs of the stream', async () => {
		const like = 'blocks.3.hook_resid_post/442';
		const own = rowOf((await bench.sae('blocks.3.hook_resid_post')).wDec, 442);
		const all = new Map<string, number>();
		for (const id of bench.saeIds) {
			const { wDec } = await bench.sae(id);
			for (let f = 0; f < wDec.rows; f++) {
				const w = rowOf(wDec, f);
				const cosine = dot(own, w) / Math.sqrt(dot(own, own) * dot(w, w));
				if (featureId(id, f) !== like) all.set(featureId(id, f), cosine);
			}
		}
		expectNumbers(await search({ like, top: 30 }), all, 1e-5);
	}, 60_000);

	it('prompt and contrast: largest activation over the stored maximum', async () => {
		const [text, against] = ['The fox saw a red boat.', 'The fox saw a blue house.'];
		const shares = async (read: string) => {
			const found = new Map<string, number>();
			await local.calls.read(
				{ text: read },
				{
					onPart: (part) => {
						if (part.kind !== 'site') return;
						const { sae, offsets, features, activations } = part.site;
						// The first token is the tokenizer's own.
						for (let i = offsets[1]!; i < offsets.at(-1)!; i++) {
							const id = featureId(sae, features[i]!);
							found.set(id, Math.max(found.get(id) ?? 0, activations[i]!));
						}
					}
				}
			);
			for (const [id, a] of found) {
				const [sae, index] = id.split('/') as [string, string];
				const max = (await bench.statistics(sae))!.max[Number(index)]!;
				found.set(id, max > 0 ? a / max : 0);
			}
			return found;
		};
		const [here, there] = [await shares(text), await shares(against)];
		expectNumbers(await search({ text, by: 'prompt', top: 30 }), here, 1e-5);
		const less = new Map([...here].map(([id, a]) => [id, a - (there.get(id) ?? 0)]));
		expectNumbers(await search({ text, against, by: 'contrast', top: 30 }), less, 1e-5);
	}, 60_000);

	it('narrows to an SAE and to what fires seldom', async () => {
		const sae = 'blocks.4.hook_resid_post';
		const found = await search({ text: 'the fox was sad', sae, maxDensity: 0.01, top: 50 });
		expect(found.length).toBeGreaterThan(5);
		for (const { id, density } of found) {
			expect(id.startsWith(`${sae}/`)).toBe(true);
			expect(density).toBeLessThanOrEqual(0.01);
		}
	});
});

describe('200 planted queries', () => {
	it('have the right feature in the first five, 95 in 100', async () => {
		const draws = new Draws(16);
		const queries: { text: string; right: (id: string) => boolean }[] = [];
		const holders = new Map<string, string[]>();
		for (const sae of bench.saeIds)
			for (const [index, { text }] of (await bench.labels(sae)) ?? []) {
				const name = plainName(text);
				holders.set(name, [...(holders.get(name) ?? []), featureId(sae, index)]);
			}
		// Of a name that more than five features have, any of them is right; of others the very one.
		const names = [...holders.keys()];
		for (let i = 0; i < 80; i++) {
			const name = draws.pick(names);
			const all = holders.get(name)!;
			const planted = draws.pick(all);
			const right = (id: string) => (all.length > 5 ? all.includes(id) : id === planted);
			queries.push({ text: name, right });
		}
		for (let i = 0; i < 60; i++) {
			const sae = draws.pick(bench.saeIds);
			const id = featureId(sae, draws.integer(0, bench.info(sae)!.cfg.dSae - 1));
			const short = shortFeature(id);
			const text = draws.pick([id, short, short.replaceAll(' ', ''), short.toLowerCase()]);
			queries.push({ text, right: (found) => found === id });
		}
		// Of a token, any feature that lists it first among those it promotes.
		const first = new Map<number, Set<string>>();
		for (const sae of bench.saeIds) {
			const { promoted, listed, density } = (await bench.statistics(sae))!;
			for (let f = 0; f < density.length; f++) {
				const token = promoted[f * listed]!;
				first.set(token, (first.get(token) ?? new Set()).add(featureId(sae, f)));
			}
		}
		const words = [...first.keys()].filter((id) => /^ ?[a-z]{3,}$/i.test(bench.tokenizer.text(id)));
		for (let i = 0; i < 60; i++) {
			const token = draws.pick(words);
			queries.push({
				text: bench.tokenizer.text(token).trim(),
				right: (id) => first.get(token)!.has(id)
			});
		}
		const missed: string[] = [];
		for (const { text, right } of queries) {
			const found = await search({ text, top: 5 });
			if (!found.some(({ id }) => right(id))) missed.push(text);
		}
		expect(queries).toHaveLength(200);
		expect(missed.length, missed.join(' | ')).toBeLessThanOrEqual(10);
	}, 300_000);
});
