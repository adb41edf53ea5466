/** What the card states of the SAEs, measured again with the weights that ship: against PyTorch. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../src/core/calls';
import { CHECKED, compared } from '../../src/core/packs/check';
import type { Progress } from '../../src/core/calls';
import { siteOf } from '../../src/core/names/site';
import { Arguments } from '../../workers/node/arguments';
import { COMMANDS } from '../../workers/node/commands';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { SaeEvaluator } from '../../workers/sae/evaluator';
import { remeasure } from '../../workers/experiments/remeasure';
import { startRuntime } from '../../workers/runtime/session';
import { Workbench } from '../../workers/packs/open-pack';
import { FIXTURES, openFixture } from './fixture';

const DEFAULT = path.resolve(import.meta.dirname, '../../models/default');
const report = (folder: string, ...flags: string[]) =>
	COMMANDS.report!.run(
		new Arguments(['--pack', folder, ...flags], ['pack'], ['measure'])
	) as Promise<Record<string, unknown>[]>;

describe.each(['llama-tied', 'llama-untied'])('%s', (name) => {
	let bench: Workbench;
	beforeAll(async () => ({ bench } = await openFixture(name)));

	it('has every metric of every SAE to 1e-3', async () => {
		const steps: Progress[] = [];
		const found = await remeasure(bench, runOf({ onProgress: (step) => steps.push(step) }));
		const { check } = bench.pack.model.metrics;
		expect(found).toMatchObject({ texts: check!.texts, tokens: check!.tokens });
		expect(found.saes.map((sae) => sae.sae)).toEqual(bench.saeIds);
		for (const { sae, measured, stated, difference } of found.saes) {
			expect(stated).toEqual(check!.saes[sae]);
			for (const key of CHECKED) {
				const off = Math.abs(measured[key] - stated[key]) / Math.abs(stated[key]);
				expect(off, `${sae} ${key}`).toBeLessThan(1e-3);
				expect(difference[key], `${sae} ${key}`).toBeCloseTo(off, 12);
			}
		}
		expect(found.worst).toBe(Math.max(...found.saes.flatMap((s) => Object.values(s.difference))));
		expect([...new Set(steps.map((step) => step.what))]).toEqual(bench.saeIds);
		expect(steps.at(-1)).toMatchObject({ phase: 'measure', done: steps.at(-1)!.total });
		expect(steps.every((step, i) => i === 0 || step.done >= steps[i - 1]!.done)).toBe(true);
	});

	it('is off the card where a text more or less counts', async () => {
		const texts = (await bench.texts())!.documents('generator');
		const { check } = bench.pack.model.metrics;
		const id = bench.saeIds.at(-1)!;
		for (const other of [texts.slice(0, check!.texts - 1), texts.slice(1, check!.texts + 1)]) {
			const evaluator = new SaeEvaluator(bench, other);
			const found = await evaluator.evaluate(await bench.sae(id));
			await evaluator.release();
			expect(compared(id, found, check!.saes[id]!).worst).toBeGreaterThan(2e-3);
		}
	});
});

describe('measuring again', () => {
	let bench: Workbench;
	beforeAll(async () => ({ bench } = await openFixture('llama-tied')));

	it('measures the same whether streams are kept or read anew', async () => {
		const texts = (await bench.texts())!.documents('generator').slice(0, 2);
		const sae = await bench.sae('blocks.1.hook_mlp_out');
		const kept = new SaeEvaluator(bench, texts, bench.model.sites);
		const anew = new SaeEvaluator(bench, texts);
		expect(await kept.evaluate(sae)).toEqual(await anew.evaluate(sae));
		await kept.release();
		await anew.release();
	});

	it('ends between two texts when it is cancelled', async () => {
		const job = new AbortController();
		const steps: number[] = [];
		const measuring = remeasure(
			bench,
			runOf({
				signal: job.signal,
				onProgress({ done }) {
					steps.push(done);
					if (done === 2) job.abort(new DOMException('Cancelled', 'AbortError'));
				}
			})
		);
		await expect(measuring).rejects.toMatchObject({ name: 'AbortError' });
		expect(steps).toEqual([0, 1, 2]);
		expect((await remeasure(bench, runOf())).worst).toBeLessThan(1e-3);
	});

	it('refuses a card that was measured on other texts', async () => {
		const { metrics } = bench.pack.model;
		const { check } = metrics;
		try {
			for (const over of [{ texts: 7 }, { texts: 9000 }, { tokens: check!.tokens + 1 }]) {
				metrics.check = { ...check!, ...over };
				await expect(remeasure(bench, runOf())).rejects.toMatchObject({ name: 'pack-invalid' });
			}
			metrics.check = null;
			await expect(remeasure(bench, runOf())).rejects.toMatchObject({ name: 'unsupported' });
		} finally {
			metrics.check = check;
		}
	});

	it('is a flag of the report, which says nothing of it otherwise', async () => {
		const plain = await report(path.join(FIXTURES, 'llama-untied'));
		const rows = await report(path.join(FIXTURES, 'llama-untied'), '--measure');
		for (const [i, row] of rows.entries()) {
			const { measured, stated, worst, ...rest } = row;
			expect(rest).toEqual(plain[i]);
			expect(Object.keys(measured as object)).toEqual([...CHECKED]);
			expect(Object.keys(stated as object)).toEqual([...CHECKED]);
			expect(worst).toBeLessThan(1e-3);
		}
	});
});

describe('the default pack', () => {
	/** A few of its SAEs: all of them take minutes on WebAssembly. */
	const chosen = (id: string) => id.endsWith('@kron') || siteOf(id) === 'blocks.0.hook_attn_out';

	it('comes out as its card states, within 1 %', async ({ skip }) => {
		const { pack } = await FolderSource.open(DEFAULT);
		const { check } = pack.model.metrics;
		skip(!check, 'the default pack states nothing to measure again');
		await startRuntime(null);
		const bench = await Workbench.open(await FolderSource.open(DEFAULT), false);
		expect(Object.keys(check!.saes).toSorted()).toEqual(bench.saeIds.toSorted());
		const saes = Object.entries(check!.saes).filter(([id]) => chosen(id));
		expect(saes.length).toBeGreaterThan(0);
		bench.pack.model.metrics.check = { ...check!, saes: Object.fromEntries(saes) };
		expect((await remeasure(bench, runOf())).worst).toBeLessThan(0.01);
	}, 600_000);

	it('says in one sentence what it cannot compare', async ({ skip }) => {
		const manifest = JSON.parse(await readFile(path.join(DEFAULT, 'pack.json'), 'utf8')) as {
			model: { metrics: { check?: unknown } };
		};
		skip(manifest.model.metrics.check !== undefined, 'the default pack can be measured again');
		await expect(report(DEFAULT, '--measure')).rejects.toMatchObject({
			name: 'unsupported',
			message: expect.stringMatching(/states no metrics .*\. Take a newer pack/)
		});
	});
});
