/** Gradients through one SAE. */
import { gradients } from '../graph/gradient';
import { FROZEN_RULES } from '../graph/gradient-rules';
import { Graph } from '../graph/graph';
import { Session } from '../runtime/session';
import { LazySession } from '../runtime/lazy-session';
import { wholeCodes } from '../sae/encoder-graph';
import { INPUT_NORMALIZATIONS } from '../sae/normalization';
import type { Sae } from '../sae/sae';

/** What an SAE's features and reconstruction change by with the stream at its site. */
export class SaeGradients {
	readonly #session = new LazySession(() => this.#open());

	/** `isFrozen`: norms do not move. */
	constructor(
		readonly sae: Sae,
		readonly isFrozen = false
	) {}

	/**
	 * Σ codes · `seed.codes` + reconstruction · `seed.decoded`, row by row, differentiated by `x` `[rows × dIn]`: of the same
	 * shape.
	 */
	async run(
		x: Float32Array,
		seed: { codes: Float32Array; decoded: Float32Array },
		signal?: AbortSignal
	): Promise<Float32Array> {
		const { dIn, dSae } = this.sae.spec;
		const rows = x.length / dIn;
		const session = await this.#session.get();
		const feeds = {
			x: { data: x, dims: [rows, dIn] },
			codes: { data: seed.codes, dims: [rows, dSae] },
			decoded: { data: seed.decoded, dims: [rows, dIn] }
		};
		return (await session.run(feeds, ['gradient'], signal)).data.gradient as Float32Array;
	}

	release(): Promise<void> {
		return this.#session.release();
	}

	#open(): Promise<Session> {
		const { spec, bDec, encoder } = this.sae;
		const { dIn, dSae } = spec;
		const g = new Graph();
		const x = g.input('x', 'float32', ['R', dIn]);
		const codes = wholeCodes(g, x, spec);
		const decoder = encoder.tensor('W_dec', [dSae, dIn]);
		const product = g.op('MatMul', [codes, g.weight(decoder.weight)]);
		const y = g.op('Add', [product, g.constant(bDec, [dIn])]);
		const decoded = INPUT_NORMALIZATIONS[spec.normalizeActivations].restore(g, y, x, dIn);
		const seeds = new Map([
			[codes, g.input('codes', 'float32', ['R', dSae])],
			[decoded, g.input('decoded', 'float32', ['R', dIn])]
		]);
		const rules = this.isFrozen ? FROZEN_RULES : undefined;
		const found = gradients(g, seeds, [x], new Set(), rules).get(x)!;
		g.output('gradient', found, 'float32', ['R', dIn]);
		return Session.create(g.finish(['gradient']), { ...encoder.files, ...decoder.files });
	}
}
