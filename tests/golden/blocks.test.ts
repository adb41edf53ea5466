/** Blocks of GGUF files against the package `gguf`, and a model whose matrices stand in a pack as blocks. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { BLOCK_LAYOUTS, type BlockType } from '../../src/core/files/blocks';
import { float32, parseSafetensors } from '../../src/core/files/safetensors';
import { floatFile } from '../../workers/model/float-file';
import { LanguageModel } from '../../workers/model/language-model';
import { modelWeights } from '../../workers/model/model-weights';
import { transpose } from '../../workers/import/files/tensor-table';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { architectureOf } from '../../workers/graph/families/families';
import { ensureRuntime } from '../../workers/runtime/session';
import { Draws } from '../draws';
import { llamaOf, off, randomBlocks, SMALL_LLAMA } from '../block-models';
import { FIXTURES } from './fixture';

const TYPES = Object.keys(BLOCK_LAYOUTS) as BlockType[];
const bits = ({ buffer, byteOffset, length }: Float32Array) =>
	new Uint32Array(buffer, byteOffset, length);

async function golden() {
	const bytes = await readFile(path.join(FIXTURES, 'gguf-blocks.safetensors'));
	return parseSafetensors(new Uint8Array(bytes));
}

it.each(TYPES)('widens %s to the bit', async (type) => {
	const file = await golden();
	const found = float32(file, `matrix.${type}`);
	const expected = float32(file, `${type}.wide`);
	expect(found.shape).toEqual(expected.shape);
	expect(bits(found.data)).toEqual(bits(expected.data));
});

it.each(TYPES)('widens any part of a tensor of %s alone', async (type) => {
	const file = await golden();
	const part = floatFile(file, `matrix.${type}`);
	const whole = part.read(0, part.size);
	for (const [from, to] of [
		[0, 4],
		[1000, 1004],
		[1020, 3000],
		[part.size - 8, part.size],
		[0, 0]
	] as const)
		expect(part.read(from, to)).toEqual(whole.subarray(from, to));
	expect(() => part.read(0, part.size + 1)).toThrow(RangeError);
});

const CONFIGS = {
	llama: SMALL_LLAMA,
	gpt2: {
		model_type: 'gpt2',
		...{ vocab_size: 64, n_embd: 256, n_layer: 2, n_head: 4, n_positions: 64 }
	}
};

it.each(Object.keys(CONFIGS) as (keyof typeof CONFIGS)[])(
	'reads a model of blocks as the same model of float32: %s',
	async (family) => {
		await ensureRuntime();
		const config = CONFIGS[family];
		const { shapes, inOut } = familyOf(config);
		const draws = new Draws(15);
		const [packed, plain] = [new SafetensorsWriter(), new SafetensorsWriter()];
		let turn = 0;
		for (const [name, shape] of Object.entries(shapes)) {
			const turned = inOut.test(name);
			const [rows, columns] = (turned ? shape.toReversed() : shape) as [number, number];
			if (shape.length === 1) {
				const data = Float32Array.from({ length: rows }, () => draws.real(0.5, 1.5));
				for (const file of [packed, plain]) file.floats(name, { shape, data }, 'f32');
				continue;
			}
			const type = TYPES[turn++ % TYPES.length]!;
			const blocks = randomBlocks(draws, type, rows, columns);
			const stored = `${name}.${type}`;
			const one = new SafetensorsWriter().integers(stored, [rows, blocks.length / rows], blocks);
			const { data } = float32(parseSafetensors(one.toBytes()), stored);
			packed.integers(stored, [rows, blocks.length / rows], blocks);
			const wide = turned ? transpose(data, rows, columns) : data;
			plain.floats(name, { shape, data: wide }, 'f32');
		}
		const [found, expected] = await Promise.all(
			[packed, plain].map(async (writer) => {
				const file = parseSafetensors(writer.toBytes());
				const weights = modelWeights({ file }, config, false);
				const model = new LanguageModel(config, weights);
				const { logits, taps } = await model.readOnce([1, 5, 9, 2, 60], model.sites);
				const matrices = Object.keys(shapes).map((name) => {
					const { shape, data } = weights.read(name);
					return [name, shape, createHash('sha256').update(data).digest('hex')];
				});
				return { logits, taps, matrices };
			})
		);
		expect(found!.matrices).toEqual(expected!.matrices);
		expect(found!.taps).toEqual(expected!.taps);
		expect(found!.logits).toEqual(expected!.logits);
		expect(new Set(found!.logits).size).toBeGreaterThan(32);
		expect(found!.logits.every(Number.isFinite)).toBe(true);
	}
);

it.each(['q4_0', 'q4_1', 'q8_0', 'I8'])(
	'multiplies by %s as by the same in float32',
	async (type) => {
		await ensureRuntime();
		const file = llamaOf(type);
		const [blocks, wide] = await Promise.all(
			[true, false].map(async (asBlocks) => {
				const weights = modelWeights({ file }, SMALL_LLAMA, false, asBlocks);
				expect(weights.hasBlocks).toBe(asBlocks);
				const model = new LanguageModel(SMALL_LLAMA, weights);
				const { taps, logits } = await model.readOnce([1, 5, 9, 2, 60], model.sites);
				return { taps, logits, files: Object.keys(weights.files) };
			})
		);
		for (const [site, x] of wide!.taps)
			expect(off(blocks!.taps.get(site)!, x), site).toBeLessThan(2e-5);
		expect(off(blocks!.logits, wide!.logits)).toBeLessThan(2e-5);
		expect(blocks!.files.some((name) => name.endsWith('transposed'))).toBe(false);
		expect(blocks!.files.filter((name) => name.endsWith(' q')).length).toBe(1 + 2 * 5);
	}
);

it('refuses blocks that do not fill their rows, and numbers that are not finite', () => {
	const weights = (name: string, shape: number[], bytes: Uint8Array) => {
		const file = parseSafetensors(new SafetensorsWriter().integers(name, shape, bytes).toBytes());
		const of = { ...CONFIGS.llama, num_hidden_layers: 1 };
		return () => modelWeights({ file }, of, false);
	};
	const table = 'model.embed_tokens.weight.q8_0';
	const sound = randomBlocks(new Draws(1), 'q8_0', 64, 256);
	expect(weights(table, [64, sound.length / 64], sound)).toThrow(/has no tensor/);
	expect(weights(table, [32, sound.length / 32], sound)).toThrow(/shape \[32,512\]/);
	expect(weights(table, [128, sound.length / 128 - 1], sound.slice(128))).toThrow(/whole blocks/);
	const broken = sound.slice();
	broken[34 * 7 + 1] = 0x7c;
	expect(weights(table, [64, sound.length / 64], broken)).toThrow(/not finite/);
});

function familyOf(config: Record<string, unknown>) {
	const { weights, storedInOut } = architectureOf(config);
	return { shapes: weights(config), inOut: storedInOut ?? /^$/ };
}
