/** Statistics from a reader's text in the real worker and storage: paused, gone on with after a reload, opened. */
import { afterEach, expect, it } from 'vitest';
import type { TextPart } from '../../src/core/corpus/requests';
import { EngineClient } from '../../src/engine/client';

// The server of these tests unpacks .gz on the way: this pack is stored whole.
const PACK = new URL('/tests/fixtures/llama-untied/', location.href).href;
const SAE = 'blocks.1.hook_resid_post';
const WORDS = 'the old clockmaker mended brass keys because a bell had rung twice near seven'.split(
	' '
);
const TEXT = Array.from({ length: 200 }, (_, i) =>
	Array.from({ length: 40 }, (_, w) => WORDS[(i * i + w * w + ((w * i) >> 2)) % WORDS.length]).join(
		' '
	)
).join('\n<|endoftext|>\n');

let client: EngineClient;
afterEach(() => client.kill());

async function open(stored: string | null = null) {
	client = new EngineClient();
	return client.calls.open({ address: PACK, backend: 'wasm', stored });
}

it('goes on after a reload, and ends as a pack that opens with its numbers', async () => {
	await open();
	const stop = new AbortController();
	const request = { file: new Blob([TEXT]), name: 'mine.txt', saes: [SAE] };
	const parts: TextPart[] = [];
	const begun = client.calls.corpusStatistics(request, {
		signal: stop.signal,
		onPart: (part) => {
			parts.push(part);
			if (part.tokens > 300) stop.abort();
		}
	});
	await expect(begun).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
	const from = performance.now();
	const pending = await client.calls.pendingStatistics();
	expect(performance.now() - from).toBeLessThan(1000);
	expect(pending).toMatchObject({ name: 'mine.txt', bytes: TEXT.length, saes: [SAE] });
	expect(pending!.done).toBeLessThan(TEXT.length);
	const sofar = (await client.calls.featureSoFar(`${SAE}/3`))!;
	expect(sofar.tokens).toBe(pending!.tokens);
	expect(sofar.histogram.edges).toHaveLength(sofar.histogram.counts.length + 1);

	client.kill();
	await open();
	expect(await client.calls.pendingStatistics()).toEqual(pending);
	const later: TextPart[] = [];
	const imported = await client.calls.corpusStatistics(null, {
		onPart: (part) => later.push(part)
	});
	expect(later[0]!.tokens).toBeGreaterThan(pending!.tokens);
	expect(later.at(-1)!.documents).toBe(200);
	expect(await client.calls.pendingStatistics()).toBeNull();

	client.kill();
	const { pack } = await open(imported.hash);
	expect(pack.hash).toBe(imported.hash);
	const found = later.at(-1)!.saes[0]!;
	const metrics = pack.saes.find(({ id }) => id === SAE)!.metrics!;
	expect(metrics.tokens).toBe(later.at(-1)!.tokens);
	expect(metrics.l0).toBeCloseTo(found.l0, 9);
	const lines = await client.calls.lines(Array.from({ length: 40 }, (_, f) => `${SAE}/${f}`));
	const id = lines.toSorted((a, b) => b.density! - a.density!)[0]!.id;
	const card = await client.calls.feature(id);
	expect(card.text).toMatchObject({ name: 'mine.txt', documents: 200, bytes: TEXT.length });
	expect(card.pattern!.precision).toBeGreaterThanOrEqual(0);
	expect(Math.max(...card.examples[0]!.activations)).toBe(card.max);
	const blob = (await client.calls.exportPack(imported.hash)).blob;
	expect(blob.size).toBeGreaterThan(100_000);
}, 120_000);

it('refuses what is no text, and gives up when asked', async () => {
	await open();
	const walk = (bytes: BlobPart) =>
		client.calls.corpusStatistics(
			{ file: new Blob([bytes]), name: 'a.txt', saes: [SAE] },
			{ onPart: () => undefined }
		);
	await expect(walk('\0\0binary\0')).rejects.toThrow('This file is not text.');
	await expect(walk('')).rejects.toThrow('This file holds no text.');
	await client.calls.discardStatistics();
	expect(await client.calls.pendingStatistics()).toBeNull();
});
