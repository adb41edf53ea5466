/**
 * Writes a pack's model as the hub's models for transformers.js are exported (onnxruntime-genai's model
 * builder): `input_ids`, `attention_mask`, `position_ids`, `past_key_values.*` to `logits`, `present.*`,
 * packed queries, keys and values, fused attention with rotary positions inside, float32 weights in
 * `model.onnx_data`. The same weights as the engine's, in the same kernels.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { float32, parseSafetensors, type Safetensors } from '../../src/core/files/safetensors';
import { decimal, type Config } from '../../workers/graph/families/model-config';
import { Graph, type Value, type Weight } from '../../workers/graph/graph';
import { llama } from '../../workers/graph/families/llama';
import { FolderSource } from '../../workers/node/folders/pack-source';

const DATA = 'model.onnx_data';
const INT32 = 6;

/** The pack's name and sha256, for the record. */
export async function exportModel(
	pack: string,
	out: string
): Promise<{ name: string; hash: string }> {
	const source = await FolderSource.open(pack);
	const { model } = source.pack;
	const config = model.config as Config;
	const files: Safetensors[] = [];
	for (const file of model.weights) files.push(parseSafetensors(await source.bytes(file)));
	const read = (name: string) =>
		float32(
			files.find((f) => f.has(name))!,
			name
		);

	mkdirSync(path.join(out, 'onnx'), { recursive: true });
	const weights = new WeightFile();
	writeFileSync(path.join(out, 'onnx/model.onnx'), decoder(config, read, weights));
	writeFileSync(path.join(out, 'onnx', DATA), weights.bytes());
	const json = (name: string, value: unknown) =>
		writeFileSync(path.join(out, name), JSON.stringify(value, null, '\t'));
	// Without an end token: every run writes the same number of tokens.
	const endless = { ...config, eos_token_id: null, torch_dtype: 'float32' };
	json('config.json', { ...endless, 'transformers.js_config': { use_external_data_format: true } });
	json('generation_config.json', { bos_token_id: config.bos_token_id, eos_token_id: null });
	writeFileSync(path.join(out, 'tokenizer.json'), await source.bytes(model.tokenizer));
	writeFileSync(path.join(out, 'tokenizer_config.json'), await source.bytes(model.tokenizerConfig));
	return { name: source.pack.name, hash: source.hash };
}

type Read = (name: string) => { shape: number[]; data: Float32Array };

function decoder(config: Config, read: Read, file: WeightFile): Uint8Array {
	const { layers, heads, kvHeads, dHead, vocabSize, context } = llama.shape(config);
	const epsilon = { float: decimal(config, 'rms_norm_eps', 1e-6) };
	const g = new Graph();
	const of = (l: number, part: string) => `model.layers.${l}.${part}.weight`;
	const vector = (name: string) =>
		g.weight(file.add(name, [read(name).data.length], read(name).data));
	/** x · [W₁ᵀ | W₂ᵀ | …], transposed and joined beforehand. */
	const linear = (x: Value, ...names: string[]) =>
		g.op('MatMul', [x, g.weight(file.addColumns(names.map((name) => ({ name, ...read(name) }))))]);

	const ids = g.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
	const mask = g.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
	// Declared by exports, unused where the rotation is inside the attention.
	g.input('position_ids', 'int64', ['batch_size', 'sequence_length']);
	const lengths = lengthsOf(g, mask);
	const rotary = rotaryTables(context, dHead, decimal(config, 'rope_theta', 10000));
	const tables = ['cos', 'sin'].map((part) =>
		g.constant(rotary[part as 'cos' | 'sin'], [context, dHead / 2])
	);

	const table = read('model.embed_tokens.weight');
	let h = g.op('Gather', [g.weight(file.add('embedding', table.shape, table.data)), ids], {
		axis: 0
	});
	let normed = g.op('SimplifiedLayerNormalization', [h, vector(of(0, 'input_layernorm'))], {
		axis: -1,
		epsilon,
		stash_type: 1
	});
	const join = (skip: Value, gain: string): [Value, Value] => {
		const inputs = [h, skip, vector(gain)];
		const outputs = g.ops('SkipSimplifiedLayerNormalization', inputs, 4, { epsilon });
		return [outputs[3]!, outputs[0]!];
	};
	for (let l = 0; l < layers; l++) {
		const projections = ['q_proj', 'k_proj', 'v_proj'].map((p) => of(l, `self_attn.${p}`));
		const past = ['key', 'value'].map((part) =>
			g.input(`past_key_values.${l}.${part}`, 'float32', [
				'batch_size',
				kvHeads,
				'past_sequence_length',
				dHead
			])
		);
		const [mixed, key, value] = g.ops(
			'GroupQueryAttention',
			[linear(normed, ...projections), '', '', ...past, ...lengths, ...tables],
			3,
			{
				num_heads: heads,
				kv_num_heads: kvHeads,
				do_rotary: 1,
				rotary_interleaved: 0,
				scale: { float: 1 / Math.sqrt(dHead) }
			}
		);
		g.output(`present.${l}.key`, key!, 'float32', [
			'batch_size',
			kvHeads,
			'total_sequence_length',
			dHead
		]);
		g.output(`present.${l}.value`, value!, 'float32', [
			'batch_size',
			kvHeads,
			'total_sequence_length',
			dHead
		]);
		[h, normed] = join(
			linear(mixed!, of(l, 'self_attn.o_proj')),
			of(l, 'post_attention_layernorm')
		);

		const gate = linear(normed, of(l, 'mlp.gate_proj'));
		const silu = g.op('Mul', [gate, g.op('Sigmoid', [gate])]);
		const wide = g.op('Mul', [silu, linear(normed, of(l, 'mlp.up_proj'))]);
		const next = l + 1 < layers ? of(l + 1, 'input_layernorm') : 'model.norm.weight';
		[h, normed] = join(linear(wide, of(l, 'mlp.down_proj')), next);
	}
	const logits = linear(normed, llama.readout(config).unembedding);
	g.output('logits', logits, 'float32', ['batch_size', 'sequence_length', vocabSize]);
	return g.finish();
}

/** `seqlens_k` and `total_sequence_length` from the mask, as the model builder's graphs compute them. */
function lengthsOf(g: Graph, mask: Value): Value[] {
	const one = g.constant(BigInt64Array.of(1n), [1]);
	const sum = g.op('ReduceSum', [mask, one], { keepdims: 0 });
	const seqlens = g.op('Cast', [g.op('Sub', [sum, one])], { to: INT32 });
	const width = g.op('Gather', [g.op('Shape', [mask]), g.constant(BigInt64Array.of(1n), [])], {
		axis: 0
	});
	return [seqlens, g.op('Cast', [width], { to: INT32 })];
}

/** cos and sin of position · theta^(−2i/dHead), in float32 throughout as Hugging Face computes them. */
function rotaryTables(context: number, dHead: number, theta: number) {
	const half = dHead / 2;
	const cos = new Float32Array(context * half);
	const sin = new Float32Array(context * half);
	for (let i = 0; i < half; i++) {
		const frequency = Math.fround(1 / Math.fround(theta ** Math.fround((2 * i) / dHead)));
		for (let p = 0; p < context; p++) {
			const angle = Math.fround(p * frequency);
			cos[p * half + i] = Math.cos(angle);
			sin[p * half + i] = Math.sin(angle);
		}
	}
	return { cos, sin };
}

/** `model.onnx_data`: float32 tensors one after another. */
class WeightFile {
	readonly #parts = new Map<string, { weight: Weight; data: Float32Array }>();
	#length = 0;

	add(name: string, shape: number[], data: Float32Array): Weight {
		const known = this.#parts.get(name);
		if (known) return known.weight;
		const length = data.byteLength;
		const at = { file: DATA, offset: this.#length, length };
		const weight: Weight = { name, type: 'float32', shape, ...at };
		this.#parts.set(name, { weight, data });
		this.#length += length;
		return weight;
	}

	/** Matrices `[out, in]` as one of `[in, sum of outs]`. */
	addColumns(matrices: { name: string; shape: number[]; data: Float32Array }[]): Weight {
		const rows = matrices[0]!.shape[1]!;
		const columns = matrices.reduce((sum, m) => sum + m.shape[0]!, 0);
		const joined = new Float32Array(rows * columns);
		let at = 0;
		for (const { shape, data } of matrices) {
			for (let o = 0; o < shape[0]!; o++)
				for (let i = 0; i < rows; i++) joined[i * columns + at + o] = data[o * rows + i]!;
			at += shape[0]!;
		}
		return this.add(`${matrices.map((m) => m.name).join('+')}:in,out`, [rows, columns], joined);
	}

	bytes(): Uint8Array {
		const all = new Uint8Array(this.#length);
		for (const { weight, data } of this.#parts.values())
			all.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), weight.offset);
		return all;
	}
}
