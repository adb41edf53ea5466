import { describe, expect, it } from 'vitest';
import { formatEdit, parseEdit } from '../../../../src/core/steering/edits';
import {
	byDepth,
	depthOf,
	parseFeatureId,
	placeOf,
	residBefore,
	tapOf
} from '../../../../src/core/names/site';
import { bytesOf, pieceBytes, tokenText } from '../../../../src/core/names/tokens';

describe('sites', () => {
	it('are TransformerLens hook names', () => {
		expect(placeOf('blocks.3.hook_attn_out')).toEqual({ layer: 3, kind: 'attn' });
		expect(placeOf('blocks.0.hook_resid_pre')).toEqual({ layer: 0, kind: 'embed' });
		for (const bad of ['', 'blocks.x.hook_mlp_out', 'blocks.3.hook_mlp_out/1', '__proto__'])
			expect(placeOf(bad)).toBeNull();
	});

	it('the stream before a block is the stream after the one before', () => {
		expect(placeOf('blocks.3.hook_resid_pre')).toEqual({ layer: 2, kind: 'resid' });
		expect(tapOf('blocks.3.hook_resid_pre')).toBe('blocks.2.hook_resid_post');
		expect(tapOf('blocks.0.hook_resid_pre')).toBe(residBefore(0));
	});

	it('know the embedding by both its names', () => {
		for (const site of ['hook_embed', 'blocks.0.hook_resid_pre']) {
			expect(placeOf(site)).toEqual({ layer: 0, kind: 'embed' });
			expect(tapOf(site)).toBe('blocks.0.hook_resid_pre');
		}
		expect(parseFeatureId('hook_embed@wide/3')).toEqual({ sae: 'hook_embed@wide', index: 3 });
	});

	it('put a site’s main SAE before its others', () => {
		const order = [
			'blocks.0.hook_resid_pre',
			'blocks.0.hook_resid_post',
			'blocks.0.hook_resid_post@a',
			'blocks.0.hook_resid_post@b',
			'blocks.1.hook_attn_out'
		];
		const mixed = [3, 2, 4, 1, 0].map((i) => order[i]!);
		expect(mixed.sort(byDepth)).toEqual([0, 1, 3, 2, 4].map((i) => order[i]!));
	});

	it('come in the order of computation', () => {
		const order = [
			'blocks.0.hook_resid_pre',
			'blocks.0.hook_attn_out',
			'blocks.0.hook_mlp_out',
			'blocks.0.hook_resid_post',
			'blocks.1.hook_attn_out'
		];
		expect([...order].reverse().sort((a, b) => depthOf(a) - depthOf(b))).toEqual(order);
	});
});

describe('feature ids and edits', () => {
	it('keep the name of an SAE', () => {
		expect(parseFeatureId('blocks.1.hook_resid_post@wide/12')).toEqual({
			sae: 'blocks.1.hook_resid_post@wide',
			index: 12
		});
		for (const bad of [
			'blocks.1.hook_resid_post/-1',
			'blocks.1.hook_resid_post/1.5',
			'/1',
			'constructor/1'
		])
			expect(parseFeatureId(bad)).toBeNull();
	});

	it('are the same after a round trip', () => {
		for (const text of [
			'blocks.1.hook_mlp_out/3=add:6',
			'blocks.1.hook_mlp_out/3=scale:-0.5',
			'blocks.1.hook_resid_post@w/3=ablate'
		])
			expect(formatEdit(parseEdit(text)!)).toBe(text);
	});

	it('are refused when they are none', () => {
		for (const bad of [
			'',
			'__proto__',
			'blocks.1.hook_mlp_out/3',
			'blocks.1.hook_mlp_out/3=add:',
			'blocks.1.hook_mlp_out/3=add:1e999',
			'blocks.1.hook_mlp_out/3=add:NaN',
			'blocks.1.hook_q/3=add:1',
			'x=ablate'
		])
			expect(parseEdit(bad), bad).toBeNull();
	});
});

describe('token texts', () => {
	it('are the bytes of the vocabulary entry', () => {
		expect(tokenText(bytesOf('Ġfox')!)).toBe(' fox');
		expect(tokenText(bytesOf('Ċ')!)).toBe('\n');
		expect(bytesOf('日')).toBeNull();
	});

	it('are those of SentencePiece where the vocabulary is', () => {
		expect(tokenText(pieceBytes('▁été'))).toBe(' été');
		expect([...pieceBytes('<0xE2>')]).toEqual([0xe2]);
	});

	it('show the bytes of a split character', () => {
		expect(tokenText(Uint8Array.of(0xe6, 0x97))).toBe('<0xE6><0x97>');
		expect(tokenText(Uint8Array.of(0x61, 0xe6, 0x97, 0xa5, 0xff))).toBe('a日<0xFF>');
	});
});
