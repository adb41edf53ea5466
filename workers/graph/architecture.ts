/** What one family of models must tell the graph builder: one small file each. */
import { Problem } from '../../src/core/errors';
import type { ModelShape, Stream } from './stream';

/** Hugging Face's `config.json`, not yet trusted. */
export type Config = Record<string, unknown>;

export interface Architecture {
	/** Values of `model_type` that it understands. */
	modelTypes: string[];
	/** Throws a Problem when the config asks for something the graph would get wrong. */
	shape(config: Config): ModelShape;
	/** Every tensor it needs, with its shape. */
	weights(config: Config): Record<string, number[]>;
	/** Name of the embedding table `[vocab, dModel]`. */
	embedding(config: Config): string;
	/** Name of the unembedding `[vocab, dModel]`. */
	unembedding(config: Config): string;
	finalNorm(config: Config): { gain: string; epsilon: number };
	build(stream: Stream, config: Config): void;
}

/** A whole number above zero from the config. */
export function count(config: Config, key: string, otherwise?: number): number {
	const value = config[key] ?? otherwise;
	if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 1e7)
		return value;
	throw new Problem(
		'pack-invalid',
		`The model's config.json has no usable "${key}".`,
		'Take config.json from the same place as the weights.'
	);
}

/** A positive number from the config. */
export function decimal(config: Config, key: string, otherwise: number): number {
	const value = config[key] ?? otherwise;
	if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
	throw new Problem(
		'pack-invalid',
		`The model's config.json has no usable "${key}".`,
		'Take config.json from the same place as the weights.'
	);
}
