/** Rotary positions (https://arxiv.org/abs/2104.09864) and what configs ask of them. */
import { asWritten } from '../../src/core/files/json';
import { Problem } from '../../src/core/names/errors';
import { decimal, type Config } from './families/model-config';
import type { Graph } from './graph';

/** cos and sin of position · frequency, `[context, frequencies]` each. */
export interface RotaryTables {
	cos: Float32Array;
	sin: Float32Array;
}

// Hugging Face computes frequencies and angles in float32; so must we, to agree late in the context.
const f32 = Math.fround;

/** Entries of the widest head: the tables have a row of them for every position. */
const WIDEST = 4096;

/**
 * Tables for heads of which the first `dims` entries turn. Reads `rope_theta` and `rope_scaling`, or
 * `rope_parameters`, which holds both in newer configs. Throws a Problem for a scaling that is not known.
 */
export function rotaryTables(config: Config, dims: number, context: number): RotaryTables {
	const rates = frequencies(config, dims);
	const [cos, sin] = [0, 0].map(() => new Float32Array(context * rates.length));
	for (let p = 0, at = 0; p < context; p++)
		for (const rate of rates) {
			const angle = f32(p * rate);
			cos![at] = Math.cos(angle);
			sin![at++] = Math.sin(angle);
		}
	return { cos: cos!, sin: sin! };
}

/** The tables as values of a graph. */
export function rotaryValues(g: Graph, tables: RotaryTables, context: number) {
	const size = [context, tables.cos.length / context];
	return { cos: g.constant(tables.cos, size), sin: g.constant(tables.sin, size) };
}

/** One for each pair of entries, `[dims / 2]`. */
export function frequencies(config: Config, dims: number): Float32Array {
	if (dims > WIDEST) throw tooWide(dims);
	const asked = ropeOf(config);
	const theta = decimal(asked, 'rope_theta', 10000);
	const scaled = scalingOf(asked);
	return Float32Array.from({ length: dims / 2 }, (_, i) =>
		scaled(f32(1 / f32(theta ** f32((2 * i) / dims))))
	);
}

function ropeOf(config: Config): Config {
	const inner = config.rope_parameters ?? config.rope_scaling ?? {};
	if (typeof inner === 'object') return { ...config, ...(inner as Config) };
	throw unsupported(String(inner));
}

function scalingOf(asked: Config): (rate: number) => number {
	const type = asked.rope_type ?? asked.type ?? 'default';
	if (type === 'default') return (rate) => rate;
	if (type !== 'linear' && type !== 'llama3') throw unsupported(asWritten(type));
	const factor = decimal(asked, 'factor');
	return type === 'linear' ? (rate) => f32(rate / factor) : llama3(asked, factor);
}

/** Long wavelengths are stretched, short ones kept, those between blended: `_compute_llama3_parameters`. */
function llama3(asked: Config, factor: number): (rate: number) => number {
	const low = decimal(asked, 'low_freq_factor');
	const high = decimal(asked, 'high_freq_factor');
	const before = decimal(asked, 'original_max_position_embeddings');
	return (rate) => {
		const wavelength = f32((2 * Math.PI) / rate);
		if (wavelength > before / low) return f32(rate / factor);
		if (wavelength < before / high) return rate;
		const smooth = f32(f32(f32(before / wavelength) - low) / (high - low));
		return f32(f32(f32(f32(1 - smooth) * rate) / factor) + f32(smooth * rate));
	};
}

function tooWide(dims: number): Problem {
	return new Problem(
		'pack-invalid',
		`This model's config.json says that heads are ${dims} numbers wide, which those of no model are.`,
		'Take config.json from the same place as the weights.'
	);
}

function unsupported(type: string): Problem {
	return new Problem(
		'unsupported',
		`This model scales its rotary positions by "${type.slice(0, 40)}", which is not supported.`,
		'Supported: default, linear and llama3.'
	);
}
