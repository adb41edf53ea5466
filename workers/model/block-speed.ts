/** How long a product with a matrix takes on this device, in blocks and widened. */
import { timesBlocks } from '../graph/block-products';
import { Graph, type Value } from '../graph/graph';
import { Session } from '../runtime/session';
import type { LanguageModel } from './language-model';

const ROUNDS = 5;
/** Blocks take less memory, so that they need not be faster; times vary by more than this. */
const TOLERATED = 1.1;

/**
 * Whether one row times the unembedding, the largest matrix of most models, takes longer in blocks than widened. False
 * where it is not stored in blocks.
 */
export async function isSlowerInBlocks(
	{ architecture, config, weights }: LanguageModel,
	signal?: AbortSignal
): Promise<boolean> {
	const names = [architecture.readout(config).unembedding];
	const blocks = weights.blocks(names);
	if (!blocks) return false;
	const [outputs, inputs] = blocks.shape;
	const open = (product: (g: Graph, x: Value) => Value) => {
		const g = new Graph();
		const x = g.input('x', 'float32', [1, 1, inputs]);
		g.output('y', product(g, x), 'float32', [1, 1, outputs]);
		return Session.create(g.finish(), weights.files, [], signal);
	};
	const sessions = [
		await open((g, x) => timesBlocks(g, x, blocks)),
		await open((g, x) => g.op('MatMul', [x, g.weight(weights.transposed(names))]))
	];
	try {
		const times: number[][] = [[], []];
		const feeds = { x: { data: new Float32Array(inputs).fill(1), dims: [1, 1, inputs] } };
		// The first run compiles shaders.
		for (let round = 0; round <= ROUNDS; round++)
			for (const [i, session] of sessions.entries()) {
				const start = performance.now();
				await session.run(feeds, ['y'], signal);
				if (round > 0) times[i]!.push(performance.now() - start);
			}
		const [inBlocks, widened] = times.map((all) => all.sort((a, b) => a - b)[ROUNDS >> 1]!);
		return inBlocks! > TOLERATED * widened!;
	} finally {
		for (const session of sessions) await session.release();
	}
}
