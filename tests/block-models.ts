/** Small models whose matrices stand in blocks, of random numbers. */
import { BLOCK_LAYOUTS, type BlockType } from '../src/core/files/blocks';
import { parseSafetensors, type Safetensors } from '../src/core/files/safetensors';
import { architectureOf } from '../workers/graph/families/families';
import { SafetensorsWriter } from '../workers/import/files/safetensors-writer';
import { Draws } from './draws';

export const SMALL_LLAMA = {
	model_type: 'llama',
	...{ vocab_size: 64, hidden_size: 256, intermediate_size: 512, num_hidden_layers: 2 },
	...{ num_attention_heads: 4, num_key_value_heads: 2, tie_word_embeddings: true }
};

/** Rows of random blocks whose numbers are about 0.05 in size. */
export function randomBlocks(
	draws: Draws,
	type: BlockType,
	rows: number,
	columns: number
): Uint8Array {
	const { values, bytes, halves } = BLOCK_LAYOUTS[type];
	const out = Uint8Array.from({ length: (rows * columns * bytes) / values }, () =>
		draws.integer(0, 255)
	);
	const scale = { q8_0: 0x0e, q4_k: 0x02, q5_k: 0x01, q6_k: 0x00 }[type as string] ?? 0x1c;
	for (let at = 0; at < out.length; at += bytes)
		for (const half of halves) out.set([draws.integer(0, 255), scale], at + half);
	return out;
}

/** `SMALL_LLAMA`, whose matrices all stand as blocks of one type, or as int8. */
export function llamaOf(type: string): Safetensors {
	const shapes = architectureOf(SMALL_LLAMA).weights(SMALL_LLAMA);
	const draws = new Draws(7);
	const out = new SafetensorsWriter();
	for (const [name, [rows, columns]] of Object.entries(shapes) as [string, [number, number?]][]) {
		const data = Float32Array.from({ length: rows * (columns ?? 1) }, () => draws.real(-0.1, 0.1));
		if (columns === undefined) out.floats(name, { shape: [rows], data: data.fill(1) }, 'f32');
		else if (type === 'I8') out.floats(name, { shape: [rows, columns], data }, 'q8', 0);
		else {
			const blocks = randomBlocks(draws, type as BlockType, rows, columns);
			out.integers(`${name}.${type}`, [rows, blocks.length / rows], blocks);
		}
	}
	return parseSafetensors(out.toBytes());
}

/** The largest difference, in units of the root mean square of what is expected. */
export function off(found: Float32Array, expected: Float32Array): number {
	const rms = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / expected.length);
	return Math.max(...found.map((x, i) => Math.abs(x - expected[i]!))) / rms;
}
