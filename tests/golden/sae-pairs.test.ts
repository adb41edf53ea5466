/** Named dictionaries beside a site's main one, names of flows, and an SAE on the embedding. */
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../src/core/calls';
import { parseFeatureId, siteOf } from '../../src/core/names/site';
import { Arguments } from '../../workers/node/arguments';
import { COMMANDS } from '../../workers/node/commands';
import { featureLines } from '../../workers/features/lines';
import { featureCard } from '../../workers/features/dashboard';
import { Flows } from '../../workers/flow/flows';
import { FIXTURES, openFixture } from './fixture';

const MAIN = 'blocks.1.hook_resid_post';
const KRON = `${MAIN}@kron`;
const EMBEDDING = 'blocks.0.hook_resid_pre';

describe('a pack with several dictionaries at a site', () => {
	let fixture: Awaited<ReturnType<typeof openFixture>>;
	let flows: Flows;
	beforeAll(async () => {
		fixture = await openFixture('llama-tied');
		flows = new Flows(fixture.bench);
	});

	it('lists them by depth, the main one first', async () => {
		const { saes } = await fixture.bench.packInfo();
		const ids = saes.map((sae) => sae.id);
		expect(ids[0]).toBe(EMBEDDING);
		expect(ids.filter((id) => siteOf(id) === MAIN)).toEqual([MAIN, `${MAIN}@wide`, KRON]);
		const kron = saes.find((sae) => sae.id === KRON)!;
		expect(kron).toMatchObject({ k: 8, kron: { heads: 24, rows: 2, columns: 4 } });
		expect(fixture.bench.saeAt(MAIN)).toBe(MAIN);
	});

	it('tells a kron feature’s place and siblings', async () => {
		const card = await featureCard(`${KRON}/190`, flows);
		expect(card.kron).toMatchObject({ head: 23, row: 1, column: 2 });
		expect(card.kron!.sameRow.map(({ id }) => id)).toEqual(
			[188, 189, 191].map((f) => `${KRON}/${f}`)
		);
		expect(card.kron!.sameColumn.map(({ id }) => id)).toEqual([`${KRON}/186`]);
		expect(card.reads).toHaveLength(10);
		expect(card.nearest.every(({ id }) => id.startsWith(`${KRON}/`))).toBe(true);
		expect(card.upstream.map(({ id }) => parseFeatureId(id)!.sae)).not.toContain(KRON);
		expect(card.observed).toBeNull();
		expect((await featureCard(`${MAIN}/1`, flows)).kron).toBeNull();
	});

	it('follows a named dictionary’s feature through the main ones elsewhere', async () => {
		const id = `${KRON}/10`;
		const { nodes, edges } = await flows.flow({ id, tRes: -1, tModule: -1 });
		const at = (site: string) => nodes.filter((node) => node.site === site).map((n) => n.id);
		expect(at(MAIN)).toEqual([id]);
		expect(at('blocks.2.hook_resid_post')).toHaveLength(1);
		expect(edges.some((edge) => edge.to === id)).toBe(true);
		const rows = await flows.origins(KRON, runOf());
		expect(Object.keys(rows)).toHaveLength(192);
		expect(rows[id]!.origin).toBe(nodes.find((node) => node.id === id)!.origin);
		const { origin, from, missing } = rows[id]!;
		expect((await featureCard(id, flows)).origin).toMatchObject({ origin, from, missing });
	});

	it('reaches back to the embedding, and does not call that an origin', async () => {
		const { nodes, edges } = await flows.flow({ id: `${MAIN}/5`, tRes: -1, tModule: -1 });
		const [first] = nodes;
		expect(first).toMatchObject({ site: EMBEDDING, layer: 0, origin: null, from: [] });
		expect(edges.find((edge) => edge.from === first!.id)!.to).toMatch(
			/^blocks\.0\.hook_resid_post\//
		);
	});

	it('gives features their names with scores, and the tokens they promote to the others', async () => {
		const named = await featureCard(`${MAIN}/25`, flows);
		expect(named).toMatchObject({
			namesSought: true,
			label: {
				text: '“.”',
				source: 'truth',
				score: 0.8276,
				precision: 0.8,
				recall: 0.8571,
				chance: 0
			}
		});
		const pattern = await featureCard(`${MAIN}/26`, flows);
		expect(pattern.label).toMatchObject({ text: '“seven brass”', source: 'pattern', chance: null });
		const open = await featureCard(`${MAIN}/0`, flows);
		expect(open).toMatchObject({ namesSought: true, label: { source: 'tokens', score: null } });
		const old = await featureCard('blocks.0.hook_resid_post/3', flows);
		expect(old).toMatchObject({
			namesSought: false,
			label: { source: 'tokens' },
			tokenEntropy: null,
			together: null,
			observed: null
		});
		const [line] = await featureLines([`${MAIN}/25`], flows.bench);
		expect(line!.label).toEqual(named.label);
	});

	it('reports every measurement as the pack states it', async () => {
		const args = new Arguments(['--pack', `${FIXTURES}/llama-tied`], ['pack'], []);
		const rows = (await COMMANDS.report!.run(args)) as Record<string, unknown>[];
		const kron = rows.find((row) => row.sae === KRON)!;
		expect(kron).toMatchObject({ site: MAIN, architecture: 'kron', d_sae: 192, tokens: 1023 });
		expect(kron.labelled).toMatchObject({ alive: 192, control: 0 });
		expect(kron.density_histogram).toMatchObject({
			edges: [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0]
		});
		expect(kron.effective_rank).toBeCloseTo(58.198, 3);
		expect(rows.find((row) => row.sae === `${MAIN}@wide`)).not.toHaveProperty('labelled');
	});
});
