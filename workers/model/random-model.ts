/** The same model with weights that have learned nothing. */
import type { Floats } from '../../src/core/files/safetensors';
import { normals, seeded } from '../../src/core/math/random';
import { breathe } from '../runtime/session';
import { inFloat32 } from './float-tensors';
import { LanguageModel } from './language-model';

/** Numbers of the largest model that is copied: 200 MB. */
const MOST = 50e6;

/**
 * Each matrix is Gaussian with mean 0 and the deviation of the one in its place; gains and biases stay. Null for a model
 * of more than 50 million parameters.
 */
export async function randomModel(
	model: LanguageModel,
	seed: number,
	signal: AbortSignal
): Promise<LanguageModel | null> {
	const shapes = Object.entries(model.architecture.weights(model.config));
	const all = shapes.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
	if (all > MOST) return null;
	const normal = normals(seeded(seed));
	const tensors = new Map<string, Floats>();
	for (const [name] of shapes) {
		const { shape, data } = model.weights.read(name);
		tensors.set(name, { shape, data: shape.length < 2 ? data : data.map(like(data, normal)) });
		await breathe();
		signal.throwIfAborted();
	}
	return new LanguageModel(model.config, inFloat32(tensors), undefined, model.more);
}

function like(data: Float32Array, normal: () => number): () => number {
	const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
	const deviation = Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length);
	return () => deviation * normal();
}
