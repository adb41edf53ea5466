/**
 * How fast an SAE learns: `npx tsx tests/bench/learning.ts [--rounds 5] [--python /usr/bin/python3]`; prints JSON. Steps of
 * 1,024 tokens of 256 numbers, 2,048 features, k 32, on WebAssembly, one thread, beside the same in PyTorch by autograd on one
 * core, in turns. The goal: 5,000 tokens a second, or half of PyTorch's.
 */
import os from 'node:os';
import { parseArgs } from 'node:util';
import { normals, seeded } from '../../src/core/math/random';
import { newSaeState } from '../../src/core/train/sae-state';
import { startRuntime } from '../../workers/runtime/session';
import { HostLearner } from '../../workers/train/learning/host-learner';
import { TopEncoder } from '../../workers/train/learning/top-encoder';
import { inTurns } from './beside';

const [D, FEATURES, K, BATCH, STEPS] = [256, 2048, 32, 1024, 10];
const [DIRECTIONS, ACTIVE] = [512, 12];
const TORCH = `
import time, torch
torch.set_num_threads(1)
shapes = ((${D}, ${FEATURES}), (${FEATURES}, ${D}), (${FEATURES},), (${D},))
w_enc, w_dec, b_enc, b_dec = parameters = [torch.randn(s).requires_grad_() for s in shapes]
adam = torch.optim.Adam(parameters, lr=1e-3)
x = torch.randn(${BATCH}, ${D})
def step():
    pre = (x - b_dec) @ w_enc + b_enc
    values, index = pre.topk(${K}, dim=1)
    codes = torch.zeros_like(pre).scatter(1, index, values.relu())
    adam.zero_grad()
    (((codes @ w_dec + b_dec - x) ** 2).sum() / ${BATCH}).backward()
    adam.step()
    with torch.no_grad():
        w_dec.div_(w_dec.norm(dim=1, keepdim=True))
for i in range(3):
    step()
start = time.process_time()
for i in range(${STEPS}):
    step()
print(1000 * (time.process_time() - start))
`;

const { values } = parseArgs({
	options: {
		rounds: { type: 'string', default: '5' },
		python: { type: 'string', default: '/usr/bin/python3' }
	}
});

/** Batches of a few of many directions at a time. */
function batches(count: number): Float32Array[] {
	const uniform = seeded(1);
	const directions = Float32Array.from({ length: DIRECTIONS * D }, normals(uniform));
	return Array.from({ length: count }, () => {
		const x = new Float32Array(BATCH * D);
		for (let t = 0; t < BATCH; t++)
			for (let j = 0; j < ACTIVE; j++) {
				const row = Math.floor(uniform() * DIRECTIONS) * D;
				const activation = uniform();
				for (let i = 0; i < D; i++) x[t * D + i]! += activation * directions[row + i]!;
			}
		return x;
	});
}

async function main() {
	await startRuntime(null);
	const fit = { centre: new Float32Array(D), scale: 0.5 };
	const state = newSaeState({ features: FEATURES, k: K }, fit, 0);
	const learner = new HostLearner(state, new TopEncoder(D), Infinity);
	const all = batches(4);
	const steps = async () => {
		for (let step = 0; step < STEPS; step++) await learner.step(all[step % all.length]!, 1e-3);
	};
	// What runs often is compiled first.
	await steps();
	await steps();
	const program = { python: values.python, program: TORCH };
	const measured = await inTurns(Number(values.rounds), steps, program);
	const result = {
		machine: `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} threads`,
		load: Number(os.loadavg()[0]!.toFixed(1)),
		...measured,
		tokens_per_second: Math.round((1000 * STEPS * BATCH) / measured.wasm_ms.median)
	};
	process.stdout.write(`${JSON.stringify(result, null, '\t')}\n`);
	process.exit();
}

void main();
