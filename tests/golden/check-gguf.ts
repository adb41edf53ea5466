/**
 * The engine on a pack made of a GGUF file against what transformers makes of that file (`gguf_models.py`):
 * `npx tsx tests/golden/check-gguf.ts PACK GOLDEN.safetensors`. By hand, because the models do not ship.
 */
import { readFile } from 'node:fs/promises';
import { float32, integers, parseSafetensors } from '../../src/core/files/safetensors';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { Workbench } from '../../workers/packs/open-pack';
import { ensureRuntime } from '../../workers/runtime/session';

const [pack, golden] = process.argv.slice(2);
if (pack === undefined || golden === undefined)
	throw new Error('Name the folder of the pack and the file of what is expected.');
const expected = parseSafetensors(new Uint8Array(await readFile(golden)));
await ensureRuntime();
const before = performance.now();
const { model } = await Workbench.open(await FolderSource.open(pack), false);
const ids = integers(expected, 'ids');
const [texts = 0, tokens = 0] = expected.range('ids').shape;
const sites = expected.names.filter((name) => name.startsWith('blocks.'));
const { vocabSize, dModel } = model.shape;
const rows = expected.range('logits').shape[1]!;
const every = tokens / rows;

/** Largest differences: over the rms, and over what is allowed, 1e-4 × rms + 1e-5 × value. */
class Worst {
	#square = 0;
	#count = 0;
	readonly #pairs: [Float32Array, Float32Array][] = [];

	add(found: Float32Array, wanted: Float32Array): void {
		for (const x of wanted) this.#square += x * x;
		this.#count += wanted.length;
		this.#pairs.push([found.slice(), wanted]);
	}

	result() {
		const rms = Math.sqrt(this.#square / this.#count);
		let [off, share] = [0, 0];
		for (const [found, wanted] of this.#pairs)
			wanted.forEach((x, i) => {
				const by = Math.abs(found[i]! - x);
				off = Math.max(off, by / rms);
				share = Math.max(share, by / (1e-4 * rms + 1e-5 * Math.abs(x)));
			});
		return { rms, worst_over_rms: off, worst_over_allowed: share };
	}
}

/** As PyTorch has it in float32, and in float64 where the file holds that. */
const both = ['logits', ...sites]
	.flatMap((name) => [name, `float64.${name}`])
	.filter((name) => expected.names.includes(name))
	.map((name) => ({
		name,
		site: name.replace('float64.', ''),
		worst: new Worst(),
		data: float32(expected, name).data
	}));
for (let t = 0; t < texts; t++) {
	const text = [...ids.subarray(t * tokens, (t + 1) * tokens)];
	const { taps } = await model.readOnce(text, sites);
	for (const { site, worst, data } of both)
		if (site !== 'logits')
			worst.add(taps.get(site)!, data.subarray(t * tokens * dModel, (t + 1) * tokens * dModel));
	const cache = model.begin();
	for (let r = 0; r < rows; r++) {
		const step = await model.read(cache, text.slice(r * every, (r + 1) * every), []);
		const from = (t * rows + r) * vocabSize;
		for (const { site, worst, data } of both)
			if (site === 'logits') worst.add(step.logits, data.subarray(from, from + vocabSize));
	}
	model.forget(cache);
}
const written = [...integers(expected, 'written')];
const cache = model.begin();
let { logits: next } = await model.read(cache, [...ids.subarray(0, 20)], []);
const ours: number[] = [];
while (ours.length < written.length) {
	ours.push(next.reduce((best, x, i) => (x > next[best]! ? i : best), 0));
	({ logits: next } = await model.read(cache, ours.slice(-1), []));
}
const result = {
	texts,
	tokens,
	...Object.fromEntries(both.map(({ name, worst }) => [name, worst.result()])),
	greedy: written.length,
	/** -1 where they are all the same. */
	greedy_differs_at: ours.findIndex((id, i) => id !== written[i]),
	seconds: (performance.now() - before) / 1000
};
process.stdout.write(`${JSON.stringify(result, null, '\t')}\n`);
