/** What a micro pack says of when its features fire, against the engine reading the same texts again. */
import { beforeAll, describe, expect, it } from 'vitest';
import { GROUPS } from '../../src/core/flow/groups';
import { bestMatches } from '../../src/core/flow/matching';
import { row } from '../../src/core/math/matrix';
import { integers, parseSafetensors } from '../../src/core/files/safetensors';
import { featureCard } from '../../workers/features/dashboard';
import { Flows } from '../../workers/flow/flows';
import { openFixture } from './fixture';

const MAIN = 'blocks.1.hook_resid_post';
const UPSTREAM = {
	resid: 'blocks.0.hook_resid_post',
	mlp: 'blocks.1.hook_mlp_out',
	attn: 'blocks.1.hook_attn_out'
};

describe.each([MAIN, `${MAIN}@kron`])('%s', (id) => {
	let flows: Flows;
	let ids: number[];
	/** By SAE, then by feature: the tokens on which it is active, with its activation. */
	const fired = new Map<string, Map<number, Map<number, number>>>();

	beforeAll(async () => {
		const { bench } = await openFixture('llama-tied');
		flows = new Flows(bench);
		const file = parseSafetensors(await bench.source.bytes(bench.pack.examples!));
		const tokens = Array.from(integers(file, 'tokens'));
		const starts = [...integers(file, 'documents'), tokens.length];
		ids = tokens;
		for (let d = 0; d + 1 < starts.length; d++) {
			const document = tokens.slice(starts[d], starts[d + 1]);
			const { taps } = await bench.model.read(bench.model.begin(), document, bench.model.sites);
			for (const name of [id, ...Object.values(UPSTREAM)]) {
				const sae = await bench.sae(name);
				const codes = await sae.encode(taps.get(sae.info.site)!);
				const into = fired.get(name) ?? new Map<number, Map<number, number>>();
				for (let t = 1; t < document.length; t++)
					for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
						const f = codes.features[i]!;
						into.set(
							f,
							(into.get(f) ?? new Map<number, number>()).set(starts[d]! + t, codes.activations[i]!)
						);
					}
				fired.set(name, into);
			}
		}
	}, 60_000);

	const lively = () => [...fired.get(id)!].filter(([, hits]) => hits.size >= 20).slice(0, 12);

	it('has the entropy of the tokens on which a feature fires', async () => {
		expect(lively().length).toBe(12);
		for (const [f, hits] of lively()) {
			const shares = new Map<number, number>();
			for (const at of hits.keys())
				shares.set(ids[at]!, (shares.get(ids[at]!) ?? 0) + 1 / hits.size);
			const bits = [...shares.values()].reduce((sum, p) => sum - p * Math.log2(p), 0);
			const { tokenEntropy } = await featureCard(`${id}/${f}`, flows);
			expect(tokenEntropy).toBeCloseTo(bits, 2);
		}
	});

	it('has the correlations of features that fire together', async () => {
		const n = ids.filter((token) => token !== 0).length;
		const moments = (hits: Map<number, number>) => {
			const sum = [...hits.values()].reduce((a, b) => a + b, 0);
			const square = [...hits.values()].reduce((a, b) => a + b * b, 0);
			return { mean: sum / n, spread: Math.sqrt(square / n - (sum / n) ** 2) };
		};
		for (const [f, hits] of lively()) {
			const { together } = await featureCard(`${id}/${f}`, flows);
			expect(together!.length).toBeGreaterThan(0);
			for (const { id: other, correlation } of together!) {
				const others = fired.get(id)!.get(Number(other.split('/')[1]))!;
				const [a, b] = [moments(hits), moments(others)];
				const product = [...hits].reduce((sum, [t, x]) => sum + x * (others.get(t) ?? 0), 0) / n;
				expect(correlation).toBeCloseTo((product - a.mean * b.mean) / (a.spread * b.spread), 2);
			}
		}
	});

	it('shows examples with the activations that the engine finds', async () => {
		const [f] = lively()[0]!;
		const { examples, max } = await featureCard(`${id}/${f}`, flows);
		expect(examples.length).toBeGreaterThan(12);
		const all = new Set(
			[...fired.get(id)!.get(f)!.values()].map((a) => Math.round((a / max!) * 255))
		);
		for (const { activations } of examples)
			for (const a of activations.filter((x) => x > 0))
				expect(all).toContain(Math.round((a / max!) * 255));
	});
});

describe('groups of active tokens', () => {
	it('are those in which the best upstream matches fire too', async () => {
		const { bench } = await openFixture('llama-tied');
		const flows = new Flows(bench);
		const sae = await bench.sae(MAIN);
		const file = parseSafetensors(await bench.source.bytes(bench.pack.examples!));
		const tokens = Array.from(integers(file, 'tokens'));
		const starts = [...integers(file, 'documents'), tokens.length];
		const counts = new Map<number, number[]>();
		const matches = new Map<string, number>();
		const match = async (f: number, kind: keyof typeof UPSTREAM) => {
			const key = `${f} ${kind}`;
			if (!matches.has(key)) {
				const { unit } = await bench.sae(UPSTREAM[kind]);
				matches.set(key, bestMatches(unit, row(sae.unit, f), 1)[0]!.index);
			}
			return matches.get(key)!;
		};
		for (let d = 0; d + 1 < starts.length; d++) {
			const document = tokens.slice(starts[d], starts[d + 1]);
			const { taps } = await bench.model.read(bench.model.begin(), document, bench.model.sites);
			const own = await sae.encode(taps.get(MAIN)!);
			const others = new Map<string, Set<number>[]>();
			for (const site of Object.values(UPSTREAM)) {
				const { offsets, features: active } = await (await bench.sae(site)).encode(taps.get(site)!);
				others.set(
					site,
					document.map((_, t) => new Set(active.subarray(offsets[t], offsets[t + 1])))
				);
			}
			for (let t = 1; t < document.length; t++)
				for (let i = own.offsets[t]!; i < own.offsets[t + 1]!; i++) {
					const f = own.features[i]!;
					const kinds: string[] = [];
					for (const kind of ['resid', 'mlp', 'attn'] as const)
						if (others.get(UPSTREAM[kind])![t]!.has(await match(f, kind))) kinds.push(kind);
					const group = GROUPS.findIndex((g) => g.join() === kinds.join());
					const found = counts.get(f) ?? GROUPS.map(() => 0);
					found[group]!++;
					counts.set(f, found);
				}
		}
		let mixed = 0;
		for (const [f, found] of [...counts].slice(0, 40)) {
			const total = found.reduce((a, b) => a + b, 0);
			const { observed } = await featureCard(`${MAIN}/${f}`, flows);
			observed!.forEach((share, g) => expect(share).toBeCloseTo(found[g]! / total, 5));
			if (observed!.filter((share) => share > 0).length > 2) mixed++;
		}
		expect(mixed).toBeGreaterThan(3);
	}, 60_000);
});
