/** k knob against a reading in float64 of the weights as they are stored, and against what the pack's evaluator finds. */
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../../src/core/calls';
import { cut, steps, type KKnobFound } from '../../../src/core/lab/methods/k-knob';
import { float32, openSafetensors } from '../../../src/core/files/safetensors';
import { kKnob } from '../../../workers/lab/k-knob';
import { FolderSource } from '../../../workers/node/folders/pack-source';
import { Workbench } from '../../../workers/packs/open-pack';
import { startRuntime } from '../../../workers/runtime/session';
import { SaeEvaluator } from '../../../workers/sae/evaluator';

const DEFAULT = path.resolve(import.meta.dirname, '../../../models/default');
const TEXT = 'Once there was a small bear who was afraid of snow. Every winter he stayed at home.';
const SAE = 'blocks.3.hook_resid_post';

let bench: Workbench;
let found: KKnobFound;
const parts: KKnobFound[] = [];
beforeAll(async () => {
	await startRuntime(null);
	bench = await Workbench.open(await FolderSource.open(DEFAULT), false);
	const run = runOf<KKnobFound>({ onPart: (part) => parts.push(part) });
	found = await kKnob({ sae: SAE, text: TEXT, seed: 1 }, bench, run);
});

/** FVU with the k largest pre-activations kept, from the definition: no code of the engine but the file's reader. */
async function byHand(ks: number[]): Promise<{ k: number; fvu: number }[]> {
	const info = bench.info(SAE)!;
	const file = openSafetensors(await bench.source.open(info.weights));
	const [wEnc, wDec, bEnc, bDec, mean] = ['W_enc', 'W_dec', 'b_enc', 'b_dec', 'mean'].map(
		(name) => float32(file, name).data
	) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
	const { dIn, dSae } = info.cfg;
	const ids = bench.tokenize(TEXT).tokens.map(({ id }) => id);
	const x = (await bench.model.readOnce(ids, [SAE])).taps.get(SAE)!;
	const sums = ks.map((k) => ({ k, error: 0, spread: 0 }));
	for (let t = 1; t < ids.length; t++) {
		const xt = x.subarray(t * dIn, (t + 1) * dIn);
		const pre = Array.from({ length: dSae }, (_, f) => {
			let sum = bEnc[f]!;
			for (let c = 0; c < dIn; c++) {
				const centred = xt[c]! - (info.cfg.applyBDecToInput ? bDec[c]! : 0);
				sum += centred * wEnc[c * dSae + f]!;
			}
			return sum;
		});
		const order = pre.map((_, f) => f).sort((a, b) => pre[b]! - pre[a]!);
		for (const row of sums) {
			const out = Float64Array.from(bDec);
			for (const f of order.slice(0, row.k))
				if (pre[f]! > 0) for (let c = 0; c < dIn; c++) out[c]! += pre[f]! * wDec[f * dIn + c]!;
			for (let c = 0; c < dIn; c++) {
				row.error += (xt[c]! - out[c]!) ** 2;
				row.spread += (xt[c]! - mean[c]!) ** 2;
			}
		}
	}
	return sums.map(({ k, error, spread }) => ({ k, fvu: error / spread }));
}

describe('k knob', () => {
	it('has the FVU of the definition at every k, to 1e-4', async () => {
		const expected = await byHand(found.rows.map(({ k }) => k));
		for (const [i, { fvu }] of expected.entries())
			expect(Math.abs(found.rows[i]!.fvu - fvu), `k ${found.rows[i]!.k}`).toBeLessThan(1e-4);
	});

	it('keeps exactly k features, and loses less the more it keeps', () => {
		expect(found.rows.map(({ k }) => k)).toEqual([1, 2, 4, 8, 16, 32]);
		for (const { k, l0 } of found.rows) expect(l0).toBe(k);
		const fvus = found.rows.map(({ fvu }) => fvu);
		expect(fvus).toEqual(fvus.toSorted((a, b) => b - a));
	});

	it('ends at what the SAE is worth as it is', async () => {
		const window = bench.tokenize(TEXT).tokens.map(({ id }) => id);
		const evaluator = new SaeEvaluator(bench, [window]);
		const whole = await evaluator.evaluate(await bench.sae(SAE));
		await evaluator.release();
		const last = found.rows.at(-1)!;
		expect(last.fvu).toBeCloseTo(whole.fvu, 6);
		expect(last.ce).toBeCloseTo(whole.ce_sae, 5);
		expect(found.ce_clean).toBeCloseTo(whole.ce_clean, 5);
		expect(found.ce_zero).toBeCloseTo(whole.ce_zero, 5);
		expect(found.n).toBe(whole.tokens);
	});

	it('beats as many features drawn at random, until there are no others', () => {
		for (const [i, { k, fvu }] of found.rows.slice(0, -1).entries())
			expect(fvu, `k ${k}`).toBeLessThan(found.control[i]!.fvu);
		expect(found.control.at(-1)!.fvu).toBeCloseTo(found.rows.at(-1)!.fvu, 6);
	});

	it('shows what it has on the way, and gives the same again', async () => {
		expect(parts.map(({ rows }) => rows.length)).toEqual([1, 2, 3, 4, 5, 6]);
		expect(await kKnob({ sae: SAE, text: TEXT, seed: 1 }, bench, runOf())).toEqual(found);
	});

	it('says in a sentence what it cannot read, and ends when asked', async () => {
		await expect(kKnob({ sae: 'x', text: TEXT, seed: 0 }, bench, runOf())).rejects.toThrow(
			'no SAE'
		);
		await expect(kKnob({ sae: SAE, text: ' ', seed: 0 }, bench, runOf())).rejects.toThrow('empty');
		const one = await kKnob({ sae: SAE, text: 'the', seed: 0 }, bench, runOf());
		expect(one.n).toBeGreaterThan(0);
		const signal = AbortSignal.abort(new DOMException('', 'AbortError'));
		await expect(
			kKnob({ sae: SAE, text: TEXT, seed: 0 }, bench, runOf({ signal }))
		).rejects.toThrow();
	});
});

describe('its parts', () => {
	it('go up to all there are, and cut tokens that have fewer nowhere', () => {
		expect(steps(0)).toEqual([1]);
		expect(steps(1)).toEqual([1]);
		expect(steps(6)).toEqual([1, 2, 4, 6]);
		const codes = {
			offsets: Uint32Array.of(0, 3, 3, 4),
			features: Uint32Array.of(5, 1, 2, 7),
			activations: Float32Array.of(3, 2, 1, 4)
		};
		expect(cut(codes, 2)).toEqual({
			offsets: Uint32Array.of(0, 2, 2, 3),
			features: Uint32Array.of(5, 1, 7),
			activations: Float32Array.of(3, 2, 4)
		});
	});
});
