/** Work of ours beside the same in PyTorch, in turns. Times are of the processor, so that what else the machine does counts little. */
import { spawnSync } from 'node:child_process';

/** Milliseconds of the processor. */
export async function spent(act: () => Promise<unknown>): Promise<number> {
	const before = process.cpuUsage();
	await act();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}

/** The number that a Python program prints, on one thread; null where it cannot run. */
function printed(python: string, program: string): number | null {
	const env = { ...process.env, OMP_NUM_THREADS: '1' };
	const { stdout, status } = spawnSync(python, ['-c', program], { encoding: 'utf8', env });
	return status === 0 ? Number(stdout) : null;
}

export function spread(numbers: number[]) {
	const sorted = numbers.toSorted((a, b) => a - b);
	const round = (x: number) => Number(x.toFixed(2));
	return {
		median: round(sorted[sorted.length >> 1]!),
		min: round(sorted[0]!),
		max: round(sorted.at(-1)!)
	};
}

/** Milliseconds of each and how many times PyTorch's ours are, over so many rounds. */
export async function inTurns(
	rounds: number,
	run: () => Promise<unknown>,
	{ python, program }: { python: string; program: string }
) {
	const times: { ours: number; theirs: number | null }[] = [];
	for (let round = 0; round < rounds; round++)
		times.push({ ours: await spent(run), theirs: printed(python, program) });
	const known = times.flatMap(({ ours, theirs }) => (theirs === null ? [] : [{ ours, theirs }]));
	return {
		wasm_ms: spread(times.map(({ ours }) => ours)),
		torch_ms: known.length > 0 ? spread(known.map(({ theirs }) => theirs)) : 'not measured',
		ratio:
			known.length > 0 ? spread(known.map(({ ours, theirs }) => ours / theirs)) : 'not measured'
	};
}
