/** Each architecture's codes, computed by its graph in onnxruntime, against its formula written out in float64. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../../../src/core/files/safetensors';
import { column } from '../../../../src/core/math/matrix';
import { normals, seeded } from '../../../../src/core/math/random';
import type { PackSae } from '../../../../src/core/packs/manifest';
import { saeArchitecture, type ArchitectureName } from '../../../../src/core/sae/architectures';
import type { SaeConfig } from '../../../../src/core/sae/config';
import { Graph } from '../../../../workers/graph/graph';
import { SafetensorsWriter } from '../../../../workers/import/files/safetensors-writer';
import { Session, startRuntime } from '../../../../workers/runtime/session';
import { editDelta } from '../../../../workers/sae/encoder-graph';
import { Sae } from '../../../../workers/sae/sae';

const D = 7;
const TOKENS = 6;

type Tensors = Record<string, { shape: number[]; data: Float32Array }>;

/** x·W + b in float64, for a matrix `[in, out]`. */
function affine(x: number[], { shape, data }: Tensors[string], b: ArrayLike<number>): number[] {
	const width = shape[1]!;
	return Array.from({ length: width }, (_, f) =>
		x.reduce((sum, v, c) => sum + v * data[c * width + f]!, b[f]!)
	);
}

const relu = (v: number) => Math.max(0, v);

/** Activations of every feature, before TopK. */
const FORMULAS: Record<ArchitectureName, (x: number[], t: Tensors, cfg: SaeConfig) => number[]> = {
	standard: (x, t) => affine(x, t.W_enc!, t.b_enc!.data).map(relu),
	topk: (x, t) => affine(x, t.W_enc!, t.b_enc!.data),
	jumprelu: (x, t) =>
		affine(x, t.W_enc!, t.b_enc!.data).map((p, f) => (p > t.threshold!.data[f]! ? relu(p) : 0)),
	gated: (x, t) =>
		affine(x, t.W_enc!, t.b_gate!.data).map((gate, f) => {
			const u = gate - t.b_gate!.data[f]!;
			return gate > 0 ? relu(u * Math.exp(t.r_mag!.data[f]!) + t.b_mag!.data[f]!) : 0;
		}),
	kron(x, t, { own }) {
		const [heads, rows, columns] = [own.kron_h!, own.kron_m!, own.kron_n!];
		const [u, v] = [affine(x, t.W_p!, t.b_p!.data), affine(x, t.W_q!, t.b_q!.data)];
		return Array.from({ length: heads * rows * columns }, (_, f) => {
			const [head, i, j] = [
				Math.floor(f / (rows * columns)),
				Math.floor(f / columns) % rows,
				f % columns
			];
			return Math.sqrt(relu(u[head * rows + i]!) * relu(v[head * columns + j]!));
		});
	}
};

interface Made {
	sae: Sae;
	cfg: SaeConfig;
	tensors: Tensors;
	x: Float32Array;
}

/** An SAE of random weights, and activations for it to read; `change` may rewrite both. */
function made(
	over: Pick<SaeConfig, 'architecture' | 'dSae'> & Partial<SaeConfig>,
	seed = 1,
	change: (tensors: Tensors, x: Float32Array) => void = () => undefined
): Made {
	const normal = normals(seeded(seed));
	const draw = (shape: number[]) => ({
		shape,
		data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal)
	});
	const cfg: SaeConfig = {
		dIn: D,
		k: null,
		own: {},
		heads: false,
		reads: null,
		dOut: D,
		skip: false,
		applyBDecToInput: seed % 2 === 1,
		normalizeActivations: 'none',
		metadata: {},
		...over
	};
	const shapes = saeArchitecture(cfg.architecture).tensors(cfg);
	const all = { ...shapes, W_dec: [cfg.dSae, D], b_dec: [D] };
	const tensors: Tensors = Object.fromEntries(
		Object.entries(all).map(([name, shape]) => [name, draw(shape)])
	);
	const x = draw([TOKENS, D]).data;
	change(tensors, x);
	const file = new SafetensorsWriter();
	for (const [name, tensor] of Object.entries(tensors)) file.floats(name, tensor, 'f32');
	const info = { id: 'blocks.0.hook_mlp_out', site: 'blocks.0.hook_mlp_out', cfg } as PackSae;
	return { sae: new Sae(info, parseSafetensors(file.toBytes())), cfg, tensors, x };
}

/** What the formula makes of a token: features and activations, strongest first. */
function expected({ cfg, tensors, x }: Made, t: number): [number, number][] {
	const input = Array.from(x.subarray(t * D, (t + 1) * D), (v, c) =>
		cfg.applyBDecToInput ? v - tensors.b_dec!.data[c]! : v
	);
	return FORMULAS[cfg.architecture](input, tensors, cfg)
		.map((a, f): [number, number] => [f, a])
		.sort((one, other) => other[1] - one[1] || one[0] - other[0])
		.slice(0, cfg.k ?? cfg.dSae)
		.filter(([, a]) => a > 0);
}

async function expectCodes(one: Made): Promise<void> {
	const codes = await one.sae.encode(one.x);
	for (let t = 0; t < TOKENS; t++) {
		const wanted = expected(one, t);
		const [from, to] = [codes.offsets[t]!, codes.offsets[t + 1]!];
		expect(Array.from(codes.features.subarray(from, to))).toEqual(wanted.map(([f]) => f));
		wanted.forEach(([, a], i) => expect(codes.activations[from + i]).toBeCloseTo(a, 4));
	}
	await expectEdits(one);
	await one.sae.release();
}

/** An edit in the graph looks at the same activations: with rows of the unit matrix it returns them. */
async function expectEdits(one: Made): Promise<void> {
	const features = [0, 1, 2, one.cfg.dSae - 1].filter((f) => f < one.cfg.dSae);
	const m = features.length;
	const g = new Graph();
	const x = g.input('x', 'float32', [1, TOKENS, D]);
	const inputs = {
		index: g.constant(BigInt64Array.from(features, BigInt), [m]),
		alpha: g.constant(new Float32Array(m), [m]),
		beta: g.constant(new Float32Array(m).fill(1), [m]),
		rows: g.constant(
			Float32Array.from({ length: m * m }, (_, i) => Number(i % (m + 1) === 0)),
			[m, m]
		)
	};
	g.output('delta', editDelta(g, x, one.sae.spec, inputs, m), 'float32', [1, TOKENS, m]);
	const session = await Session.create(g.finish(), one.sae.encoder.files);
	const feeds = { x: { data: one.x, dims: [1, TOKENS, D] } };
	const delta = (await session.run(feeds, ['delta'])).data.delta as Float32Array;
	for (let t = 0; t < TOKENS; t++) {
		const wanted = new Map(expected(one, t));
		features.forEach((f, j) => expect(delta[t * m + j]).toBeCloseTo(wanted.get(f) ?? 0, 4));
	}
	await session.release();
}

const kronOf = (heads: number, rows: number, columns: number, k: number) => ({
	architecture: 'kron' as const,
	dSae: heads * rows * columns,
	k,
	own: { kron_h: heads, kron_m: rows, kron_n: columns }
});

beforeAll(() => startRuntime(null));

describe('codes', () => {
	it.each<[string, Pick<SaeConfig, 'architecture' | 'dSae'> & Partial<SaeConfig>]>([
		['standard', { architecture: 'standard', dSae: 13 }],
		['one feature', { architecture: 'standard', dSae: 1 }],
		['topk', { architecture: 'topk', dSae: 13, k: 4 }],
		['topk of all features', { architecture: 'topk', dSae: 5, k: 9 }],
		['topk over one block', { architecture: 'topk', dSae: 2048, k: 8 }],
		['topk over a block and a feature', { architecture: 'topk', dSae: 2049, k: 8 }],
		['topk over three blocks', { architecture: 'topk', dSae: 6144, k: 32 }],
		['jumprelu', { architecture: 'jumprelu', dSae: 13 }],
		['gated', { architecture: 'gated', dSae: 13 }],
		['kron', kronOf(10, 2, 3, 8)],
		['kron with one column', kronOf(6, 4, 1, 6)],
		['kron with fewer active pairs than k', kronOf(2, 2, 2, 8)],
		['kron over two blocks', kronOf(300, 3, 3, 16)]
	])('are those of the formula: %s', async (_, over) => {
		for (const seed of [1, 2, 3]) await expectCodes(made(over, seed));
	});

	it('of equal activations at the edge are as many as k, those of the first features', async () => {
		// Features 1, 3 and 5 look along the same column.
		const one = made({ architecture: 'topk', dSae: 6, k: 2 }, 1, ({ W_enc, b_enc }) => {
			for (let c = 0; c < D; c++)
				for (const f of [3, 5]) W_enc!.data[c * 6 + f] = W_enc!.data[c * 6 + 1]!;
			b_enc!.data.fill(-50);
			for (const f of [1, 3, 5]) b_enc!.data[f] = 20;
		});
		const { offsets, features } = await one.sae.encode(one.x);
		expect([...features]).toEqual(Array.from({ length: TOKENS }, () => [1, 3]).flat());
		expect([...offsets]).toEqual(Array.from({ length: TOKENS + 1 }, (_, t) => 2 * t));
		await one.sae.release();
	});

	it('of a TopK SAE are no more than what is positive', async () => {
		const one = made({ architecture: 'topk', dSae: 2100, k: 8 }, 1, ({ b_enc }) =>
			b_enc!.data.fill(-100).fill(100, 2098)
		);
		const { features } = await one.sae.encode(one.x);
		expect(features).toHaveLength(2 * TOKENS);
		await expectCodes(one);
	});

	it('of a JumpReLU SAE with thresholds below zero are still positive', async () => {
		await expectCodes(
			made({ architecture: 'jumprelu', dSae: 13 }, 1, ({ threshold }) => threshold!.data.fill(-2))
		);
	});

	it('of a JumpReLU SAE must exceed the threshold, not only reach it', async () => {
		const one = made({ architecture: 'jumprelu', dSae: 3 }, 2, ({ W_enc, b_enc, threshold }) => {
			W_enc!.data.fill(0);
			b_enc!.data.set([1, 1, 1]);
			threshold!.data.set([0.5, 1, 1.5]);
		});
		const { features } = await one.sae.encode(one.x);
		expect([...features]).toEqual(new Array(TOKENS).fill(0));
		await one.sae.release();
	});

	it.each<Pick<SaeConfig, 'architecture' | 'dSae'> & Partial<SaeConfig>>([
		{ architecture: 'standard', dSae: 13 },
		{ architecture: 'topk', dSae: 13, k: 4 },
		{ architecture: 'jumprelu', dSae: 13 },
		{ architecture: 'gated', dSae: 13 },
		kronOf(3, 2, 2, 4)
	])(
		'of zeros, and of weights that are zeros, are those of the biases: $architecture',
		async (over) => {
			await expectCodes(made(over, 2, (_, x) => x.fill(0)));
			await expectCodes(
				made(over, 1, (tensors) => {
					for (const [name, { data }] of Object.entries(tensors))
						if (/^W_/.test(name)) data.fill(0);
				})
			);
		}
	);
});

describe('what a feature looks along', () => {
	it('is its column of the encoder', () => {
		const { sae, tensors } = made({ architecture: 'gated', dSae: 13 });
		const { data } = tensors.W_enc!;
		expect(sae.encoder.directions(4)).toEqual([column({ rows: D, columns: 13, data }, 4)]);
	});

	it('of a KronSAE is that of its two parents', () => {
		const { sae, tensors } = made(kronOf(3, 2, 4, 4));
		// Head 1, row 1, column 2.
		expect(sae.encoder.directions((1 * 2 + 1) * 4 + 2)).toEqual([
			column({ rows: D, columns: 6, data: tensors.W_p!.data }, 3),
			column({ rows: D, columns: 12, data: tensors.W_q!.data }, 6)
		]);
	});
});

describe('the reconstruction', () => {
	it.each(['none', 'centre', 'layer_norm', 'constant_norm_rescale'] as const)(
		'comes back to the scale of the input: %s',
		async (normalizeActivations) => {
			const one = made({ architecture: 'standard', dSae: 9, normalizeActivations }, 2);
			const codes = await one.sae.encode(one.x);
			for (let t = 0; t < TOKENS; t++) {
				const x = one.x.subarray(t * D, (t + 1) * D);
				const mean = x.reduce((a, b) => a + b, 0) / D;
				const around = Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / (D - 1));
				const [shift, scale] = {
					none: [0, 1],
					centre: [mean, 1],
					layer_norm: [mean, around],
					constant_norm_rescale: [0, Math.sqrt(x.reduce((s, v) => s + v * v, 0) / D)]
				}[normalizeActivations] as [number, number];
				const input = Array.from(x, (v) => (v - shift) / scale);
				const active = FORMULAS.standard(input, one.tensors, one.cfg);
				const { W_dec, b_dec } = one.tensors;
				one.sae.decode(codes, t, x).forEach((y, c) => {
					const out = active.reduce((s, a, f) => s + a * W_dec!.data[f * D + c]!, b_dec!.data[c]!);
					expect(y).toBeCloseTo(out * scale + shift, 3);
				});
			}
			await one.sae.release();
		}
	);

	it('is the bias where no feature is active, and leaves out rows of zeros', async () => {
		const silent = made({ architecture: 'standard', dSae: 9 }, 1, ({ b_enc }) =>
			b_enc!.data.fill(-99)
		);
		const none = await silent.sae.encode(silent.x);
		expect([...silent.sae.decode(none, 0, silent.x.subarray(0, D))]).toEqual([
			...silent.tensors.b_dec!.data
		]);
		const zero = made({ architecture: 'standard', dSae: 9 }, 1, ({ W_dec }) => W_dec!.data.fill(0));
		const codes = await zero.sae.encode(zero.x);
		expect(codes.features.length).toBeGreaterThan(0);
		expect([...zero.sae.decode(codes, 0, zero.x.subarray(0, D))]).toEqual([
			...zero.tensors.b_dec!.data
		]);
		await silent.sae.release();
		await zero.sae.release();
	});
});
