/** Small files of statistics with every tensor that one may hold. */
import { SafetensorsWriter } from '../../../workers/import/files/safetensors-writer';

/** Three features: one with two examples, one with one, one that never fires. */
const N = 3;

export function smallStatistics(): Uint8Array {
	const floats = (...data: number[]) => Float32Array.from(data);
	return new SafetensorsWriter()
		.floats('density', { shape: [N], data: floats(0.5, 0.25, 0) }, 'f32')
		.floats('max', { shape: [N], data: floats(5.1, 2, 0) }, 'f32')
		.floats('mean', { shape: [N], data: floats(2, 1, 0) }, 'f32')
		.floats('hist_step', { shape: [N], data: floats(0.5, 0.5, 0) }, 'f32')
		.integers('hist_counts', [N, 16], new Uint32Array(N * 16))
		.integers('example_at', [N, 2], Int32Array.of(3, 6, 2, -1, -1, -1))
		.floats('example_quantile', { shape: [N, 2], data: new Float32Array(6).fill(0.5) }, 'f16')
		.integers('example_count', [N, 2], Uint8Array.of(2, 1, 1, 0, 0, 0))
		.integers('example_offset', [4], Uint8Array.of(0, 2, 5, 1))
		.floats('example_act', { shape: [4], data: floats(1, 5, 3, 2) }, 'f32')
		.integers('promoted', [N, 2], new Uint16Array(N * 2))
		.integers('suppressed', [N, 2], new Uint16Array(N * 2))
		.floats('token_entropy', { shape: [N], data: floats(1, 2, 0) }, 'f32')
		.integers('coactive.index', [N, 5], new Uint32Array(N * 5))
		.floats('coactive.value', { shape: [N, 5], data: new Float32Array(N * 5).fill(0.5) }, 'f32')
		.integers('match.blocks.0.hook_resid_post.index', [N, 2], new Uint32Array(N * 2))
		.floats(
			'match.blocks.0.hook_resid_post.cosine',
			{ shape: [N * 2], data: new Float32Array(N * 2) },
			'f32'
		)
		.toBytes();
}

export function smallTexts(): Uint8Array {
	return new SafetensorsWriter()
		.integers('tokens', [8], Uint16Array.of(0, 5, 6, 7, 8, 9, 10, 11))
		.integers('documents', [2], Int32Array.of(0, 4))
		.integers('kind', [2], Uint8Array.of(1, 2))
		.toBytes();
}
