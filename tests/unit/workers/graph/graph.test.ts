/** What a graph holds when only some of its values are wanted, run by onnxruntime itself. */
import { beforeAll, expect, it } from 'vitest';
import { inMemory } from '../../../../src/core/files/open-file';
import { Graph } from '../../../../workers/graph/graph';
import { Session, startRuntime } from '../../../../workers/runtime/session';

/** near = x + 1; far = near × the weight in another file */
function chained(): Graph {
	const g = new Graph();
	const x = g.input('x', 'float32', ['N', 2]);
	g.input('unused', 'float32', ['N', 2]);
	const near = g.op('Add', [x, g.constant(Float32Array.of(1), [1])]);
	const place = { type: 'float32', shape: [2, 2], file: 'w', offset: 0, length: 16 } as const;
	const weight = g.weight({ name: 'weight', ...place, shape: [...place.shape] });
	g.output('near', near, 'float32', ['N', 2]);
	g.output('far', g.op('MatMul', [near, weight]), 'float32', ['N', 2]);
	return g;
}
const feed = (...data: number[]) => ({ data: Float32Array.from(data), dims: [1, 2] });
const feeds = { x: feed(1, 2), unused: feed(0, 0) };
const doubled = inMemory(new Uint8Array(Float32Array.of(2, 0, 0, 2).buffer));

beforeAll(() => startRuntime(null));

it('computes all that leaves it when nothing else is said', async () => {
	const session = await Session.create(chained().finish(), { w: doubled });
	const { data } = await session.run(feeds, ['near', 'far']);
	expect([...(data.near as Float32Array)]).toEqual([2, 3]);
	expect([...(data.far as Float32Array)]).toEqual([4, 6]);
	await session.release();
});

it('needs no weight that what is wanted does not need', async () => {
	await expect(Session.create(chained().finish(), {})).rejects.toThrow();
	const session = await Session.create(chained().finish(['near']), {});
	expect([...((await session.run(feeds, ['near'])).data.near as Float32Array)]).toEqual([2, 3]);
	await expect(session.run(feeds, ['far'])).rejects.toThrow();
	await session.release();
});

it('keeps what lies on the way', async () => {
	const graph = chained();
	expect(graph.finish(['far']).length).toBeLessThan(graph.finish().length);
	const session = await Session.create(graph.finish(['far']), { w: doubled });
	expect([...((await session.run(feeds, ['far'])).data.far as Float32Array)]).toEqual([4, 6]);
	await session.release();
});
