/** Ten steps of learning as PyTorch's autograd and Adam take them in float64 (`tests/golden/train.py`), taken by ours. */
import { float32, parseSafetensors } from '../src/core/files/safetensors';
import { newSaeState, type SaeState } from '../src/core/train/sae-state';
import { learnerOf } from '../workers/train/learning/learners';
import { TopEncoder } from '../workers/train/learning/top-encoder';

const NAMES = ['encoder', 'decoder', 'bias', 'centre'] as const;
const [WIDTH, FEATURES, K, TOKENS, DEAD_AFTER, SCALE] = [24, 96, 6, 64, 150, 0.7];

export interface TenSteps {
	state: SaeState;
	/** Tokens since each feature was last active, as expected. */
	silent: Float32Array;
	/** By parameter: whether it moved at all, and the largest difference over the root mean square of what is expected. */
	parameters: { name: string; moved: boolean; off: number }[];
}

/** `bytes`: of tests/fixtures/train/steps.safetensors. On the backend that was started. */
export async function tenSteps(bytes: Uint8Array): Promise<TenSteps> {
	const file = parseSafetensors(bytes);
	const read = (name: string) => float32(file, name).data;
	const fit = { centre: new Float32Array(WIDTH), scale: SCALE };
	const state = newSaeState({ features: FEATURES, k: K }, fit, 0);
	for (const name of NAMES) state[name].value.set(read(`before.${name}`));
	const learner = learnerOf(state, new TopEncoder(WIDTH), DEAD_AFTER);
	const [x, rates] = [read('x'), read('rates')];
	const size = TOKENS * WIDTH;
	for (let step = 0; step < rates.length; step++)
		await learner.step(x.slice(step * size, (step + 1) * size), rates[step]!);
	await learner.bring();
	const parameters = NAMES.map((name) => {
		const expected = read(`after.${name}`);
		const before = read(`before.${name}`);
		const moved = expected.some((value, i) => value !== before[i]);
		return { name, moved, off: farthest(state[name].value, expected) };
	});
	return { state, silent: read('silent'), parameters };
}

function farthest(found: Float32Array, expected: Float32Array): number {
	let [most, squares] = [0, 0];
	expected.forEach((value, i) => {
		most = Math.max(most, Math.abs(found[i]! - value));
		squares += value * value;
	});
	return most / Math.sqrt(squares / expected.length);
}
