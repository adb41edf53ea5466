/**
 * How long matching takes: `npx tsx tests/bench/matching.ts [--rounds 5] [--python /usr/bin/python3]`; prints
 * JSON. Two dictionaries of 4,096 × 256 on WebAssembly, one thread, beside the same product and choice in
 * PyTorch on one core, in turns; and one feature against every dictionary of the default pack. Times are of
 * the processor, so that what else the machine does counts little. The goals: at most 5 times PyTorch; 30 ms.
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { randomDirections } from '../../src/core/flow/matching';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { LocalEngine } from '../../workers/engine';
import { Matcher } from '../../workers/flow/matcher';
import { startRuntime } from '../../workers/runtime/session';
import { inTurns, spent, spread } from './beside';

const [ROWS, D, K] = [4096, 256, 5];
const PACK = path.resolve(import.meta.dirname, '../../models/default');
const TORCH = `
import time, torch
torch.set_num_threads(1)
a, b = (torch.nn.functional.normalize(torch.randn(${ROWS}, ${D}), dim=1) for _ in range(2))
for i in range(3):
    start = time.process_time()
    torch.mm(a, b.T).topk(${K}, dim=1)
print(1000 * (time.process_time() - start))
`;

const { values } = parseArgs({
	options: {
		rounds: { type: 'string', default: '5' },
		python: { type: 'string', default: '/usr/bin/python3' }
	}
});

async function pair(rounds: number) {
	const matcher = new Matcher();
	const [a, b] = [randomDirections(ROWS, D, 1), randomDirections(ROWS, D, 2)];
	const run = () => matcher.best(a, b, K);
	await run();
	return inTurns(rounds, run, { python: values.python, program: TORCH });
}

async function oneFeature(rounds: number) {
	const engine = new LocalEngine({ open: ({ address }) => FolderSource.open(address) });
	await engine.calls.open({ address: PACK, backend: 'wasm' });
	const ids = engine.bench().saeIds;
	const from = ids.find((id) => id === 'blocks.3.hook_resid_post') ?? ids.at(-1);
	const all = async (index: number) => {
		const id = `${from}/${index}`;
		for (const target of ids)
			if (target !== from) await engine.calls.matches({ id, target, measure: 'cosine', k: K });
	};
	// Opens every dictionary, and lets what runs often be compiled.
	for (let i = 0; i < 3; i++) await all(i);
	const times: number[] = [];
	for (let round = 0; round < 4 * rounds; round++) times.push(await spent(() => all(10 + round)));
	return { dictionaries: ids.length - 1, ms: spread(times) };
}

async function main() {
	await startRuntime(null);
	const rounds = Number(values.rounds);
	const result = {
		machine: `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} threads`,
		load: Number(os.loadavg()[0]!.toFixed(1)),
		pair: await pair(rounds),
		one_feature: await oneFeature(rounds)
	};
	process.stdout.write(`${JSON.stringify(result, null, '\t')}\n`);
	process.exit();
}

void main();
