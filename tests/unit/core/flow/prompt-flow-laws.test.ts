/** Laws of the flow of a prompt, over random sets of active features. */
import { describe, expect, it } from 'vitest';
import { counts, upstreamSites, type Decoders } from '../../../../src/core/flow/flow';
import type { Active, OnPrompts } from '../../../../src/core/flow/prompt';
import {
	alignedToken,
	chosenResiduals,
	difference,
	largestDifferences,
	matchesOf,
	mergeActive,
	promptNode,
	wholeSaes,
	type ActiveOn,
	type Merged
} from '../../../../src/core/flow/prompt-flow';
import { attnOut, EMBEDDING, featureId, mlpOut, residPost } from '../../../../src/core/names/site';
import type { Token } from '../../../../src/core/names/tokens';
import { Draws } from '../../../draws';

const draws = new Draws(303);
const SITES = [EMBEDDING, ...[0, 1, 2].flatMap((l) => [attnOut(l), mlpOut(l), residPost(l)])];
const RESIDUAL = [EMBEDDING, ...[0, 1, 2].map(residPost)];

/** Shares in per cents, so that some are equal. */
const prompt = (): ActiveOn =>
	new Map(
		draws
			.shuffled(SITES)
			.filter(() => draws.chance(0.85))
			.map((sae) => [
				sae,
				new Map(
					draws.list(draws.integer(0, 9), (): [number, Active] => {
						const share = draws.integer(1, 100) / 100;
						return [draws.integer(0, 14), { share, peak: 3 * share, at: draws.integer(1, 6) }];
					})
				)
			])
	);

const merges = draws.list(60, (i) => mergeActive(draws.list(1 + (i % 2), prompt)));
const share = (one: Active | null | undefined) => one?.share ?? 0;
const all = (merged: Merged) =>
	[...merged].flatMap(([sae, features]) =>
		[...features].map(([index, on]) => ({ sae, index, id: featureId(sae, index), on }))
	);

/** How features compete: by their difference in whole per cents, then by strength, then by index. */
const rank = (on: OnPrompts) => ({
	difference: Math.round(100 * Math.abs(share(on[1]) - share(on[0]))) * Number(on.length > 1),
	strength: Math.max(...on.map(share))
});

describe('active features merged', () => {
	it('are on each prompt what they were there', () => {
		for (let trial = 0; trial < 30; trial++) {
			const prompts = draws.list(draws.integer(1, 3), prompt);
			const merged = mergeActive(prompts);
			for (const { sae, index, on } of all(merged)) {
				expect(on).toEqual(prompts.map((active) => active.get(sae)?.get(index) ?? null));
				expect(on.some((here) => here !== null)).toBe(true);
			}
			const ids = prompts.flatMap((active) =>
				[...active].flatMap(([sae, features]) => [...features.keys()].map((f) => featureId(sae, f)))
			);
			expect(new Set(all(merged).map(({ id }) => id))).toEqual(new Set(ids));
		}
	});

	it('differ by as much from either side', () => {
		for (const merged of merges)
			for (const { on } of all(merged)) {
				if (on.length < 2) expect(difference(on)).toBe(0);
				else expect(difference(on) + difference(on.toReversed())).toBe(0);
			}
	});
});

describe('the residual features that are drawn', () => {
	it('are the best of each site, as many of one as of another, and no more than fit', () => {
		for (const merged of merges)
			for (const most of [1, 4, 10, 40]) {
				const chosen = chosenResiduals(merged, most);
				expect(chosen.length).toBeLessThanOrEqual(most);
				const sites = [...merged.keys()].filter((sae) => RESIDUAL.includes(sae));
				const each = Math.max(1, Math.floor((0.7 * most) / Math.max(1, sites.length)));
				const expected = sites.flatMap((sae) =>
					[...merged.get(sae)!]
						.map(([index, on]) => ({ sae, index, ...rank(on) }))
						.sort(
							(a, b) => b.difference - a.difference || b.strength - a.strength || a.index - b.index
						)
						.slice(0, each)
				);
				expect(chosen).toEqual(expected.slice(0, most).map(({ sae, index }) => ({ sae, index })));
			}
	});
});

describe('the edges of a prompt', () => {
	/** Matches that depend on the pair alone. */
	const decoders: Decoders = {
		at: (site) => (site === mlpOut(1) ? null : site),
		best: (id, target) => ({
			index: (id.length + Number(id.at(-1)) + target.length) % 15,
			cosine: ((id.length * 7 + Number(id.at(-1)) * 5 + target.length) % 10) / 10
		}),
		cosine: () => 0,
		null: (target) => ({ median: 0.1, std: 0.05, q999: target.length / 60, draws: 1, seed: 0 })
	};

	it('join what is active on one prompt, one step apart, where the match counts', () => {
		let found = 0;
		for (const merged of merges)
			for (const { sae, id, on } of all(merged)) {
				const edges = matchesOf(id, merged, decoders, {});
				if (!/resid_post/.test(sae)) {
					expect(edges).toEqual([]);
					continue;
				}
				const layer = Number(/\d+/.exec(sae)![0]);
				const expected = Object.values(upstreamSites(layer)).flatMap((site) => {
					if (decoders.at(site) === null) return [];
					const { index, cosine } = decoders.best(id, site);
					const there = merged.get(site)?.get(index);
					const together = on.map((here, p) => here !== null && (there?.[p] ?? null) !== null);
					return together.some(Boolean) && counts(site, cosine, decoders.null(site), {})
						? [{ from: featureId(site, index), to: id, cosine, on: together }]
						: [];
				});
				expect(edges.map(({ z: _, ...edge }) => edge)).toEqual(expected);
				for (const { cosine, z } of edges) expect(z).toBeCloseTo((cosine - 0.1) / 0.05, 9);
				found += edges.length;
			}
		expect(found).toBeGreaterThan(30);
	});

	it('are none of a feature that is silent', () => {
		for (const merged of merges)
			expect(matchesOf(featureId(residPost(1), 99), merged, decoders, { tRes: -1 })).toEqual([]);
	});

	it('lie between nodes in their layers', () => {
		const on = [{ share: 1, peak: 1, at: 1 }];
		expect(promptNode(featureId(EMBEDDING, 3), on, decoders)).toMatchObject({
			site: EMBEDDING,
			layer: 0,
			origin: null,
			on
		});
		expect(promptNode(featureId(mlpOut(2), 3), on, decoders).layer).toBe(2);
	});
});

describe('the largest differences', () => {
	it('are all that are worth a word, the largest first', () => {
		for (const merged of merges)
			for (const most of [0, 3, 500]) {
				const found = largestDifferences(merged, most);
				const sizes = found.map(({ on }) => Math.abs(difference(on)));
				expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
				const worth = all(merged).filter(({ on }) => Math.abs(difference(on)) >= 0.005);
				expect(found).toHaveLength(Math.min(most, worth.length));
				const least = sizes.at(-1) ?? Infinity;
				const left = worth.filter(({ id }) => !found.some((one) => one.id === id));
				if (found.length > 0)
					for (const { on } of left) expect(Math.abs(difference(on))).toBeLessThanOrEqual(least);
			}
	});
});

describe('SAEs that are drawn whole', () => {
	it('are those of which every active feature is a node', () => {
		for (const merged of merges) {
			const some = new Set(
				all(merged)
					.filter(() => draws.chance(0.8))
					.map(({ id }) => id)
			);
			const missing = new Set(all(merged).flatMap(({ id, sae }) => (some.has(id) ? [] : [sae])));
			expect(wholeSaes(merged, some)).toEqual(
				[...merged.keys()].filter((sae) => !missing.has(sae))
			);
		}
	});
});

describe('corresponding tokens', () => {
	const tokens = (ids: number[]): Token[] =>
		ids.map((id) => ({ id, text: `${id}`, special: false }));
	const drawnIds = (least = 1) => draws.list(draws.integer(least, 8), () => draws.integer(0, 2));

	it('are the same tokens at both ends, and inside the second prompt in between', () => {
		for (let trial = 0; trial < 400; trial++) {
			const [head, tail] = [drawnIds(0), drawnIds(0)];
			const [a, b] = [
				[...head, 7, ...drawnIds(0), ...tail],
				[...head, 8, ...drawnIds(0), 8, ...tail]
			];
			const found = a.map((_, t) => alignedToken(tokens(a), tokens(b), t));
			found.forEach((to, t) => {
				expect(to >= 0 && to < b.length).toBe(true);
				if (t < head.length) expect(to).toBe(t);
				if (t >= a.length - tail.length) expect(b.length - to).toBe(a.length - t);
			});
			expect(found).toEqual(found.toSorted((x, y) => x - y));
		}
	});

	it('are each token itself in a prompt beside itself', () => {
		for (let trial = 0; trial < 50; trial++) {
			const ids = drawnIds();
			ids.forEach((_, t) => expect(alignedToken(tokens(ids), tokens(ids), t)).toBe(t));
		}
	});
});
