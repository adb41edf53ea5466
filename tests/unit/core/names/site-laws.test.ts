import { describe, expect, it } from 'vitest';
import {
	attnOut,
	byDepth,
	depthOf,
	EMBEDDING,
	featureId,
	headsLayer,
	headsOf,
	HOOK_EMBED,
	isMain,
	mlpHidden,
	mlpInput,
	mlpNorm,
	mlpOut,
	parseFeatureId,
	placeOf,
	readAt,
	residBefore,
	residMid,
	residPost,
	siteOf,
	tapOf
} from '../../../../src/core/names/site';
import { shortFeature, shortSite, siteInWords } from '../../../../src/core/names/site-words';
import { Draws } from '../../../draws';

const draws = new Draws(12);
const LAYERS = [0, 1, 2, 9, 10, 47, 999, 9999];

/** Every site of these layers in the order of computation, with its place as TransformerLens has it. */
const IN_ORDER = [
	{ site: EMBEDDING, layer: 0, kind: 'embed' },
	...LAYERS.flatMap((layer) => [
		{ site: attnOut(layer), layer, kind: 'attn' },
		{ site: residMid(layer), layer, kind: 'mid' },
		{ site: mlpNorm(layer), layer, kind: 'norm' },
		{ site: mlpInput(layer), layer, kind: 'input' },
		{ site: mlpHidden(layer), layer, kind: 'hidden' },
		{ site: mlpOut(layer), layer, kind: 'mlp' },
		{ site: residPost(layer), layer, kind: 'resid' }
	])
];

describe('a site', () => {
	it('has the names of the contract', () => {
		expect(attnOut(3)).toBe('blocks.3.hook_attn_out');
		expect(mlpOut(3)).toBe('blocks.3.hook_mlp_out');
		expect(residPost(3)).toBe('blocks.3.hook_resid_post');
		expect(EMBEDDING).toBe('blocks.0.hook_resid_pre');
		expect(residMid(3)).toBe('blocks.3.hook_resid_mid');
		expect(mlpNorm(3)).toBe('blocks.3.ln2.hook_normalized');
		expect(mlpInput(3)).toBe('blocks.3.mlp.hook_in');
		expect(mlpHidden(3)).toBe('blocks.3.mlp.hook_post');
	});

	it('lies where its name says', () => {
		for (const { site, layer, kind } of IN_ORDER) expect(placeOf(site)).toEqual({ layer, kind });
	});

	it('before a block lies after the block before, and is tapped there', () => {
		for (const layer of LAYERS) {
			const before = `blocks.${layer}.hook_resid_pre`;
			expect(tapOf(before)).toBe(residBefore(layer));
			expect(placeOf(before)).toEqual(placeOf(residBefore(layer)));
			expect(depthOf(before)).toBe(depthOf(residBefore(layer)));
		}
	});

	it('is tapped where it lies, and the tap of a tap is itself', () => {
		for (const { site } of IN_ORDER) expect(tapOf(site)).toBe(site);
		expect(tapOf(HOOK_EMBED)).toBe(EMBEDDING);
	});

	it.each([
		'blocks.3.mlp.hook_resid_mid',
		'blocks.3.ln1.hook_normalized',
		'blocks.3.ln2.hook_in',
		'blocks.3.hook_toString',
		'blocks.3.hook_z',
		'blocks.3.attn.hook_z',
		'blocks.-1.hook_mlp_out',
		'blocks.1e3.hook_mlp_out',
		'blocks.10000.hook_mlp_out',
		'blocks..hook_mlp_out',
		'blocks.3.hook_mlp_out ',
		'blocks.3.hook_mlp_out\n',
		' blocks.3.hook_mlp_out',
		'blocks.3.hook_mlp_out@wide',
		'Blocks.3.hook_mlp_out',
		'blocks.٣.hook_mlp_out',
		'hook_embed\n',
		'toString'
	])('is none under the name %j', (name) => {
		expect(placeOf(name)).toBeNull();
		expect(depthOf(name)).toBe(Infinity);
		expect(tapOf(name)).toBe(name);
	});

	it('of attention’s heads is read before they are mixed, and no other site is', () => {
		for (const layer of LAYERS) {
			expect(headsLayer(headsOf(layer))).toBe(layer);
			expect(readAt({ site: attnOut(layer), cfg: { heads: true } })).toBe(headsOf(layer));
			expect(readAt({ site: attnOut(layer), cfg: { heads: false } })).toBe(attnOut(layer));
			expect(placeOf(headsOf(layer))).toBeNull();
		}
		expect(readAt({ site: 'blocks.2.hook_resid_pre', cfg: { heads: false } })).toBe(residPost(1));
		for (const name of ['', attnOut(1), 'blocks.1.attn.hook_z2', 'xblocks.1.attn.hook_z'])
			expect(headsLayer(name)).toBeNull();
	});
});

describe('the order of computation', () => {
	const order = IN_ORDER.map(({ site }) => site);

	it('is that of the sites, each deeper than the one before', () => {
		expect(draws.shuffled(order).sort(byDepth)).toEqual(order);
		order.forEach((site, i) => {
			if (i > 0) expect(depthOf(site)).toBeGreaterThan(depthOf(order[i - 1]!));
		});
	});

	it('has one place for every two SAEs, from either side', () => {
		const saes = [...order.slice(0, 8), ...order.slice(0, 8).map((site) => `${site}@wide`)];
		for (const a of saes)
			for (const b of saes) {
				expect(Math.sign(byDepth(a, b)) + Math.sign(byDepth(b, a))).toBe(0);
				const expected =
					siteOf(a) === siteOf(b)
						? Number(isMain(b)) - Number(isMain(a))
						: order.indexOf(siteOf(a)) - order.indexOf(siteOf(b));
				expect(Math.sign(byDepth(a, b))).toBe(Math.sign(expected));
			}
	});
});

describe('the id of a feature', () => {
	const names = ['', '@a', '@wide', '@l0_71', '@width-16k.v2', `@${'x'.repeat(64)}`];

	it('gives back its SAE and its index', () => {
		for (const { site } of [...IN_ORDER, { site: HOOK_EMBED }])
			for (const name of names) {
				const [sae, index] = [`${site}${name}`, draws.integer(0, 999_999_999)];
				expect(parseFeatureId(featureId(sae, index))).toEqual({ sae, index });
				expect(siteOf(sae)).toBe(site);
				expect(isMain(sae)).toBe(name === '');
			}
	});

	it.each([
		'blocks.1.hook_resid_post',
		'blocks.1.hook_resid_post/',
		'blocks.1.hook_resid_post/1/2',
		'blocks.1.hook_resid_post/1 ',
		'blocks.1.hook_resid_post/1\n',
		'blocks.1.hook_resid_post/+1',
		'blocks.1.hook_resid_post/0x1',
		'blocks.1.hook_resid_post/1e3',
		'blocks.1.hook_resid_post/1000000000',
		'blocks.1.hook_resid_post@/1',
		'blocks.1.hook_resid_post@a@b/1',
		'blocks.1.hook_resid_post@a/b/1',
		'blocks.1.hook_resid_post@../1',
		`blocks.1.hook_resid_post@${'x'.repeat(65)}/1`,
		'blocks.1.hook_resid_post@<b>/1',
		'blocks.1.HOOK/1',
		'hook_embedding/1',
		'__proto__/1'
	])('is not %j', (id) => {
		// A name of dots is harmless: no name becomes a path.
		if (id.includes('@..')) expect(parseFeatureId(id)).toEqual({ sae: id.slice(0, -2), index: 1 });
		else expect(parseFeatureId(id)).toBeNull();
	});
});

describe('names for people', () => {
	it('are short and different for every site and feature', () => {
		const saes = IN_ORDER.flatMap(({ site }) => [site, `${site}@a`, `${site}@b`]);
		for (const write of [shortSite, siteInWords])
			expect(new Set(saes.map(write)).size).toBe(saes.length);
		expect(new Set(saes.map((sae) => shortFeature(featureId(sae, 7)))).size).toBe(saes.length);
	});

	it.each([
		['blocks.10.hook_attn_out', 'A10', 'attention of layer 10'],
		['blocks.0.hook_mlp_out', 'M0', 'MLP of layer 0'],
		['blocks.2.hook_resid_post', 'R2', 'residual after layer 2'],
		['blocks.2.hook_resid_pre', 'R1', 'residual after layer 1'],
		['blocks.2.hook_resid_mid', 'RM2', 'residual after attention of layer 2'],
		['blocks.2.ln2.hook_normalized', 'MN2', 'normalised residual before the MLP of layer 2'],
		['blocks.2.mlp.hook_in', 'MI2', 'input of the MLP of layer 2'],
		['blocks.2.mlp.hook_post@a', 'MH2@a', 'hidden layer of the MLP of layer 2, SAE “a”'],
		['some.other.site', 'some.other.site', 'some.other.site']
	])('%s is %s, or %s', (site, brief, words) => {
		expect(shortSite(site)).toBe(brief);
		expect(siteInWords(site)).toBe(words);
	});

	it('leave alone what is no feature', () => {
		for (const text of ['', 'x/1', 'blocks.1.hook_resid_post'])
			expect(shortFeature(text)).toBe(text);
	});
});
