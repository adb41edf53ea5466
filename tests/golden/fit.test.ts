/** Every known mistake, planted in SAEs that learned three micro models of different families. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SaeFit } from '../../src/core/experiments/fit';
import { MARGIN } from '../../src/core/experiments/fit';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { startRuntime } from '../../workers/runtime/session';
import { fitOf } from '../../workers/experiments/fit/sae-fit';
import { unpackSae, type UnpackedSae } from '../../workers/experiments/fit/unpacked-sae';
import { FitRun } from '../../workers/experiments/fit/fit-run';
import { Workbench } from '../../workers/packs/open-pack';
import { FIXTURES } from './fixture';
import { faults } from './planted-faults';

const MODELS = ['verdict-gpt2', 'verdict-neox', 'verdict-llama'];
/** What the factor of the planted scales is measured on: the fit test does not see it. */
const OTHER = `Tom had a red kite. One day the wind took it over the hill and Tom ran after it. He looked under
the trees and beside the river. "Have you seen my kite?" he asked the old farmer. The farmer pointed at the roof of
his barn. There it was, red and torn. Tom was sad, but the farmer found some paper and they mended it.`;

interface Outcome {
	model: string;
	cause: string;
	sae: string;
	right: boolean;
	fit: SaeFit;
}

const sound: SaeFit[] = [];
const planted: Outcome[] = [];

beforeAll(async () => {
	await startRuntime(null);
	for (const model of MODELS) await walk(model);
}, 1_200_000);

afterAll(() => {
	// Where something was missed, the table of what was named is what one needs.
	if (share(planted) < 1) process.stderr.write(`${confusion()}\n`);
});

it('names at least 95 in 100 planted faults', () => {
	expect(planted.length).toBeGreaterThan(150);
	expect(share(planted), confusion()).toBeGreaterThanOrEqual(0.95);
});

describe('each cause', () => {
	it.each([
		'off by one layer',
		'wrong hook',
		'normalisation not folded',
		'normalisation left out',
		'normalised needlessly',
		'wrong activation',
		'centred model',
		'b_dec not subtracted',
		'b_dec subtracted needlessly',
		'decoder bias missing',
		'transposed'
	])('%s is named on every model that it was planted on, mostly', (cause) => {
		const of = planted.filter((one) => one.cause === cause);
		expect(new Set(of.map(({ model }) => model)).size).toBe(MODELS.length);
		expect(share(of), confusion()).toBeGreaterThanOrEqual(0.6);
	});
});

it('calls no sound SAE unfit, whether its L0 is stated or not', () => {
	expect(sound).toHaveLength(2 * 8 * MODELS.length);
	expect(sound.filter(({ word }) => word !== 'fits')).toEqual([]);
});

it('keeps its margin: no repair of a sound SAE gains as much', () => {
	const gains = sound.map(({ gain }) => gain!);
	expect(Math.max(...gains)).toBeLessThan(0.85 * MARGIN);
});

it('recovers what was lost: undone, a fault leaves the SAE about as good as it was', () => {
	const named = planted.filter(({ right }) => right);
	const good = named.filter(({ sae, model, fit }) => {
		const whole = sound.find((one) => one.sae === `${model} ${sae}`)!.measured!;
		return fit.repaired!.fvu < 2 * whole.fvu + 0.02;
	});
	expect(good.length / named.length).toBeGreaterThanOrEqual(0.95);
});

async function walk(model: string): Promise<void> {
	const bench = await Workbench.open(await FolderSource.open(path.join(FIXTURES, model)), false);
	const run = new FitRun(bench, null);
	const other = new FitRun(bench, OTHER);
	const saes = await Promise.all(bench.pack.saes.map((info) => unpackSae(bench, info)));
	const factors = new Map<string, number>();
	for (const unpacked of saes) {
		for (const one of [unpacked, unstated(unpacked)]) {
			const fit = await fitOf(one, run);
			sound.push({ ...fit, sae: `${model} ${fit.sae}` });
		}
		const { site, cfg } = unpacked.info;
		factors.set(site, Math.sqrt(cfg.dIn) / (await other.moments(site)).norm);
	}
	for (const fault of faults(saes, bench.model.sites, (site) => factors.get(site)!)) {
		const fit = await fitOf(fault.unpacked, run);
		const right = fit.repair !== null && fault.named(fit.repair);
		planted.push({ model, cause: fault.cause, sae: fault.sae, right, fit });
	}
	await run.evaluator.release();
	await bench.release();
}

/** The same SAE when its config does not say how many features are active. */
function unstated(unpacked: UnpackedSae): UnpackedSae {
	const { expected_l0: _, ...metadata } = unpacked.info.cfg.metadata;
	const cfg = { ...unpacked.info.cfg, metadata };
	return { ...unpacked, info: { ...unpacked.info, cfg } };
}

function share(of: Outcome[]): number {
	return of.filter(({ right }) => right).length / of.length;
}

/** What was planted, how often it was named, and what was named instead. */
function confusion(): string {
	const causes = [...new Set(planted.map(({ cause }) => cause))];
	const lines = causes.map((cause) => {
		const of = planted.filter((one) => one.cause === cause);
		const wrong = of
			.filter(({ right }) => !right)
			.map(({ model, sae, fit }) => {
				const instead = fit.repair?.kind ?? fit.word;
				return `${model} ${sae}: ${instead} (gain ${fit.gain?.toFixed(2)})`;
			});
		return `${cause}: ${of.length - wrong.length} of ${of.length} ${wrong.join('; ')}`;
	});
	const gains = sound.map(({ gain }) => gain!);
	return [...lines, `largest gain on a sound SAE: ${Math.max(...gains).toFixed(3)}`].join('\n');
}
