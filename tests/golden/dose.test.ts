/** Doses on the default pack, computed again from the logits one place at a time. */
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOUND, DOSE_PROMPTS, type Dose } from '../../src/core/steering/dose';
import type { Edit } from '../../src/core/steering/writing';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { startRuntime } from '../../workers/runtime/session';
import { Doses } from '../../workers/steering/dose';
import { steeringOf } from '../../workers/steering/steering';
import { Workbench } from '../../workers/packs/open-pack';

const PACK = path.resolve(import.meta.dirname, '../../models/default');
const FEATURE = 'blocks.4.hook_resid_post/1143';
const edit = (value: number): Edit => ({ id: FEATURE, mode: 'add', value });

let bench: Workbench;
let doses: Doses;
let dose: Dose;

beforeAll(async () => {
	await startRuntime(null);
	bench = await Workbench.open(await FolderSource.open(PACK), false);
	doses = new Doses(bench);
	dose = await doses.of([edit(1)], 40);
}, 240_000);

/** ln p of every token after these. */
async function logProbabilities(ids: number[], edits: Edit[]): Promise<number[]> {
	const steering = steeringOf(edits, await bench.steered(edits));
	const { logits } = await bench.model.readOnce(ids, [], undefined, steering);
	const most = Math.max(...logits);
	const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x - most), 0)) + most;
	return Array.from(logits, (x) => x - total);
}

async function divergence(strength: number): Promise<number> {
	const found: number[] = [];
	for (const text of DOSE_PROMPTS) {
		const ids = bench.tokenize(text).tokens.map((token) => token.id);
		for (let end = 2; end <= ids.length; end++) {
			const plain = await logProbabilities(ids.slice(0, end), []);
			const steered = await logProbabilities(ids.slice(0, end), [edit(strength)]);
			found.push(plain.reduce((sum, x, i) => sum + Math.exp(x) * (x - steered[i]!), 0));
		}
	}
	return found.reduce((a, b) => a + b) / found.length;
}

describe('a dose', () => {
	it('states the divergence that the model shows place by place', async () => {
		expect(dose.kl).toBeCloseTo(await divergence(dose.add), 4);
	}, 60_000);

	it('keeps to its bounds, and makes a difference', () => {
		expect(dose.kl).toBeLessThanOrEqual(BOUND.kl);
		expect(dose.kl).toBeGreaterThan(BOUND.kl / 10);
		expect(dose.perplexityRatio).toBeLessThanOrEqual(BOUND.perplexityRatio);
	});

	it('does not depend on where the search begins', async () => {
		const other = await doses.of([edit(1)], 7);
		expect(other.add / dose.add).toBeGreaterThan(0.8);
		expect(other.add / dose.add).toBeLessThan(1.25);
	}, 120_000);

	it('of two parts is that of their sum', async () => {
		const halves = await doses.of([edit(0.5), { ...edit(0.5) }], 40);
		expect(halves).toEqual(dose);
	}, 120_000);
});
