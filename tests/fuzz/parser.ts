/** What every parser of foreign input hands to the fuzzer. */
import type { Draws } from '../draws';

/** Makes one hostile input from the draws, and reads it as the program would. */
export type Attempt = (draws: Draws) => unknown;

export interface Parser {
	name: string;
	/** Reads the sound inputs that hostile ones are made from. */
	prepare(): Attempt | Promise<Attempt>;
}

/** The number that all draws of an input come from: no input depends on those before it. */
export function seedOf(seed: number, parser: string, index: number): number {
	let hash = 0x811c9dc5;
	for (const letter of `${seed} ${parser} ${index}`)
		hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
	return hash >>> 0;
}
