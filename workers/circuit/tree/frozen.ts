/**
 * One layer as a linear map: attention's shares, the scales of norms and the gates of the MLP stay what they are on the
 * prompt. A functional of what the layer writes becomes one of what it reads. Only the layer runs, from the stream that the
 * model left before it.
 */
import type { Site } from '../../../src/core/names/ids';
import { attnOut, headsOf, mlpOut, residBefore, residMid } from '../../../src/core/names/site';
import { gradients } from '../../graph/gradient';
import { FROZEN_RULES } from '../../graph/gradient-rules';
import { Graph, type Dim, type Value } from '../../graph/graph';
import type { Stream } from '../../graph/stream';
import type { LanguageModel } from '../../model/language-model';
import { LazySession } from '../../runtime/lazy-session';
import { Session } from '../../runtime/session';

/** A step from what is written back to what is read. */
export type StepName = 'attn' | 'heads' | 'mlp' | 'queries' | 'keys';

/** Where the MLP of a layer reads the stream: after attention, or beside it. */
function mlpReads(model: LanguageModel, layer: number): Site {
	const g = new Graph();
	return model.plainStream(g, {}).at(residMid(layer)) === null
		? residBefore(layer)
		: residMid(layer);
}

interface Ends {
	from: Value;
	to: Value;
	dims: Dim[];
	width: number;
}

/** Maps of the open model, each made when it is first needed. */
export class Frozen {
	readonly #sessions = new Map<string, LazySession>();
	readonly #reads = new Map<number, Site>();

	constructor(readonly model: LanguageModel) {}

	/** The stream that a step reads. */
	reads(step: StepName, layer: number): Site {
		if (step !== 'mlp') return residBefore(layer);
		const known = this.#reads.get(layer) ?? mlpReads(this.model, layer);
		this.#reads.set(layer, known);
		return known;
	}

	/**
	 * `seeds`: functionals of what is written, row by row: of `attn` and `mlp` `[rows × tokens × dModel]`, of `heads` `[rows ×
	 * tokens × heads·dHead]`, of `queries` `[rows × kvHeads × group × tokens × dHead]`, of `keys` without groups. `x`: the stream
	 * read, `[tokens × dModel]`. Answers functionals of it, `[rows × tokens × dModel]`; of `attn` those of the heads' output.
	 * And what is written, of one row.
	 */
	async run(
		step: StepName,
		layer: number,
		ids: number[],
		x: Float32Array,
		seeds: Float32Array,
		signal?: AbortSignal
	): Promise<{ back: Float32Array; written: Float32Array }> {
		const key = `${step} ${layer}`;
		const lazy = this.#sessions.get(key) ?? new LazySession(() => this.#open(step, layer));
		this.#sessions.set(key, lazy);
		const session = await lazy.get();
		const { kvHeads, heads, dHead, dModel } = this.model.shape;
		const [T, group] = [ids.length, heads / kvHeads];
		const shapes: Record<StepName, number[]> = {
			attn: [T, dModel],
			mlp: [T, dModel],
			heads: [T, heads * dHead],
			queries: [kvHeads, group, T, dHead],
			keys: [kvHeads, T, dHead]
		};
		const size = shapes[step].reduce((a, b) => a * b);
		const rows = seeds.length / size;
		const replace = new Float32Array(rows * x.length);
		for (let r = 0; r < rows; r++) replace.set(x, r * x.length);
		const feeds = {
			...this.model.textFeeds(
				session,
				Array.from({ length: rows }, () => ids)
			),
			replace: { data: replace, dims: [rows, T, dModel] },
			seed: { data: seeds, dims: [rows, ...shapes[step]] }
		};
		const { data } = await session.run(feeds, ['back', 'written'], signal);
		return {
			back: data.back as Float32Array,
			written: (data.written as Float32Array).slice(0, size)
		};
	}

	/** Queries times keys are multiplied by it. */
	scale(layer: number): number {
		const stream = this.model.plainStream(new Graph(), {});
		return stream.attended.get(layer)!.scale;
	}

	async release(): Promise<void> {
		for (const session of this.#sessions.values()) await session.release();
	}

	#open(step: StepName, layer: number): Promise<Session> {
		const { model } = this;
		const g = new Graph();
		const stream = model.plainStream(g, { replaced: this.reads(step, layer) });
		const { from, to, dims, width } = ends(stream, step, layer);
		const seed = g.input('seed', 'float32', ['B', ...dims]);
		const back = gradients(g, new Map([[to, seed]]), [from], new Set([from]), FROZEN_RULES);
		g.output('back', back.get(from)!, 'float32', ['B', 'S', width]);
		g.output('written', g.op('Identity', [to]), 'float32', ['B', ...dims]);
		return Session.create(g.finish(['back', 'written']), model.weights.files);
	}
}

function ends(stream: Stream, step: StepName, layer: number): Ends {
	const { dModel, heads, kvHeads, dHead } = stream.shape;
	const wide = heads * dHead;
	const { queries, fresh } = stream.attended.get(layer)!;
	const z = stream.at(headsOf(layer))!;
	const of: Record<StepName, Ends> = {
		attn: { from: z, to: stream.at(attnOut(layer))!, dims: ['S', dModel], width: wide },
		heads: { from: 'replace', to: z, dims: ['S', wide], width: dModel },
		mlp: { from: 'replace', to: stream.at(mlpOut(layer))!, dims: ['S', dModel], width: dModel },
		queries: {
			from: 'replace',
			to: queries,
			dims: [kvHeads, heads / kvHeads, 'S', dHead],
			width: dModel
		},
		keys: { from: 'replace', to: fresh.key, dims: [kvHeads, 'S', dHead], width: dModel }
	};
	return of[step];
}
