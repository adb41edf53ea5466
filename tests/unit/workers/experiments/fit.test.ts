import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../../../src/core/calls';
import { parsePack } from '../../../../src/core/packs/manifest';
import { parseSafetensors } from '../../../../src/core/files/safetensors';
import type { Repair } from '../../../../src/core/experiments/fit';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { PackFolder } from '../../../../workers/node/folders/pack-writer';
import { undo } from '../../../../workers/node/fit';
import { parseSelfTest, selfTest } from '../../../../workers/packs/self-test';
import { startRuntime } from '../../../../workers/runtime/session';
import { applyRepair } from '../../../../workers/experiments/fit/apply';
import { fitOf } from '../../../../workers/experiments/fit/sae-fit';
import { unpackSae, type UnpackedSae } from '../../../../workers/experiments/fit/unpacked-sae';
import { fitReport } from '../../../../workers/experiments/fit/fit';
import { FitRun } from '../../../../workers/experiments/fit/fit-run';
import { Workbench } from '../../../../workers/packs/open-pack';

const FIXTURES = path.resolve(import.meta.dirname, '../../../fixtures');
const ATTN = 'blocks.1.hook_attn_out';
const RESID = 'blocks.1.hook_resid_post';

let folder: string;
let bench: Workbench;
let run: FitRun;

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	await startRuntime(null);
	bench = await open(path.join(FIXTURES, 'verdict-gpt2'));
	run = new FitRun(bench, null);
});

afterAll(async () => {
	await bench.release();
	await rm(folder, { recursive: true });
});

const open = async (at: string) => Workbench.open(await FolderSource.open(at), false);

async function copy(name: string, as: string): Promise<string> {
	const to = path.join(folder, as);
	await cp(path.join(FIXTURES, name), to, { recursive: true });
	return to;
}

async function changed(id: string, change: (unpacked: UnpackedSae) => void): Promise<UnpackedSae> {
	const { info, tensors } = await unpackSae(bench, bench.info(id)!);
	const own = new Map(
		Array.from(tensors, ([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const)
	);
	const unpacked = { info: { ...info, cfg: { ...info.cfg } }, tensors: own };
	change(unpacked);
	return unpacked;
}

describe('a fit report', () => {
	it('says how many tokens a text needs', async () => {
		await expect(fitReport({ text: 'Far too short.', saes: null }, bench, runOf())).rejects.toThrow(
			/^The text has \d+ tokens that count.*at least 120 tokens/
		);
	});

	it('measures one SAE alone, reports progress, and passes on each result', async () => {
		const steps: number[] = [];
		const found: string[] = [];
		const all = await fitReport(
			{ text: null, saes: [ATTN] },
			bench,
			runOf({
				onProgress: ({ done, total, what }) => steps.push(what === ATTN ? done / total : NaN),
				onPart: ({ sae }) => found.push(sae)
			})
		);
		expect(found).toEqual([ATTN]);
		expect(all.saes.map(({ word }) => word)).toEqual(['fits']);
		expect(all.tokens).toBeGreaterThan(500);
		expect(steps.length).toBeGreaterThan(10);
		expect(steps).toEqual([...steps].sort((a, b) => a - b));
		const { ce_clean, ce_sae, ce_zero, ce_recovered, l0 } = all.saes[0]!.measured!;
		expect(l0).toBeCloseTo(8, 5);
		expect(ce_recovered).toBeCloseTo((ce_zero - ce_sae) / (ce_zero - ce_clean), 10);
	});

	it('ends when it is cancelled', async () => {
		const controller = new AbortController();
		const all = fitReport(
			{ text: null, saes: null },
			bench,
			runOf({
				signal: controller.signal,
				onProgress: ({ done }) => done > 0.2 && controller.abort()
			})
		);
		await expect(all).rejects.toThrow(/abort/i);
	});

	it('knows no SAE that the pack does not hold', async () => {
		await expect(
			fitReport({ text: null, saes: ['blocks.7.hook_mlp_out'] }, bench, runOf())
		).rejects.toThrow('no feature');
	});
});

describe('an SAE that is damaged or strange', () => {
	it('cannot be measured with a number that is none', async () => {
		const unpacked = await changed(ATTN, ({ tensors }) => (tensors.get('W_enc')!.data[5] = NaN));
		const fit = await fitOf(unpacked, run);
		expect(fit).toMatchObject({ word: 'cannot tell', measured: null, repair: null });
		expect(fit.why).toContain('W_enc that is not finite');
	});

	it('cannot be measured where it has another width', async () => {
		const unpacked = await changed(ATTN, ({ info }) => (info.cfg.dIn = 48));
		expect((await fitOf(unpacked, run)).why).toBe(
			'It reads 48 numbers, but every site of this model is 32 wide.'
		);
	});

	it.each(['blocks.9.hook_mlp_out', 'blocks.1.attn.hook_z'])(
		'cannot be measured at %s, which the model does not have',
		async (site) => {
			const unpacked = await changed(ATTN, ({ info }) => (info.site = site));
			const { word, why } = await fitOf(unpacked, run);
			expect({ word, why }).toEqual({
				word: 'cannot tell',
				why: `It sits at ${site}, which this model does not have.`
			});
		}
	);

	it('does not fit when all of its features are dead', async () => {
		const unpacked = await changed('blocks.0.hook_resid_post', ({ tensors }) =>
			tensors.get('b_enc')!.data.fill(-1e6)
		);
		const fit = await fitOf(unpacked, run);
		expect(fit).toMatchObject({ word: 'does not fit', repair: null });
		expect(fit.why).toContain('None of its features is active');
		expect(fit.measured!.l0).toBe(0);
	});

	it('is measured with rows of zeros, and explains less by them', async () => {
		const unpacked = await changed(RESID, ({ tensors }) => {
			const { data } = tensors.get('W_dec')!;
			data.fill(0, 0, data.length / 2);
		});
		const fit = await fitOf(unpacked, run);
		expect(fit.measured!.fvu).toBeGreaterThan(0.1);
		expect(Number.isFinite(fit.measured!.ce_sae)).toBe(true);
	});
});

describe('a mistake undone in a stored pack', () => {
	it('brings an SAE back to its site, where it fits again', async () => {
		const at = await copy('verdict-gpt2', 'moved');
		const to: Repair = { kind: 'site', site: 'blocks.0.hook_attn_out' };
		const wrong = await applyRepair(await PackFolder.revise(at), ATTN, to);
		expect(wrong).toBe('blocks.0.hook_attn_out');
		let other = await open(at);
		const found = await fitReport({ text: null, saes: [wrong] }, other, runOf());
		expect(found.saes[0]).toMatchObject({
			word: 'does not fit',
			repair: { kind: 'site', site: ATTN }
		});
		await other.release();
		expect(await undo(at, found, wrong)).toBe(ATTN);
		other = await open(at);
		const again = await fitReport({ text: null, saes: [ATTN] }, other, runOf());
		expect(again.saes[0]!.word).toBe('fits');
		// Splicing at the right site gives what was foreseen.
		expect(again.saes[0]!.measured!.ce_sae).toBeCloseTo(found.saes[0]!.repaired!.ce_sae, 5);
		await other.release();
	});

	it('folds a factor into the weights, stored as they were', async () => {
		const at = await copy('verdict-gpt2', 'scaled');
		const path0 = bench.info(RESID)!.weights;
		const factor = (await run.moments(RESID)).norm / Math.sqrt(32);
		await applyRepair(await PackFolder.revise(at), RESID, { kind: 'scale', factor });
		const source = await FolderSource.open(at);
		const [now, before] = [await source.bytes(path0), await bench.source.bytes(path0)].map(
			(bytes) => parseSafetensors(bytes)
		);
		expect(now!.tensor('W_dec').dtype).toBe(before!.tensor('W_dec').dtype);
		expect(source.pack.files['model.safetensors']).toEqual(bench.pack.files['model.safetensors']);
		const other = await open(at);
		const { saes } = await fitReport({ text: null, saes: [RESID] }, other, runOf());
		expect(saes[0]).toMatchObject({ word: 'does not fit', repair: { kind: 'scale' } });
		await other.release();
	});

	it('gives a name of its own to what moves to where another is', async () => {
		const at = await copy('verdict-gpt2', 'taken');
		const move: Repair = { kind: 'site', site: RESID };
		expect(await applyRepair(await PackFolder.revise(at), ATTN, move)).toBe(`${RESID}@moved`);
		expect((await FolderSource.open(at)).pack.saes).toHaveLength(bench.pack.saes.length);
	});

	it('forgets what was measured with the mistake, and leaves the rest', async () => {
		const at = await copy('llama-tied', 'measured');
		const before = (await FolderSource.open(at)).pack;
		const id = 'blocks.1.hook_mlp_out';
		expect(before.saes.find((sae) => sae.id === id)!.metrics).not.toBeNull();
		await applyRepair(await PackFolder.revise(at), id, { kind: 'subtract', bDec: false });
		const text = await readFile(path.join(at, 'pack.json'), 'utf8');
		const after = parsePack(JSON.parse(text));
		const sae = after.saes.find((one) => one.id === id)!;
		expect(sae).toMatchObject({ metrics: null, stats: null, labels: null });
		expect(sae.cfg.applyBDecToInput).toBe(false);
		expect(sae.cfg.metadata.undone).toEqual([
			{ cause: 'its b_dec must not be subtracted before it encodes', site: id }
		]);
		expect(sae.null).toEqual(before.saes.find((one) => one.id === id)!.null);
		expect(Object.keys(after.model.metrics.check!.saes)).not.toContain(id);
		const rest = (pack: typeof after) => pack.saes.filter((one) => one.id !== id);
		expect(rest(after)).toEqual(rest(before));
		// The self-test held this SAE's codes as they were.
		const other = await open(at);
		const json = new TextDecoder().decode(await other.source.bytes(after.selfTest!));
		const test = parseSelfTest(json, other.model);
		expect(Object.keys(test.codes)).not.toContain(id);
		expect((await selfTest(test, other, true)).ok).toBe(true);
		await other.release();
	});

	it('knows what it cannot undo', async () => {
		const at = await copy('verdict-gpt2', 'sound');
		const sound = await fitReport({ text: null, saes: [ATTN] }, bench, runOf());
		await expect(undo(at, sound, ATTN)).rejects.toThrow('nothing to undo');
		await expect(
			applyRepair(await PackFolder.revise(at), 'blocks.7.hook_mlp_out', {
				kind: 'subtract',
				bDec: true
			})
		).rejects.toThrow('no feature');
	});
});
