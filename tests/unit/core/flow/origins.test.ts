/** Origins and steps against tables written out from the contract. */
import { describe, expect, it } from 'vitest';
import {
	counts,
	hasOrigin,
	isStep,
	originRow,
	upstreamSites,
	type Decoders,
	type UpstreamKind
} from '../../../../src/core/flow/flow';
import type { Null } from '../../../../src/core/flow/matching';
import { attnOut, EMBEDDING, featureId, mlpOut, residPost } from '../../../../src/core/names/site';

/** Another null for every SAE, so that one taken for another shows. */
const NULLS: Record<UpstreamKind, Null> = {
	resid: { median: 0.2, std: 0.02, q999: 0.3, draws: 20_000, seed: 1 },
	mlp: { median: 0.3, std: 0.03, q999: 0.45, draws: 20_000, seed: 1 },
	attn: { median: 0.1, std: 0.01, q999: 0.15, draws: 20_000, seed: 1 }
};

/** `H`: just above the 99.9th percentile; `L`: just at it; `?`: no SAE there. */
type Level = 'H' | 'L' | '?';

function decodersOf(levels: Record<UpstreamKind, Level>, layer = 4): Decoders {
	const sites = upstreamSites(layer);
	const kindAt = (site: string) =>
		(['resid', 'mlp', 'attn'] as const).find((kind) => sites[kind] === site)!;
	return {
		at: (site) => {
			const kind = kindAt(site);
			return kind && levels[kind] === '?' ? null : site;
		},
		best: (_, target) => {
			const { q999 } = NULLS[kindAt(target)];
			return { index: 7, cosine: levels[kindAt(target)] === 'H' ? q999 + 1e-9 : q999 };
		},
		cosine: () => 0,
		null: (target) => NULLS[kindAt(target)]
	};
}

describe('the origin of a residual feature', () => {
	it.each<[resid: Level, mlp: Level, attn: Level, origin: string, missing: string]>([
		// Nothing missing: high in the previous residual only, in that and a module, in modules only, nowhere.
		['H', 'L', 'L', 'translated', ''],
		['H', 'H', 'L', 'processed', ''],
		['H', 'L', 'H', 'processed', ''],
		['H', 'H', 'H', 'processed', ''],
		['L', 'H', 'L', 'newborn', ''],
		['L', 'L', 'H', 'newborn', ''],
		['L', 'H', 'H', 'newborn', ''],
		['L', 'L', 'L', 'unexplained', ''],
		// Without the previous residual nothing is certain: it tells processed from newborn, translated from unexplained.
		['?', 'L', 'L', 'not measured', 'resid'],
		['?', 'H', 'L', 'not measured', 'resid'],
		['?', 'L', 'H', 'not measured', 'resid'],
		['?', 'H', 'H', 'not measured', 'resid'],
		// A missing module matters unless the other one is high.
		['H', '?', 'L', 'not measured', 'mlp'],
		['H', '?', 'H', 'processed', ''],
		['L', '?', 'L', 'not measured', 'mlp'],
		['L', '?', 'H', 'newborn', ''],
		['H', 'L', '?', 'not measured', 'attn'],
		['H', 'H', '?', 'processed', ''],
		['L', 'L', '?', 'not measured', 'attn'],
		['L', 'H', '?', 'newborn', ''],
		// Two missing; of these, a module beside one that is high changes nothing.
		['?', '?', 'L', 'not measured', 'resid mlp'],
		['?', '?', 'H', 'not measured', 'resid'],
		['?', 'L', '?', 'not measured', 'resid attn'],
		['?', 'H', '?', 'not measured', 'resid'],
		['H', '?', '?', 'not measured', 'mlp attn'],
		['L', '?', '?', 'not measured', 'mlp attn'],
		['?', '?', '?', 'not measured', 'resid mlp attn']
	])(
		'with %s before, %s in the MLP and %s in attention is %s (%s)',
		(resid, mlp, attn, origin, missing) => {
			const levels = { resid, mlp, attn };
			const row = originRow(featureId(residPost(4), 1), decodersOf(levels));
			const sites = upstreamSites(4);
			expect(row.origin).toBe(origin);
			expect(row.missing.join(' ')).toBe(
				missing
					.split(' ')
					.filter(Boolean)
					.map((kind) => sites[kind as UpstreamKind])
					.join(' ')
			);
			expect(row.from).toEqual(
				(['resid', 'mlp', 'attn'] as const).filter((kind) => levels[kind] === 'H')
			);
			for (const kind of ['resid', 'mlp', 'attn'] as const) {
				const { median, std, q999 } = NULLS[kind];
				if (levels[kind] === '?') expect([row.scores[kind], row.z[kind]]).toEqual([null, null]);
				else {
					expect(row.scores[kind]).toBeCloseTo(q999, 8);
					expect(row.z[kind]).toBeCloseTo((q999 - median) / std, 6);
				}
			}
		}
	);

	it('comes from the stream before its layer, and from what its own modules write', () => {
		expect(upstreamSites(4)).toEqual({
			resid: 'blocks.3.hook_resid_post',
			mlp: 'blocks.4.hook_mlp_out',
			attn: 'blocks.4.hook_attn_out'
		});
		expect(upstreamSites(0).resid).toBe('blocks.0.hook_resid_pre');
	});

	it('is null at other sites, and at the first residual site', () => {
		const none = {
			origin: null,
			from: [],
			missing: [],
			scores: { resid: null, mlp: null, attn: null },
			z: { resid: null, mlp: null, attn: null }
		};
		const all = decodersOf({ resid: 'H', mlp: 'H', attn: 'H' }, 0);
		const withoutEmbedding = { ...all, at: (site: string) => (site === EMBEDDING ? null : site) };
		for (const site of [
			attnOut(4),
			mlpOut(4),
			EMBEDDING,
			'hook_embed',
			'blocks.0.hook_resid_pre@wide'
		])
			expect(originRow(featureId(site, 1), all)).toEqual(none);
		expect(originRow(featureId(residPost(0), 1), withoutEmbedding)).toEqual(none);
		// Where the embedding has an SAE that is the first residual site.
		expect(hasOrigin(residPost(0), all)).toBe(true);
		expect(originRow(featureId(residPost(0), 1), all).origin).toBe('processed');
		expect(hasOrigin(residPost(1), withoutEmbedding)).toBe(true);
		expect(hasOrigin('some.other.site', all)).toBe(false);
	});

	it('of a stream before a block is that of the stream after the block before', () => {
		const decoders = decodersOf({ resid: 'H', mlp: 'L', attn: 'H' });
		const before = originRow('blocks.5.hook_resid_pre/3', decoders);
		expect(before).toEqual(originRow(featureId(residPost(4), 3), decoders));
	});
});

describe('a step', () => {
	/** Who writes what: the stream before a layer, its attention, its MLP, the stream after it. */
	const STEPS = [0, 1, 2].flatMap((layer) => {
		const before = layer === 0 ? EMBEDDING : residPost(layer - 1);
		const [attn, mlp, after] = [attnOut(layer), mlpOut(layer), residPost(layer)];
		return [
			[before, attn],
			[before, mlp],
			[before, after],
			[attn, mlp],
			[attn, after],
			[mlp, after]
		].map(([from, to]) => `${from} ${to}`);
	});
	const sites = [
		EMBEDDING,
		...[0, 1, 2].flatMap((layer) => [attnOut(layer), mlpOut(layer), residPost(layer)])
	];

	it('leads from each site to those that it is read by within a layer, and nowhere else', () => {
		expect(STEPS).toHaveLength(18);
		const found = sites.flatMap((a) => sites.filter((b) => isStep(a, b)).map((b) => `${a} ${b}`));
		expect(found.toSorted()).toEqual(STEPS.toSorted());
	});

	it('is the same under a site’s other names', () => {
		const others: [string, string][] = [
			['hook_embed', EMBEDDING],
			['blocks.1.hook_resid_pre', residPost(0)],
			['blocks.2.hook_resid_pre', residPost(1)]
		];
		for (const [name, site] of others)
			for (const other of sites) {
				expect(isStep(name, other)).toBe(isStep(site, other));
				expect(isStep(other, name)).toBe(isStep(other, site));
			}
	});

	it('does not lead to or from what is no site', () => {
		for (const site of sites) {
			expect(isStep(site, 'elsewhere')).toBe(false);
			expect(isStep('elsewhere', site)).toBe(false);
		}
	});
});

describe('a match that counts', () => {
	const chance = NULLS.resid;

	it('is above the null’s percentile where no cosine is fixed', () => {
		for (const site of [residPost(1), mlpOut(1), attnOut(1), EMBEDDING]) {
			expect(counts(site, 0.3, chance, {})).toBe(false);
			expect(counts(site, 0.300_001, chance, {})).toBe(true);
		}
	});

	it('is at the fixed cosine or above, of the site that is matched into', () => {
		const at = { tRes: 0.5, tModule: 0.1 };
		for (const site of [residPost(1), EMBEDDING, 'hook_embed'])
			for (const cosine of [0.499, 0.5, 0.9])
				expect(counts(site, cosine, chance, at)).toBe(cosine >= 0.5);
		for (const site of [mlpOut(1), attnOut(0)])
			for (const cosine of [0.099, 0.1, 0.9])
				expect(counts(site, cosine, chance, at)).toBe(cosine >= 0.1);
	});

	it('follows the null for the kind of site of which no cosine is fixed', () => {
		expect(counts(residPost(1), 0.25, chance, { tModule: 0.1 })).toBe(false);
		expect(counts(mlpOut(1), 0.25, chance, { tRes: 0.1 })).toBe(false);
		// A threshold of 0 is one, too.
		expect(counts(residPost(1), 0, chance, { tRes: 0 })).toBe(true);
		expect(counts(residPost(1), -0.001, chance, { tRes: 0 })).toBe(false);
	});
});
