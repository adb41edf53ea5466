/** Weights in blocks on WebGPU, against the same widened to float32 on WebAssembly. */
import { expect, it } from 'vitest';
import { LanguageModel } from '../../workers/model/language-model';
import { modelWeights } from '../../workers/model/model-weights';
import { chooseDevice } from '../../workers/runtime/device';
import { leaveGpu, startRuntime } from '../../workers/runtime/session';
import { llamaOf, off, SMALL_LLAMA } from '../block-models';

const IDS = [1, 5, 9, 2, 60, 33, 7];
const adapter = await navigator.gpu?.requestAdapter().catch(() => null);

it.runIf(!adapter)('there is no adapter here: parity was not measured', () => {
	expect(adapter).toBeFalsy();
});

it.runIf(adapter).each(['q4_0', 'q4_1', 'q8_0', 'I8'])(
	'multiplies by %s as WebAssembly does by float32, within 5e-5 of the rms',
	async (type) => {
		const { device } = await chooseDevice('webgpu');
		const file = llamaOf(type);
		const read = async (asBlocks: boolean) => {
			const weights = modelWeights({ file }, SMALL_LLAMA, true, asBlocks);
			const model = new LanguageModel(SMALL_LLAMA, weights);
			const prompt = await model.readOnce(IDS, model.sites);
			const cache = model.begin();
			await model.read(cache, IDS.slice(0, -1), []);
			const { logits: next } = await model.read(cache, IDS.slice(-1), []);
			model.forget(cache);
			await model.release();
			return { ...prompt, next };
		};
		await startRuntime(device);
		const blocks = await read(true);
		leaveGpu();
		const wide = await read(false);
		for (const [site, x] of wide.taps)
			expect(off(blocks.taps.get(site)!, x), site).toBeLessThan(5e-5);
		expect(off(blocks.logits, wide.logits)).toBeLessThan(5e-5);
		expect(off(blocks.next, wide.next)).toBeLessThan(5e-5);
	},
	120_000
);
