/** Words of a model's `config.json`, hostile until read. */
import { Problem } from '../../../src/core/names/errors';

/** Hugging Face's `config.json`, not yet trusted. */
export type Config = Record<string, unknown>;

/** Tables of positions and masks grow with the context: no more tokens than this are read. */
const LONGEST = 8192;

/** A whole number above zero from the config. */
export function count(config: Config, key: string, otherwise?: number): number {
	const value = config[key] ?? otherwise;
	if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 1e7)
		return value;
	throw unusable(key);
}

/** A positive number from the config. */
export function decimal(config: Config, key: string, otherwise?: number): number {
	const value = config[key] ?? otherwise;
	if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
	throw unusable(key);
}

/** A positive number from the config, or null where it has none. */
export function optional(config: Config, key: string): number | null {
	return config[key] === undefined || config[key] === null ? null : decimal(config, key);
}

/** How many tokens are read at most. */
export function contextOf(config: Config, key: string): number {
	return Math.min(count(config, key), LONGEST);
}

/** Whether the unembedding is the embedding. */
export function isTied(config: Config, otherwise: boolean): boolean {
	return (config.tie_word_embeddings ?? otherwise) === true;
}

/** Throws a Problem unless each of these keys has one of the values beside it, or is absent. */
export function only(config: Config, allowed: Record<string, unknown[]>): void {
	for (const [key, values] of Object.entries(allowed)) {
		const value = config[key];
		if (value === undefined || value === null || values.includes(value)) continue;
		throw new Problem(
			'unsupported',
			`This model's config.json says ${key}: ${JSON.stringify(value).slice(0, 60)}, which is not supported.`,
			`Choose a model with ${key}: ${values.map((v) => JSON.stringify(v)).join(' or ')}.`
		);
	}
}

function unusable(key: string): Problem {
	return new Problem(
		'pack-invalid',
		`The model's config.json has no usable "${key}".`,
		'Take config.json from the same place as the weights.'
	);
}
