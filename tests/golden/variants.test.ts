/** One token read many times over, each time with something else added, against reading it alone. */
import { beforeAll, describe, expect, it } from 'vitest';
import { normals, seeded } from '../../src/core/math/random';
import type { Steering } from '../../workers/model/language-model';
import { openFixture, worst } from './fixture';

describe.each(['llama-tied', 'llama-untied'])('%s', (name) => {
	let f: Awaited<ReturnType<typeof openFixture>>;
	beforeAll(async () => {
		f = await openFixture(name);
	});

	it('reads a token alone and in company as the same', async () => {
		const { model } = f.bench;
		const ids = f.golden.prompts.forty!.ids;
		const [before, last] = [ids.slice(0, -1), ids.at(-1)!];
		const normal = normals(seeded(3));
		const vector = () => Float32Array.from({ length: model.shape.dModel }, () => normal());
		// More than one run holds, nothing added in the first, one site in each of the others.
		const adds = Array.from({ length: 60 }, (_, w) =>
			w === 0 ? new Map() : new Map([[model.sites[w % model.sites.length]!, vector()]])
		);
		const cache = model.begin();
		await model.read(cache, before, []);
		const variants = await model.readVariants(cache, last, adds, model.sites);
		expect(variants).toHaveLength(60);
		expect(cache.kv.length).toBe(before.length);
		for (const [w, variant] of variants.entries()) {
			if (w > 3 && w < 46) continue;
			const alone = model.begin();
			await model.read(alone, before, []);
			const steering: Steering = { adds: written(adds[w]!), edited: [], feeds: {} };
			const { logits, taps } = await model.read(
				{ ...model.begin(steering), kv: alone.kv },
				[last],
				model.sites
			);
			expect(worst(variant.logits, logits), `variant ${w}`).toBeLessThan(1);
			for (const site of model.sites)
				expect(worst(variant.taps.get(site)!, taps.get(site)!), `${w} ${site}`).toBeLessThan(1);
		}
	});
});

/** As `steeringOf` prepares it: a residual's vector is added with the MLP's output. */
function written(adds: Map<string, Float32Array>): Map<string, Float32Array> {
	return new Map([...adds].map(([site, v]) => [site.replace('resid_post', 'mlp_out'), v]));
}
