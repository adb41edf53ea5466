/** One of the threads that are asked whether they help: does its part of each round, and sleeps between them. */
import { AWAKE, doPart, PLACES, preparedValues } from './shared-work';

interface Start {
	memory: SharedArrayBuffer;
	/** Takes part in the rounds for more helpers than this. */
	index: number;
}

addEventListener('message', ({ data: { memory, index } }: MessageEvent<Start>) => {
	const state = new Int32Array(memory);
	const values = preparedValues();
	let seen = Atomics.load(state, PLACES.round);
	postMessage('ready');
	for (;;) {
		for (let i = 0; i < AWAKE && Atomics.load(state, PLACES.round) === seen; i++);
		Atomics.wait(state, PLACES.round, seen);
		seen = Atomics.load(state, PLACES.round);
		if (index >= Atomics.load(state, PLACES.helpers)) continue;
		doPart(values);
		Atomics.add(state, PLACES.done, 1);
	}
});
