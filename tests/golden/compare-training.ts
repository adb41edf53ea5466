/**
 * The trainer of the page against the recipe's, which learns by PyTorch, on the same activations in the same order from the
 * same beginning: `npx tsx tests/golden/compare-training.ts TEXT [--pack models/default] [--site blocks.3.hook_resid_post]
 * [--features 2048] [--k 32] [--tokens 1000000] [--python python3]`. By hand, because it takes many minutes and a gigabyte.
 */
import { spawnSync } from 'node:child_process';
import {
	openAsBlob,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
	writeSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { SaeState } from '../../src/core/train/sae-state';
import { TextFile } from '../../workers/corpus/text-file';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { Workbench } from '../../workers/packs/open-pack';
import { startRuntime } from '../../workers/runtime/session';
import { HostLearner } from '../../workers/train/learning/host-learner';
import { TopEncoder } from '../../workers/train/learning/top-encoder';
import { Training } from '../../workers/train/training';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		pack: { type: 'string', default: 'models/default' },
		site: { type: 'string', default: 'blocks.3.hook_resid_post' },
		features: { type: 'string', default: '2048' },
		k: { type: 'string', default: '32' },
		tokens: { type: 'string', default: '1000000' },
		python: { type: 'string', default: 'python3' }
	}
});
const [text] = positionals;
if (text === undefined) throw new Error('Name the text to learn from.');
const folder = mkdtempSync(path.join(tmpdir(), 'compare-training-'));
const at = (name: string) => path.join(folder, name);

await startRuntime(null, 2);
const bench = await Workbench.open(await FolderSource.open(values.pack), false);
const training = await Training.begin(
	bench,
	new TextFile(await openAsBlob(text), path.basename(text)),
	{
		site: values.site,
		settings: {
			features: Number(values.features),
			k: Number(values.k),
			tokens: Number(values.tokens),
			seed: 0,
			control: false
		}
	}
);
const { sae, state } = training;
const { d, features, k, scale } = sae;
const write = (name: string, data: Float32Array) => writeFileSync(at(name), data);
write('rows', sae.decoder.value);
write('centre', sae.centre.value);

// Every batch is kept as it goes by, with its rate.
const batches = openSync(at('batches'), 'w');
const rates: number[] = [];
const step = HostLearner.prototype.step;
HostLearner.prototype.step = function (x, rate, signal) {
	rates.push(rate);
	writeSync(batches, x);
	return step.call(this, x, rate, signal);
};
for await (const isPoint of training.run())
	if (isPoint) process.stderr.write(`${JSON.stringify(state.curve.at(-1))}\n`);
const ours = await training.result();
const { batch, deadAfter } = state.plan;
writeFileSync(at('order.json'), JSON.stringify({ d, features, k, scale, batch, deadAfter, rates }));

const python = spawnSync(
	values.python,
	[path.join(import.meta.dirname, 'compare_training.py'), folder],
	{ stdio: 'inherit' }
);
if (python.status !== 0) throw new Error('The recipe did not learn.');
const read = (name: string) => new Float32Array(new Uint8Array(readFileSync(at(name))).buffer);
const parameter = (name: string) => ({ ...sae.bias, value: read(name) });
const theirs: SaeState = {
	...sae,
	encoder: parameter('W_enc'),
	decoder: parameter('W_dec'),
	bias: parameter('b_enc'),
	centre: parameter('b_dec')
};
const encoder = new TopEncoder(d);
const measured = await training.heldOut.measure(theirs, encoder, state.mean, { all: true });
const loss = await training.heldOut.recovered(theirs, encoder, { all: true });
const recipe = { ...measured, ce_recovered: loss.ce_recovered };
process.stdout.write(
	JSON.stringify(
		{
			tokens: state.tokens,
			seconds: state.seconds,
			curve: state.curve,
			page: { fvu: ours.fvu, l0: ours.l0, dead: ours.dead, ce_recovered: ours.ce_recovered },
			recipe,
			fvu_ratio: ours.fvu / recipe.fvu,
			ce_difference: ours.ce_recovered! - recipe.ce_recovered
		},
		null,
		'\t'
	)
);
rmSync(folder, { recursive: true });
process.exit(0);
