/** The learning step on WebGPU, against PyTorch's. */
import { expect, it } from 'vitest';
import { chooseDevice } from '../../workers/runtime/device';
import { leaveGpu, startRuntime } from '../../workers/runtime/session';
import { tenSteps } from '../learning-steps';

const adapter = await navigator.gpu?.requestAdapter().catch(() => null);

it.runIf(!adapter)('there is no adapter here: learning on it was not measured', () => {
	expect(adapter).toBeFalsy();
});

it.runIf(adapter)('ten steps turn every parameter as autograd and Adam do', async () => {
	const { device } = await chooseDevice('webgpu');
	await startRuntime(device);
	const file = await fetch('/tests/fixtures/train/steps.safetensors');
	const { state, silent, parameters } = await tenSteps(new Uint8Array(await file.arrayBuffer()));
	leaveGpu();
	expect([...state.silent]).toEqual([...silent]);
	for (const { name, moved, off } of parameters) {
		expect(moved, name).toBe(true);
		expect(off, name).toBeLessThan(1e-4);
	}
});
