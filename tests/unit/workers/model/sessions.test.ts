/** Calls at once on one model: none takes a session from under another. */
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Site } from '../../../../src/core/names/ids';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import type { Edit } from '../../../../src/core/steering/writing';
import { steeringOf } from '../../../../workers/steering/steering';
import { Workbench } from '../../../../workers/packs/open-pack';
import { ensureRuntime } from '../../../../workers/runtime/session';

const PACK = path.resolve(import.meta.dirname, '../../../fixtures/gpt2');
const IDS = [3, 5, 7, 11, 2];
let bench: Workbench;

beforeAll(async () => {
	await ensureRuntime();
	bench = await Workbench.open(await FolderSource.open(PACK), false);
});

it('reads texts up to different sites at the same time', async () => {
	const { model } = bench;
	const read = async (site: Site) => (await model.texts([IDS], [site])).get(site)!;
	const alone = new Map<Site, Float32Array>();
	for (const site of model.sites) alone.set(site, await read(site));
	const order = [...model.sites, ...model.sites.toReversed(), ...model.sites];
	const together = await Promise.all(order.map(read));
	order.forEach((site, i) => expect(together[i], site).toEqual(alone.get(site)));
});

it('reads under edits of different SAEs at the same time', async () => {
	const { model, saeIds } = bench;
	const read = async (sae: string) => {
		const edits: Edit[] = [{ id: `${sae}/1`, mode: 'set', value: 2 }];
		const steering = steeringOf(edits, await bench.steered(edits));
		return (await model.readOnce(IDS, [], undefined, steering)).logits;
	};
	expect(saeIds.length).toBeGreaterThan(3);
	const alone: Float32Array[] = [];
	for (const sae of saeIds) alone.push(await read(sae));
	const together = await Promise.all([...saeIds, ...saeIds].map(read));
	together.forEach((logits, i) => expect(logits).toEqual(alone[i % alone.length]));
});
