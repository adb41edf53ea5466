/**
 * A circuit planted in a toy transformer of two layers: the first head brings the subject's direction to the last token, the
 * second MLP makes the answer's direction of it, and the unembedding reads that. Everything else writes what nothing reads.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runOf } from '../../src/core/calls';
import { nodeKey, type Circuit } from '../../src/core/circuit/circuit';
import { Circuits } from '../../workers/circuit/circuit';
import { nodeSaes } from '../../workers/circuit/reading';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { packFolders } from '../../workers/node/folders/pack';
import { Workbench } from '../../workers/packs/open-pack';
import { FIXTURES, openFixture } from './fixture';

const D = 8;
/** Directions of the stream: what the last token, the subject and the others are; a constant; what is moved; the answer. */
const [LAST, SUBJECT, OTHER, CONSTANT, MOVED, ANSWER, NOISE] = [0, 1, 2, 4, 5, 6, 7];
/** Of the constant: so large that the norms hardly feel anything else. */
const C = 20;
const TEXT = 'a b c d';
const SITES = [
	...['blocks.0.hook_resid_pre', 'blocks.0.hook_attn_out', 'blocks.0.hook_mlp_out'],
	...['blocks.0.hook_resid_post', 'blocks.1.hook_attn_out', 'blocks.1.hook_mlp_out'],
	'blocks.1.hook_resid_post'
];

let folder: string;
let bench: Workbench;
let ids: number[];

/** Ones at some places of a matrix `[rows × columns]`. */
function matrix(
	rows: number,
	columns: number,
	entries: [row: number, column: number, value: number][]
) {
	const data = new Float32Array(rows * columns);
	for (const [r, c, value] of entries) data[r * columns + c] = value;
	return { shape: [rows, columns], data };
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'planted-'));
	const { bench: other } = await openFixture('llama-tied');
	ids = other.tokenize(TEXT).tokens.map(({ id }) => id);
	const vocab = other.model.shape.vocabSize;
	const subject = 2;
	const what = (t: number) => (t === ids.length - 1 ? LAST : t === subject ? SUBJECT : OTHER);
	const seen = new Map(ids.map((id, t) => [id, what(t)]));
	const out = new SafetensorsWriter();
	const put = (name: string, value: { shape: number[]; data: Float32Array }) =>
		out.floats(name, value, 'f32');
	const ones = { shape: [D], data: new Float32Array(D).fill(1) };
	const embedded = [...seen].flatMap(([id, direction]): [number, number, number][] => [
		[id, direction, 2],
		[id, CONSTANT, C]
	]);
	put('model.embed_tokens.weight', matrix(vocab, D, embedded));
	put('model.norm.weight', ones);
	put('lm_head.weight', matrix(vocab, D, [[1, ANSWER, 3]]));
	for (const l of [0, 1]) {
		const layer = `model.layers.${l}`;
		put(`${layer}.input_layernorm.weight`, ones);
		put(`${layer}.post_attention_layernorm.weight`, ones);
		const none = matrix(D, D, []);
		put(`${layer}.self_attn.q_proj.weight`, none);
		put(`${layer}.self_attn.k_proj.weight`, none);
		// Layer 1 moves what tells the others apart to where nothing reads it.
		put(`${layer}.self_attn.v_proj.weight`, matrix(D, D, [[0, l === 0 ? SUBJECT : OTHER, 9]]));
		put(
			`${layer}.self_attn.o_proj.weight`,
			matrix(D, D, [[l === 0 ? MOVED : NOISE, 0, l === 0 ? 9 : 2]])
		);
		put(`${layer}.mlp.gate_proj.weight`, matrix(D, D, l === 0 ? [[0, OTHER, 9]] : [[0, MOVED, 9]]));
		put(`${layer}.mlp.up_proj.weight`, matrix(D, D, [[0, CONSTANT, 1]]));
		put(`${layer}.mlp.down_proj.weight`, matrix(D, D, [[l === 0 ? NOISE : ANSWER, 0, 0.3]]));
	}
	await mkdir(path.join(folder, 'model'));
	const config = {
		...{ model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_act: 'silu' },
		...{ hidden_size: D, num_hidden_layers: 2, num_attention_heads: 1, num_key_value_heads: 1 },
		...{ head_dim: D, intermediate_size: D, max_position_embeddings: 64, rms_norm_eps: 1e-5 },
		...{
			vocab_size: vocab,
			rope_theta: 10000,
			tie_word_embeddings: false,
			bos_token_id: 0,
			eos_token_id: 0
		}
	};
	await writeFile(path.join(folder, 'model/config.json'), JSON.stringify(config));
	await writeFile(path.join(folder, 'model/model.safetensors'), out.toBytes());
	for (const file of ['tokenizer.json', 'tokenizer_config.json'])
		await writeFile(
			path.join(folder, 'model', file),
			await readFile(path.join(FIXTURES, 'llama-tied', file))
		);
	const saes: string[] = [];
	for (const site of SITES) {
		// One feature for each direction; the constant of the stream is in the bias.
		const identity = matrix(
			D,
			D,
			Array.from({ length: D }, (_, i) => [i, i, 1])
		);
		const bias = new Float32Array(D);
		if (site.includes('resid')) bias[CONSTANT] = C;
		const weights = new SafetensorsWriter();
		weights.floats('W_enc', identity, 'f32');
		weights.floats('W_dec', identity, 'f32');
		weights.floats('b_enc', { shape: [D], data: new Float32Array(D) }, 'f32');
		weights.floats('b_dec', { shape: [D], data: bias }, 'f32');
		const at = path.join(folder, site);
		await mkdir(at);
		const cfg = {
			...{ architecture: 'standard', d_in: D, d_sae: D, dtype: 'float32', hook_name: site },
			...{
				apply_b_dec_to_input: true,
				normalize_activations: 'none',
				metadata: { hook_name: site }
			}
		};
		await writeFile(path.join(at, 'cfg.json'), JSON.stringify(cfg));
		await writeFile(path.join(at, 'sae_weights.safetensors'), weights.toBytes());
		saes.push(at);
	}
	bench = await packed('pack', saes);
});
/** The model with these SAEs, open. */
async function packed(name: string, saes: string[]): Promise<Workbench> {
	const [model, out] = [path.join(folder, 'model'), path.join(folder, name)];
	await packFolders({ model, saes, out, corpus: null, dtype: 'f32', maxFile: undefined });
	return Workbench.open(await FolderSource.open(out), false);
}
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(['grad', 'ig', 'exact'] as const)(
	'is found whole and alone by %s: precision and recall are 1',
	async (method) => {
		const circuits = new Circuits(bench);
		const request = { text: TEXT, target: 1, against: 2, method, top: 40, curves: true };
		const found = await circuits.circuit(request, runOf());
		const last = ids.length - 1;
		const node = (sae: string, index: number, position: number) =>
			nodeKey({ id: `${sae}/${index}`, position });
		const chain = [
			node('blocks.0.hook_resid_pre', SUBJECT, 2),
			node('blocks.0.hook_attn_out', MOVED, last),
			node('blocks.0.hook_resid_post', MOVED, last),
			node('blocks.1.hook_mlp_out', ANSWER, last),
			node('blocks.1.hook_resid_post', ANSWER, last)
		];
		// There is enough that could be taken for it.
		expect(found.candidates).toBeGreaterThan(4 * chain.length);
		const threshold = Math.abs(found.metric.clean) / 4;
		const chosen = found.nodes.filter(({ effect }) => Math.abs(effect) > threshold).map(nodeKey);
		expect(chosen.sort()).toEqual(chain.toSorted());
		const links = found.edges
			.filter(({ weight }) => Math.abs(weight) > threshold)
			.map(({ from, to }) => `${nodeKey(from)} → ${nodeKey(to)}`);
		const expected = chain.slice(1).map((to, i) => `${chain[i]} → ${to}`);
		expect(links.sort()).toEqual(expected.sort());
		expect(found.outputs.map(({ from }) => nodeKey(from))[0]).toBe(chain.at(-1));
		expectFaithful(found);
		await circuits.release();
	}
);

/** Everything explains everything, and no more than the chain is needed. */
function expectFaithful({ faithfulness, completeness, metric }: Circuit) {
	expect(metric.clean - metric.empty).toBeGreaterThan(1);
	expect(faithfulness.at(-1)!.value).toBeCloseTo(1, 3);
	const few = faithfulness.find(({ nodes }) => nodes >= 5 && nodes <= 20)!;
	expect(few.value).toBeGreaterThan(0.9);
	expect(few.random).toBeLessThan(0.5);
	expect(completeness.find(({ nodes }) => nodes === few.nodes)!.value).toBeLessThan(0.1);
}

const ask = (text = TEXT) => ({
	...{ text, target: 1, against: 2, top: 10, curves: true },
	method: 'ig' as const
});

it('is found as far as it goes with the SAE of one site alone', async () => {
	const circuits = new Circuits(await packed('one', [path.join(folder, SITES[3]!)]));
	const found = await circuits.circuit(ask(), runOf());
	const id = 'blocks.0.hook_resid_post/5';
	expect(nodeKey(found.nodes[0]!)).toBe(nodeKey({ id, position: ids.length - 1 }));
	expect(found.edges).toEqual([]);
	expect(nodeKey(found.outputs[0]!.from)).toBe(nodeKey(found.nodes[0]!));
	expect(found.faithfulness.at(-1)!.value).toBeCloseTo(1, 3);
	await circuits.release();
});

it('stops in the middle when it is told to, and is found whole afterwards', async () => {
	const circuits = new Circuits(bench);
	for (const what of ['effects', 'edges', 'curves']) {
		const stop = new AbortController();
		const onProgress = (progress: { what: string }) => progress.what === what && stop.abort();
		const run = runOf({ signal: stop.signal, onProgress });
		await expect(circuits.circuit(ask(), run)).rejects.toThrow(/abort/i);
	}
	expect((await circuits.circuit(ask(), runOf())).nodes).toHaveLength(10);
	await circuits.release();
});

it('refuses what cannot be asked by its name', async () => {
	const circuits = new Circuits(bench);
	const refused = async (request: object, named: string) =>
		expect(circuits.circuit({ ...ask(), ...request }, runOf())).rejects.toThrow(named);
	await refused({ target: 'not one token' }, 'tokens for this model');
	await refused({ target: '' }, 'No token is named');
	await refused({ target: 1e9 }, 'The model has no token');
	await refused({ patch: 'a b c d a b c d' }, 'differ in length');
	const node = { id: 'blocks.0.hook_attn_out/3', position: 1 };
	const asked = { text: TEXT, target: 1, changes: [{ node, factor: 0 }] };
	await expect(circuits.intervene(asked)).rejects.toThrow('not active');
	const cfg = { reads: 'blocks.0.mlp.hook_in', heads: false };
	const transcoders = {
		saeIds: ['blocks.0.hook_mlp_out'],
		info: () => ({ site: 'blocks.0.hook_mlp_out', cfg })
	};
	await expect(nodeSaes(transcoders as never)).rejects.toThrow('no autoencoder of the residual');
	await circuits.release();
});
