/** The script that is copied; `tests/recipe/test_python.py` runs it where SAELens is installed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pythonOf, type CopiedNumbers } from '../../../../src/core/features/python';
import type { ReadingPart } from '../../../../src/core/prompt/reading';
import { LocalEngine } from '../../../../workers/engine';
import { FolderSource } from '../../../../workers/node/folders/pack-source';

const KEPT = path.resolve(import.meta.dirname, '../../../fixtures/python/colour-word.py');
const measured: CopiedNumbers = {
	id: 'blocks.3.hook_resid_post/442',
	isOther: false,
	pack: 'default-0123456789ab',
	text: 'She wore a red hat and a "blue" coat \\ é.\n',
	activations: []
};
const pageOf = (script: string) => JSON.parse(/^PAGE = (.*)$/m.exec(script)![1]!) as number[];

describe('Python for a feature', () => {
	it('is what is kept and run by the recipe’s tests, with the numbers of the page', async () => {
		const engine = new LocalEngine({ open: ({ address }) => FolderSource.open(address) }).calls;
		await engine.open({ address: 'models/default', backend: 'wasm' });
		const activations: number[] = [];
		const onPart = (part: ReadingPart) => {
			if (part.kind !== 'site' || part.site.sae !== 'blocks.3.hook_resid_post') return;
			const { offsets, features, activations: values } = part.site;
			for (let t = 0; t + 1 < offsets.length; t++) {
				const at = features.indexOf(442, offsets[t]);
				activations.push(at >= 0 && at < offsets[t + 1]! ? values[at]! : 0);
			}
		};
		await engine.read({ text: measured.text }, { onPart });
		expect(Math.max(...activations)).toBeGreaterThan(5);
		const script = pythonOf({ ...measured, activations })!;
		const kept = readFileSync(KEPT, 'utf8');
		const without = (text: string) => text.replace(/^PAGE = .*$/m, '');
		expect(without(script)).toBe(without(kept));
		pageOf(script).forEach((value, t) => expect(value).toBeCloseTo(pageOf(kept)[t]!, 3));
	});

	it('keeps a prompt within its quotes', () => {
		const script = pythonOf({ ...measured, text: '"""\n\\" import os \ud800' })!;
		expect(script).toContain(String.raw`TEXT = "\"\"\"\n\\\" import os ` + '\ufffd"');
	});

	it('is not offered where SAELens has no such autoencoder', () => {
		expect(pythonOf({ ...measured, isOther: true })).toBeNull();
		expect(pythonOf({ ...measured, id: 'blocks.1.hook_resid_mid/4' })).toBeNull();
	});
});
