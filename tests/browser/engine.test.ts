/** The real worker in a real Chromium: reading, writing, steering, cancelling, dying, on micro packs. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/core/calls';
import type { ReadingPart, SiteReading } from '../../src/core/prompt/reading';
import type { Written } from '../../src/core/steering/writing';
import type { PairMatches } from '../../src/core/flow/matches';
import { EngineClient } from '../../src/engine/client';

const fixture = (name: string) => new URL(`/tests/fixtures/${name}/`, location.href).href;
const PACK = fixture('llama-tied');
const [R0, R1] = ['blocks.0.hook_resid_post', 'blocks.1.hook_resid_post'] as const;
const WIDE = `${R1}@wide`;
const TEXT = 'The old clockmaker quietly mended seven brass keys';
const WRITE = { text: TEXT, edits: [], tokens: 12, temperature: 0, topP: 1, seed: 0 };

let client: EngineClient | null = null;
afterEach(() => client?.kill());

async function open(backend: 'wasm' | 'webgpu' | null = 'wasm', address = PACK) {
	client = new EngineClient();
	const opened = await client.calls.open({ address, backend });
	return { client, opened };
}

async function readAll(engine: EngineClient, text = TEXT): Promise<Map<string, SiteReading>> {
	const sites = new Map<string, SiteReading>();
	await engine.calls.read(
		{ text },
		{ onPart: (part) => void (part.kind === 'site' && sites.set(part.site.sae, part.site)) }
	);
	return sites;
}

describe('the worker', () => {
	it('opens a pack, passes its self-test and says why it runs where it runs', async () => {
		const { opened } = await open(null);
		expect(opened.backend).toBe('wasm');
		expect(opened.reason).toMatch(/\.$/);
		expect(opened.selfTest.ok).toBe(true);
		expect(opened.selfTest.checks).toBeGreaterThan(100);
		expect(opened.pack.saes.length).toBe(9);
	});

	it('reads in parts: tokens first, then the asked-for site, then all others', async () => {
		const { client, opened } = await open();
		const wanted = opened.pack.saes.at(-1)!.id;
		const parts: ReadingPart[] = [];
		await client.calls.read(
			{ text: TEXT, first: [wanted] },
			{ onPart: (part) => parts.push(part) }
		);
		expect(parts[0]!.kind).toBe('tokens');
		expect(parts[1]!.kind).toBe('next');
		const sites = parts.flatMap((p) => (p.kind === 'site' ? p.site : []));
		expect(sites[0]!.sae).toBe(wanted);
		expect(new Set(sites.map((s) => s.sae)).size).toBe(9);
		const lens = parts.flatMap((p) => (p.kind === 'next' ? p.lens : []));
		expect(lens.map((l) => l.layer)).toEqual([0, 1, 2]);
	});

	it('takes its pack along as one file, and opens it again without its address', async () => {
		// The server of these tests unpacks .gz on the way: a pack without any is stored whole.
		const { client, opened } = await open('wasm', fixture('llama-untied'));
		const before = await readAll(client);
		await client.calls.keep();
		const { hash } = opened.pack;
		const { name, blob } = await client.calls.exportPack(hash);
		const file = new Blob([await blob.arrayBuffer()]);
		await client.calls.deletePack(hash);
		expect((await client.calls.storage()).packs.map((pack) => pack.hash)).not.toContain(hash);
		const steps: number[] = [];
		const onProgress = ({ done }: { done: number }) => steps.push(done);
		const imported = await client.calls.importPack([{ path: name, file }], { onProgress });
		expect(imported.hash).toBe(hash);
		// Files that another stored pack has too are not stored twice.
		expect(imported.added).toBeGreaterThan(imported.bytes / 2);
		expect(imported.added).toBeLessThanOrEqual(imported.bytes);
		expect(steps.at(-1)).toBe(imported.bytes);
		const address = new URL('/nowhere/', location.href).href;
		const again = await client.calls.open({ address, backend: 'wasm', stored: hash });
		expect(again).toMatchObject({ bytesFetched: 0, selfTest: { ok: true } });
		expect(await readAll(client)).toEqual(before);
		expect(await client.calls.verifyPack(hash)).toMatchObject({ changed: [], missing: [] });
		client.kill();
		// Another worker opens the same pack by itself.
		expect(await readAll(client)).toEqual(before);
		await client.calls.deletePack(hash);
	});

	it('gives way to a newer prompt', async () => {
		const { client } = await open();
		const older = new AbortController();
		const first = client.calls.read(
			{ text: TEXT },
			{ signal: older.signal, onPart: () => older.abort() }
		);
		await expect(first).rejects.toMatchObject({ name: 'AbortError' });
		expect((await readAll(client)).size).toBe(9);
	});

	it('streams exactly the tokens it answers with, and repeats a seed', async () => {
		const { client } = await open();
		const request = { ...WRITE, temperature: 1, seed: 7 };
		const streamed: number[] = [];
		const written = await client.calls.write(request, { onPart: (t) => streamed.push(t.id) });
		expect(streamed).toEqual(written.ids);
		expect((await client.calls.write(request)).ids).toEqual(written.ids);
		expect((await client.calls.write({ ...request, seed: 8 })).ids).not.toEqual(written.ids);
	});

	it('stops writing when asked', async () => {
		const { client } = await open();
		const stop = new AbortController();
		const writing = client.calls.write(
			{ ...WRITE, tokens: 40 },
			{ signal: stop.signal, onPart: () => stop.abort() }
		);
		await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
		expect((await client.calls.write(WRITE)).ids.length).toBe(12);
	});

	it('says what is wrong with empty prompts and unknown features', async () => {
		const { client } = await open();
		await expect(client.calls.tokenize('  ')).rejects.toMatchObject({ name: 'empty-prompt' });
		for (const id of [
			'blocks.9.hook_mlp_out/1',
			'blocks.1.hook_resid_post/99999',
			'x',
			'__proto__/1'
		])
			await expect(client.calls.feature(id), id).rejects.toMatchObject({ name: 'unknown-feature' });
		const edits = [{ id: 'blocks.1.hook_resid_post/99999', mode: 'add' as const, value: 1 }];
		await expect(client.calls.write({ ...WRITE, edits })).rejects.toMatchObject({
			name: 'unknown-feature'
		});
	});

	it('names the tokens that do not fit', async () => {
		const { client, opened } = await open();
		const long = 'bell '.repeat(200);
		const { tokens, leftOut } = await client.calls.tokenize(long);
		expect(tokens.length).toBe(opened.pack.context);
		expect(leftOut.length).toBeGreaterThan(100);
		const written = await client.calls.write({ ...WRITE, text: long });
		expect(written.stop).toBe('context full');
		expect(written.leftOut.length).toBe(leftOut.length);
	});

	it('measures again what the card states, within 1 %, and stops when asked', async () => {
		const { client, opened } = await open();
		const { check } = opened.pack;
		const found = await client.calls.remeasure();
		expect(found.saes.map(({ sae }) => sae)).toEqual(opened.pack.saes.map(({ id }) => id));
		for (const { sae, stated } of found.saes) expect(stated).toEqual(check!.saes[sae]);
		expect(found.worst).toBeLessThan(1e-3);
		const stop = new AbortController();
		const steps: number[] = [];
		const measuring = client.calls.remeasure(undefined, {
			signal: stop.signal,
			onProgress: ({ done }) => {
				steps.push(done);
				stop.abort();
			}
		});
		await expect(measuring).rejects.toMatchObject({ name: 'AbortError' });
		expect((await client.calls.write(WRITE)).ids.length).toBe(12);
		expect(steps).toEqual([0]);
	}, 120_000);

	it('fails by name when killed while writing, and starts anew with the next call', async () => {
		const { client } = await open();
		let lost = 0;
		client.onLost = () => lost++;
		// Tokens already under way arrive after the end, and must not end the next worker too.
		const onPart = (): void => void (lost === 0 && client.kill());
		const writing = client.calls.write({ ...WRITE, tokens: 40 }, { onPart });
		await expect(writing).rejects.toMatchObject({ name: 'worker-lost' });
		expect(lost).toBe(1);
		expect((await client.calls.write(WRITE)).ids.length).toBe(12);
	});
});

/** Software WebGPU: right but slow. Where Chromium offers none, the tests say so and end. */
describe('WebGPU', async () => {
	const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
	it.runIf(!adapter)('has no adapter here: parity was not measured', () => {
		expect(adapter).toBeFalsy();
	});

	it.runIf(adapter)(
		'agrees with WebAssembly on codes, text and steering',
		async () => {
			const edits = [
				{ id: 'blocks.1.hook_resid_post/5', mode: 'set' as const, value: 3 },
				{ id: 'blocks.1.hook_mlp_out/7', mode: 'add' as const, value: 2 },
				{ id: 'blocks.1.hook_resid_post@kron/10', mode: 'scale' as const, value: 3 }
			];
			const results: { sites: Map<string, SiteReading>; written: Written; steered: Written }[] = [];
			for (const backend of ['wasm', 'webgpu'] as const) {
				const { client, opened } = await open(backend);
				expect(opened.backend).toBe(backend);
				expect(opened.selfTest.ok).toBe(true);
				results.push({
					sites: await readAll(client),
					written: await client.calls.write({ ...WRITE, tokens: 6 }),
					steered: await client.calls.write({ ...WRITE, tokens: 6, edits })
				});
				client.kill();
			}
			const [wasm, webgpu] = results;
			expect(webgpu!.written.ids).toEqual(wasm!.written.ids);
			expect(webgpu!.steered.ids).toEqual(wasm!.steered.ids);
			for (const [sae, a] of wasm!.sites) {
				const b = webgpu!.sites.get(sae)!;
				const [x, y] = [dense(a), dense(b)];
				for (const [key, value] of x)
					expect(y.get(key) ?? 0, `${sae} ${key}`).toBeCloseTo(value, 3);
				for (const [key, value] of y)
					expect(x.get(key) ?? 0, `${sae} ${key}`).toBeCloseTo(value, 3);
			}
		},
		240_000
	);

	it.runIf(adapter)(
		'matches whole dictionaries as WebAssembly does, says how far it is, and stops when asked',
		async () => {
			const request = { from: R1, target: WIDE, measure: 'cosine', k: 5 } as const;
			const found: PairMatches[] = [];
			for (const backend of ['wasm', 'webgpu'] as const) {
				const { client, opened } = await open(backend);
				expect(opened.backend).toBe(backend);
				const steps: number[] = [];
				const onProgress = ({ done, total }: Progress) => steps.push(done / total);
				found.push(await client.calls.matchPair(request, { onProgress }));
				const stop = new AbortController();
				const leaving = client.calls.nulls(
					{ from: R0, target: R1 },
					{ signal: stop.signal, onProgress: () => stop.abort() }
				);
				await expect(leaving).rejects.toMatchObject({ name: 'AbortError' });
				expect(steps.at(-1)).toBe(1);
				client.kill();
			}
			const [wasm, webgpu] = found;
			const { indices, cosines } = webgpu!;
			expect(webgpu!.without).toBe(wasm!.without);
			for (let i = 0; i < cosines.length; i++) {
				expect(Math.abs(cosines[i]! - wasm!.cosines[i]!)).toBeLessThan(1e-5);
				// Only what lies closer together than floats differ may change places.
				if (indices[i] === wasm!.indices[i]) continue;
				const near = [cosines[i - 1] ?? 2, cosines[i + 1] ?? 2];
				expect(Math.min(...near.map((c) => Math.abs(c - cosines[i]!)))).toBeLessThan(1e-5);
			}
		},
		240_000
	);

	it.runIf(adapter)(
		'measures again what the card states, within 1 %',
		async () => {
			const { client, opened } = await open('webgpu');
			expect(opened.backend).toBe('webgpu');
			expect((await client.calls.remeasure()).worst).toBeLessThan(0.01);
		},
		240_000
	);
});

/** Activation by `token/feature`. */
function dense(site: SiteReading): Map<string, number> {
	const codes = new Map<string, number>();
	for (let t = 0; t < site.l0.length; t++)
		for (let i = site.offsets[t]!; i < site.offsets[t + 1]!; i++)
			codes.set(`${t}/${site.features[i]!}`, site.activations[i]!);
	return codes;
}
