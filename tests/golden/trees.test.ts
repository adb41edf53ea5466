/** Layers as linear maps against autograd in float64, on micro packs of every family; and trees whose leaves sum to their root. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { float32, parseSafetensors } from '../../src/core/files/safetensors';
import { attnOut, featureId, isMain, mlpOut, siteOf, tapOf } from '../../src/core/names/site';
import type { ContributionTree, TreeNode, TreeRoot } from '../../src/core/circuit/tree';
import {
	byHeads,
	canOpen,
	throughGates,
	valueOf,
	type TreePart
} from '../../workers/circuit/tree/functional';
import { byPairs } from '../../workers/circuit/tree/pairs';
import { Trees } from '../../workers/circuit/tree/tree';
import { runOf } from '../../src/core/calls';
import { FIXTURES, openFixture, worst } from './fixture';

const said = JSON.parse(readFileSync(path.join(FIXTURES, 'circuits.json'), 'utf8')) as Record<
	string,
	{ ids: number[] }
>;
const tensors = parseSafetensors(
	new Uint8Array(readFileSync(path.join(FIXTURES, 'trees.safetensors')))
);
const floats = (key: string) => float32(tensors, key).data;
const sum = (parts: Pick<TreePart, 'value'>[]) =>
	parts.reduce((total, { value }) => total + value, 0);
/** What the issue allows between a node and its leaves. */
const allowed = (node: number) => 1e-4 * Math.abs(node) + 1e-5;

describe.each(Object.keys(said))('%s', (name) => {
	let f: Awaited<ReturnType<typeof openFixture>>;
	let trees: Trees;
	let prompt: Awaited<ReturnType<Trees['read']>>;
	const { ids } = said[name]!;
	const position = ids.length - 1;
	const functional = (site: string, layer: number) => ({
		site,
		position,
		vector: Float64Array.from({ length: f.bench.model.shape.dModel }, (_, c) =>
			Math.cos(0.7 * c + layer)
		),
		feature: null
	});
	const layers = () => Array.from({ length: f.bench.model.shape.layers }, (_, l) => l);

	beforeAll(async () => {
		f = await openFixture(name);
		trees = new Trees(f.bench);
		prompt = await trees.read('', ids);
	});

	it('has what each head adds from each token, and sums to what attention writes with the biases of the reference', async () => {
		for (const layer of layers()) {
			const of = functional(attnOut(layer), layer);
			const parts = await byHeads(of, prompt, trees.frozen);
			const inner = parts.filter(({ key }) => key !== 'bias');
			const expected = floats(`${name}.heads.${layer}`);
			const found = new Float64Array(expected.length);
			for (const { key, value } of inner) {
				const [, head, from] = /^head (\d+) from (\d+)$/.exec(key)!;
				found[Number(head) * ids.length + Number(from)] = value;
			}
			expect(worst(found, expected), `layer ${layer}`).toBeLessThan(1);
			const bias = floats(`${name}.attn-bias.${layer}`)[0]!;
			const node = valueOf(of, prompt);
			expect(Math.abs(sum(inner) + bias - node)).toBeLessThan(allowed(node));
		}
	});

	it('has the MLP with frozen gates as a functional of what it reads, with the biases of the reference', async () => {
		for (const layer of layers()) {
			const of = functional(mlpOut(layer), layer);
			const { inner } = await throughGates(of, prompt, trees.frozen);
			expect(worst(inner.vector, floats(`${name}.gates.${layer}`)), `layer ${layer}`).toBeLessThan(
				1
			);
			const bias = floats(`${name}.mlp-bias.${layer}`)[0]!;
			const node = valueOf(of, prompt);
			expect(Math.abs(valueOf(inner, prompt) + bias - node)).toBeLessThan(allowed(node));
		}
	});

	it('has scores as pairs whose differences are those of the logarithms of attention’s shares', async () => {
		const { heads } = f.bench.model.shape;
		const cap = (f.bench.model.config as { attn_logit_softcapping?: number })
			.attn_logit_softcapping;
		let compared = 0;
		for (const layer of layers())
			for (let head = 0; head < heads; head++) {
				const expected = floats(`${name}.pattern.${layer}`).subarray(head * ids.length);
				const scores: number[] = [];
				for (const key of [position, position - 1, position - 3]) {
					const score = { layer, head, query: position, key };
					const { value, parts } = await byPairs(score, 'writers', prompt, trees.frozen);
					expect(Math.abs(sum(parts) - value)).toBeLessThan(allowed(value));
					scores.push(cap ? cap * Math.tanh(value / cap) : value);
				}
				for (const [i, key] of [position - 1, position - 3].entries()) {
					if (expected[key]! < -1e8) continue;
					const difference = expected[key]! - expected[position]!;
					expect(Math.abs(scores[i + 1]! - scores[0]! - difference)).toBeLessThan(
						1e-4 * (1 + Math.abs(difference))
					);
					compared++;
				}
			}
		expect(compared).toBeGreaterThan(3);
	});

	it('opens logits, features and scores into leaves that sum to them, with one pass of the model', async () => {
		const text = f.bench.tokenizer.decode(ids);
		const read = vi.spyOn(f.bench.model, 'readOnce');
		const grow = (root: TreeRoot, expand = 5): Promise<ContributionTree> =>
			trees.tree({ text: text, root, open: {}, expand, top: 5 }, runOf());
		const check = (tree: ContributionTree) => {
			expect(Math.abs(tree.gap), tree.title).toBeLessThan(allowed(tree.value));
			expect(partsSum(tree.root), tree.title).toBe(true);
			return tree;
		};
		const { tokens, value } = check(await grow({ target: 3, against: 5 }, 12));
		const { logits } = await f.bench.model.readOnce(
			tokens.map(({ id }) => id),
			[]
		);
		expect(Math.abs(value - (logits[3]! - logits[5]!))).toBeLessThan(1e-3 * (1 + Math.abs(value)));
		check(await grow({ layer: 1, head: 0, query: tokens.length - 1, key: 0 }, 1));
		for (const id of f.bench.saeIds.filter(isMain)) {
			const at = await (
				await trees.read(
					text,
					tokens.map((t) => t.id)
				)
			).nodes(tapOf(siteOf(id)));
			const first = at?.codes.features[0];
			if (!at || first === undefined || !canOpen(at.sae)) continue;
			const token = at.codes.offsets.findLastIndex((from) => from === 0);
			check(await grow({ id: featureId(id, first), position: token }, 4));
		}
		// One for the trees, and those of this test.
		const own = read.mock.calls.filter(([, sites]) => sites.length > 0);
		expect(own.length).toBe(1 + f.bench.saeIds.filter(isMain).length);
		read.mockRestore();
		await trees.release();
	});
});

/** Whether the parts of every opened node sum to it. */
function partsSum(node: TreeNode): boolean {
	if (node.way === null) return true;
	const total = sum(node.parts) + node.rest.value;
	return Math.abs(total - node.value) < allowed(node.value) && node.parts.every(partsSum);
}
