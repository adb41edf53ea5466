import { describe, expect, it } from 'vitest';
import { parseLabelFile } from '../../../../src/core/labels/label-file';
import { labelText } from '../../../../src/core/labels/label-text';
import { LABEL_FORMS } from '../../../../src/core/labels/labels';

const SAES = [
	{ id: 'blocks.0.hook_resid_pre', dSae: 8 },
	{ id: 'blocks.0.hook_resid_post', dSae: 8 },
	{ id: 'blocks.3.hook_resid_post', dSae: 2048 },
	{ id: 'blocks.3.hook_resid_post@kron', dSae: 2048 },
	{ id: 'blocks.3.hook_mlp_out', dSae: 512 },
	{ id: 'blocks.3.hook_attn_out', dSae: 512 }
];
const R3 = 'blocks.3.hook_resid_post';
const read = (text: string, sae?: string) => parseLabelFile(text, SAES, sae);
const named = (text: string, sae?: string) => Object.fromEntries(read(text, sae).labels);

describe('a table of names', () => {
	it('takes ids in any notation, columns in any order, and cells in quotes', () => {
		expect(
			named(
				'label,feature_id\r\n"a ""big"", red\nboat",R3 · 442\r\nsea,blocks.3.hook_mlp_out/7\r\n'
			)
		).toEqual({ [`${R3}/442`]: 'a "big", red boat', 'blocks.3.hook_mlp_out/7': 'sea' });
	});

	it('takes semicolons and tabs, no header, a byte order mark, and leaves rows without a name out', () => {
		expect(named('\uFEFFid;label\nR3/1;sea\nR3/2;\n')).toEqual({ [`${R3}/1`]: 'sea' });
		expect(named('R3/1\tsea\nR3/2\tboat\n')).toEqual({ [`${R3}/1`]: 'sea', [`${R3}/2`]: 'boat' });
	});

	it('takes numbers with the SAE in a column, or said once', () => {
		expect(named('sae,index,label\nR3,1,sea\nblocks.3.hook_mlp_out,2,boat')).toEqual({
			[`${R3}/1`]: 'sea',
			'blocks.3.hook_mlp_out/2': 'boat'
		});
		expect(named('id,label\n17,sea', R3)).toEqual({ [`${R3}/17`]: 'sea' });
	});

	it('takes no formula for one that it wrote itself', () => {
		const own = [{ id: `${R3}/1`, label: { text: '=1+1', source: 'own', score: null } }];
		const text = labelText('csv', own, { name: 'p', hash: 'h' });
		expect(text).toContain("'=1+1");
		expect(named(text)).toEqual({ [`${R3}/1`]: '=1+1' });
	});

	it('counts what is a pack’s and what is of other SAEs', () => {
		const text = 'id,label,source\nR3/1,sea,own\nR3/2,boat,pattern\nblocks.7.hook_mlp_out/1,x,own';
		expect(read(text)).toMatchObject({ packs: 1, elsewhere: 1, further: 0 });
		expect(named(text)).toEqual({ [`${R3}/1`]: 'sea' });
	});
});

describe('names in JSON', () => {
	it.each([
		['a map', { [`${R3}/1`]: 'sea' }],
		['a map of objects', { [`${R3}/1`]: { label: 'sea' } }],
		['a list', [{ id: 'R3 · 1', text: 'sea' }]],
		['our own file', { format: 'undercurrent-labels', labels: [{ id: `${R3}/1`, label: 'sea' }] }],
		['one entry', { id: `${R3}/1`, name: 'sea' }]
	])('as %s', (_, json) => expect(named(JSON.stringify(json))).toEqual({ [`${R3}/1`]: 'sea' }));

	it('as lines', () => {
		expect(named('{"id":"R3/1","label":"sea"}\n\n{"id":"R3/2","label":"boat"}\n')).toEqual({
			[`${R3}/1`]: 'sea',
			[`${R3}/2`]: 'boat'
		});
	});
});

describe('explanations of Neuronpedia', () => {
	const entry = (layer: string, index: string, description: string) =>
		JSON.stringify({ modelId: 'gpt2-small', layer, index, description, typeName: 'oai' });

	it.each([
		['3-res-jb', R3],
		['3-gemmascope-res-16k', R3],
		['3-mlp-oai', 'blocks.3.hook_mlp_out'],
		['3-att_128k-oai', 'blocks.3.hook_attn_out'],
		['0-hook_resid_pre', 'blocks.0.hook_resid_pre']
	])('of %s are of %s', (layer, sae) =>
		expect(named(`${entry(layer, '5', 'sea')}\n${entry(layer, '6', 'boat')}`)).toEqual({
			[`${sae}/5`]: 'sea',
			[`${sae}/6`]: 'boat'
		})
	);

	it('are asked which SAE they are of where a layer has two', () => {
		expect(() => named(`[${entry('0-res-jb', '5', 'sea')}]`)).toThrow(
			'Entry 1 is of the layer “0-res-jb”, where this pack has blocks.0.hook_resid_pre and blocks.0.hook_resid_post.'
		);
		expect(named(`[${entry('0-res-jb', '5', 'sea')}]`, 'blocks.0.hook_resid_pre')).toEqual({
			'blocks.0.hook_resid_pre/5': 'sea'
		});
	});

	it('count once a feature, and may stand in a feature', () => {
		const text = `[${entry('3-res-jb', '5', 'sea')},${entry('3-res-jb', '5', 'water')}]`;
		expect(read(text)).toMatchObject({ further: 1 });
		expect(named(text)).toEqual({ [`${R3}/5`]: 'sea' });
		const feature = {
			modelId: 'm',
			layer: '3-res-jb',
			index: '9',
			explanations: [{ description: 'fox' }]
		};
		expect(named(JSON.stringify(feature))).toEqual({ [`${R3}/9`]: 'fox' });
	});
});

describe('a bad file', () => {
	it.each([
		['', 'The file holds no names.'],
		['hello', 'The first line of the table names no column of names: “hello”.'],
		['id,label\nR3/1,"sea', 'Line 2 of the table has a quotation mark without its partner.'],
		['id,label\nR3/1,"sea"s', 'Line 2 of the table has text after a closing quotation mark.'],
		['id,label\nfoo,sea', 'Line 2 names no feature of this pack: “foo”.'],
		['id,label\nR3/1,sea\n\n12,boat', 'Line 4 gives the number 12 and not of which SAE.'],
		['id,label\nR3/9999,sea', 'Line 2 names no feature of this pack: “R3/9999”.'],
		[
			`id,label\n${R3}/2048,sea`,
			`Line 2 names ${R3}/2048, and this pack’s ${R3} has the features 0 to 2047.`
		],
		[
			'id,label\nR3/1,sea\nR3/1,boat',
			`Line 3 names ${R3}/1 another time, and differently from line 2.`
		],
		[
			'id,label\nblocks.8.hook_mlp_out/1,x',
			'The file names features of SAEs that this pack does not have, and no others.'
		],
		['{"id": ', 'The file is not JSON.'],
		['{"id":"R3/1","label":"sea"}\n{"id":', 'Line 2 is not JSON.'],
		['[1]', 'Entry 1 is no name of a feature.'],
		['[{"id":"R3/1"}]', 'Entry 1 has no name: none of label, text, description.'],
		['[{"label":"sea"}]', 'Entry 1 names no feature: it has no id.'],
		[
			'[{"index":"1.5","layer":"3-res","label":"sea"}]',
			'Entry 1 has the index “1.5”, which is no whole number.'
		],
		[`id,label\nR3/1,${'x'.repeat(1001)}`, 'Line 2 has a name of more than 1000 characters.']
	])('is refused: %j', (text, sentence) => expect(() => read(text)).toThrow(sentence));

	it('cannot turn the text around a name', () =>
		expect(named('id,label\nR3/1,\u202Esea\u0007')).toEqual({ [`${R3}/1`]: 'sea' }));
});

describe('names written', () => {
	const own = [
		{ id: `${R3}/1`, label: { text: 'a, "b"\u2028-c', source: 'own', score: null } },
		{ id: 'blocks.0.hook_resid_pre/7', label: { text: '@sum', source: 'own', score: null } },
		{ id: 'blocks.3.hook_resid_post@kron/7', label: { text: "'=x", source: 'own', score: null } }
	];
	it.each(LABEL_FORMS)('come back from %s', (form) => {
		const text = labelText(form, own, { name: 'p', hash: 'h' });
		expect(named(text)).toEqual(
			Object.fromEntries(own.map(({ id, label }) => [id, label.text.replace('\u2028', ' ')]))
		);
	});
});
